"""One fault: a harm, with its time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import Field

from simulator.scenario.model.base import (
    Mistake,
    Model,
    Moment,
    Name,
    Names,
    PartOfRun,
    PositiveDuration,
)
from simulator.scenario.model.fault.link import (
    Abort,
    Bandwidth,
    Blackhole,
    Corrupt,
    DnsError,
    Duplicate,
    Expired,
    Latency,
    Loss,
    Partition,
    Reorder,
    Reset,
)
from simulator.scenario.model.fault.load import (
    AbusiveClient,
    CacheFlush,
    HotKey,
    Surge,
    ThunderingHerd,
)
from simulator.scenario.model.fault.platform import (
    BadDeploy,
    ConfigPush,
    DependencyOutage,
    ForceBreaker,
    NodeDrain,
    RegistryOutage,
    SecretExpiry,
    ZoneOutage,
)
from simulator.scenario.model.fault.process import (
    ClockSkew,
    CrashLoop,
    DiskFull,
    Hang,
    Kill,
    MemoryLeak,
    Monkey,
    Pause,
    Slow,
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
        "a duration, or a share of the run such as 40%; with `when`, not before.",
    )
    for_: PositiveDuration | None = Field(
        None, alias="for", description="How long it lasts; left out: to the end."
    )
    every: PositiveDuration | None = Field(
        None, description="It begins again so long after each begin, to the end of the run."
    )
    after: Names | None = Field(
        None,
        description="It begins when the fault of this name, or the last of several, has ended, "
        "and `at` later.",
    )
    when: str | None = Field(
        None,
        description="It begins when this holds, such as `shop.p99 > 1s over the last 10s`: once, "
        "or again, so long after each begin as `every` says.",
    )
    random: Random | None = Field(
        None, description="It begins and ends by chance, from `at` on, again and again."
    )
    kill: Kill | None = Field(None, description="Processes die, and start again at the end.")
    pause: Pause | None = Field(None, description="Processes are frozen for a while.")
    hang: Hang | None = Field(None, description="Processes accept, and never answer.")
    slow: Slow | None = Field(None, description="Instances work more slowly.")
    monkey: Monkey | None = Field(
        None, description="One process after another dies at random, and starts again."
    )
    memory_leak: MemoryLeak | None = Field(
        None, description="Memory fills up, until processes are killed."
    )
    crash_loop: CrashLoop | None = Field(None, description="Processes die soon after each start.")
    disk_full: DiskFull | None = Field(None, description="What writes fails.")
    clock_skew: ClockSkew | None = Field(
        None, description="Clocks are wrong: what is signed by them is not accepted."
    )
    latency: Latency | None = Field(None, description="Messages take longer.")
    loss: Loss | None = Field(None, description="Some messages are lost.")
    corrupt: Corrupt | None = Field(None, description="Some messages arrive damaged.")
    duplicate: Duplicate | None = Field(None, description="Some questions arrive twice.")
    reorder: Reorder | None = Field(None, description="Some messages overtake others.")
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
    node_drain: NodeDrain | None = Field(None, description="The instances of a node move away.")
    config_push: ConfigPush | None = Field(None, description="Calls get another policy.")
    force_breaker: ForceBreaker | None = Field(None, description="Breakers are set by hand.")
    bad_deploy: BadDeploy | None = Field(None, description="A new version is worse.")
    secret_expiry: SecretExpiry | None = Field(
        None, description="Callers show a secret that is no longer good."
    )
    dependency_outage: DependencyOutage | None = Field(None, description="A third party is out.")
    cache_flush: CacheFlush | None = Field(None, description="Kept answers are lost.")
    surge: Surge | None = Field(None, description="More requests come.")
    hot_key: HotKey | None = Field(None, description="Many ask for one and the same key.")
    thundering_herd: ThunderingHerd | None = Field(None, description="Everybody asks at once.")
    abusive_client: AbusiveClient | None = Field(
        None, description="One client asks more than is good."
    )

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
        if self.thundering_herd is not None:
            key, most = ("every", self.every) if self.for_ is None else ("for", self.for_)
            if most is not None and self.thundering_herd.over > most:
                message = f"expected at most `{key}`, within which all have come"
                yield Mistake(message, ("thundering_herd", "over"))
        yield from self._times()

    def _times(self) -> Iterator[Mistake]:
        """What must hold between the fields that say when."""
        if {self.at, self.after, self.random, self.when} == {None}:
            yield Mistake("expected one of `at`, `after`, `random`, `when`")
        if self.every is not None:
            if self.for_ is None and not self.momentary:
                message = "expected `for` too: it must end before it can begin again"
                yield Mistake(message, ("every",))
            elif self.for_ is not None and self.for_ >= self.every:
                yield Mistake("expected less than `every`, when it begins again", ("for",))
        if self.random is not None:
            for key, value in (("for", self.for_), ("every", self.every), ("when", self.when)):
                if value is not None:
                    yield Mistake(f"`random` and `{key}` do not go together", (key,))
            if self.kill is not None and self.kill.grace > 0.0:
                message = "`random` and `grace` do not go together: the repair might come first"
                yield Mistake(message, ("kill", "grace"))

    def offset(self, duration: float) -> float:
        """Seconds from the start of a run of such a duration, or from the end of `after`."""
        if isinstance(self.at, PartOfRun):
            return self.at.share * duration + self.at.later
        return self.at or 0.0

    @property
    def repeats(self) -> bool:
        """Whether it begins again and again."""
        return self.every is not None or self.random is not None

    @property
    def momentary(self) -> bool:
        """Whether it is over by itself, and needs no end."""
        return any(getattr(self, kind) is not None for kind in MOMENTARY)

    @property
    def lasts(self) -> float | None:
        """For how long, in seconds, where it comes once and ends; None where it does not."""
        if self.for_ is None and self.momentary:
            over = 0.0 if self.thundering_herd is None else self.thundering_herd.over
            return None if self.repeats else over
        return None if self.repeats else self.for_

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


def begins_of(faults: Mapping[str, Fault], duration: float) -> dict[str, float]:
    """From when on each fault may be, in seconds from the start of a run of such a duration.

    `faults` are all of the scenario, by name. Those that wait for an end which never comes, or of
    which nobody knows beforehand when it comes, are left out.
    """
    followers: dict[str, list[str]] = {name: [] for name in faults}
    missing = {name: len(set(fault.after or ())) for name, fault in faults.items()}
    for name, fault in faults.items():
        for other in set(fault.after or ()):
            if other in faults:
                followers[other].append(name)
    ready = [name for name, count in missing.items() if count == 0]
    ends: dict[str, float] = {}
    begins: dict[str, float] = {}
    for name in ready:
        fault = faults[name]
        begins[name] = max((ends[each] for each in fault.after or ()), default=0.0)
        begins[name] += fault.offset(duration)
        if fault.lasts is None or fault.when is not None:
            continue
        ends[name] = begins[name] + fault.lasts
        for follower in followers[name]:
            missing[follower] -= 1
            if missing[follower] == 0:
                ready.append(follower)
    return begins


def lasting(fault: Fault, seconds: float) -> Fault:
    """The same for so long, which is taken to go with the rest."""
    return fault.model_copy(update={"for_": seconds})


TIMES = ("name", "at", "for_", "every", "after", "when", "random")
"""The fields that say when."""
KINDS = tuple(field for field in Fault.model_fields if field not in TIMES)
"""The others, each of which is a kind of harm."""
MOMENTARY = ("cache_flush", "thundering_herd")
"""Kinds that are over by themselves, and need no `for`."""
