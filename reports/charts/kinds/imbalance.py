"""How evenly the instances of a service were loaded, over time."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from reports.charts.faults import over_time, told
from reports.charts.house import BLUE, INK, PALE, RED, Look, legend, sheet
from reports.charts.nothing import NothingToDraw
from reports.charts.series import FloatArray, by_instance, middles
from reports.stored import StoredRun
from simulator.experiment.result import Result

IDLE = 0.05
"""Requests in work per instance below which a ratio says nothing."""


def draw(stored: StoredRun, look: Look) -> Figure:
    """Requests in work: the mean of all instances, their range, and the busiest one; below the ratio.

    Max over mean is the measure of imbalance that load balancing is judged by: 1 is even.

    Raises:
        NothingToDraw: if no service has several instances that had something to do.
    """
    result, say = stored.result, look.say
    service, names, busy = chosen(result)
    figure = sheet(
        look,
        say(
            "{scenario}, seed {seed}: balance of {service}",
            scenario=result.scenario,
            seed=result.seed,
            service=service,
        ),
        told(result.faults, look)
        + "\n"
        + say("The service whose instances differed most, of those with several."),
    )
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))
    when = middles(result)
    mean, most, least = mean_of(busy), np.fmax.reduce(busy, axis=1), np.fmin.reduce(busy, axis=1)
    above.fill_between(when, least, most, color=PALE, lw=0, label=say("from least to most"))
    busiest = int(np.nan_to_num(busy).sum(axis=0).argmax())
    above.plot(when, busy[:, busiest], color=RED, ls="--", label=names[busiest])
    above.plot(when, mean, color=BLUE, label=say("mean of {count} instances", count=len(names)))
    above.set_ylabel(say("requests in work"))
    below.plot(when, ratio(busy), color=INK)
    below.axhline(1.0, color=INK, lw=0.4 * look.size.line)
    below.set_ylabel(say("max over mean (1: even)"))
    for axes in (above, below):
        axes.set_ylim(bottom=0.0)
    legend(above)
    over_time((above, below), result, look)
    return figure


def mean_of(busy: FloatArray) -> FloatArray:
    """The mean of the instances that there were, by interval; 0 where there was none."""
    there = np.isfinite(busy).sum(axis=1)
    total: FloatArray = np.nan_to_num(busy).sum(axis=1)
    mean: FloatArray = total / np.maximum(there, 1)
    return mean


def ratio(busy: FloatArray) -> FloatArray:
    """The busiest instance over the mean of all, by interval; NaN where hardly anything was to do."""
    mean = mean_of(busy)
    found = np.full(len(mean), np.nan)
    known = mean >= IDLE
    found[known] = np.fmax.reduce(busy[known], axis=1) / mean[known]
    return found


def chosen(result: Result) -> tuple[str, list[str], FloatArray]:
    """The service whose instances differed most: its name, theirs, and their work by interval.

    Raises:
        NothingToDraw: if there is none with several instances and something to do.
    """
    found = {}
    for service, figures in result.services.items():
        names = list(figures.instances)
        if len(names) > 1:
            busy = by_instance(result, service)
            if figures.scaling is not None:
                # One that comes and goes and has nothing to do is taken for one that is not there.
                busy[busy == 0.0] = np.nan
            ratios = ratio(busy)
            if np.isfinite(ratios).any():
                # By requests, not by the ratio: that is large wherever hardly anything is to do.
                apart = np.fmax.reduce(busy, axis=1) - mean_of(busy)
                found[service] = (float(np.nanmean(apart)), names, busy)
    if not found:
        raise NothingToDraw("no service has several instances that had something to do")
    service = max(found, key=lambda name: found[name][0])
    return service, found[service][1], found[service][2]
