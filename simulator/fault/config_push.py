"""A bad value in the configuration of callers."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.fault.fault import Fault, Schedule
from simulator.kernel.kernel import Kernel
from simulator.platform.configuration import Change


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

    A `balancer` is pushed to all calls of the caller to a service, since they share it. The new one
    begins afresh, with the members as they are: it knows what they have under way and who is
    healthy, and not how fast they were. Calls under way end as they began, and a connection, or an
    address that is kept, as well. At the end the old balancer is back as it was left, and is told
    who has come and gone.

    Left out: what else there is to the choice of an instance (`via`, `outlier` and so on), and who
    else is asked, which stay; that the hosts of Envoy's new cluster begin with nothing counted;
    instances that crash on a value they cannot read (a `bad_deploy`, or a `kill`).

    Source: Google Cloud, incident report of 12 June 2025 (a quota policy with blank fields,
    everywhere within seconds); Cloudflare, "Details of the Cloudflare outage on July 2, 2019" and
    "Cloudflare outage on November 18, 2025"; Meta, "More details about the October 4 outage", 2021;
    Envoy, "Cluster manager" (a cluster that is updated, such as its `lb_policy`).
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        schedule: Schedule,
        caller: str,
        pushed: Sequence[Change],
    ) -> None:
        super().__init__(kernel, name, "config_push", schedule)
        self.caller = caller
        self.pushed = pushed

    def begin(self) -> Sequence[str]:
        for change in self.pushed:
            change.push()
        return [self.caller]

    def undo(self) -> None:
        for change in self.pushed:
            change.take_back()
