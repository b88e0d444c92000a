"""Harm to processes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Name,
    PositiveDuration,
    Reads,
    Share,
    Size,
    number,
)
from simulator.scenario.model.fault.selector import Mode, Selector
from simulator.units import (
    DURATION_PATTERN,
    SHARE_PATTERN,
    format_duration,
    format_share,
    parse_duration,
    parse_share,
)


def _most_down(given: object) -> int | float:
    if isinstance(given, int) and not isinstance(given, bool) and given >= 1:
        return given
    if isinstance(given, (str, float)) and 0.0 < (share := parse_share(given)) <= 1.0:
        return share
    raise ValueError("expected a number of instances of at least 1, or a share such as `25%`")


def _write_most_down(most: int | float) -> object:
    return most if isinstance(most, int) else format_share(most)


MostDown = Annotated[
    int | float,
    Reads(
        _most_down,
        _write_most_down,
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string", "pattern": SHARE_PATTERN},
            ],
            "description": "A number of instances, or a share such as 25%.",
        },
    ),
]


def _shift(given: object) -> float:
    behind = isinstance(given, str) and given.strip().startswith("-")
    shift = parse_duration(str(given).strip()[1:] if behind else given)
    if shift == 0.0:
        raise ValueError("expected a duration other than 0, such as `10m` or `-10m`")
    return -shift if behind else shift


def _write_shift(shift: float) -> object:
    return f"-{format_duration(-shift)}" if shift < 0.0 else format_duration(shift)


Shift = Annotated[
    float,
    Reads(
        _shift,
        _write_shift,
        {
            "type": "string",
            "pattern": DURATION_PATTERN.replace("^", "^-?", 1),
            "description": "A duration, such as 10m; -10m for behind.",
        },
    ),
]


class Kill(Selector):
    """Processes die."""

    grace: Duration = Field(
        0.0, description="They are told so long before, deregister, and serve until then."
    )
    restart: PositiveDuration | None = Field(
        None,
        description="Each starts again so long after its death, or at the end if that is earlier; "
        "left out: at the end.",
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if self.service == "registry" and self.grace > 0.0:
            yield Mistake("servers of the registry have no `grace`", ("grace",))
        if self.service == "registry" and self.restart is not None:
            yield Mistake("servers of the registry have no `restart`", ("restart",))


class Slow(Selector):
    """Instances work more slowly."""

    speed: Share | None = Field(None, description="What is left of their speed, such as 20%.")
    cores: Annotated[float, number(above=True, most=100_000)] | None = Field(
        None, description="Instead of `speed`: so many of their cores are used by somebody else."
    )
    add: PositiveDuration | None = Field(
        None, description="For `registry`: what each of its answers takes longer."
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        wanted = "add" if self.service == "registry" else "speed"
        others = ("speed", "cores") if wanted == "add" else ("add",)
        if getattr(self, wanted) is None and (wanted == "add" or self.cores is None):
            yield Mistake("expected `add`" if wanted == "add" else "expected `speed` or `cores`")
        for other in others:
            if getattr(self, other) is not None:
                whom = f"`{self.service}`" if self.service else "an instance"
                ways = "`add`" if wanted == "add" else "`speed` or `cores`"
                yield Mistake(f"{whom} is slowed by {ways}", (other,))
        if wanted == "speed" and self.speed is not None and self.cores is not None:
            yield Mistake("`speed` and `cores` do not go together", ("cores",))
        if self.speed == 0.0:
            yield Mistake("expected a speed above 0", ("speed",))


class Pause(Selector):
    """Processes are frozen, and go on where they were."""


class Hang(Selector):
    """Processes accept whatever comes, and answer nothing."""


class Monkey(Selector):
    """One process after another dies at random, and starts again."""

    mode: Mode = Field("all", description="How many of these are in danger: which ones is drawn.")
    interval: PositiveDuration = Field(
        30.0, description="In each of them one instance dies, at a random moment."
    )
    probability: Share = Field(1.0, description="With which that happens in an interval.")
    max_down: MostDown = Field(
        1, description="So many of a service, or such a share rounded up, may be down at once."
    )
    restart: PositiveDuration = Field(
        10.0, description="After so long what was killed starts again."
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if self.probability == 0.0:
            yield Mistake("expected a probability above 0", ("probability",))


class MemoryLeak(Selector):
    """Memory fills up."""

    limit: Size = Field(description="The memory there is for what follows: full, it is the end.")
    rate: Size | None = Field(None, description="What is leaked in each second.")
    per_request: Size | None = Field(None, description="What each request leaves behind.")
    in_flight: Size | None = Field(
        None, description="What each request takes while it is inside, waiting or worked on."
    )
    gc: Share = Field(
        0.0,
        description="What the garbage collector takes of the time when half of `limit` is live; "
        "it takes more as memory fills.",
    )
    restart: PositiveDuration = Field(
        1.0, description="So long after an out-of-memory kill the process starts again, empty."
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if {self.rate, self.per_request, self.in_flight} == {None}:
            yield Mistake("expected at least one of `rate`, `per_request`, `in_flight`")
        if self.gc == 1.0:
            yield Mistake("expected a share below 100%", ("gc",))


class CrashLoop(Selector):
    """Processes die soon after each start."""

    lives: PositiveDuration = Field(5.0, description="How long each lives after a start.")
    backoff: PositiveDuration = Field(
        10.0,
        description="The wait before the second restart; the first is at once, and each further "
        "wait is twice as long.",
    )
    max_: PositiveDuration = Field(300.0, alias="max", description="The longest wait.")
    start: Duration = Field(1.0, description="What a start takes, after the wait.")

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if self.max_ < self.backoff:
            yield Mistake("expected at least `backoff`, the first wait", ("max",))


class DiskFull(Selector):
    """There is no room left on disks."""

    endpoints: Annotated[tuple[Name, ...], Field(strict=False)] = Field(
        description="Those that write: they are answered with `error`."
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        if not self.endpoints:
            yield Mistake("expected at least one endpoint, found none", ("endpoints",))
        if self.service is None:
            yield Mistake("`endpoints` needs a `service`", ("endpoints",))


class ClockSkew(Selector):
    """Clocks are wrong."""

    by: Shift = Field(description="How far they are ahead; with a minus behind, such as -10m.")
    tolerance: Duration = Field(
        300.0, description="Callers and callees accept each other up to such a difference."
    )
