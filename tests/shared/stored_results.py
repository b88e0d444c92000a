"""Folders as `--out` leaves them, for what reads them: a run and a comparison of the same small world."""

from __future__ import annotations

from pathlib import Path

from made_results import WORLD, played

from reports.export import write_comparison, write_result
from simulator.experiment.candidates import Vary, load_candidates
from simulator.experiment.comparison import compare
from simulator.experiment.measures import MEASURES
from simulator.scenario import resolved_yaml


def stored_run(folder: Path) -> Path:
    """A folder with the run of `made_results`."""
    write_result(played(), WORLD.lstrip(), folder / "run")
    return folder / "run"


def stored_comparison(folder: Path) -> Path:
    """A folder with a comparison of three numbers of instances in that world, played five times each."""
    file = folder / "two-tiers.yaml"
    file.write_text(WORLD, "utf-8")
    varied = Vary("services.payments.replicas", ("4", "2", "1"))
    settings = [
        "duration=25s",
        "faults=[]",
        "services.payments.concurrency=1",
        "services.payments.endpoints.charge=[{work: {exponential: 20ms}}]",
    ]
    candidates = load_candidates(str(file), [varied], settings)
    found = compare(
        candidates, measure=MEASURES["p99"], against=MEASURES["attempts_per_request"],
        baseline="2", replications=5,
    )  # fmt: skip
    texts = [resolved_yaml(each.scenario, each.folder) for each in candidates]
    write_comparison(found, texts, folder / "compared")
    return folder / "compared"
