"""Random: any instance."""

from __future__ import annotations

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.chance import Chance


class Random(Balancer):
    """Takes any instance, each with the same chance.

    Wins where callers are many and know nothing: no state, no herd. Loses to nearly everything else
    on waiting, since chance heaps requests on some instances: each of n gets a Poisson stream, as
    if it stood alone (M/M/1). What kube-proxy's iptables rules do. Constant cost per pick.

    Source: Envoy, "Random"; Kubernetes, pkg/proxy/iptables (probability 1/(n-i) for rule i).
    """

    __slots__ = ("chance",)

    def __init__(self, chance: Chance) -> None:
        super().__init__()
        self.chance = chance

    def pick(self, key: int, now: float) -> Candidate | None:
        candidates = self.candidates
        if not candidates:
            return None
        return candidates[self.chance.below(len(candidates))]
