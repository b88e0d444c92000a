"""A bad value in the configuration of callers."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.call.edge import CallPoint
from simulator.fault.fault import Fault, Schedule
from simulator.kernel.kernel import Kernel
from simulator.platform.configuration import Setting


class ConfigPush(Fault):
    """Gives the calls of a service, or of a traffic class, another policy until it is rolled back.

    In the real world: a timeout typed in the wrong unit, retries turned up in a hurry, a limit of 0,
    a breaker that somebody has switched off. Configuration often skips the tests and the slow
    rollout that code has, and reaches every instance within seconds. Many of the largest outages
    began so.

    Here: every key in `policy` replaces the one that the calls have, in one moment and for all
    instances of the caller; a key of `null` takes it away. Where the scenario has a `configuration`
    with a `refresh`, each instance goes by the new values from its next reading on, and by the old
    ones again from its first reading after the rollback. Calls under way go on as they began, but
    for the timeouts of attempts that they have still to make. What has other settings is another
    thing: a breaker begins closed and a bulkhead empty, and at the end of the fault the old ones are
    there as they were left. Of two pushes on one call the later has its way.

    Left out: how attempts are balanced, and who else is asked, which stay; instances that crash on
    a value they cannot read (a `bad_deploy`, or a `kill`).

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
