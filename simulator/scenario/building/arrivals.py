"""From the model of a traffic class to when its requests arrive."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from simulator.fault.fault import Schedule
from simulator.kernel.streams import Streams
from simulator.scenario.files import arrival_times, recorded_rates
from simulator.scenario.model import traffic as model
from simulator.scenario.model.scenario import Scenario
from simulator.traffic.arrivals.arrivals import Arrivals
from simulator.traffic.arrivals.bursts import Bursts
from simulator.traffic.arrivals.constant import Constant
from simulator.traffic.arrivals.erlang import Erlang
from simulator.traffic.arrivals.poisson import Poisson
from simulator.traffic.arrivals.trace import Trace
from simulator.traffic.rate import Change, RateCurve


class ArrivalMaker:
    """Makes arrival processes. Surges, whose `schedules` are known beforehand, bend their rates."""

    def __init__(
        self,
        scenario: Scenario,
        streams: Streams,
        schedules: Mapping[str, Schedule],
        folder: Path | None,
    ) -> None:
        self.scenario = scenario
        self.streams = streams
        self.schedules = schedules
        self.folder = folder

    def arrivals(self, name: str, traffic: model.Traffic) -> Arrivals:
        kind = traffic.arrivals
        if isinstance(kind, model.TraceArrivals):
            return Trace(arrival_times(self.file(kind.trace), kind.column, kind.speed))
        curve = self.curve(traffic)
        for fault, schedule in zip(self.scenario.faults, self.schedules.values(), strict=True):
            if fault.surge is not None and fault.surge.traffic == name:
                for begin, end in schedule.spans:
                    # One that does not end does not fall either.
                    last = self.scenario.duration + fault.surge.over
                    until = last if end is None else end
                    curve = curve.multiplied(fault.surge.times, begin, until, fault.surge.over)
        generator = self.streams.generator(f"traffic/{name}/arrivals")
        if isinstance(kind, model.ErlangArrivals):
            return Erlang(curve, generator, kind.erlang)
        if isinstance(kind, model.BurstArrivals):
            stays = self.streams.generator(f"traffic/{name}/bursts")
            states = [(each.times, each.mean) for each in kind.bursts.states]
            return Bursts(curve, generator, stays, states)
        return (Constant if kind == "constant" else Poisson)(curve, generator)

    def curve(self, traffic: model.Traffic) -> RateCurve:
        """The rate over time."""
        base = traffic.rate or 0.0
        profile = traffic.profile
        if profile is None:
            return RateCurve.constant(base)
        if isinstance(profile, model.DailyProfile):
            daily = profile.daily
            horizon = self.scenario.duration
            return RateCurve.daily(base, daily.swing, daily.peak_at, daily.period, horizon)
        if isinstance(profile, model.TraceProfile):
            times, rates = recorded_rates(self.file(profile.trace), profile.speed, profile.times)
            return RateCurve.held(times, rates)
        return RateCurve.changing(
            base,
            [
                Change(
                    each.at,
                    base * (each.times or 0.0) if each.rate is None else each.rate,
                    each.over,
                )
                for each in profile
            ],
        )

    def file(self, name: str) -> Path:
        return (self.folder or Path()) / name
