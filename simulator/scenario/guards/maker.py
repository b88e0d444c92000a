"""From the policies of a scenario to the guards of each caller instance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Protocol, TypeVar

from simulator.balancing.chance import Chance
from simulator.call.breaker import Breaker, BreakerSettings
from simulator.call.breaker_set import BreakerSet
from simulator.call.bulkhead import Bulkhead
from simulator.call.cache import Cache
from simulator.call.concurrency_limit.base import ConcurrencyLimit
from simulator.call.edge import CallPoint
from simulator.call.fallback import Fallback
from simulator.call.guard import Guard
from simulator.call.hedge import Hedge
from simulator.call.rate_gate import RateGate
from simulator.call.retries import Retries
from simulator.call.route import Route
from simulator.kernel.kernel import Kernel
from simulator.observe.event_log import EventLog, Reporter
from simulator.scenario.guards.breaker import breaker_settings
from simulator.scenario.guards.concurrency_limit import make_concurrency_limit
from simulator.scenario.guards.hedge import make_hedge_budget, make_hedge_delay
from simulator.scenario.guards.rate_limit import make_rate_limiter
from simulator.scenario.guards.retry import make_budget, retry_settings
from simulator.scenario.model.guards.breaker import Breaker as BreakerModel
from simulator.scenario.model.guards.bulkhead import Bulkhead as BulkheadModel
from simulator.scenario.model.guards.cache import Cache as CacheModel
from simulator.scenario.model.guards.concurrency_limit import ConcurrencyLimit as LimitModel
from simulator.scenario.model.guards.fallback import Fallback as FallbackModel
from simulator.scenario.model.guards.hedge import Hedge as HedgeModel
from simulator.scenario.model.guards.profile import outcome_mask, the
from simulator.scenario.model.guards.rate_limit import RateLimit as RateModel
from simulator.scenario.model.guards.retry import Retry as RetryModel
from simulator.scenario.model.policy import GUARDS, Policy

ALL_CALLERS = "*"
OF_ONE_ENDPOINT = ("call", "fallback", "cache", "hedge")
"""What is never shared by the calls to different endpoints of a callee."""


class Counted(Protocol):
    """A part of a policy that keeps count of what it did."""

    def counters(self, now: float) -> dict[str, float]:
        """The counts up to `now`, by name."""


@dataclass(slots=True)
class PolicyGroup:
    """One policy as all instances of a caller have it; `parts` are those of each instance.

    `caller` is a service or a traffic class, `*` for a policy that all callers share, and None for
    one that the callee has for itself; `endpoints` are those of the callee that it guards.
    """

    caller: str | None
    callee: str
    policy: str
    endpoints: list[str] = field(default_factory=list)
    parts: list[Counted] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class GuardPlan:
    """The guards of some calls: to which endpoint, with which policy, and what to ask instead."""

    service: str
    target: str
    policy: Policy
    instead: CallPoint | None

    @classmethod
    def of(cls, service: str, target: str, policy: Policy, instead: CallPoint | None) -> GuardPlan:
        """The plan for calls with this policy; those that differ in nothing else share it."""
        kept = {key: getattr(policy, key) for key in GUARDS}
        return cls(service, target, Policy.model_construct(None, **kept), instead)


T = TypeVar("T", bound=Counted)


class GuardMaker:
    """Makes the guards of caller instances.

    What has the same settings, the same callee and the same caller instance is one thing, as a
    breaker of that name would be in a library: calls to two endpoints under one breaker policy
    share the breaker. Caches and percentiles of latency belong to one endpoint.
    """

    def __init__(self, kernel: Kernel, chance: Callable[[str], Chance], events: EventLog) -> None:
        self.kernel = kernel
        self.chance = chance
        self.events = events
        self.made: dict[tuple[str, ...], Counted] = {}
        self.groups: dict[tuple[str, ...], PolicyGroup] = {}
        # By group and identity: looking through the parts would take the square of the callers.
        self.noted: set[tuple[tuple[str, ...], int]] = set()

    def make(
        self, caller: str, party: str, plan: GuardPlan, route: Route, routes: list[Route]
    ) -> Guard:
        """The guard of one caller instance for the calls of a plan."""
        policy = plan.policy
        guard = Guard(self.kernel, route, plan.target)
        owner = _Owner(caller, party, plan)
        if policy.call_timeout is not None:
            guard.call_timeout = policy.call_timeout
        fallback = None
        if policy.fallback is not None:
            fallback = the(FallbackModel, policy.fallback)
            guard.fallback = self.fallback(owner, fallback, plan.instead, routes)
        if policy.cache is not None:
            guard.cache = self.cache(owner, policy.cache, fallback)
        if policy.retry is not None:
            guard.retries = self.retries(owner, the(RetryModel, policy.retry))
            guard.another_instance = guard.retries.settings.another_instance
        if policy.hedge is not None:
            guard.hedge = self.hedge(owner, the(HedgeModel, policy.hedge))
            guard.another_instance |= guard.hedge.another_instance
        if policy.breaker is not None:
            self.breaker(owner, the(BreakerModel, policy.breaker), guard)
        if policy.rate_limit is not None:
            guard.rate_gate = self.rate_gate(owner, the(RateModel, policy.rate_limit))
        if policy.bulkhead is not None:
            bulkhead = the(BulkheadModel, policy.bulkhead)
            guard.bulkhead = self.one(owner, "bulkhead", bulkhead, lambda: _make_bulkhead(bulkhead))
        if policy.concurrency_limit is not None:
            guard.limit = self.limit(owner, the(LimitModel, policy.concurrency_limit))
        self.note(owner, "call", "", guard)
        return guard

    def one(self, owner: _Owner, kind: str, model: object, make: Callable[[], T]) -> T:
        """The thing of this kind with these settings that the owner has for the callee, made once."""
        settings = _settings(model)
        key: tuple[str, ...] = (owner.caller, owner.plan.service, kind, settings)
        if kind in OF_ONE_ENDPOINT:
            key = (*key, owner.plan.target)
        part = self.made.get(key)
        if part is None:
            part = make()
            self.made[key] = part
        self.note(owner, kind, settings, part)
        return part  # type: ignore[return-value]

    def note(self, owner: _Owner, kind: str, settings: str, part: Counted) -> None:
        """Have a part counted among those of its kind."""
        key: tuple[str, ...] = (owner.party, owner.plan.service, kind, settings)
        if kind in OF_ONE_ENDPOINT:
            key = (*key, owner.plan.target)
        group = self.groups.get(key)
        if group is None:
            group = PolicyGroup(owner.party, owner.plan.service, kind)
            self.groups[key] = group
        if owner.plan.target not in group.endpoints:
            group.endpoints.append(owner.plan.target)
        if (key, id(part)) not in self.noted:
            self.noted.add((key, id(part)))
            group.parts.append(part)

    def breaker(self, owner: _Owner, model: BreakerModel, guard: Guard) -> None:
        """Give a guard its breaker, or its breakers."""
        settings: BreakerSettings = breaker_settings(model)
        guard.failures = settings.failure_mask
        guard.ignored = settings.ignored_mask
        scope = model.settled()["scope"]
        if scope == "shared":
            guard.shared = True
            owner = _Owner(ALL_CALLERS, ALL_CALLERS, owner.plan)
        way = f"{owner.caller}/{owner.plan.service}"

        def one_breaker(subject: str) -> Breaker:
            breaker = Breaker(settings, self.chance(f"breaker/{subject}"))
            breaker.reporter = Reporter(self.events, "breaker", subject.replace("/", " > "))
            return breaker

        if scope == "callee":
            guard.breakers = self.one(
                owner,
                "breaker",
                model,
                lambda: BreakerSet(lambda name: one_breaker(f"{owner.caller}/{name}")),
            )
        else:
            guard.breaker = self.one(owner, "breaker", model, lambda: one_breaker(way))

    def rate_gate(self, owner: _Owner, model: RateModel) -> RateGate:
        """Where calls pass the rate limiter."""
        wait = model.settled()["wait"]
        return self.one(
            owner, "rate_limit", model, lambda: RateGate(make_rate_limiter(model), wait)
        )

    def limit(self, owner: _Owner, model: LimitModel) -> ConcurrencyLimit:
        """How many calls may be under way."""
        chance = self.chance(f"concurrency_limit/{owner.caller}/{owner.plan.service}")
        return self.one(
            owner, "concurrency_limit", model, lambda: make_concurrency_limit(model, chance)
        )

    def retries(self, owner: _Owner, model: RetryModel) -> Retries:
        """How calls are retried."""
        return self.one(
            owner, "retry", model, lambda: Retries(retry_settings(model), make_budget(model))
        )

    def hedge(self, owner: _Owner, model: HedgeModel) -> Hedge:
        """How copies are sent."""
        values = model.settled()
        return self.one(
            owner,
            "hedge",
            model,
            lambda: Hedge(
                make_hedge_delay(model),
                make_hedge_budget(model),
                maximum=values["maximum"],
                cancel=values["cancel"],
                tied=values["tied"],
                another_instance=values["another_instance"],
                on_failure=values["on_failure"],
            ),
        )

    def cache(self, owner: _Owner, model: CacheModel, fallback: FallbackModel | None) -> Cache:
        """Where answers are kept."""
        keep = 0.0
        if fallback is not None and fallback.stale is not None:
            keep = max(0.0, fallback.stale - model.ttl)
        stale = model.stale_while_revalidate
        return self.one(
            owner,
            "cache",
            (model, keep),
            lambda: Cache(model.ttl, model.capacity, stale, keep, coalesce=model.coalesce),
        )

    def fallback(
        self,
        owner: _Owner,
        model: FallbackModel,
        instead: CallPoint | None,
        routes: list[Route],
    ) -> Fallback:
        """What to make do with."""
        fallback = Fallback(
            outcome_mask(model.on),
            model.constant or 0.0,
            -1.0 if model.stale is None else model.stale,
            instead,
            None if instead is None else routes[instead.route],
        )
        self.note(owner, "fallback", _settings(model), fallback)
        return fallback


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose guards are made: a caller instance, of a service or class, under a plan."""

    caller: str
    party: str
    plan: GuardPlan


def _make_bulkhead(model: BulkheadModel) -> Bulkhead:
    values = model.settled()
    queue, wait = values["queue"], values["wait"]
    if queue is None:
        return Bulkhead(values["concurrency"], ENDLESS, wait or 0.0)
    return Bulkhead(values["concurrency"], queue, inf if wait is None else wait)


ENDLESS = 1 << 60


def _settings(model: object) -> str:
    """All the settings of a policy as a text, by which equal ones are told."""
    settled = getattr(model, "settled", None)
    return repr(settled() if settled is not None else model)
