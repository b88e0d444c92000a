"""The instances of a service, one a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from textual.content import Content

from simulator.live.snapshot import BreakerView, InstanceView
from tui import glyphs, text
from tui.widgets.drawing import MUTED, apart, gauge, ink, muted, signed
from tui.widgets.live_table import Column, LiveTable

SEVERITY = ("forced_open", "open", "half_open", "disabled", "closed", "metrics_only")
"""States of breakers, what matters most first."""


def breaker_states(breakers: Iterable[BreakerView]) -> Content:
    """How many breakers are in which state, the worst first: `⊘ 1 open ─ 3 closed`."""
    counted = Counter(each.state for each in breakers)
    return apart(
        [
            Content.styled(f"{sign.glyph} {counted[state]} {sign.word}", ink(sign))
            for state in (*SEVERITY, *sorted(counted.keys() - set(SEVERITY)))
            if counted[state]
            for sign in (glyphs.sign(glyphs.BREAKERS, state),)
        ],
        by=" ",
    )


def room(taken: int, most: int | None) -> Content:
    """How much of what there is is taken: `12/16`; a warning where it is all."""
    if most is None:
        return Content(str(taken))
    colour = "$text-warning" if 0 < most <= taken else ""
    return Content.assemble((str(taken), colour), (f"/{most}", MUTED))


def failed(part: float) -> Content:
    """A share of failures, in the colour of what it says."""
    colour = "$text-error" if part >= 0.05 else "$text-warning" if part > 0.0 else MUTED
    return Content.styled(text.share(part), colour)


def known(instance: InstanceView) -> Content:
    """How many callers know it, and how many of them have put it aside."""
    if instance.ejected:
        return Content.assemble(str(instance.callers), (f" ◇{instance.ejected}", "$text-warning"))
    return Content(str(instance.callers))


def _utilization(instance: InstanceView) -> Content:
    if instance.utilization is None:
        return muted(text.NOTHING)
    return Content.assemble(
        gauge(instance.utilization, 6), text.share(instance.utilization).rjust(5)
    )


def _place(instance: InstanceView) -> Content:
    return muted(" ".join(each for each in (instance.zone, instance.node) if each) or text.NOTHING)


COLUMNS: tuple[Column[InstanceView], ...] = (
    Column(
        "name",
        "instance",
        lambda each: Content(each.name),
        lambda each: each.name,
        10,
        most=24,
        right=False,
        falling=False,
    ),
    Column(
        "state",
        "state",
        lambda each: signed(glyphs.sign(glyphs.INSTANCES, each.state)),
        lambda each: (
            list(glyphs.INSTANCES).index(each.state) if each.state in glyphs.INSTANCES else 99
        ),
        11,
        right=False,
    ),
    Column(
        "busy", "in work", lambda each: room(each.busy, each.concurrency), lambda each: each.busy, 7
    ),
    Column(
        "queued",
        "queue",
        lambda each: room(each.queued, each.queue_limit),
        lambda each: each.queued,
        7,
    ),
    Column("use", "in use", _utilization, lambda each: each.utilization, 11),
    Column(
        "rate",
        "answers",
        lambda each: Content(text.rate(each.figures.throughput)),
        lambda each: each.figures.throughput,
        7,
    ),
    Column(
        "failed",
        "failed",
        lambda each: failed(each.figures.failed),
        lambda each: each.figures.failed,
        6,
    ),
    Column(
        "p95",
        "p95",
        lambda each: Content(text.latency(each.figures.p95)),
        lambda each: each.figures.p95,
        6,
    ),
    Column(
        "known",
        "known ◇aside",
        known,
        lambda each: each.ejected or -1.0 / (1.0 + each.callers),
        12,
        rank=2,
    ),
    Column(
        "breakers",
        "its breakers",
        lambda each: breaker_states(each.breakers) if each.breakers else muted(text.NOTHING),
        lambda each: sum(
            breaker.state not in ("closed", "metrics_only") for breaker in each.breakers
        ),
        12,
        most=40,
        rank=1,
        right=False,
    ),
    Column(
        "weight",
        "weight",
        lambda each: Content(text.number(each.weight)),
        lambda each: each.weight,
        6,
        rank=3,
    ),
    Column(
        "place",
        "place",
        _place,
        lambda each: " ".join((each.zone or "", each.node or "")),
        5,
        rank=4,
        right=False,
        falling=False,
        most=20,
    ),
    Column(
        "since",
        "started",
        lambda each: muted(text.clock(each.since)),
        lambda each: each.since,
        7,
        rank=5,
    ),
)


class InstancesTable(LiveTable[InstanceView]):
    """All instances of a service, with a cursor on one of them."""

    def __init__(self) -> None:
        super().__init__(COLUMNS, lambda each: each.name, "name")
