"""The heat strip, cell by cell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from samples import history
from samples_inside import heat

from simulator.live.snapshot import History
from tui.widgets.heat_strip import COLOURS, EMPTY, heat_lines


def _strip(counts: list[list[float]], bands: list[float]) -> History:
    return replace(history(len(counts)), bands=np.array(bands), heat=np.array(counts))


def _drawn(strip: History, width: int = 40, height: int = 8) -> list[str]:
    return [line.plain.rstrip() for line in heat_lines(strip, width, height)]


def test_denser_cells_are_darker() -> None:
    """Shades go with the square root of how many: 1 %, a quarter, all. Empty cells are blank."""
    spread = _strip([[100, 1, 25, 1], [100, 0, 0, 100]], [0.01, 0.02, 0.04, 0.08])
    assert _drawn(spread)[:4] == ["   80ms│░▲", "   40ms│▲", "   20ms│░", "   10ms│●●"]


def test_colours_say_the_same_as_shades() -> None:
    """A cell has the colour of its shade, so that either will do."""
    strip = _strip([[100, 1, 25, 100, 100]], [0.01, 0.02, 0.04, 0.08, 0.16])
    lines = heat_lines(strip, 40, 8)
    shades = {line.plain[8]: str(line.spans[-1].style) for line in lines[:5]}
    assert shades["░"] == COLOURS[1]
    assert shades["▒"] == COLOURS[2]
    assert shades["█"] == COLOURS[4]


def test_the_median_and_the_tail_are_marked() -> None:
    """Ninety-eight fast answers and two slow ones: the median is fast, the 99th percentile slow."""
    assert _drawn(_strip([[98, 0, 2]], [0.01, 0.1, 1.0])) == [
        "  1.00s│▲",
        "  100ms│",
        "   10ms│●",
        "       └0:00",
    ]


def test_what_does_not_fit_is_put_together() -> None:
    """Thirty seconds in 22 cells are fifteen columns of two; 41 bands in eight rows are groups."""
    lines = _drawn(heat(30), width=30)
    assert len(lines) == 7
    assert lines[-1] == "       └0:00        0:24"
    assert lines[-2][8:] == "●" * 15


def test_times_stand_below_their_columns() -> None:
    """A label begins below the column whose time it is."""
    axis = _drawn(heat(30), width=60)[-1]
    assert axis == "       └0:00        0:12        0:24"
    assert axis.index("0:12") == 8 + 12


@pytest.mark.parametrize("width", [5, 11])
def test_no_room_is_no_mistake(width: int) -> None:
    """A strip that has no room for columns says so in words."""
    assert _drawn(heat(30), width=width) == [EMPTY]


def test_nothing_yet() -> None:
    """Before the first answer there is nothing to shade."""
    assert _drawn(history(3)) == [EMPTY]
    assert _drawn(_strip([[0.0, 0.0]], [0.1, 0.2])) == [EMPTY]
