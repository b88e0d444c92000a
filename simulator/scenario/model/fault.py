"""What goes wrong, with whom, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Discriminator, Field, Tag

from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    Moment,
    Name,
    PartOfRun,
    PositiveDuration,
    Share,
    Size,
    number,
    whole,
)
from simulator.scenario.model.distribution import Dist
from simulator.scenario.model.guards.profile import FailureName


class Fixed(Model):
    fixed: Annotated[int, whole(1, 100_000)] = Field(description="So many, drawn at random.")


class Percent(Model):
    percent: Share = Field(description="Such a share of them, rounded up.")


def _mode(value: object) -> str:
    if isinstance(value, (dict, BaseModel)):
        keys = value if isinstance(value, dict) else type(value).model_fields
        return "<percent>" if "percent" in keys and "fixed" not in keys else "<fixed>"
    return "<bare>"


Mode = Annotated[
    Annotated[Fixed, Tag("<fixed>")]
    | Annotated[Percent, Tag("<percent>")]
    | Annotated[Literal["one", "all"], Tag("<bare>")],
    Discriminator(_mode),
]


class Selector(Model):
    """Whom a fault hits."""

    service: str = Field(description="A service, or `registry` for the registry's servers.")
    instance: str | None = Field(None, description="One instance of it, such as `shop-2`.")
    mode: Mode = Field("one", description="How many of its instances: which ones is drawn.")

    def rules(self) -> Iterator[Mistake]:
        if self.instance is not None and "mode" in self.model_fields_set:
            yield Mistake("`instance` and `mode` do not go together", ("mode",))


class Kill(Selector):
    """Processes die."""

    grace: Duration = Field(
        0.0, description="They are told so long before, deregister, and serve until then."
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if self.service == "registry" and self.grace > 0.0:
            yield Mistake("servers of the registry have no `grace`", ("grace",))


class Slow(Selector):
    """Instances work more slowly."""

    speed: Share | None = Field(None, description="What is left of their speed, such as 20%.")
    add: PositiveDuration | None = Field(
        None, description="For `registry`: what each of its answers takes longer."
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        wanted = "add" if self.service == "registry" else "speed"
        other = "speed" if wanted == "add" else "add"
        if getattr(self, wanted) is None:
            yield Mistake(f"expected `{wanted}`")
        if getattr(self, other) is not None:
            yield Mistake(f"`{self.service}` is slowed by `{wanted}`", (other,))
        if self.speed == 0.0:
            yield Mistake("expected a speed above 0", ("speed",))


class Pause(Selector):
    """Processes are frozen, and go on where they were."""


class Hang(Selector):
    """Processes accept whatever comes, and answer nothing."""


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


class RegistryOutage(Model):
    """All servers of the registry are down, and come up again at the end.

    In the real world: etcd out of disk, an update gone wrong, the registry's own zone lost. What
    runs goes on running, and callers go on with what they know, until something changes.

    Here: it is a `kill` of every server of the registry; what they come back with depends on its kind.

    Left out: what else is kept there: configuration, locks, elections.

    Source: Chaos Mesh, PodChaos `pod-kill` with the mode `all`.
    """


class ZoneOutage(Model):
    """Every instance in a zone dies, of whichever service, and starts again at the end.

    In the real world: power, cooling or the network of a data centre fails. What is left has to
    carry the load of all, and everybody retries at the same time.

    Here: it is a `kill`, without grace, of every instance whose service has `zones` and that stands
    in this one.

    Left out: the servers of the registry, which stand in no zone; the network between zones, and
    capacity that others take first.

    Source: Netflix, Chaos Gorilla; AWS, Fault Injection Service, "AZ availability: power interruption".
    """

    zone: Name = Field(description="Which one, of the `zones` of services.")


class CacheFlush(Model):
    """Callers lose the answers that they have kept."""

    service: str = Field(description="Whose: a service or a traffic class.")


class Surge(Model):
    """More requests come."""

    traffic: Name = Field(description="The traffic class.")
    times: Annotated[float, number(above=True, most=1e6)] = Field(
        description="How many times as many."
    )
    over: Duration = Field(
        0.0, description="How long it takes to rise, and, before its end, to fall again."
    )


class Random(Model):
    """Failures that come by chance, and are repaired after a time that is chance too."""

    mtbf: PositiveDuration = Field(
        description="How long it is well on average, from a repair to the next failure."
    )
    mttr: PositiveDuration = Field(description="How long a repair takes on average.")


class Fault(Model):
    """One harm, with its time."""

    name: Name | None = Field(None, description="What it is called; left out: its kind.")
    at: Moment | None = Field(
        None,
        description="When it begins, from the start of the run (or the end of `after`): "
        "a duration, or a share of the run such as 40%.",
    )
    for_: PositiveDuration | None = Field(
        None, alias="for", description="How long it lasts; left out: to the end."
    )
    every: PositiveDuration | None = Field(
        None, description="It begins again so long after each begin, to the end of the run."
    )
    after: Name | None = Field(
        None, description="It begins when the fault of this name has ended, and `at` later."
    )
    random: Random | None = Field(
        None, description="It begins and ends by chance, from `at` on, again and again."
    )
    kill: Kill | None = Field(None, description="Processes die, and start again at the end.")
    pause: Pause | None = Field(None, description="Processes are frozen for a while.")
    hang: Hang | None = Field(None, description="Processes accept, and never answer.")
    slow: Slow | None = Field(None, description="Instances work more slowly.")
    latency: Latency | None = Field(None, description="Messages take longer.")
    loss: Loss | None = Field(None, description="Some messages are lost.")
    blackhole: Blackhole | None = Field(None, description="All messages are lost.")
    partition: Partition | None = Field(None, description="Messages between two sides are lost.")
    bandwidth: Bandwidth | None = Field(None, description="A link carries only so much.")
    abort: Abort | None = Field(None, description="Questions are answered with a failure.")
    reset: Reset | None = Field(None, description="Connections are reset.")
    dns_error: DnsError | None = Field(None, description="A name does not resolve.")
    certificate_expiry: Expired | None = Field(None, description="Callers are not let in.")
    registry_outage: RegistryOutage | None = Field(
        None, description="All servers of the registry are down."
    )
    zone_outage: ZoneOutage | None = Field(None, description="Every instance in a zone dies.")
    cache_flush: CacheFlush | None = Field(None, description="Kept answers are lost.")
    surge: Surge | None = Field(None, description="More requests come.")

    def rules(self) -> Iterator[Mistake]:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            kinds = ", ".join(f"`{kind}`" for kind in KINDS)
            found = " and ".join(f"`{kind}`" for kind in given)
            hint = f", found {found}: make a fault of each" if given else ""
            empty = [kind for kind in KINDS if kind in self.model_fields_set]
            if empty and not given:
                hint = f", found an empty `{empty[0]}`: expected at least `{empty[0]}: {{}}`"
            yield Mistake(f"expected one of {kinds}{hint}")
        if self.kill is not None and self.for_ is not None and self.kill.grace >= self.for_:
            message = "expected less than `for`, at whose end the processes start again"
            yield Mistake(message, ("kill", "grace"))
        if self.surge is not None and self.for_ is not None and 2 * self.surge.over > self.for_:
            message = "expected at most half of `for`, in which it rises and falls again"
            yield Mistake(message, ("surge", "over"))
        yield from self._times()

    def _times(self) -> Iterator[Mistake]:
        """What must hold between the fields that say when."""
        if self.at is None and self.after is None and self.random is None:
            yield Mistake("expected one of `at`, `after`, `random`")
        if self.every is not None:
            if self.for_ is None and self.cache_flush is None:
                message = "expected `for` too: it must end before it can begin again"
                yield Mistake(message, ("every",))
            elif self.for_ is not None and self.for_ >= self.every:
                yield Mistake("expected less than `every`, when it begins again", ("for",))
        if self.random is not None:
            for key, value in (("for", self.for_), ("every", self.every)):
                if value is not None:
                    yield Mistake(f"`random` and `{key}` do not go together", (key,))
            if self.kill is not None and self.kill.grace > 0.0:
                message = "`random` and `grace` do not go together: the repair might come first"
                yield Mistake(message, ("kill", "grace"))

    def offset(self, duration: float) -> float:
        """Seconds from the start of a run of such a duration, or from the end of `after`."""
        if isinstance(self.at, PartOfRun):
            return self.at.share * duration
        return self.at or 0.0

    @property
    def repeats(self) -> bool:
        """Whether it begins again and again."""
        return self.every is not None or self.random is not None

    def known_as(self, number: int) -> str:
        """Its name, or what it is called without one, as number `number` (from 0) of the file."""
        return self.name or f"{self.kind}-{number + 1}"

    @property
    def kind(self) -> str:
        """Which harm it is."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def harm(self) -> Model:
        """What it does, and to whom."""
        harm: Model = getattr(self, self.kind)
        return harm


def first_begin(fault: Fault, faults: Mapping[str, Fault], duration: float) -> float:
    """From when on a fault may be, in seconds from the start of a run of such a duration.

    `faults` are all of the scenario, by name; whatever it waits for has an end.
    """
    before = 0.0
    if fault.after is not None:
        other = faults[fault.after]
        assert other.for_ is not None
        before = first_begin(other, faults, duration) + other.for_
    return before + fault.offset(duration)


KINDS = (
    "kill",
    "pause",
    "hang",
    "slow",
    "latency",
    "loss",
    "blackhole",
    "partition",
    "bandwidth",
    "abort",
    "reset",
    "dns_error",
    "certificate_expiry",
    "registry_outage",
    "zone_outage",
    "cache_flush",
    "surge",
)
