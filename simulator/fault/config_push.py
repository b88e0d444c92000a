"""A bad value in the configuration of callers."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.call.edge import CallPoint
from simulator.fault.fault import Fault, Schedule
from simulator.kernel.kernel import Kernel


class ConfigPush(Fault):
    """Gives the calls of a service, or of a traffic class, another policy until it is rolled back.

    In the real world: a timeout typed in the wrong unit, retries turned up in a hurry, a limit of 0,
    a breaker that somebody has switched off. Configuration often skips the tests and the slow
    rollout that code has, and reaches every instance within seconds. Many of the largest outages
    began so.

    Here: every key in `policy` replaces the one that the calls have, in one moment and for all
    instances of the caller; a key of `null` takes it away. Calls under way go on as they began, but
    for the timeouts of attempts that they have still to make. What has other settings is another
    thing: a breaker begins closed and a bulkhead empty, and at the end of the fault the old ones are
    there as they were left. Of two pushes on one call the later has its way.

    Left out: how attempts are balanced, and who else is asked, which stay; a rollout that takes
    time; instances that crash on a value they cannot read (a `bad_deploy`, or a `kill`).

    Source: Google Cloud, incident report of 12 June 2025 (a quota policy with blank fields,
    everywhere within seconds); Cloudflare, "Details of the Cloudflare outage on July 2, 2019" and
    "Cloudflare outage on November 18, 2025"; Meta, "More details about the October 4 outage", 2021.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        caller: str,
        pushed: Sequence[tuple[Setting, CallPoint]],
    ) -> None:
        super().__init__(kernel, name, "config_push", schedule)
        self.caller = caller
        self.pushed = pushed

    def begin(self) -> Sequence[str]:
        for setting, meanwhile in self.pushed:
            setting.push(meanwhile)
        return [self.caller]

    def undo(self) -> None:
        for setting, meanwhile in self.pushed:
            setting.take_back(meanwhile)


class Setting:
    """How one call is made, as the last push has it, or as it was built."""

    def __init__(self, point: CallPoint) -> None:
        self.point = point
        self.stack = [
            CallPoint(
                point.name,
                point.edge,
                point.route,
                point.patience,
                point.deadline,
                point.cancel,
                point.optional,
                point.idempotent,
                point.guard,
            )
        ]

    def push(self, meanwhile: CallPoint) -> None:
        """From now on the call is made like this."""
        self.stack.append(meanwhile)
        self.take_effect()

    def take_back(self, meanwhile: CallPoint) -> None:
        """No longer like this: like the last that is left."""
        self.stack.remove(meanwhile)
        self.take_effect()

    def take_effect(self) -> None:
        """Let the call be made as the last one says."""
        point, last = self.point, self.stack[-1]
        point.patience = last.patience
        point.deadline = last.deadline
        point.cancel = last.cancel
        point.idempotent = last.idempotent
        point.guard = last.guard
        point.plain = last.plain
