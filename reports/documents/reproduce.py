"""How to have the same again: commands for whoever has only the document."""

from __future__ import annotations

import shlex

import yaml

from reports.stored import StoredComparison
from simulator.experiment.comparison import Compared
from simulator.experiment.result import Result


def of_run(result: Result) -> str:
    """The command that plays the scenario of the document, saved as `scenario.yaml`, again."""
    return f"aftershock run scenario.yaml --seed {result.seed}"


def changed(result: Result) -> str:
    """The same command for a run that is a little different, to show how."""
    return f"{of_run(result)} --set {shlex.quote(_change(result))}"


def of_comparison(stored: StoredComparison) -> str:
    """The command that compares the same candidates again, from the folder of the comparison."""
    comparison = stored.comparison
    words = ["aftershock", "compare", "candidate-1.yaml"]
    for path in comparison.candidates[0].settings:
        values = dict.fromkeys(flow(each.settings[path]) for each in comparison.candidates)
        words += ["--vary", f"{path}={','.join(values)}"]
    words += ["--measure", comparison.measure.name]
    if comparison.against is not None:
        words += ["--against", comparison.against.name]
    if comparison.baseline != comparison.candidates[0].name:
        base = next(each for each in comparison.candidates if each.name == comparison.baseline)
        words += ["--baseline", _name(base)]
    words += ["--replications", str(comparison.replications), "--seed", str(comparison.seed)]
    return shlex.join(words)


def flow(value: object) -> str:
    """A value in one line of YAML, as `--set` and `--vary` read it."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1_000_000)
    return text.removesuffix("\n").removesuffix("\n...")


def _name(candidate: Compared) -> str:
    return ",".join(flow(each) for each in candidate.settings.values())


def _change(result: Result) -> str:
    """One more instance of the bottleneck, where that is a number; else a longer run."""
    if result.bottleneck is not None:
        service = result.services[result.bottleneck]
        if service.scaling is None:
            return f"services.{result.bottleneck}.replicas={service.replicas + 1}"
    return f"duration={round(2 * result.duration)}s"
