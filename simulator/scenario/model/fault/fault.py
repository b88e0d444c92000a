"""One fault: a harm, with its time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import Field

from simulator.scenario.model.base import (
    Mistake,
    Model,
    Moment,
    Name,
    PartOfRun,
    PositiveDuration,
)
from simulator.scenario.model.fault.link import (
    Abort,
    Bandwidth,
    Blackhole,
    DnsError,
    Expired,
    Latency,
    Loss,
    Partition,
    Reset,
)
from simulator.scenario.model.fault.load import CacheFlush, Surge
from simulator.scenario.model.fault.platform import RegistryOutage, ZoneOutage
from simulator.scenario.model.fault.process import Hang, Kill, Pause, Slow


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


TIMES = ("name", "at", "for_", "every", "after", "random")
"""The fields that say when."""
KINDS = tuple(field for field in Fault.model_fields if field not in TIMES)
"""The others, each of which is a kind of harm."""
