"""Sticky sessions: a client stays with the instance that it was given first."""

from __future__ import annotations

from simulator.balancing.balancer import NO_KEY, Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.wrapper import Wrapper


class Sticky(Wrapper):
    """Gives a client's first request to whom another balancer picks, and the later ones too.

    A client that was away for longer than `timeout` seconds, or whose instance is gone, is given
    anew. Wins where instances keep sessions or warm caches; loses on balance, the more so the more
    clients differ, and a recovered instance stays idle until old clients leave. Constant cost per pick.

    Source: Kubernetes, Service `sessionAffinity: ClientIP` (10,800 s).
    """

    __slots__ = ("kept", "present", "timeout")

    def __init__(self, inner: Balancer, timeout: float) -> None:
        super().__init__(inner)
        self.timeout = timeout
        self.kept: dict[int, tuple[Candidate, float]] = {}
        self.present: dict[str, Candidate] = {}

    def update(self, candidates: list[Candidate], now: float) -> None:
        self.candidates = candidates
        self.present = {each.name: each for each in candidates}
        self.inner.update(candidates, now)

    def pick(self, key: int, now: float) -> Candidate | None:
        if key == NO_KEY:
            return self.inner.pick(key, now)
        kept = self.kept.get(key)
        if kept is not None:
            candidate, seen = kept
            if now - seen <= self.timeout and self.present.get(candidate.name) is candidate:
                self.kept[key] = (candidate, now)
                return candidate
        picked = self.inner.pick(key, now)
        if picked is not None:
            self.kept[key] = (picked, now)
        return picked
