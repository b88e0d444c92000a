"""What a pick costs: nanoseconds for a pick, a start and an end, by the number of instances.

Prints a markdown table. The installed build is measured, so compare it with itself only: rows
against rows, columns against columns.
"""

from __future__ import annotations

import time

import numpy as np

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.chance import Chance
from simulator.build import COMPILED
from simulator.scenario.building.balancers import BalancerMaker, Caller
from simulator.scenario.model import balancer as model
from simulator.scenario.model.policy import Policy

SIZES = (10, 100, 1_000, 10_000)
UNDER_WAY = 8
"""Requests that are under way at any time."""
SPENT = 0.05
"""Seconds that one measurement takes, at least."""


def make(name: str) -> Balancer:
    """A balancer by its name, with the options that it has when none are given."""
    generator = np.random.default_rng(1)
    maker = BalancerMaker(
        Caller("caller-1", 0, "x", {"x": 1, "y": 1}),
        lambda _part: Chance(lambda size: generator.random(size).tolist()),
        0,
        lambda _round, count: list(range(count)),
    )
    choice: model.BalancerChoice | str = name
    if name == "priority":
        choice = model.BalancerChoice(priority=model.Priority(levels=("x", "y")))
    return maker.make(Policy.model_construct(None, balancer=choice))


def cost(name: str, size: int) -> float:
    """Nanoseconds for one request, at best of three."""
    balancer = make(name)
    balancer.update([Candidate(f"host-{n}", zone="xy"[n % 2]) for n in range(size)], 0.0)
    best = float("inf")
    for _ in range(3):
        open_requests: list[Candidate] = []
        done = 0
        began = time.perf_counter()
        while time.perf_counter() - began < SPENT:
            for key in range(200):
                now = done * 1e-4
                picked = balancer.pick(key, now)
                assert picked is not None
                balancer.sent(picked, now)
                open_requests.append(picked)
                if len(open_requests) > UNDER_WAY:
                    balancer.ended(open_requests.pop(0), now, 0.01, False)
                done += 1
        best = min(best, (time.perf_counter() - began) / done)
        for candidate in open_requests:
            balancer.ended(candidate, 0.0, 0.01, False)
    return best * 1e9


def main() -> None:
    """Measure every algorithm."""
    print(f"{'compiled' if COMPILED else 'interpreted'} build, ns for each request")
    print("| balancer | " + " | ".join(f"{size:,}" for size in SIZES) + " |")
    print("|---|" + "---|" * len(SIZES))
    for name in model.balancer_names():
        costs = " | ".join(f"{cost(name, size):,.0f}" for size in SIZES)
        print(f"| `{name}` | {costs} |", flush=True)


if __name__ == "__main__":
    main()
