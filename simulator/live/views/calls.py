"""The calls between one service and its callers and callees."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.live.snapshot import BreakerView, CallView, Figures
from simulator.live.views.graph import Pair
from simulator.live.views.policies import balancers_in_words, policies_in_words, policies_of
from simulator.scenario.building.pushes import Push, pushes_of
from simulator.scenario.building.world import World


class Calls:
    """How callers ask services: their policies, as configured and as pushed since."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.pushes = {each.name: each for each in pushes_of(world.scenario)}
        self.on: list[Push] = []
        self.policies = policies_of(world.scenario, self.on)

    def refresh(self) -> None:
        """Take account of what has been pushed, or taken back, since the last time."""
        active = [each for each in self.world.faults if each.active and each.name in self.pushes]
        on = [self.pushes[each.name] for each in sorted(active, key=lambda each: each.latest)]
        if on != self.on:
            self.on = on
            self.policies = policies_of(self.world.scenario, on)

    def view(self, pair: Pair, figures: Figures, breakers: Sequence[BreakerView]) -> CallView:
        """The calls of one pair."""
        policies = self.policies.get(pair, {})
        return CallView(
            caller=pair[0],
            callee=pair[1],
            figures=figures,
            balancer=balancers_in_words(policies),
            policies=policies_in_words(policies),
            breakers=tuple(breakers),
        )
