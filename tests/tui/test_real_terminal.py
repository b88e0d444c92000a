"""The dashboard in a real terminal: the whole story at three sizes, and all that may befall a terminal."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from processes import wait_until_gone
from terminal import COMMAND, HAS_TMUX, NO_TMUX, PATIENCE, Terminal, played_to, seconds_on

pytestmark = [pytest.mark.once, pytest.mark.skipif(not HAS_TMUX, reason=NO_TMUX)]

UNSTABLE = """\
scenario: flooded
seed: 1
duration: 60s
traffic: {users: {rate: 900/s, target: server.ask}}
services:
  server: {concurrency: 1, endpoints: {ask: [{work: {exponential: 10ms}}]}}
"""
"""Nine times as much as it can do, and a queue without an end."""


def digest_of(path: Path) -> str:
    """Of a scenario's file, played to its end by `aftershock run`."""
    done = subprocess.run(
        [*COMMAND, "run", str(path), "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return str(json.loads(done.stdout)["digest"])


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_the_whole_story(tmp_path: Path, size: tuple[int, int]) -> None:
    """Kill, see it, undo, see it heal, go back, do something else, save, play to the end: `run` agrees."""
    # Slow enough for a busy machine to press all keys before the end.
    words = ("live", "online-store", "--speed", "2", "--duration", "60s")
    with Terminal(*words, folder=tmp_path, size=size) as terminal:
        terminal.wait_for(played_to(2.0))
        terminal.keys("-")
        terminal.wait_for(r" 1x\b")
        # The first service is the one that everybody asks first. Without it there is nothing.
        terminal.keys("Down", "K")
        terminal.wait_for("kill web")
        terminal.clear_line("│ one  ")
        terminal.type("all")
        terminal.keys("Enter")
        terminal.wait_for(lambda screen: "enter kill" not in screen and "✖" in screen)
        hurt = seconds_on(terminal.screen())
        terminal.keys("+")
        terminal.wait_for(r" 2x\b")
        terminal.wait_for(played_to(hurt + 2.0))
        terminal.keys("4")
        # The dip, the fault and the event: the strip of failures is no longer empty.
        terminal.wait_for(r"events.*◆")
        terminal.wait_for(r"◆kill")
        terminal.keys("u")
        terminal.wait_for("✓")
        terminal.keys("1")
        terminal.wait_for(lambda screen: "✖" not in screen and "●" in screen)
        # Back to before it happened, and something else instead.
        terminal.keys("Space")
        terminal.wait_for("paused")
        terminal.keys("Home")
        terminal.wait_for(r"0:00\.0 / ")
        terminal.keys(".", ".")
        terminal.wait_for(r"0:02\.\d / ")
        terminal.keys("l")
        terminal.wait_for("branch 2")
        terminal.keys("4")
        terminal.wait_for("○ 1")
        terminal.keys("w")
        terminal.wait_for("write what was done")
        terminal.clear_line("online-store-live.yaml")
        terminal.type(str(tmp_path / "mine.yaml"))
        terminal.keys("Enter")
        terminal.wait_for(lambda screen: "write what was done" not in screen)
        terminal.wait_for(lambda _: (tmp_path / "mine.yaml").exists())
        terminal.keys("Space", *"+++++++++")
        terminal.wait_for("ended|stopped")
        terminal.keys("q")
        status, last = terminal.wait_for_end()
        assert status == 0
        digest = re.search(r"digest (sha256:[0-9a-f]{64})", last.replace("\n", ""))
        assert digest is not None, last
        # A long path is broken over lines, at a blank or within a word.
        way_back = f"aftershock live {tmp_path / 'mine.yaml'} --at 1m"
        assert "".join(way_back.split()) in "".join(last.split())
    assert digest_of(tmp_path / "mine.yaml") == digest[1]


def test_a_closed_terminal_leaves_nothing_behind(tmp_path: Path) -> None:
    """Neither the dashboard nor the simulation, which runs flat out, outlives its window."""
    words = ("live", "online-store", "--speed", "max", "--duration", "100h")
    terminal = Terminal(*words, folder=tmp_path)
    with terminal:
        terminal.wait_for("flat out")
        numbers = {terminal.app_process(), *terminal.simulation_processes()}
        assert len(numbers) >= 2
        terminal.hang_up()
        assert wait_until_gone(numbers, PATIENCE, reaped=False) == set()


@pytest.mark.parametrize("who", ["dashboard", "simulation"])
def test_being_killed_is_survived_by_the_terminal(tmp_path: Path, who: str) -> None:
    """SIGTERM ends it as `q` does; a simulation that is killed is told of on a panel. Nothing is left."""
    with Terminal("live", "online-store", folder=tmp_path) as terminal:
        terminal.wait_for(played_to(0.5))
        numbers = terminal.simulation_processes()
        if who == "dashboard":
            os.kill(terminal.app_process(), signal.SIGTERM)
        else:
            for number in numbers:
                os.kill(number, signal.SIGKILL)
            terminal.wait_for("killed")
            terminal.keys("q")
        status, last = terminal.wait_for_end()
        assert status == (128 + signal.SIGTERM if who == "dashboard" else 1)
        assert "online-store, seed 2024" in last
        assert wait_until_gone(numbers, PATIENCE, reaped=False) == set()
        # The terminal is as it was: what is typed is echoed again.
        assert "\x1b[?1049h" not in last


def test_without_colours_a_flood_to_its_end(tmp_path: Path) -> None:
    """NO_COLOR: not one colour. Queues that explode slow no key down; at the end the verdict stands."""
    (tmp_path / "flooded.yaml").write_text(UNSTABLE)
    words = ("live", "flooded.yaml", "--speed", "max")
    with Terminal(*words, folder=tmp_path, environment={"NO_COLOR": "1"}) as terminal:
        terminal.wait_for(played_to(1.0))
        pressed = time.monotonic()
        terminal.keys("4")
        terminal.wait_for("answers")
        assert time.monotonic() - pressed < 5.0
        terminal.wait_for("ended", patience=60.0)
        coloured = re.findall(r"\x1b\[[0-9;]*m", terminal.screen_with_colours())
        codes = {code for each in coloured for code in each[2:-1].split(";")}
        greys = {"38", "48", "2"}
        assert not codes & {str(number) for number in (*range(31, 37), *range(41, 47))} - greys
        for each in coloured:
            for red, green, blue in re.findall(r"[34]8;2;(\d+);(\d+);(\d+)", each):
                assert red == green == blue, "a grey at most"
        terminal.keys(".")
        terminal.wait_for("the run is over")
        terminal.keys("q")
        assert terminal.wait_for_end()[0] == 0
