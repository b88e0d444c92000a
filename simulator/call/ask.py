"""Making a call: which instance, by when, and off it goes."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from simulator.call.attempt import (
    ARRIVE,
    ARRIVE_DAMAGED,
    LOST,
    Attempt,
    Bound,
    BoundedAttempt,
    Denial,
    TiedAttempt,
    TracedAttempt,
)
from simulator.call.edge import NO_GUARD
from simulator.call.party import Party
from simulator.network.disturbance import EATEN, QUESTION
from simulator.outcome import DEADLINE, NO_INSTANCE

if TYPE_CHECKING:
    from simulator.call.route import Member, Route
    from simulator.call.site import Site
    from simulator.network.disturbance import Disturbances
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
        if point.guard != NO_GUARD:
            return route.guards[point.guard].call(caller, request, site, deadline)
        deadline = min(deadline, now + point.deadline)
        if now >= deadline:
            return deny(caller, site, DEADLINE, edge.caller)
    member = route.sole
    if member is None:
        member = route.pick(request, now)
        if member is None:
            return deny(caller, site, NO_INSTANCE, edge.caller)
    return send(caller, request, site, route, member, deadline, inf, False)


def send(
    caller: Party,
    request: Request,
    site: Site,
    route: Route,
    member: Member,
    deadline: float,
    until: float,
    tied: bool,
) -> Attempt:
    """Send an attempt of the call of `site` to `member`.

    `until` is when the caller's patience ends, if that does not count from now; infinity if it
    does. With `tied` the caller hears of it when the instance begins.
    """
    edge = site.point.edge
    kernel = edge.kernel
    now = kernel.now
    instance = member.instance
    edge.attempts += 1
    request.tally.attempts += 1
    codes = edge.codes
    number = instance.number
    code = codes[number] if number < len(codes) else edge.code_to(number)
    patience = site.point.patience
    if patience is None and deadline == inf and request.trace is None and not tied:
        attempt = Attempt(request, caller, site, instance, code, now, deadline)
    else:
        attempt = ask_closely(caller, request, site, instance, code, deadline, until, tied)
    if route.tracks:
        attempt.member = member
        route.sent(member, now)
        if route.mirror is not None:
            route.mirror.look_at(attempt)
    if instance.disturbed is not None:
        if site.spread:
            attempt.distance = member.distance
        send_disturbed(attempt, instance.disturbed)
    elif site.distant:
        attempt.op = ARRIVE
        out = site.out
        delay = out.at(request.index) if out is not None else edge.link.constant
        if site.spread:
            attempt.distance = member.distance
            delay += member.distance.out(now, edge.link)
        kernel.schedule(attempt, delay)
    else:
        instance.accept(attempt)
    return attempt


def send_disturbed(attempt: Attempt, disturbed: Disturbances) -> None:
    """Send the question of an attempt over a network that is not well."""
    extra = disturbed.befall(attempt, QUESTION)
    if extra == EATEN:
        attempt.op = LOST
        return
    if extra < 0.0:
        # Somebody on the way has answered, and the answer is under way.
        return
    site, instance = attempt.site, attempt.instance
    if site.distant:
        out = site.out
        link = site.point.edge.link
        extra += out.at(attempt.request.index) if out is not None else link.constant
        if site.spread:
            extra += attempt.distance.out(instance.kernel.now, link)
    if site.distant or extra > 0.0 or disturbed.damaged:
        attempt.op = ARRIVE_DAMAGED if disturbed.damaged else ARRIVE
        instance.kernel.schedule(attempt, extra)
    else:
        instance.accept(attempt)


def ask_closely(
    caller: Party,
    request: Request,
    site: Site,
    instance: Instance,
    code: int,
    deadline: float,
    until: float,
    tied: bool,
) -> Attempt:
    """An attempt that has a timeout or a deadline to mind, a trace to write, or a tie."""
    kernel = instance.kernel
    trace = request.trace
    patience = site.point.patience
    end = deadline
    if until < inf:
        # It has waited already: its patience ends before that of others sent now.
        patience = None
        end = min(deadline, until)
    bounded = end < inf and (patience is None or end < kernel.now + patience.timeout)
    attempt: Attempt
    if trace is not None:
        traced = TracedAttempt(request, caller, site, instance, code, kernel.now, deadline)
        parent = caller.on_behalf_of()
        traced.span = trace.open_span(
            parent.span if isinstance(parent, TracedAttempt) else None,
            site.point.edge.caller,
            site.point.edge.callee.label,
            instance.name,
            kernel.now,
        )
        attempt = traced
    elif tied:
        attempt = TiedAttempt(request, caller, site, instance, code, kernel.now, deadline)
    elif bounded:
        attempt = BoundedAttempt(request, caller, site, instance, code, kernel.now, deadline)
    else:
        attempt = Attempt(request, caller, site, instance, code, kernel.now, deadline)
    if isinstance(attempt, BoundedAttempt):
        attempt.bound = None
        if bounded:
            attempt.bound = Bound(attempt)
            kernel.schedule_at(attempt.bound, end)
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
