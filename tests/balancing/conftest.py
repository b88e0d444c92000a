"""Candidates and chances for balancers on their own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from simulator.balancing.balancer import NO_KEY, Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.chance import Chance


def make_chance(seed: int = 1) -> Chance:
    generator = np.random.default_rng(seed)
    return Chance(lambda size: generator.random(size).tolist())


def scripted(*values: float) -> Chance:
    """Gives these numbers, over and over."""
    return Chance(lambda _size: list(values))


def make_candidates(*weights: float, names: str = "abcdefghij") -> list[Candidate]:
    return [Candidate(name, weight) for name, weight in zip(names, weights, strict=False)]


def picks(balancer: Balancer, count: int, key: int = NO_KEY) -> str:
    """The names of the next picks, none of which is sent."""
    names = []
    for _ in range(count):
        picked = balancer.pick(key, 0.0)
        assert picked is not None
        names.append(picked.name)
    return "".join(names)


@pytest.fixture
def chance() -> Callable[[int], Chance]:
    return make_chance
