"""Clocks that are wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.fault.chosen import ChosenFault
from simulator.fault.fault import Schedule
from simulator.kernel.kernel import Kernel
from simulator.network.toxic.wrong_time import Clocks
from simulator.service.impairment import Impairment
from simulator.service.instance import Instance


class ClockSkew(ChosenFault[Instance]):
    """Sets the clocks of instances wrong: what they sign is not accepted, nor what they are shown.

    In the real world: an NTP daemon that died, a virtual machine that was suspended. Tokens and
    signed requests say when they were made; whoever checks them compares that with its own clock,
    and accepts a difference of some minutes. The instance works, and nothing that it does is good.

    Here: a caller and a callee whose clocks differ by more than `tolerance` do not accept each
    other: the callee answers `unauthorized` at once, without work, if it has room for the question.
    That is so for what an instance with a wrong clock is asked, and for what it asks. Users have the
    right time, and two that are wrong alike get on. Probes pass. Several shifts of one clock add up.

    Left out: certificates, whose validity is in months; a cache's `ttl`, since caches and timeouts
    of real libraries go by monotonic time, which no shift touches; the servers of the registry:
    leases of etcd and sessions of Consul are monotonic too, while Eureka compares time stamps of
    its own server, which a jump would let run out; clocks that drift.

    Source: AWS Signature Version 4, `RequestTimeTooSkewed` (5 min); RFC 4120, section 1.6 and
    `KRB_AP_ERR_SKEW`; RFC 7519, sections 4.1.4 and 4.1.5 (leeway); Chaos Mesh, TimeChaos.

    Args:
        by: seconds by which they are ahead; negative behind.
        everybody: all instances, each of which checks.
        check: what is put on each of them.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        choose: Callable[[], list[Instance]],
        by: float,
        clocks: Clocks,
        everybody: Sequence[Instance],
        check: Impairment,
    ) -> None:
        super().__init__(kernel, name, "clock_skew", schedule, choose)
        self.by = by
        self.clocks = clocks
        self.everybody = everybody
        self.check = check

    def begin(self) -> Sequence[str]:
        hit = super().begin()
        for instance in self.everybody:
            self.check.put_on(instance)
        return hit

    def undo(self) -> None:
        super().undo()
        for instance in self.everybody:
            self.check.take_off(instance)

    def harm(self, victim: Instance) -> None:
        self.clocks.shift(victim.name, self.by)

    def heal(self, victim: Instance) -> None:
        self.clocks.set_right(victim.name, self.by)
