"""A service whose instances come and go: how many there were and were to be, and what they had to do."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.charts.faults import over_time, told
from reports.charts.house import BLUE, INK, ORANGE, Look, legend, sheet
from reports.charts.nothing import NothingToDraw
from reports.charts.series import FloatArray, by_instance, lengths, middles, of_name, times
from reports.stored import StoredRun
from simulator.experiment.result import Result


def draw(stored: StoredRun, look: Look) -> Figure:
    """Instances above, with a mark for each decision; below what they were asked, and what each had in work.

    Raises:
        NothingToDraw: if no service's instances come and go.
    """
    result, say = stored.result, look.say
    service, others = chosen(result)
    caption = [told(result.faults, look)]
    if others:
        caption.append(say("Other services that scale: {names}.", names=", ".join(others)))
    figure = sheet(
        look,
        say(
            "{scenario}, seed {seed}: instances of {service}",
            scenario=result.scenario,
            seed=result.seed,
            service=service,
        ),
        "\n".join(filter(None, caption)),
    )
    instances, load, work = figure.subplots(3, 1, sharex=True, height_ratios=(3, 2, 2))
    _instances(instances, result, service, look)
    asked = of_name(result, "service", service, "finished") / lengths(result)
    load.plot(middles(result), np.nan_to_num(asked), color=INK)
    load.set_ylabel(say("attempts per second"))
    work.plot(middles(result), in_work(result, service), color=INK)
    work.set_ylabel(say("in work per instance"))
    for axes in (instances, load, work):
        axes.set_ylim(bottom=0.0)
    legend(instances)
    over_time((instances, load, work), result, look)
    return figure


def chosen(result: Result) -> tuple[str, list[str]]:
    """The service that was scaled most, and the others that could be.

    Raises:
        NothingToDraw: if there is none.
    """
    scaled = {
        name: each.scaling.started + each.scaling.stopped
        for name, each in result.services.items()
        if each.scaling is not None
    }
    if not scaled or "replicas" not in result.series:
        raise NothingToDraw(
            "no service's instances come and go; this needs an autoscaler, nodes or a deployment"
        )
    service = max(scaled, key=lambda name: scaled[name])
    return service, [name for name in scaled if name != service]


def in_work(result: Result, service: str) -> FloatArray:
    """Requests being worked on in each instance that was ready, by interval; NaN where none was."""
    busy = by_instance(result, service).sum(axis=1)
    ready = of_name(result, "replicas", service, "ready")
    found = np.full(len(ready), np.nan)
    known = ready > 0.0
    found[known] = busy[known] / ready[known]
    return found


def _instances(axes: Axes, result: Result, service: str, look: Look) -> None:
    say, size = look.say, look.size
    wanted = of_name(result, "replicas", service, "wanted")
    # What is wanted holds at the end of an interval, and until the next decision.
    ends = times(result) + lengths(result)
    axes.step(ends, wanted, where="post", color=ORANGE, ls="--", label=say("wanted"))
    ready = of_name(result, "replicas", service, "ready")
    axes.plot(middles(result), ready, color=BLUE, label=say("ready"))
    moments = [each.time for each in result.log if (each.kind, each.subject) == ("scale", service)]
    if moments:
        axes.plot(
            moments,
            np.zeros(len(moments)),
            "^",
            color=INK,
            markersize=2.4 * size.line,
            clip_on=False,
            label=say("a decision"),
        )
    axes.set_ylabel(say("instances"))
