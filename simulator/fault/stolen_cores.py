"""Cores that somebody else uses."""

from __future__ import annotations

from collections.abc import Callable

from simulator.fault.chosen import ChosenFault
from simulator.fault.fault import Schedule
from simulator.kernel.kernel import Kernel
from simulator.service.instance import Instance


class StolenCores(ChosenFault[Instance]):
    """Takes some of the cores of instances away: a neighbour computes on them.

    In the real world: steal time under a hypervisor, a batch job pinned beside the service, a
    stress process with a priority above it. As long as cores are free nobody notices; a service
    near its capacity is overloaded at once.

    Here: of `cores` that a service has, so many less are left. Requests that compute share the rest
    as ever: n of them on c cores, of which s are stolen, each run at min(1, (c - s) / n) of full
    speed, while a lone one is as fast as before. With `sharing: fcfs` a piece of work that has a
    core keeps it to its end, and the next has to wait for one that is left. Two at once add up; if
    they take all, next to nothing goes on. Utilization counts the cores that the service has.

    Left out: a neighbour of the same priority, who gets a fair share for each of its processes and
    less where many compute; caches and memory bandwidth that are shared too.

    Source: Chaos Mesh, StressChaos `cpu` `workers`; Linux, proc(5), `steal`; Kleinrock, Queueing
    Systems II (1976), section 4.4, for the sharing.

    Args:
        cores: how many are taken.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        choose: Callable[[], list[Instance]],
        cores: float,
    ) -> None:
        super().__init__(kernel, name, "slow", schedule, choose)
        self.cores = cores

    def harm(self, victim: Instance) -> None:
        assert victim.processor is not None
        victim.processor.steal(self.cores)

    def heal(self, victim: Instance) -> None:
        assert victim.processor is not None
        victim.processor.give_back(self.cores)
