"""How a system took its faults: what its time series say of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from simulator.experiment.blast_radius import Departure, departure_of, spread
from simulator.experiment.detection import detection
from simulator.experiment.level_intervals import LevelIntervals
from simulator.experiment.recovery import NEARLY, Recovery, Users, Watch, recovery_of
from simulator.experiment.result import AffectedService, FaultFigures, SteadyState
from simulator.experiment.steady_state import LEAST, Span
from simulator.fault.fault import Fault
from simulator.observe.histogram import FloatArray
from simulator.outcome import DEGRADED, OK, OUTCOMES

if TYPE_CHECKING:
    from simulator.experiment.measurement import Measurement


class Aftermath:
    """What came of the faults of one run, from its time series."""

    def __init__(self, measurement: Measurement) -> None:
        self.world = measurement.world
        self.times = measurement.faults.spans
        self.interval = measurement.interval
        self.end = measurement.end
        # Of an interval that was not played to its end nothing can be told.
        self.count = floor(self.end / self.interval + NEARLY)
        levels = {
            kind: LevelIntervals(measurement.levels[kind], self.count)
            for kind in ("traffic", "service", "endpoint")
        }
        self.services, self.endpoints = levels["service"], levels["endpoint"]
        traffic, classes = levels["traffic"], list(self.world.sources)
        self.outcomes = {name: traffic.outcomes_of(name) for name in classes}
        self.latencies = {name: traffic.latency_of(name) for name in classes}
        self.service_of = {
            each.name: name
            for name, service in self.world.services.items()
            for each in service.instances
        }
        self.arrived = measurement.arrivals.counts(self.count)
        self.attempts = np.zeros(self.count)
        for name in self.world.services:
            self.attempts += self.services.outcomes_of(name).sum(axis=1)
        self.calls: dict[str, set[str]] = {name: set() for name in self.world.services}
        """The services that each service calls."""
        for edge in self.world.edges:
            if edge.party in self.calls and edge.party != edge.callee.service:
                self.calls[edge.party].add(edge.callee.service)

    def watched(self) -> dict[int, tuple[Watch, Recovery]]:
        """By number of the fault, how the system took it, if its steady state before is known.

        That is the time since the warm-up, or since the recovery from an earlier fault; where that
        is too short, or the system was not back yet, it is what was known then. After a fault of
        which nothing can be told, all is taken to be well from its end on.

        A fault that begins while the system is still out of its steady state does not end the watch
        on the one before: from then on both have one effect, and recover together. A fault that
        begins again and again is watched to its last end at least, whatever begins meanwhile. That
        such a one begins again ends the watch on another only once that other is over.
        """
        began = [
            (each.began, n) for n, each in enumerate(self.world.faults) if each.began is not None
        ]
        firsts = {floor(start / self.interval + NEARLY) for start, _ in began}
        begins = [begin for spans in self.times.values() for begin, _ in spans]
        again = {floor(begin / self.interval + NEARLY) for begin in begins} - firsts
        calm = ceil(self.world.scenario.warmup / self.interval - NEARLY)
        steady: Span | None = None
        found: dict[int, tuple[Watch, Recovery]] = {}
        for start, number in sorted(began):
            first = floor(start / self.interval + NEARLY)
            if first - calm >= LEAST:
                steady = (calm, first)
            ended = self.world.faults[number].ended
            if steady is None or first >= self.count:
                last = start if ended is None else ended
                calm = max(calm, floor(last / self.interval + NEARLY) + 1)
                continue
            users = self.users(steady)
            last = self.last(number)
            seen = first + 1 if self.world.faults[number].times == 1 else last
            starts = sorted(firsts | {each for each in again if each >= last})
            for until in [each for each in starts if each >= seen] + [self.count]:
                watch = Watch(self.interval, start, ended, steady, until)
                recovery = recovery_of(users, watch)
                if not recovery.still_out:
                    break
            found[number] = watch, recovery
            if recovery.recovered_after is not None:
                calm = max(calm, round((start + recovery.recovered_after) / self.interval))
            elif recovery.still_out:
                calm = self.count
        return found

    def last(self, number: int) -> int:
        """The first interval after the last end of a fault; that of the run's end while it is on."""
        ended = self.world.faults[number].ended
        return self.count if ended is None else ceil(ended / self.interval - NEARLY)

    def users(self, steady: Span) -> Users:
        """What all users saw, and what was to be expected for them after a steady time."""
        total = sum(self.outcomes.values(), np.zeros((self.count, OUTCOMES)))
        return Users(
            finished=total.sum(axis=1),
            failed=total[:, DEGRADED + 1 :].sum(axis=1),
            ok=total[:, OK],
            expected=self.expected(steady),
            attempts=self.attempts,
            latencies=self.latencies,
        )

    def expected(self, steady: Span) -> FloatArray:
        """Right answers by interval, if as much of the load were served as in the steady time.

        Fewer requests of an open loop are no failure of the system. Users of a closed loop ask less
        *because* it fails, so of them as much is expected as there was.
        """
        before = slice(*steady)
        expected = np.zeros(self.count)
        for name, outcomes in self.outcomes.items():
            usual = float(outcomes[before, OK].mean())
            arrived = self.arrived[name]
            if self.world.scenario.traffic[name].users is None and arrived[before].any():
                expected += usual / float(arrived[before].mean()) * arrived
            else:
                expected += usual
        return expected

    def figures(
        self, number: int, watch: Watch | None = None, recovery: Recovery | None = None
    ) -> FaultFigures:
        """All that is to be said of one fault."""
        fault = self.world.faults[number]
        services = self.services_hit(number)
        known = FaultFigures(
            name=fault.name,
            kind=fault.kind,
            start=fault.began,
            end=fault.ended,
            targets=tuple(fault.hit),
            times=fault.times,
        )
        above = self.above(services)
        # What comes from users is noticed below them.
        from_users = any(each in self.world.sources for each in fault.hit)
        whom = {*above, *self.world.services} if from_users else above
        noticed = detection(fault, whom, self.world, self.gone(fault, recovery))
        if noticed is not None:
            known = replace(known, detected_after=noticed[0], detected_by=noticed[1])
        if watch is None or recovery is None:
            return known
        # Where no whole interval is left after the fault, nobody knows whether it would have come back.
        known_after = fault.ended is not None and watch.over < watch.until
        return replace(
            known,
            steady=self.steady_state(watch.steady),
            departed_after=recovery.departed_after,
            departed_by=recovery.departed_by,
            recovered_after=recovery.recovered_after,
            stayed_down=recovery.still_out and known_after,
            depth=recovery.depth,
            lost_goodput=recovery.lost_goodput,
            lost_requests=recovery.lost_requests,
            amplification_before=recovery.steady_amplification,
            amplification_peak=recovery.peak_amplification,
            blast_radius=tuple(self.blast_radius(services, watch, recovery)),
        )

    def services_hit(self, number: int) -> Sequence[str]:
        """The services of those whom a fault has hit; what it names, if that is no service's instances.

        That is the traffic class of a fault of the load.
        """
        found: dict[str, None] = {}
        for name in self.world.faults[number].hit:
            service = self.service_of.get(name)
            if service is not None:
                found[service] = None
        harm = self.world.scenario.faults[number].harm
        named = getattr(harm, "service", None) or getattr(harm, "traffic", None)
        return list(found) or [named or self.world.faults[number].name]

    def above(self, services: Sequence[str]) -> set[str]:
        """These services, and those that call them, or call whoever calls them."""
        found = set(services)
        while more := {name for name, callees in self.calls.items() if callees & found} - found:
            found |= more
        return found

    def gone(self, fault: Fault, recovery: Recovery | None) -> float:
        """When a fault and its effect were over: what is noticed later is none of it."""
        if fault.ended is None or (recovery is not None and recovery.still_out):
            return self.end
        return max(fault.ended, 0.0 if recovery is None else recovery.over * self.interval)

    def steady_state(self, steady: Span) -> SteadyState:
        """The figures of the time before."""
        users, before = self.users(steady), slice(*steady)
        ok = users.ok[before] / self.interval
        finished, failed = users.finished[before], users.failed[before]
        some = finished > 0.0
        shares = failed[some] / finished[some]
        latencies: dict[str, float] = {}
        for name, latency in self.latencies.items():
            known = latency[before][~np.isnan(latency[before])]
            if len(known):
                latencies[name] = float(np.exp(np.log(known).mean()))
        return SteadyState(
            since=steady[0] * self.interval,
            until=steady[1] * self.interval,
            goodput=float(ok.mean()),
            goodput_spread=float(ok.std(ddof=1)),
            failures=float(failed.sum() / finished.sum()) if some.any() else None,
            failures_spread=float(shares.std(ddof=1)) if len(shares) > 1 else None,
            latency=latencies,
        )

    def blast_radius(
        self, roots: Sequence[str], watch: Watch, recovery: Recovery
    ) -> Iterator[AffectedService]:
        """Who left its steady state while the fault or its effect lasted, from the fault outwards."""
        over = recovery.over
        endpoints: dict[str, dict[str, Departure]] = {}
        departed: dict[str, Departure] = {}
        for name, service in self.world.services.items():
            own = departure_of(self.services.of(name), watch, over)
            parts = {
                endpoint.label: found
                for endpoint in service.endpoints.values()
                if (found := departure_of(self.endpoints.of(endpoint.label), watch, over))
            }
            endpoints[name] = dict(sorted(parts.items(), key=lambda item: item[1].after))
            first = min(
                [own, *parts.values()] if own else parts.values(),
                key=lambda each: each.after,
                default=None,
            )
            if first is not None:
                departed[name] = first
        if not departed:
            return
        times = {name: each.after for name, each in departed.items()}
        for name, parent in spread(roots, times, self.calls):
            departure = departed.get(name)
            yield AffectedService(
                service=name,
                parent=parent,
                departed_after=None if departure is None else departure.after,
                departed_by=None if departure is None else departure.by,
                endpoints={label: each.after for label, each in endpoints.get(name, {}).items()},
            )
