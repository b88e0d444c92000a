"""What the autoscalers of the bundled scenarios do, beside what users feel of it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from simulator.experiment.result import ScalingFigures
from simulator.experiment.run import simulate
from simulator.scenario import load

pytestmark = pytest.mark.once

SEED = 101


def scaling(name: str) -> tuple[list[tuple[int, int]], ScalingFigures]:
    """Every change of the number of the shop's instances, from and to, and its figures."""
    result = simulate(load(name).scenario, seed=SEED)
    figures = result.services["shop"].scaling
    assert figures is not None
    found = []
    for entry in result.log:
        if entry.kind == "scale":
            before, _, after = entry.detail.partition(":")[0].partition(" to ")
            found.append((int(before), int(after)))
    return found, figures


def turns(changes: list[tuple[int, int]]) -> int:
    """How often it turned round."""
    ups = [after > before for before, after in changes]
    return sum(up != later for up, later in pairwise(ups))


def test_an_autoscaler_swings_between_its_bounds() -> None:
    """A cycle takes about three minutes: in twelve it turns at least six times, and goes to all."""
    changes, figures = scaling("autoscaler-oscillation")
    assert turns(changes) >= 6
    assert figures.most == 30
    assert figures.least is not None
    assert figures.least <= 8


def test_a_window_holds_it() -> None:
    """It goes down once, five minutes after the start, and corrects itself at most by some."""
    changes, figures = scaling("autoscaler-steady")
    assert changes[0][0] == 14 == figures.most
    assert turns(changes) <= 2
    assert figures.least is not None
    assert figures.least >= 9


def test_a_budget_leaves_nothing_to_scale() -> None:
    """With retries that know no bounds the shop goes to all there may be, and else nowhere."""
    changes, figures = scaling("autoscaler-retry-budget")
    assert changes == []
    assert figures.most == 3
    changes, figures = scaling("autoscaler-retry-storm")
    assert turns(changes) == 0
    assert figures.last == 10
