"""Sticky sessions: a client stays with the instance that it was given first."""

from __future__ import annotations

from simulator.balancing.balancer import NO_KEY, Balancer
from simulator.balancing.candidate import Candidate


class Sticky(Balancer):
    """Gives a client's first request to whom another balancer picks, and the later ones too.

    A client that was away for longer than `timeout` seconds, or whose instance is gone, is given
    anew. Wins where instances keep sessions or warm caches; loses on balance, the more so the more
    clients differ, and a recovered instance stays idle until old clients leave. Constant cost per pick.

    Source: Kubernetes, Service `sessionAffinity: ClientIP` (10,800 s).
    """

    __slots__ = ("inner", "kept", "present", "timeout")

    def __init__(self, inner: Balancer, timeout: float) -> None:
        super().__init__()
        self.inner = inner
        self.watches = inner.watches
        self.weighs = inner.weighs
        self.timeout = timeout
        self.kept: dict[int, tuple[Candidate, float]] = {}
        self.present: set[str] = set()

    def update(self, candidates: list[Candidate], now: float) -> None:
        self.candidates = candidates
        self.present = {each.name for each in candidates}
        self.inner.update(candidates, now)

    def pick(self, key: int, now: float) -> Candidate | None:
        if key == NO_KEY:
            return self.inner.pick(key, now)
        kept = self.kept.get(key)
        if kept is not None:
            candidate, seen = kept
            if now - seen <= self.timeout and candidate.name in self.present:
                self.kept[key] = (candidate, now)
                return candidate
        picked = self.inner.pick(key, now)
        if picked is not None:
            self.kept[key] = (picked, now)
        return picked

    def sent(self, candidate: Candidate, now: float) -> None:
        self.inner.sent(candidate, now)

    def ended(self, candidate: Candidate, now: float, seconds: float, failed: bool) -> None:
        self.inner.ended(candidate, now, seconds, failed)
