"""The faults of a run, as whoever watches sees them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from simulator.fault.fault import Fault as Running
from simulator.live.changes import names_of
from simulator.live.snapshot import FaultView
from simulator.live.words import harm_in_words
from simulator.scenario.model.fault.fault import Fault
from simulator.scenario.model.scenario import Scenario


class FaultViews:
    """Shows faults. What they do is put into words once for each scenario: there may be hundreds of them,
    and there are several pictures a second.
    """

    def __init__(self) -> None:
        self.scenario: Scenario | None = None
        self.names: Sequence[str] = ()
        self.whats: Sequence[str] = ()

    def of(
        self, scenario: Scenario, running: Sequence[Running], mine: Collection[str]
    ) -> tuple[FaultView, ...]:
        """Every fault of a scenario, in its order.

        Args:
            scenario: with all that was done, be it to come.
            running: the faults of the world; one that has not joined it yet is waited for.
            mine: the names of those that were done by whoever watches.
        """
        given = scenario.faults
        if scenario is not self.scenario:
            self.scenario = scenario
            self.names = names_of(given)
            self.whats = [harm_in_words(each) for each in given]
        known = {each.name: each for each in running}
        return tuple(
            _view(name, what, fault, known.get(name), name in mine, scenario.duration)
            for name, what, fault in zip(self.names, self.whats, given, strict=True)
        )


def _view(
    name: str, what: str, given: Fault, fault: Running | None, mine: bool, duration: float
) -> FaultView:
    begins, ends = _times(given, fault, duration)
    return FaultView(
        name=name,
        kind=given.kind,
        what=what,
        state=state_of(fault),
        begins=begins,
        ends=ends,
        targets=() if fault is None else tuple(fault.hit),
        mine=mine,
    )


def state_of(fault: Running | None) -> str:
    """`waiting`, `active` or `over`; None is a fault that has not joined the world yet."""
    if fault is None:
        return "waiting"
    if fault.active:
        return "active"
    if fault.times < len(fault.schedule.spans):
        return "waiting"
    condition = fault.schedule.condition
    again = condition is not None and (fault.times == 0 or condition.again is not None)
    return "waiting" if again else "over"


def _times(
    given: Fault, fault: Running | None, duration: float
) -> tuple[float | None, float | None]:
    """When it begins next, or began, and when it ends or ended."""
    if fault is None:
        begin = given.offset(duration)
        return begin, None if given.for_ is None else begin + given.for_
    if fault.active:
        return fault.latest, fault.time if fault.on else None
    spans = fault.schedule.spans
    if fault.times < len(spans):
        return spans[fault.times]
    if fault.times > 0:
        return fault.latest, fault.latest if fault.ended is None else fault.ended
    return None, None
