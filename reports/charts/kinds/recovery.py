"""What faults did to users: what was usual, the dip, who noticed, and how long until all was well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from reports.charts.faults import shade
from reports.charts.house import GOODPUT, GREY, INK, ORANGE, PALE, Look, legend, sheet
from reports.charts.marks import Moment, write_above
from reports.charts.nothing import NothingToDraw
from reports.charts.scales import time_unit
from reports.charts.series import FloatArray, counts, lengths, middles, of_name, times
from reports.languages.language import Language
from reports.quantity import digits, seconds, share
from reports.stored import StoredRun
from simulator.experiment.result import FaultFigures, Result, SteadyState

MOST_BESIDE, MOST_BELOW = 2, 3
"""Panels on a wide sheet and on a narrow one: those of the faults that did the most harm."""
LONGEST = 3
"""Targets of a fault that are named."""
AROUND = 0.35
"""What is shown before and after, as a part of how long the fault mattered."""
FEWEST = 8
"""Intervals that are shown before and after, at least."""
LOST = {"facecolor": ORANGE, "edgecolor": INK, "hatch": "///", "linewidth": 0.0}
"""How what was lost looks."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The measure in which users saw a fault, by interval, and what of it was usual."""

    label: str
    values: FloatArray
    usual: float
    spread: float
    """A standard deviation of what was usual; 0 if it is not known."""


def draw(stored: StoredRun, look: Look) -> Figure:
    """A panel for each fault, the worst ones if there are many, in the order of time.

    Raises:
        NothingToDraw: if there was no fault, or of none is known what was usual before it.
    """
    result, say = stored.result, look.say
    known = [each for each in result.faults if each.steady is not None and each.start is not None]
    if not known:
        raise NothingToDraw(_missing(result))
    wide = look.size.wide
    worst = sorted(known, key=_harm, reverse=True)[: MOST_BESIDE if wide else MOST_BELOW]
    shown = sorted(worst, key=lambda each: each.start or 0.0)
    notes = [say("Shaded red: while a fault was on. Times with + count from its beginning.")]
    if len(shown) < len(known):
        notes.append(say("The {shown} worst of {all} faults.", shown=len(shown), all=len(known)))
    title = say("{scenario}, seed {seed}: recovery", scenario=result.scenario, seed=result.seed)
    figure = sheet(look, title, "\n".join(notes), height=1.0 if wide else 0.5 + 0.6 * len(shown))
    panels = figure.subplots(len(shown), 1, squeeze=False)[:, 0]
    for axes, fault in zip(panels, shown, strict=True):
        _panel(axes, result, fault, look)
        axes.set_xlabel(say("simulated time (s)"))
    legend(
        panels[0],
        [
            Patch(facecolor=PALE, label=say("usual: mean and standard deviation")),
            Patch(**LOST, label=say("lost goodput")),  # type: ignore[arg-type]
        ],
    )
    return figure


def _missing(result: Result) -> str:
    if not result.faults:
        return "the run had no faults; `aftershock faults` lists those that there are"
    if all(each.start is None for each in result.faults):
        return "no fault of the run has begun"
    return (
        "no fault had a steady state before it to compare with; it must begin at least five intervals "
        f"({seconds(result.interval)} each) after the warm-up ({seconds(result.warmup)})"
    )


def _harm(fault: FaultFigures) -> tuple[bool, float, float]:
    """How bad it was: whether it lasted, what was lost, and how long it took."""
    departed = fault.departed_after is not None
    return (
        departed and fault.recovered_after is None,
        fault.lost_goodput or 0.0,
        fault.recovered_after or 0.0,
    )


def _panel(axes: Axes, result: Result, fault: FaultFigures, look: Look) -> None:
    assert fault.start is not None
    assert fault.steady is not None
    say = look.say
    seen = _seen(result, fault, fault.steady, look)
    begin, end = _span(result, fault, fault.steady)
    when = middles(result)
    inside = (when >= begin) & (when <= end)
    axes.set_xlim(begin, end)
    low, high = seen.usual - seen.spread, seen.usual + seen.spread
    axes.axhspan(low, high, color=PALE, lw=0, zorder=0.3)
    axes.axhline(seen.usual, color=GREY, ls="--", lw=0.5 * look.size.line, zorder=1)
    lost = _lost(result, fault)
    if lost.any() and fault.departed_by != "latency":
        axes.fill_between(
            when,
            np.minimum(seen.values, seen.usual),
            seen.usual,
            where=lost.tolist(),
            zorder=1.5,
            **LOST,  # type: ignore[arg-type]
        )
    axes.plot(when[inside], seen.values[inside], color=GOODPUT.colour)
    known = seen.values[inside & np.isfinite(seen.values)]
    axes.set_ylim(0.0, 1.08 * float(max(known.max(initial=0.0), high)))
    axes.set_ylabel(seen.label)
    shade(axes, [fault], result.simulated)
    write_above(axes, _moments(result, fault, say), look)
    axes.set_title(_title(fault, say), loc="left", fontsize=look.size.caption, fontweight="bold")


def _seen(result: Result, fault: FaultFigures, steady: SteadyState, look: Look) -> Seen:
    """Goodput; or the p99 of the class that suffered most, where only latency told of the fault."""
    say = look.say
    if fault.departed_by != "latency":
        ok = counts(result).get("ok", np.zeros(len(times(result))))
        label = say("goodput (per second)")
        return Seen(label, ok / lengths(result), steady.goodput, steady.goodput_spread)
    harmed = _lost(result, fault)
    found = {name: of_name(result, "traffic", name, "latency_p99") for name in steady.latency}
    worst = max(
        found,
        key=lambda name: _mean(found[name][harmed]) / steady.latency[name],
    )
    factor, unit = time_unit(float(np.nanmax(found[worst], initial=steady.latency[worst])))
    label = say("p99 of {name} ({unit})", name=worst, unit=unit)
    return Seen(label, factor * found[worst], factor * steady.latency[worst], 0.0)


def _lost(result: Result, fault: FaultFigures) -> NDArray[np.bool_]:
    """The intervals from the departure up to the recovery."""
    if fault.departed_after is None or fault.start is None:
        return np.zeros(len(times(result)), dtype=np.bool_)
    begin = fault.start + fault.departed_after
    back = fault.recovered_after
    end = result.simulated if back is None else fault.start + back
    when = middles(result)
    return (when > begin - result.interval / 2) & (when < end + result.interval / 2)


def _span(result: Result, fault: FaultFigures, steady: SteadyState) -> tuple[float, float]:
    """What is shown, in seconds: while it mattered, and some time before and after."""
    assert fault.start is not None
    after = (fault.departed_after, fault.detected_after, fault.recovered_after)
    ends = [fault.start + each for each in after if each is not None]
    if fault.end is None or (fault.departed_after is not None and fault.recovered_after is None):
        ends.append(result.simulated)
    last = min(result.simulated, max(*ends, fault.end or 0.0, fault.start))
    around = max(AROUND * (last - fault.start), FEWEST * result.interval)
    return max(steady.since, fault.start - around), min(result.simulated, last + around)


def _moments(result: Result, fault: FaultFigures, say: Language) -> list[Moment]:
    """What happened and when, in words."""
    assert fault.start is not None
    found = [Moment(fault.start, say("begins at {time}", time=seconds(fault.start)))]

    def after(seconds_after: float | None, words: str, what: str | None = None) -> None:
        if seconds_after is not None:
            assert fault.start is not None
            time = f"+{seconds(seconds_after)}"
            found.append(Moment(fault.start + seconds_after, words.format(time=time, what=what)))

    after(fault.departed_after, say("departs {time} ({what})", time="{time}", what="{what}"),
          fault.departed_by)  # fmt: skip
    after(fault.detected_after, say("noticed {time} ({what})", time="{time}", what="{what}"),
          fault.detected_by)  # fmt: skip
    if fault.end is not None and fault.end <= result.simulated:
        after(fault.end - fault.start, say("over {time}", time="{time}"))
    after(fault.recovered_after, say("as usual {time}", time="{time}"))
    return found


def _title(fault: FaultFigures, say: Language) -> str:
    """Whom it hit, and what came of it."""
    whom = ", ".join(fault.targets[:LONGEST])
    if len(fault.targets) > LONGEST:
        whom += " " + say("and {more} more", more=len(fault.targets) - LONGEST)
    name = f"{fault.name} ({fault.kind}: {whom})" if whom else f"{fault.name} ({fault.kind})"
    if fault.unharmed:
        return say("{fault}: users never left their steady state", fault=name)
    told = []
    if fault.lost_goodput:
        told.append(say("{count} right answers lost", count=digits(fault.lost_goodput)))
    if fault.depth is not None:
        told.append(say("least goodput {share} of usual", share=share(fault.depth)))
    if fault.stayed_down:
        told.append(say("stayed down"))
    elif fault.recovered_after is None:
        told.append(say("not over by the end of the run"))
    return f"{name}: {', '.join(told)}"


def _mean(values: FloatArray) -> float:
    """Of those that there are; 0 of none. One bad interval by chance weighs little."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else 0.0
