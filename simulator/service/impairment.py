"""What instances do otherwise than they were built to, put on them and taken off them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.network.disturbance import Toxic
from simulator.network.toxic.refusal import Refusal
from simulator.service.doorman import Doorman
from simulator.service.gate import Gate
from simulator.service.instance import Instance


class Impairment:
    """Being slower (or faster), answering with failures, or turning callers away.

    It is put on an instance and taken off it again, by a fault for a while or by a version for as
    long as the instance runs it; what others have done to the instance meanwhile stays.

    Args:
        speed: what becomes of the speed; 1 for no change.
        toxics: what make the harm to its answers.
        refusals: what make those who turn callers away.
    """

    def __init__(
        self,
        speed: float = 1.0,
        toxics: Sequence[Callable[[], Toxic]] = (),
        refusals: Sequence[Callable[[], Refusal]] = (),
    ) -> None:
        self.speed = speed
        self.toxics = [make() for make in toxics]
        self.refusals = [make() for make in refusals]

    def put_on(self, instance: Instance) -> None:
        """From now on the instance does so."""
        if self.speed != 1.0:
            instance.slow_down(self.speed)
        for toxic in self.toxics:
            instance.disturb(toxic)
        if self.refusals:
            instance.gate = self.post(instance.gate)

    def take_off(self, instance: Instance) -> None:
        """It no longer does, as far as this is concerned."""
        if self.speed != 1.0:
            instance.speed_up(self.speed)
        for toxic in self.toxics:
            instance.calm(toxic)
        if self.refusals:
            instance.gate = self.dismiss(instance.gate)

    def post(self, gate: Gate | None) -> Gate:
        """A gate at which those who turn callers away stand too."""
        if isinstance(gate, Doorman) and type(gate) is not Doorman:
            # Of another kind, such as one that is there for the last requests only.
            gate.behind = self.post(gate.behind)
            return gate
        doorman = gate if isinstance(gate, Doorman) else Doorman(gate)
        doorman.refusals += self.refusals
        return doorman

    def dismiss(self, gate: Gate | None) -> Gate | None:
        """What is left of a gate when they are gone."""
        assert isinstance(gate, Doorman)
        if type(gate) is not Doorman:
            gate.behind = self.dismiss(gate.behind)
            return gate
        for refusal in self.refusals:
            gate.refusals.remove(refusal)
        return gate if gate.refusals else gate.behind
