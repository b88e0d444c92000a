"""A window that changes its size while the simulation plays."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pyte
import pytest

if sys.platform == "win32":
    pytest.skip("needs pseudo-terminals", allow_module_level=True)

from pseudo_terminal import PseudoTerminal
from terminal import played_to

pytestmark = pytest.mark.once


def drawn(width: int, height: int) -> Callable[[str], bool]:
    """For `wait_for`: the timeline is drawn at this size, to the last cell of the last line.

    An emulator cuts off, or leaves empty, until the app has drawn.
    """

    def fits(screen: str) -> bool:
        lines = [line.rstrip() for line in screen.splitlines()]
        whole = len(lines) == height and lines[-1].endswith("q quit")
        return whole and len(lines[-1]) >= width - 1 and "0:00" in screen and "answers" in screen

    return fits


@pytest.mark.parametrize("exported", [{}, {"COLUMNS": "80", "LINES": "24"}], ids=["", "exported"])
def test_sizes_change_while_it_plays(tmp_path: Path, exported: dict[str, str]) -> None:
    """Larger, smaller, far too small, and back: it says so or shows everything; ctrl-C leaves.

    What is exported of a size is not believed.
    """
    words = ("live", "online-store", "--speed", "2", "--record", "x.cast")
    with PseudoTerminal(*words, folder=tmp_path, size=(120, 40), environment=exported) as terminal:
        terminal.wait_for(played_to(1.0))
        terminal.keys("4")
        for width, height in ((200, 60), (80, 24), (61, 17)):
            terminal.resize(width, height)
            terminal.wait_for(drawn(width, height))
        terminal.resize(40, 10)
        terminal.wait_for(lambda screen: "60x16" in screen)
        terminal.resize(80, 24)
        terminal.wait_for(drawn(80, 24))
        terminal.keys("\x03")
        status, last = terminal.wait_for_end()
        assert status == 0
        assert "recorded in x.cast" in last
        assert "back to where you were: aftershock live online-store --at" in last
    # What was recorded is what was on the screen: its last size, its last time.
    lines = (tmp_path / "x.cast").read_text().splitlines()
    events = [json.loads(line) for line in lines[1:]]
    assert [data for _, code, data in events if code == "r"][-1] == "80x24"
    screen_of_cast = pyte.Screen(120, 40)
    stream = pyte.Stream(screen_of_cast)
    seen = []
    for _, code, data in events:
        if code == "r":
            columns, rows = map(int, data.split("x"))
            screen_of_cast.resize(rows, columns)
        else:
            stream.feed(data)
            seen.append("\n".join(screen_of_cast.display))
    assert any("answers" in each and "online-store" in each for each in seen[-10:])


def test_the_last_of_many_sizes_counts(tmp_path: Path) -> None:
    """A corner that is dragged: sizes come faster than they can be drawn, and the last one is drawn."""
    sizes = random.Random(7)
    with PseudoTerminal(
        "live", "online-store", "--speed", "max", folder=tmp_path, size=(80, 24)
    ) as terminal:
        terminal.wait_for(lambda screen: "online-store" in screen)
        terminal.keys("4")
        terminal.wait_for(drawn(80, 24))
        for _ in range(5):
            for _ in range(20):
                width, height = sizes.randint(61, 200), sizes.randint(17, 60)
                terminal.resize(width, height)
            terminal.wait_for(drawn(width, height))
        terminal.keys("q")
        assert terminal.wait_for_end()[0] == 0
