"""Latencies over time as a heat map: the darker, the more answers took so long just then."""

from __future__ import annotations

from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, NullLocator
from numpy.typing import NDArray

from reports.charts.house import PERCENTILES, Look, legend
from reports.charts.latencies import Buckets, lower, percentiles
from reports.charts.scales import PLAIN, round_values
from reports.charts.series import FloatArray, lengths, middles, times
from simulator.experiment.result import Result

COLUMNS, BANDS = 120, 4
"""Columns at most, and bands in a doubling of latency."""


def heat_map(axes: Axes, result: Result, buckets: Buckets, factor: float, look: Look) -> None:
    """Answers per second by time and band of latency, with percentiles upon it.

    `factor` is how many of the axis's unit a second has.
    """
    number = len(times(result))
    merged = ceil(number / COLUMNS)
    sides = np.append(times(result)[::merged], result.simulated)
    inside = buckets.intervals < number
    bands = _bands(lower(buckets.upto[inside]))
    least, most = int(bands.min()), int(bands.max())
    counts = np.zeros((most - least + 1, len(sides) - 1))
    np.add.at(counts, (bands - least, buckets.intervals[inside] // merged), buckets.counts[inside])
    rates = counts / np.add.reduceat(lengths(result), np.arange(0, number, merged))
    shown = np.ma.masked_equal(rates, 0.0)
    low, high = float(shown.min()), float(shown.max())
    mesh = axes.pcolormesh(
        sides,
        factor * _edges(np.arange(least, most + 2)),
        shown,
        cmap="Greys",
        norm=LogNorm(low, max(high, 2.0 * low)),
        rasterized=True,
        zorder=0.4,
    )
    figure = axes.get_figure(root=True)
    assert figure is not None
    bar = figure.colorbar(mesh, ax=axes, pad=0.02, aspect=30)
    bar.set_label(look.say("answers per second in a band"))
    labels = round_values(low, max(high, 2.0 * low), look.size.ticks)
    bar.ax.yaxis.set_major_locator(FixedLocator(labels))
    bar.ax.yaxis.set_minor_locator(NullLocator())
    bar.ax.yaxis.set_major_formatter(PLAIN)
    for name, line in PERCENTILES.items():
        axes.plot(
            middles(result),
            factor * percentiles(result, buckets, float(f"0.{name[1:]}")),
            color=line.colour,
            ls=line.dash,
            lw=0.7 * look.size.line,
            label=name,
            path_effects=[withStroke(linewidth=1.2 * look.size.line, foreground="white")],
        )
    axes.set_xlim(0.0, result.simulated)
    axes.set_xlabel(look.say("simulated time (s)"))
    axes.grid(visible=False)
    legend(axes)


def _bands(values: FloatArray) -> NDArray[np.int64]:
    """The number of the band of each value."""
    mantissas, exponents = np.frexp(values)
    within = np.floor((2.0 * mantissas - 1.0) * BANDS).astype(np.int64)
    return (exponents.astype(np.int64) - 1) * BANDS + within


def _edges(bands: NDArray[np.int64]) -> FloatArray:
    """The lower edges of bands."""
    octaves, within = np.divmod(bands, BANDS)
    edges: FloatArray = np.ldexp(1.0 + within / BANDS, octaves)
    return edges
