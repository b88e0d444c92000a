"""What charts of a comparison share: its title, how to read it, and axes for its measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axis import Axis

from reports.charts.house import Look
from reports.charts.scales import logarithmic
from reports.spread import scale, short_paths
from simulator.experiment.comparison import Comparison
from simulator.experiment.measures import Measure
from simulator.experiment.statistics import Interval

TOO_FAR_APART = 20.0
"""Largest mean over smallest from which on a logarithmic axis shows more."""


def title(comparison: Comparison, measures: str, look: Look) -> str:
    """What is shown of which scenario, and what the candidates differ in."""
    paths = f" {look.say('and')} ".join(
        short_paths(list(comparison.candidates[0].choices)).values()
    )
    return look.say(
        "{scenario}: {measures} by {paths}",
        scenario=comparison.scenario,
        measures=measures,
        paths=paths,
    )


def caption(comparison: Comparison, look: Look) -> str:
    """What the marks and the lines through them are."""
    return look.say(
        "Means of {count} replications with 95 % intervals, seed {seed}, "
        "the same random numbers for all.",
        count=comparison.replications,
        seed=comparison.seed,
    )


@dataclass(frozen=True, slots=True)
class Side:
    """An axis with the values of one measure: in which unit, how far, and whether by factors."""

    measure: Measure
    found: Sequence[Interval]

    @property
    def divisor(self) -> float:
        """What values are divided by, to be in the unit of the axis."""
        return self._scale[0]

    @property
    def logarithmic(self) -> bool:
        """Whether the means lie so far apart that a linear axis would show only the greatest."""
        means = [each.mean for each in self.found]
        return bool(means) and min(means) > 0.0 and max(means) / min(means) > TOO_FAR_APART

    def dress(self, axis: Axis, look: Look, room: float) -> None:
        """Scale and label an axis; a part `room` of it is left free at each end."""
        means = [each.mean for each in self.found]
        # An interval that reaches to nothing or below has no end on a logarithmic axis.
        lowest = [
            each.low
            for each in self.found
            if not self.logarithmic or each.low * TOO_FAR_APART > each.mean
        ]
        highest = [each.high for each in self.found]
        ends = [each / self.divisor for each in (*means, *lowest, *highest)]
        low, high = min(ends, default=0.0), max(ends, default=1.0)
        if self.logarithmic:
            factor = (high / low) ** room
            logarithmic(axis, low / factor, high * factor, look.size.ticks)
        else:
            margin = (high - low or abs(high) or 1.0) * room
            limits = (low - margin, high + margin)
            if axis is axis.axes.xaxis:
                axis.axes.set_xlim(limits)
            else:
                axis.axes.set_ylim(limits)
        axis.set_label_text(self._label(look))

    @property
    def _scale(self) -> tuple[float, str]:
        return scale(self.measure.unit, max((abs(each.mean) for each in self.found), default=0.0))

    def _label(self, look: Look) -> str:
        """The measure with its unit, and which way is better."""
        say, unit = look.say, self._scale[1].replace("/s", look.say("per second"))
        better = say("lower is better" if self.measure.lower_is_better else "higher is better")
        name = say(self.measure.title)
        return f"{name} ({unit}), {better}" if unit else f"{name}, {better}"
