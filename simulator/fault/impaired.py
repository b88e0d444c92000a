"""Faults that do to instances what a version might: an impairment, for a while."""

from __future__ import annotations

from collections.abc import Callable

from simulator.fault.chosen import ChosenFault
from simulator.fault.fault import Schedule
from simulator.kernel.kernel import Kernel
from simulator.service.impairment import Impairment
from simulator.service.instance import Instance


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
