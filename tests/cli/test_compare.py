"""`aftershock compare` as its users meet it: real processes, real signals, real terminals."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from in_process import called
from processes import children_of, needs_proc, wait_until_gone

COMMAND = [sys.executable, "-c", "from cli.main import main; main()", "compare"]
SHORT = ["--duration", "12s", "--set", "warmup=2s", "--set", "expect=[]", "--replications", "3"]
VARY = ["--vary", "services.server.concurrency=4,6"]


def compare(
    *words: str, folder: Path | None = None, columns: int = 100
) -> subprocess.CompletedProcess[str]:
    """The command in this process, and all runs too unless `words` say how many processes to use."""
    return called("compare", "--jobs", "1", *words, folder=folder, columns=columns)


def test_json_has_its_schema() -> None:
    """One object on standard output, and nothing else there; the tables go to standard error.

    This is a command as its users meet it, with workers of its own.
    """
    found = subprocess.run(
        [
            *COMMAND,
            "mm4",
            *VARY,
            *SHORT,
            "--json",
            "--seed",
            "5",
            "--measure",
            "p99.9",
            "--jobs",
            "2",
        ],
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.count("\n") == 1
    result = json.loads(found.stdout)
    assert result["schema"] == "aftershock.compare/1"
    assert (result["scenario"], result["seed"], result["replications"]) == ("mm4", 5, 3)
    assert (result["measure"], result["baseline"]) == ("p999", "4")
    assert result["wall_seconds"] > 0.0
    first, second = result["candidates"]
    assert list(first) == ["name", "settings", "measures", "difference"]
    assert first["settings"] == {"services.server.concurrency": 4}
    assert first["difference"] is None
    assert {"mean", "p50", "p90", "p95", "p99", "p999", "throughput"} < set(first["measures"])
    for name in ("goodput", "availability", "attempts_per_request"):
        assert list(first["measures"][name]) == ["mean", "low", "high", "values"]
    assert first["measures"]["imbalance"] == {
        "mean": None,
        "low": None,
        "high": None,
        "values": [None] * 3,
    }
    assert list(second["difference"]) == ["mean", "low", "high", "p", "p_adjusted", "verdict"]
    assert second["difference"]["mean"] < 0.0
    assert "P99.9 latency, compared" in found.stderr


@pytest.mark.parametrize("columns", [80, 120])
def test_tables_fit_their_terminal(columns: int) -> None:
    """No line is wider than the terminal, and no figure is cut off."""
    grid = ["--vary", "services.server.queue=8,16", "--vary", "traffic.users.rate=200/s,300/s"]
    found = compare("mm4", *VARY, *grid, *SHORT, columns=columns)
    assert found.returncode == 0, found.stderr
    assert max(len(line) for line in found.stdout.splitlines()) <= columns
    assert "…" not in found.stdout
    assert "no difference shown" in " ".join(found.stdout.split())


def test_quiet_is_a_sentence_for_each() -> None:
    """With --quiet there is one line for each candidate but the baseline."""
    found = compare("mm4", *VARY, *SHORT, "-q", "--measure", "mean", "--baseline", "6")
    assert found.stdout.startswith("4: worse (mean latency against 6: +")
    assert found.stdout.count("\n") == 1


def test_all_balancers() -> None:
    """`--balancers all` has a candidate for each algorithm there is."""
    from simulator.scenario.model.balancer import balancer_names

    words = ["--balancers", "all", "--set", "services.server.replicas=2", "--measure", "imbalance"]
    found = compare("mm4", *words, *SHORT, "--replications", "2", "--json")
    assert found.returncode == 0, found.stderr
    candidates = json.loads(found.stdout)["candidates"]
    assert [each["name"] for each in candidates] == list(balancer_names())
    settings = [each["settings"] for each in candidates]
    assert settings == [{"defaults.balancer": name} for name in balancer_names()]
    assert all(each["measures"]["imbalance"]["mean"] is not None for each in candidates)


def test_precision_that_is_not_reached_is_said() -> None:
    """The maximum ends it, and a line says so."""
    words = ["--precision", "0.01%", "--max-replications", "4", "-q"]
    found = compare("mm4", *VARY, *SHORT, *words)
    assert found.returncode == 0
    shown = " ".join(found.stdout.split())
    assert "NOT reached: after 4 replications the widest interval is" in shown


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_chart_and_folder(tmp_path: Path, suffix: str) -> None:
    """Both are there, whole, and nothing beside them."""
    words = ["--chart", f"chart.{suffix}", "--out", "left"]
    assert compare("mm4", *VARY, *SHORT, *words, folder=tmp_path).returncode == 0
    assert {each.name for each in tmp_path.iterdir()} == {f"chart.{suffix}", "left"}
    content = (tmp_path / f"chart.{suffix}").read_bytes()
    ends = {"png": b"IEND\xaeB`\x82", "svg": b"</svg>", "pdf": b"%%EOF"}
    assert content.rstrip().endswith(ends[suffix])
    assert json.loads((tmp_path / "left" / "result.json").read_text())["candidates"]


MISTAKES: dict[str, tuple[list[str], str]] = {
    "unknown scenario": (["mm5", *VARY], "no bundled scenario of that name; did you mean"),
    "nothing varied": (["mm4"], "there is nothing to compare"),
    "unknown path": (
        ["mm4", "--vary", "services.server.concurency=4,5"],
        "--vary services.server.concurency=4: unknown key `concurency`; did you mean",
    ),
    "wrong value": (
        ["mm4", "--set", "expect=[]", "--vary", "services.server.concurrency=4,many"],
        "--vary services.server.concurrency=many: expected a whole number",
    ),
    "wrong setting": (
        ["mm4", *VARY, "--set", "services.server.replicas=0"],
        "--set services.server.replicas=0: expected",
    ),
    "unknown baseline": (
        ["mm4", *VARY, "--baseline", "7"],
        "--baseline 7: there is no such candidate; expected `4` or `6`",
    ),
    "near baseline": (
        ["mm4", "--vary", "services.server.queue=100,200", "--baseline", "20"],
        "--baseline 20: there is no such candidate; did you mean `200`?",
    ),
    "unknown measure": (
        ["mm4", *VARY, "--measure", "troughput"],
        "--measure troughput: unknown measure; did you mean `throughput`?",
    ),
    "chart suffix": (["mm4", *VARY, "--chart", "x.gif"], "x.gif: charts are not written as `.gif`"),
    "chart without suffix": (["mm4", *VARY, "--chart", "x"], "expected `.png`, `.svg` or `.pdf`"),
    "chart nowhere": (["mm4", *VARY, "--chart", "/nowhere/x.png"], "there is no folder /nowhere"),
    "one replication": (
        ["mm4", *VARY, "--replications", "1"],
        "--replications 1: expected 2 or more, because an interval needs two",
    ),
    "precision": (["mm4", *VARY, "--precision", "much"], "--precision much: expected"),
    "no precision": (["mm4", *VARY, "--precision", "0%"], "--precision 0%: expected more than 0"),
    "not a folder": (["mm4", *VARY, "--out", "/dev/null"], "/dev/null: a file, not a folder"),
    "unwritable folder": (["mm4", *VARY, "--out", "/proc/left"], "/proc cannot be written to"),
    "long name": (["mm4", *VARY, "--out", 300 * "a"], "cannot be written to: File name too long"),
    "unknown balancer": (
        ["mm4", "--balancers", "round_robin,peek_ewma"],
        "--balancers peek_ewma: there is no such balancer; did you mean `peak_ewma`?",
    ),
    "varied twice": (
        ["mm4", "--balancers", "all", "--vary", "defaults.balancer=random"],
        "`defaults.balancer` is varied twice",
    ),
    "no processes": (["mm4", *VARY, "--jobs", "0"], "--jobs"),
}


@pytest.mark.parametrize("name", sorted(MISTAKES))
def test_a_mistake_is_one_message_and_status_2(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong with a call, it is said in words, without a traceback, before anything is played."""
    monkeypatch.delattr("simulator.experiment.run.Run.advance")
    words, message = MISTAKES[name]
    found = compare(*words, folder=tmp_path)
    assert found.returncode == 2, found.stdout
    assert message in " ".join(found.stderr.split())
    assert "Traceback" not in found.stderr
    assert found.stdout == ""
    assert list(tmp_path.iterdir()) == []


@needs_proc
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "killed"])
def test_stopped_in_the_middle(how: signal.Signals, tmp_path: Path) -> None:
    """Stopped, by Ctrl-C in the whole group or killed: no worker and no file is left."""
    leader, follower = pty.openpty()
    long = ["--duration", "100h", "--set", "interval=10m", "--jobs", "2"]
    with (tmp_path / "out").open("w") as out:
        process = subprocess.Popen(
            [*COMMAND, "mm4", *VARY, *long, "--out", "left", "--chart", "chart.png"],
            stdout=out,
            stderr=follower,
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "120", "TERM": "xterm"},
            start_new_session=True,
        )
    os.close(follower)
    seen = b""
    until = time.monotonic() + 60.0
    # Two workers and multiprocessing's own tracker of resources.
    while time.monotonic() < until and (len(children_of(process.pid)) < 3 or b"runs" not in seen):
        if select.select([leader], [], [], 0.2)[0]:
            seen += os.read(leader, 65536)
    started = set(children_of(process.pid))
    if how == signal.SIGINT:
        os.killpg(process.pid, how)
    else:
        process.kill()
    # Read on, lest it wait for room to write its last words.
    until = time.monotonic() + 60.0
    with suppress(OSError):  # its end of the line is closed
        while time.monotonic() < until and process.poll() is None:
            if select.select([leader], [], [], 0.2)[0]:
                seen += os.read(leader, 65536)
        while select.select([leader], [], [], 0.0)[0] and (more := os.read(leader, 65536)):
            seen += more
    process.wait(timeout=60)
    os.close(leader)
    assert not wait_until_gone(started, 30.0)
    assert b"of 20 runs" in seen
    assert b"Traceback" not in seen
    assert process.returncode == (130 if how == signal.SIGINT else -signal.SIGKILL)
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out").read_text() == ""
