"""What a new version of a service does worse, put on instances and taken off them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.network.disturbance import Disturbances, Toxic
from simulator.network.toxic.refusal import Refusal
from simulator.service.doorman import Doorman
from simulator.service.instance import Instance


class BadVersion:
    """A version that is slower, answers with failures, or turns callers away.

    It is installed on an instance and removed from it again; what others have done to the instance
    meanwhile stays.

    Args:
        speed: what is left of the speed; 1 for all of it.
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

    def install(self, instance: Instance) -> None:
        """From now on the instance runs this version."""
        if self.speed < 1.0:
            instance.slow_down(self.speed)
        if self.toxics:
            if instance.disturbed is None:
                instance.disturbed = Disturbances()
            for toxic in self.toxics:
                instance.disturbed.add(toxic)
        if self.refusals:
            if not isinstance(instance.gate, Doorman):
                instance.gate = Doorman(instance.gate)
            instance.gate.refusals += self.refusals

    def remove(self, instance: Instance) -> None:
        """The instance runs its own version again."""
        if self.speed < 1.0:
            instance.speed_up(self.speed)
        disturbed = instance.disturbed
        if self.toxics:
            assert disturbed is not None
            for toxic in self.toxics:
                disturbed.toxics.remove(toxic)
            if not disturbed.toxics:
                instance.disturbed = None
        doorman = instance.gate
        if self.refusals:
            assert isinstance(doorman, Doorman)
            for refusal in self.refusals:
                doorman.refusals.remove(refusal)
            if not doorman.refusals:
                instance.gate = doorman.behind
