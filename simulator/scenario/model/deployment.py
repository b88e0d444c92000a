"""Deployments: when a service gets another version, and how."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    Moment,
    Name,
    PartOfRun,
    PositiveDuration,
    Reads,
    Share,
    whole,
)
from simulator.scenario.model.guards.profile import options_or_name, the
from simulator.scenario.problem import listed
from simulator.units import SHARE_PATTERN, format_share, parse_share


def _allowance(given: object) -> int | float:
    if isinstance(given, int) and not isinstance(given, bool) and given >= 0:
        return given
    if isinstance(given, (str, float)):
        return parse_share(given)
    raise ValueError("expected a number of instances of at least 0, or a share such as `25%`")


def _write_allowance(allowance: int | float) -> object:
    return allowance if isinstance(allowance, int) else format_share(allowance)


_ALLOWANCE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "integer", "minimum": 0},
        {"type": "string", "pattern": SHARE_PATTERN},
        {"type": "number", "minimum": 0, "maximum": 1},
    ],
    "description": "A number of instances, or a share such as 25%.",
}
Allowance = Annotated[int | float, Reads(_allowance, _write_allowance, _ALLOWANCE_SCHEMA)]


class Analysis(Model):
    """What must not be seen of a new version while it gets requests."""

    fail_when: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        description="Conditions of which none may hold, such as `error > 2% over the last 30s`: of "
        "what the new version answers, or of whom they name."
    )
    interval: PositiveDuration = Field(60.0, description="How often that is looked at.")
    initial_delay: Duration = Field(
        0.0, description="How much later than the first `interval` it is first looked at."
    )
    failure_limit: Annotated[int, whole(0, 10**6)] = Field(
        0, description="How many looks may find that one holds; one more is the end."
    )
    min_requests: Annotated[int, whole(1, 10**9)] = Field(
        1, description="With fewer in its time a condition tells nothing."
    )
    inconclusive: Literal["wait", "proceed", "fail"] = Field(
        "wait",
        description="What a look that tells nothing does: the rollout stands still (`wait`), goes "
        "on (`proceed`), or it counts as one that failed (`fail`).",
    )
    count: Annotated[int, whole(1, 10**6)] | None = Field(
        None, description="How many looks there are; left out: as many as the rollout has time for."
    )

    def rules(self) -> Iterator[Mistake]:
        if not self.fail_when:
            yield Mistake("expected at least one condition, found none", ("fail_when",))


class Pace(Model):
    """What every strategy has."""

    min_ready: Duration = Field(
        0.0,
        description="How long an instance must have been ready to count as available "
        "(`minReadySeconds`).",
    )
    progress_deadline: PositiveDuration = Field(
        600.0, description="After how long without progress that is noted."
    )
    progress_deadline_abort: bool = Field(
        False, description="Whether it is taken back then; Kubernetes itself goes on trying."
    )


class RollingUpdate(Pace):
    """Instances make place for new ones, a few at a time."""

    max_surge: Allowance = Field(
        0.25, description="How many there may be too many: a number, or a share, rounded up."
    )
    max_unavailable: Allowance = Field(
        0.25, description="How many may be missing: a number, or a share, rounded down."
    )

    def rules(self) -> Iterator[Mistake]:
        if self.max_surge == 0 and self.max_unavailable == 0:
            message = "expected more than 0 of one of `max_surge` and `max_unavailable`"
            yield Mistake(message, ("max_unavailable",))


class Recreate(Pace):
    """All instances go, and then all come again."""


class Switch(Pace):
    """What strategies have that move requests from one version to another."""

    scale_down_delay: Duration = Field(
        30.0, description="How long the old instances stay after the last switch."
    )
    abort_scale_down_delay: Duration = Field(
        30.0, description="How long the new instances stay after they were taken back."
    )
    analysis: Analysis | None = Field(
        None, description="When the new version is taken back by itself; left out: never."
    )


class BlueGreen(Switch):
    """As many new instances come up beside the old ones, and get all requests at once."""

    auto_promotion: Duration = Field(
        0.0, description="How long the new instances stand by before they get the requests."
    )

    def rules(self) -> Iterator[Mistake]:
        if self.analysis is not None and self.analysis.count is None:
            message = "expected a `count`: without one the old instances would never go"
            yield Mistake(message, ("analysis",))


class CanaryStep(Model):
    """One step of a canary: a share of the requests, or a pause."""

    weight: Share | None = Field(
        None, description="The new version gets this share of the requests from now on."
    )
    pause: PositiveDuration | None = Field(None, description="Nothing changes for so long.")

    def rules(self) -> Iterator[Mistake]:
        if (self.weight is None) == (self.pause is None):
            yield Mistake("expected either `weight` or `pause`")
        if self.weight == 0.0:
            yield Mistake("expected a share above 0", ("weight",))


class Canary(Switch):
    """The new version gets more and more of the requests, as long as it does well."""

    steps: Annotated[tuple[CanaryStep, ...], Field(strict=False)] = Field(
        description="Shares and pauses, in their order; after the last it gets all requests."
    )

    def rules(self) -> Iterator[Mistake]:
        if not self.steps:
            yield Mistake("expected at least one step, found none", ("steps",))
            return
        last = 0.0
        for number, step in enumerate(self.steps):
            if step.weight is not None and step.weight <= last:
                message = f"expected a greater share than the one before, {format_share(last)}"
                yield Mistake(message, ("steps", number, "weight"))
            last = step.weight or last
        if self.steps[0].weight is None:
            yield Mistake("expected a `weight` first: there is nothing to pause for", ("steps", 0))


class Strategy(Model):
    """How a version replaces another: one of these."""

    rolling: RollingUpdate | None = Field(None, description="A few instances at a time.")
    recreate: Recreate | None = Field(None, description="All at once, with a gap.")
    blue_green: BlueGreen | None = Field(None, description="Two sets, and a switch between them.")
    canary: Canary | None = Field(None, description="More and more of the requests.")

    def rules(self) -> Iterator[Mistake]:
        given = [kind for kind in STRATEGIES if getattr(self, kind) is not None]
        if len(given) != 1:
            kinds = ", ".join(f"`{kind}`" for kind in STRATEGIES)
            found = " and ".join(f"`{kind}`" for kind in given)
            yield Mistake(f"expected one of {kinds}{f', found {found}' if given else ''}")

    @property
    def kind(self) -> str:
        """Which it is."""
        return next(kind for kind in STRATEGIES if getattr(self, kind) is not None)

    @property
    def settings(self) -> Pace:
        """Its settings."""
        settings: Pace = getattr(self, self.kind)
        return settings

    @property
    def divides(self) -> bool:
        """Whether requests are divided between versions, and not only instances."""
        return isinstance(self.settings, Switch)

    @property
    def analysis(self) -> Analysis | None:
        """Who judges the new version, if anybody does."""
        return self.settings.analysis if isinstance(self.settings, Switch) else None


STRATEGIES = tuple(Strategy.model_fields)
"""Every kind, in the order of the reference."""


BARE = ("rolling", "recreate", "blue_green")
"""Those that have a default for everything, and may be given by their name alone."""


def _plain(kind: object) -> Strategy:
    if kind == "canary":
        raise ValueError("expected its steps too: `canary: {steps: [{weight: 5%}, {pause: 5m}]}`")
    if kind not in BARE:
        raise ValueError(f"expected {listed(BARE)}, or a mapping with one of them or `canary`")
    return Strategy.model_validate({kind: {}})


def _written(strategy: Strategy) -> object:
    return strategy.kind


StrategyField = Annotated[
    Annotated[Strategy, Tag("<options>")]
    | Annotated[
        str, Reads(_plain, _written, {"type": "string", "enum": list(BARE)}), Tag("<bare>")
    ],
    Discriminator(options_or_name),
]


class Deployment(Model):
    """A service gets another version."""

    at: Moment = Field(
        0.0,
        description="When, from the start of the run: a duration, or a share of the run such as "
        "40%; with `when`, not before.",
    )
    when: str | None = Field(
        None,
        description="It begins when this first holds, such as `availability < 95% over the last "
        "1m`; left out: at its time.",
    )
    service: Name = Field(description="Which service.")
    version: Name | None = Field(
        None, description="Which version: one of its `versions`, or the one that it begins with."
    )
    rollback: Literal[True] | None = Field(
        None,
        description="Instead of `version`: back to the version before, by what is under way, or "
        "else by a rollout of its own.",
    )
    strategy: StrategyField = Field(
        default_factory=lambda: _plain("rolling"), description="How; left out: a rolling update."
    )

    def rules(self) -> Iterator[Mistake]:
        if (self.version is None) == (self.rollback is None):
            yield Mistake("expected either `version` or `rollback: true`")

    @property
    def how(self) -> Strategy:
        """Its strategy."""
        return the(Strategy, self.strategy)

    def offset(self, duration: float) -> float:
        """Seconds from the start of a run of such a duration."""
        if isinstance(self.at, PartOfRun):
            return self.at.share * duration + self.at.later
        return self.at
