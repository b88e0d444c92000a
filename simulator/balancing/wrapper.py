"""A balancer around another."""

from __future__ import annotations

from mypy_extensions import mypyc_attr

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate


@mypyc_attr(allow_interpreted_subclasses=True)
class Wrapper(Balancer):
    """Leaves the choice to an inner balancer, and passes on whatever happens."""

    __slots__ = ("inner",)

    def __init__(self, inner: Balancer) -> None:
        super().__init__()
        self.inner = inner
        self.watches = inner.watches
        self.weighs = inner.weighs

    def pick(self, key: int, now: float) -> Candidate | None:
        return self.inner.pick(key, now)

    def sent(self, candidate: Candidate, now: float) -> None:
        self.inner.sent(candidate, now)

    def ended(self, candidate: Candidate, now: float, seconds: float, failed: bool) -> None:
        self.inner.ended(candidate, now, seconds, failed)
