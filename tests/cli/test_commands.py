"""The command line as its users meet it: real processes, real signals, real terminals."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from in_process import called

COMMAND = [sys.executable, "-c", "from cli.main import main; main()"]
LONG = ["--duration", "100h", "--set", "interval=10m"]


def aftershock(
    *words: str, folder: Path | None = None, columns: int = 100
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in a process of its own."""
    return subprocess.run(
        [*COMMAND, *words],
        cwd=folder,
        env={**os.environ, "COLUMNS": str(columns)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_run_passes_and_says_so() -> None:
    """A run whose expectations are met ends with status 0 and a verdict."""
    found = aftershock("run", "mm4", "--duration", "60s")
    assert found.returncode == 0
    assert "PASS  all" in found.stdout
    assert "► bottleneck: server" in found.stdout
    assert found.stderr == ""


def test_an_expectation_that_is_not_met_is_status_1() -> None:
    """A verdict of fail can stop a pipeline."""
    found = aftershock("run", "mm4", "--duration", "60s", "--set", "expect=[users.p50 < 1ms]", "-q")
    assert found.returncode == 1
    assert found.stdout == "FAIL  1 of 1 expectations not met\n"


def test_json_is_alone_on_standard_output() -> None:
    """With --json nothing but one object is printed there; the tables go to standard error."""
    found = aftershock("run", "mm4", "--duration", "60s", "--json")
    result = json.loads(found.stdout)
    assert found.stdout.count("\n") == 1
    assert result["schema"] == "aftershock.run/1"
    assert result["verdict"] == "pass"
    assert result["traffic"]["users"]["started"] > 1000
    assert "PASS" in found.stderr


MISTAKES: dict[str, tuple[list[str], str]] = {
    "unknown name": (
        ["run", "mm5"],
        "mm5: no such file, and no bundled scenario of that name; did you",
    ),
    "bad setting": (
        ["run", "mm4", "--set", "services.server.replicas=0"],
        "--set services.server.replicas=0: expected",
    ),
    "bad duration": (["run", "mm4", "--duration", "5"], "expected a duration with a unit"),
    "unknown option": (["run", "mm4", "--fast"], "No such option: --fast"),
    "unknown command": (["rnu", "mm4"], "No such command 'rnu'"),
    "not a folder": (["run", "mm4", "--out", "/dev/null"], "/dev/null: a file, not a folder"),
    "unknown bundled": (
        ["show", "mm5"],
        "mm5: no bundled scenario of that name; did you mean `mm4`?",
    ),
    "no init over": (["init", "/dev/null"], "/dev/null: exists already"),
    "no folder": (["init", "/nowhere/x.yaml"], "/nowhere/x.yaml: cannot be written: No such file"),
}


@pytest.mark.parametrize("name", sorted(MISTAKES))
def test_a_mistake_is_one_message_and_status_2(name: str) -> None:
    """Whatever is wrong with a call, it is said in words, without a traceback."""
    words, message = MISTAKES[name]
    # One for each way of telling: ours, and that of the parser of command lines.
    real = name in ("bad setting", "unknown option")
    found = aftershock(*words) if real else called(*words)
    assert found.returncode == 2
    assert message in " ".join(found.stderr.split())
    assert "Traceback" not in found.stderr
    assert found.stdout == ""


def test_init_check_run(tmp_path: Path) -> None:
    """The file that `init` writes is right, runs, and is not overwritten."""
    assert called("init", "x.yaml", folder=tmp_path).returncode == 0
    assert "x.yaml: ok (2 services" in called("check", "x.yaml", folder=tmp_path).stdout
    found = called("run", "x.yaml", "--duration", "30s", folder=tmp_path)
    assert found.returncode == 0, found.stdout
    assert called("init", "x.yaml", folder=tmp_path).returncode == 2


def test_list_and_show_and_schema_and_version() -> None:
    """What can be looked up can be looked up."""
    assert re.search(r"^mm4 +\S", called("list").stdout, re.MULTILINE)
    assert "concurrency: 4" in called("show", "mm4").stdout
    assert json.loads(called("schema").stdout)["title"] == "Scenario"
    version = called("version").stdout
    assert re.search(r"(compiled|interpreted)", version)
    assert "numpy" in version
    assert "simpy" in version


def await_progress(leader: int) -> bytes:
    """What a terminal shows until the progress bar does."""
    seen = b""
    until = time.monotonic() + 60.0
    while time.monotonic() < until and b"events/s" not in seen:
        if select.select([leader], [], [], 0.5)[0]:
            seen += os.read(leader, 65536)
    return seen


def test_ctrl_c_prints_what_there_is(tmp_path: Path) -> None:
    """Interrupted, a run shows its progress until then and its figures so far, with status 130."""
    leader, follower = pty.openpty()
    with (tmp_path / "out").open("w") as out:
        process = subprocess.Popen(
            [*COMMAND, "run", "mm4", *LONG],
            stdout=out,
            stderr=follower,
            env={**os.environ, "COLUMNS": "120", "TERM": "xterm"},
        )
    os.close(follower)
    seen = await_progress(leader)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    os.close(leader)
    assert re.search(rb"s simulated, [\d,]+x, [\d,]+ events/s", seen)
    assert process.returncode == 130
    assert "INCOMPLETE  stopped at" in (tmp_path / "out").read_text()


def test_a_reader_who_has_seen_enough() -> None:
    """A closed pipe ends the command without a word."""
    script = f'"{sys.executable}" -c "from cli.main import main; main()" schema | head -n 1'
    found = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout == "{\n"
    assert found.stderr == ""


def test_out_leaves_everything(tmp_path: Path) -> None:
    """A folder with the result, the series, the traces, and a scenario that plays to the same."""
    words = ["checkout", "--duration", "40s", "--set", "expect=[]", "--seed", "5"]
    assert called("run", *words, "--out", "left", folder=tmp_path).returncode == 0
    left = tmp_path / "left"
    names = {each.name for each in left.iterdir()}
    kinds = ("traffic", "service", "endpoint", "instance", "edge", "gauge", "latency")
    series = {f"series-{kind}.{end}" for kind in kinds for end in ("csv", "parquet")}
    assert names == {"result.json", "scenario.yaml", "traces.json"} | series
    result = json.loads((left / "result.json").read_text())
    again = called("run", str(left / "scenario.yaml"), "--json")
    assert json.loads(again.stdout)["digest"] == result["digest"]
    # An earlier result is replaced; anything else is not touched.
    assert called("run", *words, "--out", "left", folder=tmp_path).returncode == 0
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    refused = called("run", *words, "--out", "mine", folder=tmp_path)
    assert refused.returncode == 2
    assert "not empty, and not an earlier result" in refused.stderr
    assert [each.name for each in (tmp_path / "mine").iterdir()] == ["letter.txt"]
    assert {each.name for each in tmp_path.iterdir()} == {"left", "mine"}


def test_a_killed_run_leaves_nothing(tmp_path: Path) -> None:
    """Killed in the middle, a run leaves no half-written folder."""
    process = subprocess.Popen(
        [*COMMAND, "run", "mm4", *LONG, "--out", "left"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(2.0)
    process.kill()
    process.wait()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("columns", [80, 120, 130, 200])
def test_tables_fit_their_terminal(columns: int) -> None:
    """No line is wider than the terminal, and no figure is cut off."""
    found = called(
        "run",
        "checkout",
        "--duration",
        "40s",
        "--set",
        "expect=[availability > 1%]",
        columns=columns,
    )
    assert max(len(line) for line in found.stdout.splitlines()) <= columns
    assert "…" not in found.stdout
