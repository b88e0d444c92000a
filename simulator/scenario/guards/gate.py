"""From a service's defences to the gates of its instances."""

from __future__ import annotations

from simulator.balancing.chance import Chance
from simulator.scenario.guards.concurrency_limit import make_concurrency_limit
from simulator.scenario.guards.rate_limit import make_rate_limiter
from simulator.scenario.model.guards.concurrency_limit import ConcurrencyLimit
from simulator.scenario.model.guards.rate_limit import RateLimit
from simulator.scenario.model.guards.shedding import Shedding
from simulator.scenario.model.service import Service
from simulator.service.gate import Gate
from simulator.service.shedding.base import Shedder
from simulator.service.shedding.codel import CoDel
from simulator.service.shedding.deadline_left import DeadlineLeft
from simulator.service.shedding.priority import PriorityShares
from simulator.service.shedding.queue_length import QueueLength


def make_gate(model: Service, chance: Chance) -> Gate | None:
    """The gate of one instance; None if it has no defences. `chance` is for a concurrency limit."""
    shedders = make_shedders(model.shedding) if model.shedding is not None else []
    limiter, limit = None, None
    if isinstance(model.rate_limit, RateLimit):
        limiter = make_rate_limiter(model.rate_limit)
    if isinstance(model.concurrency_limit, ConcurrencyLimit):
        limit = make_concurrency_limit(model.concurrency_limit, chance)
    if not shedders and limiter is None and limit is None:
        return None
    return Gate(shedders, limiter, limit)


def make_shedders(model: Shedding) -> list[Shedder]:
    """What an instance sheds by, in the order in which it is asked."""
    shedders: list[Shedder] = []
    if model.deadline_left is not None:
        shedders.append(DeadlineLeft(model.deadline_left))
    if model.priority is not None:
        levels = sorted(model.priority.levels)
        shedders.append(PriorityShares(levels, [model.priority.levels[each] for each in levels]))
    if model.queue is not None:
        shedders.append(QueueLength(model.queue))
    if model.codel is not None:
        shedders.append(CoDel(model.codel.target, model.codel.interval))
    return shedders
