"""Harm to messages between callers and instances."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from simulator.scenario.model.base import Duration, Mistake, Name, Share, Size, whole
from simulator.scenario.model.distribution import Constant, Dist
from simulator.scenario.model.fault.edge import EdgeName, ends_of
from simulator.scenario.model.fault.selector import Mode, Selector
from simulator.scenario.model.guards.profile import FailureName

Zones = Annotated[tuple[Name, ...], Field(strict=False)]
FROM_ZONES = "Only those of callers that stand in one of these zones."


class OnTheWay(Selector):
    """Messages between callers and instances suffer."""

    mode: Mode = Field("all", description="How many of these: which ones is drawn.")
    edge: EdgeName | None = Field(
        None,
        description="Only the calls of this edge, such as `shop > payments` or `shop.buy > "
        "payments.charge`, in place of `service`, `from` and `endpoint`.",
    )
    from_: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (),
        alias="from",
        description="Only those of these services, traffic classes and instances of either, such as "
        "`shop-2`.",
    )
    from_zones: Zones = Field((), description=FROM_ZONES)
    endpoint: Name | None = Field(None, description="Only those to this endpoint.")
    toxicity: Share = Field(1.0, description="Only such a share of the attempts.")

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if self.edge is not None:
            for key, given in (
                ("service", self.service),
                ("from", self.from_),
                ("endpoint", self.endpoint),
            ):
                if given:
                    yield Mistake(f"`edge` and `{key}` do not go together", (key,))

    @property
    def whose(self) -> str | None:
        return self.service if self.edge is None else ends_of(self.edge).callee.partition(".")[0]

    @property
    def callers(self) -> tuple[str, ...]:
        """Whose calls suffer: services, traffic classes or endpoints; those of all if there are none."""
        return self.from_ if self.edge is None else (ends_of(self.edge).caller,)

    @property
    def asked(self) -> str | None:
        """The endpoint the calls to which suffer; None for all."""
        if self.edge is not None:
            callee = ends_of(self.edge).callee
            return callee if "." in callee else None
        return None if self.endpoint is None else f"{self.service}.{self.endpoint}"


class TwoWays(OnTheWay):
    direction: Literal["to", "from", "both"] = Field(
        "both", description="The questions, the answers, or both."
    )


class Latency(TwoWays):
    """Messages take longer."""

    add: Dist = Field(description="By how much: a duration, or a distribution.")
    jitter: Duration = Field(
        0.0, description="By how much more or less, evenly spread, where `add` is a duration."
    )
    correlation: Share = Field(
        0.0, description="How much each draw of the jitter is like the one before it."
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if self.jitter > 0.0 and not isinstance(self.add, Constant):
            yield Mistake("`jitter` and a distribution do not go together", ("jitter",))
        if self.correlation > 0.0 and self.jitter == 0.0:
            yield Mistake("expected a `jitter` too, which is what is correlated", ("correlation",))


class Loss(TwoWays):
    """Messages are lost."""

    share: Share = Field(description="How many of them.")
    correlation: Share = Field(
        0.0, description="How much each draw is like the one before it, as netem has it."
    )


class Corrupt(TwoWays):
    """Messages arrive damaged."""

    share: Share = Field(description="How many of them.")
    correlation: Share = Field(
        0.0, description="How much each draw is like the one before it, as netem has it."
    )


class Duplicate(OnTheWay):
    """Questions arrive twice."""

    share: Share = Field(description="How many of them.")
    correlation: Share = Field(
        0.0, description="How much each draw is like the one before it, as netem has it."
    )


class Reorder(TwoWays):
    """Messages overtake each other."""

    delay: Duration = Field(description="How much longer those take that are not sent at once.")
    share: Share = Field(description="How many of those that may be are sent at once.")
    correlation: Share = Field(
        0.0, description="How much each draw is like the one before it, as netem has it."
    )
    gap: Annotated[int, whole(1, 1_000_000)] = Field(
        1, description="Only from such a message on after the last one, such as every fifth."
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
    """A certificate of the callee has run out: its callers do not trust it any more.

    In the real world: a TLS certificate that nobody renewed. It hits all callers in the same second,
    retries never help, and no instance looks ill from within.

    Here: whatever is sent ends at once as `unauthorized`: the caller breaks off the handshake, and
    its question is never sent. Probes of callers' own health checks fail in the same way. (A
    `secret_expiry` is a caller's: the callee turns down what it shows, and serves all others.)

    Left out: connections that were open before and go on; the handshake's round trips.

    Source: RFC 5280, section 4.1.2.5 (`notAfter`); RFC 8446, section 6.2 (`certificate_expired`);
    Gremlin, `Certificate Expiry`, which looks for those that are about to.
    """


class Partition(Selector):
    """Messages between two sides are lost silently; from elsewhere the instances are reached.

    In the real world: a split network, a firewall rule too many, a zone that lost its uplink. Each
    side thinks that the other is down, and those between see both alive.

    Here: it is `loss` with a share of 100 % between the instances and whoever is in `from`, or stands
    in `from_zones`, or both if both are given: between services, instances, or zones. Whoever sent
    what is lost learns of it by its own timeout, as `unreachable`. Their own health checks are lost
    too; those of a registry come from elsewhere, and pass.

    Left out: packets that TCP sends again when the cut is over.

    Source: Chaos Mesh, NetworkChaos `partition`; Jepsen, `partition`.
    """

    from_: Annotated[tuple[str, ...], Field(min_length=1, strict=False)] = Field(
        (),
        alias="from",
        description="The services, traffic classes, and instances of either, that are cut off from "
        "them.",
    )
    from_zones: Zones = Field((), description=FROM_ZONES)
    direction: Literal["to", "from", "both"] = Field(
        "both", description="Which messages are lost: the questions, the answers, or both."
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if not self.from_ and not self.from_zones:
            yield Mistake("expected `from` or `from_zones`: who is cut off")
        if self.service == "registry" and self.from_zones:
            message = "servers of the registry are cut off from services and traffic classes"
            yield Mistake(message, ("from_zones",))
        if self.service == "registry" and self.direction != "both":
            yield Mistake("servers of the registry are cut off in both directions", ("direction",))
