"""What every balancer is: candidates in, choice out."""

from __future__ import annotations

from mypy_extensions import mypyc_attr

from simulator.balancing.candidate import Candidate

NO_KEY = -1
"""The key of a request that has none."""


@mypyc_attr(allow_interpreted_subclasses=True)
class Balancer:
    """One caller's way of choosing among the instances that it knows.

    The state (a pointer, counters) belongs to one caller instance, as in a client-side library.
    A balancer never sees services, only candidates.

    Attributes:
        watches: whether it must be told what was sent and what came of it; those that do not care
            are spared the calls.
        weighs: whether it heeds the candidates' weights.
    """

    __slots__ = ("candidates", "watches", "weighs")

    def __init__(self) -> None:
        self.candidates: list[Candidate] = []
        self.watches = False
        self.weighs = False

    def update(self, candidates: list[Candidate], now: float) -> None:
        """From `now` (seconds) on choose among these: some came or went, or changed weight or health."""
        self.candidates = candidates
        for order, candidate in enumerate(candidates):
            candidate.order = order

    def pick(self, key: int, now: float) -> Candidate | None:
        """The candidate for the next attempt; None only if there is none.

        Args:
            key: what the request is about, for those that go by it; `NO_KEY` if nothing.
            now: the time, in seconds.
        """
        raise NotImplementedError

    def sent(self, candidate: Candidate, now: float) -> None:
        """An attempt goes to `candidate`."""
        candidate.active += 1

    def ended(self, candidate: Candidate, now: float, seconds: float, failed: bool) -> None:
        """An attempt that went to `candidate` ended after `seconds`."""
        candidate.active -= 1
