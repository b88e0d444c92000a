"""`aftershock chart`: files of each kind, and every mistake told in one message."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from charted import PLAIN, plain, shop
from in_process import called

from reports.charts.kinds import KINDS
from reports.export import write_comparison, write_result
from reports.stored import StoredComparison
from simulator.experiment.candidates import Vary, load_candidates
from simulator.experiment.comparison import compare

RUN_KINDS = [name for name, kind in KINDS.items() if kind.of is not StoredComparison]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the runs `shop` and `plain`."""
    folder = tmp_path_factory.mktemp("runs")
    for name, stored in (("shop", shop()), ("plain", plain())):
        write_result(stored.result, stored.scenario, folder / name)
    return folder


def test_a_chart_becomes_a_file(runs: Path) -> None:
    """Of the kind that its name's ending says; without a name it is called after its kind."""
    found = called("chart", "shop", folder=runs)
    assert (found.returncode, found.stdout) == (0, "overview.png\n")
    assert (runs / "overview.png").read_bytes().startswith(b"\x89PNG")
    words = ("--kind", "recovery", "-o", "r.svg", "--size", "column", "--lang", "es")
    found = called("chart", "shop/result.json", *words, folder=runs)
    assert (found.returncode, found.stdout) == (0, "r.svg\n")
    assert b"<svg" in (runs / "r.svg").read_bytes()
    assert called("chart", "shop", "-o", "o.PDF", "--size", "column", folder=runs).returncode == 0
    assert (runs / "o.PDF").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["shop", "--kind", "overvew"],
            "--kind overvew: there is no such; did you mean `overview`?",
        ),
        (["shop", "--size", "colum"], "--size colum: there is no such; did you mean `column`?"),
        (["shop", "--lang", "fr"], "--lang fr: there is no such; expected `en` or `es`"),
        (["shop", "-o", "c.gif"], "c.gif: charts are not written as `.gif`; expected `.png`"),
        (["shop", "-o", "chart"], "chart: charts are not written as a name without an ending"),
        (["nowhere"], "nowhere: there is no such folder"),
        (["foreign"], "foreign: no result.json in it; expected a folder that `--out` has left"),
        (["damaged"], "result.json: damaged"),
        (["robbed"], "robbed/series-traffic.parquet: missing: the folder is no longer whole"),
        (["plain", "--kind", "recovery"], "plain: nothing for `recovery` to show: the run had no"),
        (
            ["old", "--kind", "latency"],
            "old: nothing for `latency` to show: there is no series-lat",
        ),
        (["shop", "-o", "missing/c.png"], "missing/c.png: "),
        (["shop", "--kind", "all", "-o", "letter.txt"], "letter.txt: a file; expected a folder"),
    ],
)
def test_mistakes(runs: Path, words: list[str], message: str) -> None:
    """One message, status 2, and nothing is written."""
    (runs / "foreign").mkdir(exist_ok=True)
    (runs / "letter.txt").write_text("dear")
    for name in ("damaged", "old", "robbed"):
        shutil.copytree(runs / "shop", runs / name, dirs_exist_ok=True)
    (runs / "damaged" / "result.json").write_text('{"schema": "aftershock.run/1"')
    (runs / "old" / "series-latency.parquet").unlink()
    (runs / "robbed" / "series-traffic.parquet").unlink()
    before = {each: each.stat().st_mtime_ns for each in runs.rglob("*")}
    found = called("chart", *words, folder=runs)
    assert found.returncode == 2
    assert message in found.stderr
    assert found.stderr.count("\n") == 1
    assert found.stdout == ""
    assert {each: each.stat().st_mtime_ns for each in runs.rglob("*")} == before


def test_all_kinds(runs: Path) -> None:
    """Those that there is something for, in a folder; of the others it says why not."""
    words = ("--kind", "all", "-o", "shown", "--size", "column")
    found = called("chart", "plain", *words, folder=runs)
    assert found.returncode == 0
    files = {each.name for each in (runs / "shown").iterdir()}
    assert {"overview.png", "latency.png"} <= files <= {f"{each}.png" for each in RUN_KINDS}
    assert "recovery: nothing to show: the run had no faults" in found.stderr
    assert {Path(each).name for each in found.stdout.split()} == files
    told = {each.split(":")[0] for each in found.stderr.splitlines()}
    assert told | {Path(each).stem for each in files} == set(RUN_KINDS)


def test_a_comparison_is_no_run(runs: Path) -> None:
    """A kind for runs is not drawn of it; those that would be are listed."""
    (runs / "plain.yaml").write_text(PLAIN)
    varied = Vary("services.server.concurrency", ("2", "3"))
    candidates = load_candidates(str(runs / "plain.yaml"), [varied], ["duration=6s"])
    write_comparison(compare(candidates, replications=2), ["", ""], runs / "compared")
    found = called("chart", "compared", folder=runs)
    assert found.returncode == 2
    assert "`overview` is drawn of one run, and this is a comparison" in found.stderr
    others = [name for name, kind in KINDS.items() if kind.of is StoredComparison]
    assert all(f"`{name}`" in found.stderr for name in others)
    for name in others:
        found = called("chart", "plain", "--kind", name, folder=runs)
        assert found.returncode == 2
        message = f"`{name}` is drawn of a comparison, and this is one run; expected `overview`"
        assert message in found.stderr


def test_help_lists_all_kinds() -> None:
    """With what each of them shows."""
    found = called("chart", "--help", columns=200)
    assert found.returncode == 0
    said = " ".join(found.stdout.split())
    for name, kind in KINDS.items():
        assert f"{name}: {kind.about}" in said
