"""Conditions looked at while a run is on: what begins when they hold, fails, or ends the run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.experiment.judge import Judge
from simulator.experiment.watch import Watch
from simulator.fault.fault import Fault
from simulator.kernel.event import URGENT, Event
from simulator.platform.rollout.deployer import Order
from simulator.scenario.condition import Condition, parse_condition

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement


class StopRun(Exception):
    """A condition of `stop_when` holds: nothing further is to be played."""

    def __init__(self, condition: Condition, value: float) -> None:
        super().__init__(condition.text)
        self.condition = condition
        self.value = value


class Conditions(Event):
    """Looks at every condition at the end of each interval of the series, from the warm-up on.

    Whatever a look goes back over lies behind the warm-up, all of it. At one moment what stops the
    run comes before what begins a fault. A condition that nothing waits for any more costs nothing.

    In the real world: the stop conditions of AWS Fault Injection Service, which are alarms of
    CloudWatch; Chaos Toolkit's controls and safeguards. They too see what was measured a moment ago,
    at the pace of their measuring.

    Source: AWS FIS, "Stop conditions"; Chaos Toolkit, "chaostoolkit-addons: safeguards".
    """

    def __init__(
        self,
        measurement: Measurement,
        stops: Sequence[Watch],
        faults: Sequence[tuple[Watch, Fault]],
        orders: Sequence[tuple[Watch, Order]],
        judges: Sequence[Judge],
    ) -> None:
        super().__init__()
        self.measurement = measurement
        self.stops = stops
        self.faults = faults
        self.orders = orders
        self.judges = judges
        self.ticks = 0
        self.watches: list[Watch] = []
        self.listen()
        self.wait()

    def listen(self) -> None:
        """Have the lines of the ledger counted for what is still waited for, and for nothing else."""
        tallies = self.measurement.census.tallies
        for watch in self.watches:
            tallies.remove(watch)
        self.watches = [
            *self.stops,
            *(watch for watch, _ in self.faults),
            *(watch for watch, _ in self.orders),
            *(watch for judge in self.judges for watch in judge.watches),
        ]
        tallies += self.watches

    def wait(self) -> None:
        """Look again at the end of the next interval, after the gauges have been read."""
        if self.watches or self.judges:
            time = (self.ticks + 1) * self.measurement.interval
            self.measurement.world.kernel.schedule_at(self, time, URGENT)

    def fire(self) -> None:
        self.ticks += 1
        self.measurement.world.ledger.turn_page()
        for watch in self.watches:
            watch.close()
        for watch in self.stops:
            value = self.seen(watch)
            if value is not None:
                raise StopRun(watch.condition, value)
        for watch, fault in self.faults:
            if fault.waits() and (value := self.seen(watch)) is not None:
                fault.held(f"{watch.condition.text}: it is {value:.4g}")
        for watch, order in self.orders:
            if order.waits and (value := self.seen(watch)) is not None:
                order.held(f"{watch.condition.text}: it is {value:.4g}")
        for judge in self.judges:
            judge.look()
        self.forget()
        self.wait()

    def forget(self) -> None:
        """Look no more at what nothing waits for."""
        before = (len(self.faults), len(self.orders), len(self.judges))
        self.faults = [each for each in self.faults if not over(each[1])]
        self.orders = [each for each in self.orders if not each[1].done]
        self.judges = [each for each in self.judges if not each.over]
        after = (len(self.faults), len(self.orders), len(self.judges))
        changed = [judge.changed() for judge in self.judges]
        if any(changed) or after != before:
            self.listen()

    def seen(self, watch: Watch) -> float | None:
        """The value with which a condition holds; None where it does not."""
        if self.ticks < watch.first:
            return None
        value = watch.value()
        return value if watch.condition.expectation.holds(value) else None


def over(fault: Fault) -> bool:
    """Whether a fault has begun, or is about to, and will not do so again."""
    condition = fault.schedule.condition
    assert condition is not None
    return condition.again is None and (fault.times > 0 or fault.pending)


def conditions_of(measurement: Measurement) -> Conditions | None:
    """What has to be looked at while a run is on; None where that is nothing."""
    world = measurement.world
    stops = [Watch(measurement, parse_condition(text)) for text in world.scenario.stop_when]
    faults = [
        (Watch(measurement, parse_condition(fault.schedule.condition.text)), fault)
        for fault in world.faults
        if fault.schedule.condition is not None
    ]
    orders = [
        (Watch(measurement, parse_condition(each.when)), each)
        for each in world.orders
        if each.when is not None
    ]
    judged = {each.service for each in world.scenario.deployments if each.how.analysis is not None}
    judges = [Judge(measurement, each) for name, each in world.deployers.items() if name in judged]
    if not (stops or faults or orders or judges):
        return None
    return Conditions(measurement, stops, faults, orders, judges)
