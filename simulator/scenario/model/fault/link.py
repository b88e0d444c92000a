"""Harm to messages between callers and instances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from simulator.scenario.model.base import Duration, Mistake, Name, Share, Size
from simulator.scenario.model.distribution import Dist
from simulator.scenario.model.fault.selector import Mode, Selector
from simulator.scenario.model.guards.profile import FailureName


class OnTheWay(Selector):
    """Messages between callers and instances of a service suffer."""

    mode: Mode = Field("all", description="How many of its instances: which ones is drawn.")
    from_: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (), alias="from", description="Only those of these services and traffic classes."
    )
    endpoint: Name | None = Field(None, description="Only those to this endpoint.")
    toxicity: Share = Field(1.0, description="Only such a share of the attempts.")


class TwoWays(OnTheWay):
    direction: Literal["to", "from", "both"] = Field(
        "both", description="The questions, the answers, or both."
    )


class Latency(TwoWays):
    """Messages take longer."""

    add: Dist = Field(description="By how much: a duration, or a distribution.")


class Loss(TwoWays):
    """Messages are lost."""

    share: Share = Field(description="How many of them.")
    correlation: Share = Field(
        0.0, description="How much each draw is like the one before it, as netem has it."
    )


class Blackhole(TwoWays):
    """All messages are lost, and nobody is told.

    In the real world: a firewall that drops instead of refusing, a wrong route, a dead switch. The
    worst kind of silence: without a timeout callers wait for ever, and hold what they hold.

    Here: it is `loss` with a share of 100 %. In the direction `to` the callee never hears of a
    question; in the direction `from` it does all the work for nobody.

    Left out: connections that time out by themselves after minutes, as TCP's do.

    Source: Toxiproxy, `timeout` with a time of 0; Chaos Mesh, NetworkChaos `loss` of 100 %.
    """


class Bandwidth(TwoWays):
    """Messages pass one after another."""

    rate: Size = Field(description="What the link carries in a second, such as 1MiB.")
    message: Size = Field(description="How large a message is.")


class Abort(OnTheWay):
    """Questions are answered with a failure before they arrive."""

    outcome: FailureName = Field("error", description="What the callers are answered.")
    after: Duration = Field(0.0, description="After how long.")


class Reset(OnTheWay):
    """Connections are reset: callers see a failure at once, or some time after they have asked.

    In the real world: a middlebox that forgets its connections, a load balancer that closes idle
    ones, a process that closes its socket with data unread (TCP RST).

    Here: it is `abort` with the outcome `reset`: the question never arrives, and no work is lost.

    Left out: a reset in the middle of the callee's work, which only a `kill` or a `hang` makes.

    Source: Toxiproxy, `reset_peer`.
    """

    after: Duration = Field(0.0, description="How long after the question was sent.")


class DnsError(OnTheWay):
    """The name does not resolve: callers find no instance.

    In the real world: a resolver that is down or answers NXDOMAIN, a record deleted by mistake.

    Here: what is sent to the instances that are hit ends at once as `no_instance`; with a `toxicity`
    only a share of the lookups fail.

    Left out: the answers that callers have in their caches, so that in the real world it begins
    later and, with negative caching, ends later. A registry of the kind `dns` has those times.

    Source: Chaos Mesh, DNSChaos `error`.
    """


class Expired(OnTheWay):
    """A certificate or a secret has run out: what callers show is not accepted.

    In the real world: a TLS certificate that nobody renewed, a rotated password that one side does
    not have. It hits everybody in the same second, retries never help, and no instance looks ill.

    Here: whatever is sent ends at once as `unauthorized`, with no work for the callee.

    Left out: connections that were open before and go on; the handshake's round trips.

    Source: Gremlin, `Certificate Expiry`, which looks for those that are about to.
    """


class Partition(Selector):
    """Messages between two sides are lost silently; from elsewhere the instances are reached.

    In the real world: a split network, a firewall rule too many, a zone that lost its uplink. Each
    side thinks that the other is down, and those between see both alive.

    Here: it is `loss` with a share of 100 % between the instances and whoever is in `from`. Whoever
    sent what is lost learns of it by its own timeout, as `unreachable`. Their own health checks are
    lost too; those of a registry come from elsewhere, and pass.

    Left out: packets that TCP sends again when the cut is over.

    Source: Chaos Mesh, NetworkChaos `partition`; Jepsen, `partition`.
    """

    from_: Annotated[tuple[str, ...], Field(min_length=1, strict=False)] = Field(
        alias="from", description="The services and traffic classes that are cut off from them."
    )
    direction: Literal["to", "from", "both"] = Field(
        "both", description="Which messages are lost: the questions, the answers, or both."
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if self.service == "registry" and self.direction != "both":
            yield Mistake("servers of the registry are cut off in both directions", ("direction",))
