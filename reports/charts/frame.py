"""What charts have around them: a title above, and how to read them below."""

from __future__ import annotations

from textwrap import fill

from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from simulator.experiment.comparison import Comparison
from simulator.experiment.measures import Measure

MARGIN = 0.12
"""Inches left free at the edges and between the parts."""
TITLE, TEXT, CAPTION = 22, 16, 13
"""Sizes in points on a figure 12 inches wide: 16 can be read from the last row."""
WIDEST_TITLE = 54
"""Characters of the title before it is broken."""


def framed(size: tuple[float, float], comparison: Comparison, title: str, reading: str) -> Figure:
    """An empty figure of a comparison, `size` inches wide and high; `reading` says what marks mean."""
    caption = (
        f"Means of {comparison.replications} replications with 95 % intervals, seed "
        f"{comparison.seed}, the same random numbers for all.\n{reading}"
    )
    return empty(size, f"{comparison.scenario}: {title}", caption)


def empty(size: tuple[float, float], title: str, caption: str) -> Figure:
    """A figure, `size` inches wide and high, with a title above and a caption below."""
    figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(w_pad=MARGIN, h_pad=MARGIN))
    figure.suptitle(
        fill(title, WIDEST_TITLE),
        x=0.01,
        ha="left",
        fontsize=TITLE,
        fontweight="bold",
        parse_math=False,
    )
    figure.supxlabel(
        caption, x=0.01, ha="left", fontsize=CAPTION, color="#333333", parse_math=False
    )
    return figure


def axis_label(measure: Measure, unit: str) -> str:
    """A measure with its unit, and which way is better."""
    better = "lower is better" if measure.lower_is_better else "higher is better"
    label = f"{measure.title} ({unit})" if unit else measure.title
    return f"{label}, {better}".replace("(/s)", "(per second)")
