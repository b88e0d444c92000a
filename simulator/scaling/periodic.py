"""Autoscalers that look once a period."""

from __future__ import annotations

from simulator.kernel.event import LATE, Event
from simulator.kernel.kernel import Kernel
from simulator.scaling.autoscaler import Autoscaler


class Periodic(Autoscaler):
    """An autoscaler that looks every `period` seconds, after everything else of the moment."""

    def __init__(self, kernel: Kernel, period: float) -> None:
        self.kernel = kernel
        self.period = period

    def begin(self) -> None:
        self.kernel.agenda.add(Period(self), self.kernel.now + self.period, LATE)

    def look(self, now: float) -> None:
        """A period is over."""
        raise NotImplementedError


class Period(Event):
    """The end of a period."""

    def __init__(self, scaler: Periodic) -> None:
        super().__init__()
        self.scaler = scaler
        self.start = scaler.kernel.now
        self.periods = 1

    def fire(self) -> None:
        scaler = self.scaler
        scaler.look(scaler.kernel.now)
        self.periods += 1
        scaler.kernel.agenda.add(self, self.start + self.periods * scaler.period, LATE)
