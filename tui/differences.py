"""How two simulations differ, in words: figure by figure, with a sign, and whether that is good."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from simulator.live.snapshot import FloatArray, History, Snapshot
from simulator.outcome import USABLE, is_failure
from tui.glyphs import OUTCOMES, sign
from tui.text import NOTHING, latency, number, rate, share

RECENT = 5.0
"""Seconds of the simulated clock that count as now."""
SAME = 0.005
"""Parts of the first by which the second may differ and still be called the same."""
READ = 0.02
"""The same for latencies, which are read from histograms with an error of 1 %."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of both, and what the second has more or less of it."""

    name: str
    first: str
    second: str
    words: str
    verdict: int
    """1 where the second is better, -1 where it is worse, 0 where neither can be said."""


@dataclass(frozen=True, slots=True)
class Lately:
    """The last `RECENT` seconds of a history: means of rates, the middle median, the worst p99."""

    throughput: float
    goodput: float
    failed: float
    p50: float | None
    p99: float | None

    @classmethod
    def of(cls, history: History) -> Lately:
        """Of the last bins, at least one."""
        if len(history.times) == 0:
            return cls(0.0, 0.0, 0.0, None, None)
        bins = slice(-max(1, round(RECENT / history.width)), None)
        ends = {name: float(np.mean(values[bins])) for name, values in history.outcomes.items()}
        ended = _served(ends) + _lost(ends)
        return cls(
            float(np.mean(history.throughput[bins])),
            float(np.mean(history.goodput[bins])),
            _lost(ends) / ended if ended > 0.0 else 0.0,
            _known(history.p50[bins], np.median),
            _known(history.p99[bins], np.max),
        )


def _known(values: FloatArray, what: Callable[[FloatArray], float]) -> float | None:
    values = values[~np.isnan(values)]
    return float(what(values)) if len(values) else None


def differences(first: Snapshot, second: Snapshot, outcomes: bool) -> Iterator[Difference]:
    """Of the last seconds, and of all so far; with `outcomes` how users fared one by one.

    Figures are read from the histories, whose bins are the same in both: those of a snapshot are over
    the last bit of time, which need not be equally long.
    """
    one, two = Lately.of(first.history), Lately.of(second.history)
    yield _rate("answered", one.throughput, two.throughput, 1)
    yield _rate("good", one.goodput, two.goodput, 1)
    yield _share("failed", one.failed, two.failed)
    yield _time("p50", one.p50, two.p50)
    yield _time("p99 at worst", one.p99, two.p99)
    yield _count("in flight", first.in_flight, second.in_flight, 0)
    a, b = so_far(first.history), so_far(second.history)
    if outcomes:
        for name in sorted({*a, *b}, key=lambda name: (name not in USABLE, name)):
            better = 1 if name == "ok" else -1 if is_failure(name) else 0
            word = f"{sign(OUTCOMES, name).word} so far"
            yield _count(word, a.get(name, 0.0), b.get(name, 0.0), better)
        return
    served, lost = (_served(a), _served(b)), (_lost(a), _lost(b))
    yield _count("served so far", served[0], served[1], 1)
    yield _count("lost so far", lost[0], lost[1], -1)


def so_far(history: History) -> dict[str, float]:
    """How many requests have ended with each outcome."""
    return {
        outcome: float(np.sum(values)) * history.width
        for outcome, values in history.outcomes.items()
    }


def _served(outcomes: dict[str, float]) -> float:
    return sum(outcomes.get(name, 0.0) for name in USABLE)


def _lost(outcomes: dict[str, float]) -> float:
    return sum(value for name, value in outcomes.items() if is_failure(name))


def _rate(name: str, first: float, second: float, better: int) -> Difference:
    return _relative(name, first, second, better, rate, ("more", "fewer"))


def _count(name: str, first: float, second: float, better: int) -> Difference:
    def shown(value: float) -> str:
        return f"{value:,.0f}"

    first, second = round(first), round(second)
    apart = second - first
    words = "the same" if apart == 0 else f"{apart:+,.0f}"
    if abs(apart) <= SAME * max(first, second):
        better = 0
    return Difference(name, shown(first), shown(second), words, _verdict(apart, better))


def _time(name: str, first: float | None, second: float | None) -> Difference:
    return _relative(name, first, second, -1, latency, ("slower", "faster"), READ)


def _share(name: str, first: float, second: float) -> Difference:
    """Shares differ by points: twice of nearly nothing is still nearly nothing."""
    apart = second - first
    if abs(apart) < SAME / 10.0:
        return Difference(name, share(first), share(second), "the same", 0)
    points = f"{100.0 * apart:+.1f}"
    words = f"{points} points"
    return Difference(name, share(first), share(second), words, _verdict(apart, -1))


def _relative(
    name: str,
    first: float | None,
    second: float | None,
    better: int,
    shown: Callable[[float | None], str],
    words: tuple[str, str],
    same: float = SAME,
) -> Difference:
    texts = shown(first), shown(second)
    if first is None or second is None:
        return Difference(name, *texts, NOTHING, 0)
    apart = second - first
    if abs(apart) <= same * max(abs(first), abs(second)):
        return Difference(name, *texts, "the same", 0)
    more, fewer = words
    word = more if apart > 0.0 else fewer
    if first <= 0.0:
        said = f"+{shown(apart)}, {word}"
    elif second > 2.0 * first:
        said = f"{number(second / first)} times, {word}"
    else:
        said = f"{100.0 * apart / first:+.0f}%, {word}"
    return Difference(name, *texts, said, _verdict(apart, better))


def _verdict(apart: float, better: int) -> int:
    return 0 if apart == 0.0 else better if apart > 0.0 else -better
