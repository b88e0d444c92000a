"""Making a call: which instance, by when, and off it goes."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from simulator.call.attempt import (
    ARRIVE,
    Attempt,
    Bound,
    BoundedAttempt,
    Denial,
    TracedAttempt,
)
from simulator.call.party import Party
from simulator.outcome import DEADLINE, NO_INSTANCE
from simulator.service.strand import Strand

if TYPE_CHECKING:
    from simulator.call.route import Route
    from simulator.call.site import Site
    from simulator.service.instance import Instance
    from simulator.traffic.request import Request


def ask(caller: Party, request: Request, site: Site, route: Route, deadline: float) -> Party:
    """Make the call of `site` for `caller`, whose own time is up at `deadline`.

    Returns what the caller waits for. The answer comes through `caller.answered`, never before
    this returns.
    """
    point = site.point
    edge = point.edge
    kernel = edge.kernel
    now = kernel.now
    plain = point.plain and deadline == inf and request.trace is None
    if not plain:
        deadline = min(deadline, now + point.deadline)
        if now >= deadline:
            return deny(caller, site, DEADLINE, edge.caller)
    member = route.sole
    if member is None:
        member = route.pick(request, now)
        if member is None:
            return deny(caller, site, NO_INSTANCE, edge.caller)
    instance = member.instance

    edge.attempts += 1
    request.tally.attempts += 1
    codes = edge.codes
    number = instance.number
    code = codes[number] if number < len(codes) else edge.code_to(number)
    if plain:
        attempt = Attempt(request, caller, site, instance, code, now, deadline)
    else:
        attempt = ask_closely(caller, request, site, instance, code, deadline)
    if route.tracks:
        attempt.member = member
        route.sent(member, now)
    if site.distant:
        attempt.op = ARRIVE
        out = site.out
        kernel.schedule(attempt, out.at(request.index) if out is not None else edge.link.constant)
    else:
        instance.accept(attempt)
    return attempt


def ask_closely(
    caller: Party, request: Request, site: Site, instance: Instance, code: int, deadline: float
) -> Attempt:
    """An attempt that has a timeout or a deadline to mind, or a trace to write."""
    kernel = instance.kernel
    trace = request.trace
    patience = site.point.patience
    bounded = deadline < inf and (patience is None or deadline < kernel.now + patience.timeout)
    attempt: Attempt
    if trace is not None:
        traced = TracedAttempt(request, caller, site, instance, code, kernel.now, deadline)
        parent = caller.attempt() if isinstance(caller, Strand) else None
        traced.span = trace.open_span(
            parent.span if isinstance(parent, TracedAttempt) else None,
            site.point.edge.caller,
            site.point.edge.callee.label,
            instance.name,
            kernel.now,
        )
        attempt = traced
    elif bounded:
        attempt = BoundedAttempt(request, caller, site, instance, code, kernel.now, deadline)
    else:
        attempt = Attempt(request, caller, site, instance, code, kernel.now, deadline)
    if isinstance(attempt, BoundedAttempt):
        attempt.bound = None
        if bounded:
            attempt.bound = Bound(attempt)
            kernel.schedule_at(attempt.bound, deadline)
    if patience is not None and not bounded:
        patience.watch(attempt)
    return attempt


def deny(caller: Party, site: Site, outcome: int, origin: str) -> Party:
    """End a call without sending anything; the caller learns of it in the same instant."""
    edge = site.point.edge
    edge.denied += 1
    edge.ledger.add(edge.no_lane + outcome, edge.kernel.now, edge.kernel.now)
    denial = Denial(caller, site, outcome, origin)
    edge.kernel.schedule(denial, 0.0)
    return denial
