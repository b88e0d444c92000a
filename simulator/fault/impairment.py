"""What instances do worse for a while, put on them and taken off them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.fault.chosen import ChosenFault
from simulator.fault.fault import Schedule
from simulator.kernel.kernel import Kernel
from simulator.network.disturbance import Toxic
from simulator.network.toxic.refusal import Refusal
from simulator.service.doorman import Doorman
from simulator.service.instance import Instance


class Impairment:
    """Being slower, answering with failures, or turning callers away.

    It is put on an instance and taken off it again; what others have done to the instance meanwhile
    stays.

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

    def put_on(self, instance: Instance) -> None:
        """From now on the instance does worse."""
        if self.speed < 1.0:
            instance.slow_down(self.speed)
        for toxic in self.toxics:
            instance.disturb(toxic)
        if self.refusals:
            if not isinstance(instance.gate, Doorman):
                instance.gate = Doorman(instance.gate)
            instance.gate.refusals += self.refusals

    def take_off(self, instance: Instance) -> None:
        """It no longer does, as far as this is concerned."""
        if self.speed < 1.0:
            instance.speed_up(self.speed)
        for toxic in self.toxics:
            instance.calm(toxic)
        doorman = instance.gate
        if self.refusals:
            assert isinstance(doorman, Doorman)
            for refusal in self.refusals:
                doorman.refusals.remove(refusal)
            if not doorman.refusals:
                instance.gate = doorman.behind


class Impaired(ChosenFault[Instance]):
    """A fault that is an impairment of the instances that it chooses, and nothing else."""

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        kind: str,
        schedule: Schedule,
        choose: Callable[[], list[Instance]],
        impairment: Impairment,
    ) -> None:
        super().__init__(kernel, name, kind, schedule, choose)
        self.impairment = impairment

    def harm(self, victim: Instance) -> None:
        self.impairment.put_on(victim)

    def heal(self, victim: Instance) -> None:
        self.impairment.take_off(victim)
