"""`aftershock export`: what it leaves, and what it says where it cannot."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from exported import played
from in_process import called

from reports.export import write_result
from reports.exports import FORMATS

FOLDERS = [name for name, each in FORMATS.items() if each.folder]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `aftershock run --out` leaves it."""
    folder = tmp_path_factory.mktemp("runs") / "shop"
    write_result(played().result, played().scenario, folder)
    return folder


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_a_name_of_its_own(name: str, run: Path, tmp_path: Path) -> None:
    """Without --out it is named after the format, and the name is printed."""
    done = called("export", str(run), "--to", name, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{FORMATS[name].out}\n"
    assert [each.name for each in tmp_path.iterdir()] == [FORMATS[name].out]
    assert (tmp_path / FORMATS[name].out).is_dir() == FORMATS[name].folder


def test_the_standard_output_gets_the_same(run: Path, tmp_path: Path) -> None:
    """`-o -` writes what the file would have, and nothing else."""
    assert called("export", str(run), "--to", "otlp", "-o", "out", folder=tmp_path).returncode == 0
    program = "from cli.main import main; main()"
    piped = subprocess.run(
        [sys.executable, "-c", program, "export", run, "--to", "otlp", "-o", "-"],
        capture_output=True,
        check=True,
    )
    assert piped.stdout == (tmp_path / "out").read_bytes()
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]


@pytest.mark.parametrize("name", FOLDERS)
def test_an_export_is_replaced_and_nothing_else_is(name: str, run: Path, tmp_path: Path) -> None:
    """A folder of an earlier export may go; any other only with --force."""
    for _ in range(2):
        assert (
            called("export", str(run), "--to", name, "-o", "out", folder=tmp_path).returncode == 0
        )
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("dear")
    done = called("export", str(run), "--to", name, "-o", "other", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "other: not empty, and not an earlier export; `--force` replaces it\n"
    assert [each.name for each in other.iterdir()] == ["letter.txt"]
    forced = called("export", str(run), "--to", name, "-o", "other", "--force", folder=tmp_path)
    assert forced.returncode == 0
    assert not (other / "letter.txt").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--to", "openmetric"], "--to openmetric: there is no such format; did you mean `openmetrics`?"),
        (["--to", "xml"], "--to xml: there is no such format; expected `csv`, `parquet`, "),
        (["--to", "csv", "-o", "-"], "--out -: `csv` is a folder of files; expected a path"),
        (["--to", "otlp", "--start", "noon"],
         "--start noon: expected a date and a time, such as 2026-05-01T12:00Z"),
        (["--to", "otlp", "--start", "1901-01-01"], "--start 1901-01-01: expected a time after 1970"),
        (["--to", "csv", "--start", "2026-01-01"],
         "--start: the times of `csv` are seconds of the run, not of a calendar"),
        (["--to", "otlp", "-o", "no/where"], "no/where: there is no folder "),
        (["--to", "otlp", "-o", "."], ".: a folder, not a file"),
    ],
)  # fmt: skip
def test_mistakes_of_the_call(words: list[str], message: str, run: Path, tmp_path: Path) -> None:
    """Each is one message, status 2, and leaves nothing."""
    done = called("export", str(run), *words, folder=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(message)
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_not_replaced_by_its_own_tables(run: Path, tmp_path: Path) -> None:
    """Neither its folder nor one around it, not even with --force."""
    copy = shutil.copytree(run, tmp_path / "runs" / "shop")
    for out in ("runs/shop", "runs"):
        done = called("export", str(copy), "--to", "csv", "-o", out, "--force", folder=tmp_path)
        assert done.returncode == 2
        assert done.stderr == f"--out {out}: the run itself lies there; expected another folder\n"
    assert (copy / "result.json").exists()


def test_a_run_without_traces(tmp_path: Path) -> None:
    """The message says how to get some; what shows more than traces is written all the same."""
    write_result(replace(played().result, traces=()), "", tmp_path / "bare")
    done = called("export", "bare", "--to", "jaeger", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr == (
        "bare: no traces in it, and `jaeger` shows these; play it with `--set traces=100`\n"
    )
    assert [each.name for each in tmp_path.iterdir()] == ["bare"]
    for name in ("openmetrics", "parquet"):
        assert called("export", "bare", "--to", name, folder=tmp_path).returncode == 0


def test_what_is_no_run(run: Path, tmp_path: Path) -> None:
    """A comparison, a foreign folder, a damaged one and none at all: one message each, and no file."""
    scenario = "scenario: s\nduration: 2s\ntraffic: {u: {rate: 5/s, target: a.b}}\n" + (
        "services: {a: {endpoints: {b: [{work: 1ms}]}}}\n"
    )
    (tmp_path / "s.yaml").write_text(scenario)
    assert called(
        "compare", "s.yaml", "--vary", "traffic.u.rate=5/s,6/s", "--replications", "2", "--jobs", "1", "--out", "both",
        folder=tmp_path,
    ).returncode == 0  # fmt: skip
    (tmp_path / "foreign").mkdir()
    damaged = shutil.copytree(run, tmp_path / "damaged")
    (damaged / "traces.json").write_text("{")
    before = sorted(tmp_path.iterdir())
    for name, message in {
        "both": "both: a comparison; expected one run",
        "foreign": "foreign: no result.json in it",
        "damaged": "damaged/traces.json: damaged: ",
        "missing": "missing: there is no such folder",
    }.items():
        for to in ("otlp", "csv"):
            done = called("export", name, "--to", to, folder=tmp_path)
            assert done.returncode == 2
            assert done.stderr.startswith(message)
            assert done.stderr.count("\n") == 1
            assert sorted(tmp_path.iterdir()) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_closed_folder(run: Path, tmp_path: Path) -> None:
    """Where nothing may be written, that is said before the run is read."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    for out in ("closed/x.json", "closed/x"):
        to = "otlp" if out.endswith("json") else "csv"
        done = called("export", str(run), "--to", to, "-o", out, folder=tmp_path)
        assert done.returncode == 2
        assert "cannot be written to" in done.stderr


def test_start_has_zones(run: Path) -> None:
    """A time without a zone is UTC, and one with another is the same moment."""
    moments = set()
    for start in ("2026-05-01T12:00", "2026-05-01T12:00Z", "2026-05-01T14:00+02:00"):
        done = called(
            "export", str(run), "--to", "zipkin", "--start", start, "-o", str(run.parent / "z")
        )
        assert done.returncode == 0
        moments.add(min(each["timestamp"] for each in json.loads((run.parent / "z").read_text())))
    assert len(moments) == 1
    first = min(each.started for each in played().result.traces)
    assert moments.pop() == 1777636800_000_000 + round(first * 1e6)
