"""Passive health checking: putting aside the instances whose answers are bad."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from typing import TYPE_CHECKING

from simulator.kernel.event import Event
from simulator.outcome import CANCELLED, HTTP

if TYPE_CHECKING:
    from simulator.balancing.chance import Chance
    from simulator.call.route import Member, Route
    from simulator.kernel.kernel import Kernel


@dataclass(frozen=True, slots=True)
class OutlierSettings:
    """Envoy's settings of outlier detection, under Envoy's names; times in seconds, shares of 1."""

    consecutive_5xx: int = 5
    enforcing_consecutive_5xx: float = 1.0
    consecutive_gateway_failure: int = 5
    enforcing_consecutive_gateway_failure: float = 0.0
    interval: float = 10.0
    base_ejection_time: float = 30.0
    max_ejection_time: float = 300.0
    max_ejection_percent: float = 0.1
    always_eject_one_host: bool = False
    envoy_version: str = "main"
    success_rate_minimum_hosts: int = 5
    success_rate_request_volume: int = 100
    success_rate_stdev_factor: float = 1.9
    enforcing_success_rate: float = 1.0
    failure_percentage_threshold: float = 0.85
    failure_percentage_minimum_hosts: int = 5
    failure_percentage_request_volume: int = 50
    enforcing_failure_percentage: float = 0.0


class Record:
    """What the detector remembers of one member.

    `times_out` is the multiplier of the base ejection time; `released` when it was last let back.
    """

    __slots__ = (
        "consecutive_5xx",
        "consecutive_gateway",
        "ejected_at",
        "good",
        "member",
        "released",
        "requests",
        "times_out",
    )

    def __init__(self, member: Member) -> None:
        self.member = member
        self.consecutive_5xx = 0
        self.consecutive_gateway = 0
        self.requests = 0
        self.good = 0
        self.times_out = 0
        self.ejected_at = -inf
        self.released = -inf


class OutlierDetector(Event):
    """Envoy's outlier detection for one caller and one service.

    Too many failures in a row put an instance aside at once; too low a success rate, compared with
    the others', does at the next tick. It stays aside for the base time, multiplied by how often
    that has happened, and is let back on a tick, never between. At most a part of the instances is
    aside at any time.

    Source: Envoy, "Outlier detection"; source/common/upstream/outlier_detection_impl.cc. Version
    `1.22` compares the share of instances already ejected with the limit, and lets the multiplier
    fall at every healthy tick; `main` counts in the one about to be.
    """

    __slots__ = ("chance", "ejections", "kernel", "overflows", "records", "route", "settings")

    def __init__(
        self, kernel: Kernel, route: Route, settings: OutlierSettings, chance: Chance
    ) -> None:
        super().__init__()
        self.kernel = kernel
        self.route = route
        self.settings = settings
        self.chance = chance
        self.records: dict[str, Record] = {}
        self.ejections = 0
        self.overflows = 0
        kernel.schedule(self, settings.interval)

    def record(self, member: Member) -> Record:
        """What is known of a member; a new one has a clean record."""
        record = self.records.get(member.name)
        if record is None or record.member is not member:
            record = Record(member)
            self.records[member.name] = record
        return record

    # On every answer.

    def ended(self, member: Member, now: float, outcome: int) -> None:
        """An attempt that went to `member` ended in `outcome`."""
        if outcome == CANCELLED:
            return
        record = self.record(member)
        status = HTTP[outcome]
        record.requests += 1
        if status < 500:
            record.good += 1
            record.consecutive_5xx = 0
            record.consecutive_gateway = 0
            return
        settings = self.settings
        if 502 <= status <= 504:
            record.consecutive_gateway += 1
            if record.consecutive_gateway == settings.consecutive_gateway_failure:
                record.consecutive_gateway = 0
                self.eject(record, now, settings.enforcing_consecutive_gateway_failure)
        else:
            record.consecutive_gateway = 0
        record.consecutive_5xx += 1
        if record.consecutive_5xx == settings.consecutive_5xx:
            record.consecutive_5xx = 0
            self.eject(record, now, settings.enforcing_consecutive_5xx)

    # On every tick.

    def fire(self) -> None:
        now = self.kernel.now
        present = {each.name for each in self.route.members}
        self.records = {name: each for name, each in self.records.items() if name in present}
        for record in self.records.values():
            self.look_at(record, now)
        self.compare(now)
        self.kernel.schedule(self, self.settings.interval)

    def look_at(self, record: Record, now: float) -> None:
        """Let it back if its time is over; if it is back, forgive a little."""
        settings = self.settings
        member = record.member
        if not member.ejected:
            since = now - record.released
            if record.times_out > 0 and (
                settings.envoy_version != "main" or since >= settings.interval
            ):
                record.times_out -= 1
            return
        longest = max(settings.max_ejection_time, settings.base_ejection_time)
        time_out = min(settings.base_ejection_time * record.times_out, longest)
        if record.ejected_at + time_out <= now:
            member.ejected = False
            record.released = now
            record.consecutive_5xx = 0
            record.consecutive_gateway = 0
            self.route.mark(member, now)

    def compare(self, now: float) -> None:
        """Put aside those whose success in the last interval lags too far behind the others'."""
        settings = self.settings
        rates: list[tuple[Record, float]] = []
        failing: list[Record] = []
        enough = 0
        for record in self.records.values():
            requests, good = record.requests, record.good
            record.requests = record.good = 0
            if record.member.ejected:
                continue
            if requests >= settings.success_rate_request_volume:
                rates.append((record, good / requests))
            if requests >= settings.failure_percentage_request_volume:
                enough += 1
                if requests and 1.0 - good / requests >= settings.failure_percentage_threshold:
                    failing.append(record)
        if rates and len(rates) >= settings.success_rate_minimum_hosts:
            least = success_threshold(
                [rate for _, rate in rates], settings.success_rate_stdev_factor
            )
            for record, rate in rates:
                if rate < least:
                    self.eject(record, now, settings.enforcing_success_rate)
        if enough >= settings.failure_percentage_minimum_hosts:
            for record in failing:
                self.eject(record, now, settings.enforcing_failure_percentage)

    # Putting aside.

    def eject(self, record: Record, now: float, enforcing: float) -> None:
        """Put a member aside, as often as that is enforced, unless too many are."""
        member, settings = record.member, self.settings
        if member.ejected or enforcing <= 0.0:
            return
        if enforcing < 1.0 and self.chance.next() >= enforcing:
            return
        if not self.room_for_one():
            self.overflows += 1
            return
        longest = max(settings.max_ejection_time, settings.base_ejection_time)
        if settings.base_ejection_time * record.times_out < longest + settings.base_ejection_time:
            record.times_out += 1
        record.ejected_at = now
        member.ejected = True
        self.ejections += 1
        self.route.mark(member, now)

    def room_for_one(self) -> bool:
        """Whether one more may be put aside."""
        settings = self.settings
        total = len(self.route.members)
        ejected = sum(each.ejected for each in self.route.members)
        if settings.envoy_version != "main":
            return 100 * ejected < 100 * settings.max_ejection_percent * total
        if ejected == 0 and settings.always_eject_one_host:
            return True
        return 100 * (ejected + 1) <= 100 * settings.max_ejection_percent * total


def success_threshold(rates: list[float], factor: float) -> float:
    """The success rate below which a host is an outlier: mean - factor x standard deviation."""
    mean = sum(rates) / len(rates)
    variance = sum((rate - mean) ** 2 for rate in rates) / len(rates)
    return mean - factor * sqrt(variance)
