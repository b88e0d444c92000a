"""Ending a fault that is on."""

from __future__ import annotations

from simulator.experiment.run import Run
from simulator.fault.fault import Fault as Running
from simulator.live.branch import Deed
from simulator.live.gap import next_end
from simulator.live.refused import Refused
from simulator.live.words import seconds, undone
from simulator.scenario.model.fault.fault import Fault
from simulator.scenario.problem import few, nearest


def endable(fault: Running) -> bool:
    """Whether a fault is on, and not over by itself."""
    return fault.active and not fault.momentary


def number_of(run: Run, name: str) -> int:
    """The number of a fault in a world.

    Raises:
        Refused: if there is none of that name.
    """
    names = [each.name for each in run.world.faults]
    if name not in names:
        raise Refused(f"there is no fault `{name}`{nearest(name, names) or few(names)}")
    return names.index(name)


def ending(run: Run, name: str) -> Deed:
    """The deed that ends a fault now: as a scenario it has been given a `for`, or another one.

    Raises:
        Refused: if that is not possible.
    """
    number = number_of(run, name)
    fault, given = run.world.faults[number], run.scenario.faults[number]
    if fault.momentary and fault.times:
        raise Refused(f"`{name}` was over at once: there is nothing to end")
    if not fault.active:
        raise Refused(f"`{name}` {'is over' if fault.times else 'has not begun'}")
    if given.repeats:
        raise Refused(
            f"`{name}` begins again and again, and no scenario says that it ends once: go back to "
            "before it, or open the scenario without it"
        )
    _may_end(run.now, fault, given)
    lasts = next_end(run, fault.latest)
    followed = any(name in (each.after or ()) for each in run.scenario.faults)
    return Deed(
        fault.latest + lasts,
        "end",
        name,
        undone(given),
        lasts=lasts,
        # When it ends is worked into the traffic, into what waits for its end, or into a condition
        # that may hold at another time when something else is changed.
        structural=given.surge is not None or given.when is not None or followed,
    )


def _may_end(now: float, fault: Running, given: Fault) -> None:
    """Some take their time, and cannot be shorter."""
    if given.kill is not None and given.kill.grace > 0.0:
        until, why = fault.latest + given.kill.grace, "its processes may go on for so long"
    elif given.surge is not None and given.surge.over > 0.0:
        until, why = fault.latest + 2.0 * given.surge.over, "it rises and falls for so long"
    else:
        return
    if now <= until:
        raise Refused(f"`{fault.name}` cannot end before {seconds(until)}: {why}")
