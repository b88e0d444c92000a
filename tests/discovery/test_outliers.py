"""Outlier detection, step by step against Envoy's own tests (SEMANTICS C.3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.balancing.chance import Chance
from simulator.balancing.healthy import Healthy
from simulator.balancing.round_robin import RoundRobin
from simulator.call.route import Member, Route
from simulator.discovery.outlier import OutlierDetector, OutlierSettings, success_threshold
from simulator.kernel import make_kernel
from simulator.kernel.kernel import Kernel
from simulator.observe.ledger import Ledger
from simulator.outcome import ERROR, OK, TIMEOUT
from simulator.service.instance import Instance
from simulator.service.queueing.fifo import Fifo

SETTINGS = OutlierSettings(envoy_version="1.22", max_ejection_percent=1.0)
MAIN = replace(SETTINGS, envoy_version="main")


def world(count: int, settings: OutlierSettings) -> tuple[Kernel, Route, OutlierDetector]:
    kernel = make_kernel()
    ledger = Ledger()
    instances = [
        Instance(
            kernel,
            ledger,
            f"host-{n}",
            n,
            concurrency=1,
            queue_limit=0,
            line=Fifo(),
            processor=None,
            asynchronous=False,
        )
        for n in range(count)
    ]
    route = Route("caller", Healthy(RoundRobin(0), 0.5))
    detector = OutlierDetector(kernel, route, settings, Chance(lambda size: [0.0] * size))
    route.outliers = detector
    route.learn(instances, 0.0)
    return kernel, route, detector


def answers(kernel: Kernel, detector: OutlierDetector, member: Member, *outcomes: int) -> None:
    for outcome in outcomes:
        detector.ended(member, kernel.now, outcome)


def until(kernel: Kernel, time: float) -> None:
    kernel.run(time, 10**6)


def test_five_failures_in_a_row_eject() -> None:
    kernel, route, detector = world(1, SETTINGS)
    member = route.members[0]
    answers(kernel, detector, member, ERROR, OK, ERROR, ERROR, ERROR, ERROR)
    assert not member.ejected
    answers(kernel, detector, member, ERROR)
    assert member.ejected  # C3-01


def test_ejected_ones_are_let_back_on_a_tick() -> None:
    kernel, route, detector = world(1, SETTINGS)
    member = route.members[0]
    answers(kernel, detector, member, *[ERROR] * 5)
    until(kernel, 29.999)
    assert member.ejected
    until(kernel, 30.001)
    assert not member.ejected  # C3-02
    until(kernel, 31.0)
    answers(kernel, detector, member, *[ERROR] * 5)
    # Twice the base time from 31 s is 91 s; the next tick is at 100 s.
    until(kernel, 99.9)
    assert member.ejected
    until(kernel, 100.1)
    assert not member.ejected


def test_gateway_failures_are_counted_apart() -> None:
    settings = replace(SETTINGS, enforcing_consecutive_gateway_failure=1.0)
    kernel, route, detector = world(1, settings)
    member = route.members[0]
    answers(kernel, detector, member, TIMEOUT, TIMEOUT, ERROR, ERROR)
    assert not member.ejected
    answers(kernel, detector, member, ERROR)
    assert member.ejected  # C3-04: by the fifth failure of any kind
    _, other, detector = world(1, settings)
    for count in range(5):
        assert other.members[0].ejected == (count >= 5)
        detector.ended(other.members[0], 0.0, TIMEOUT)
    assert other.members[0].ejected


def test_success_rate_is_compared_with_the_others() -> None:
    settings = replace(SETTINGS, enforcing_consecutive_5xx=0.0)
    kernel, route, detector = world(5, settings)
    for member in route.members:
        answers(kernel, detector, member, *[OK] * 200)
    answers(kernel, detector, route.members[4], *[TIMEOUT] * 200)
    until(kernel, 9.99)
    assert not route.members[4].ejected
    until(kernel, 10.01)
    assert [each.ejected for each in route.members] == [False] * 4 + [True]  # C3-05
    until(kernel, 41.0)
    assert not route.members[4].ejected
    answers(kernel, detector, route.members[4], *([OK] * 25 + [TIMEOUT] * 25))
    until(kernel, 51.0)
    assert not route.members[4].ejected  # C3-07: too few to judge


def test_threshold_of_the_success_rate() -> None:
    assert success_threshold([50.0, 100.0, 100.0, 100.0, 100.0], 1.9) == pytest.approx(
        52.0
    )  # C3-08


def test_failure_percentage() -> None:
    settings = replace(
        SETTINGS,
        enforcing_consecutive_5xx=0.0,
        enforcing_success_rate=0.0,
        enforcing_failure_percentage=1.0,
    )
    kernel, route, detector = world(5, settings)
    for member in route.members[:4]:
        answers(kernel, detector, member, *[OK] * 200)
    answers(kernel, detector, route.members[4], *([OK] * 50 + [ERROR] * 300))
    until(kernel, 10.01)
    assert route.members[4].ejected  # C3-10: 85.7 % failed


def test_not_too_many_at_once_by_either_rule() -> None:
    kernel, route, detector = world(2, replace(SETTINGS, max_ejection_percent=0.01))
    for member in route.members:
        answers(kernel, detector, member, *[ERROR] * 5)
    assert [each.ejected for each in route.members] == [True, False]
    assert detector.overflows == 1  # C3-11
    kernel, route, detector = world(10, replace(MAIN, max_ejection_percent=0.1))
    for member in route.members[:2]:
        answers(kernel, detector, member, *[ERROR] * 5)
    assert [each.ejected for each in route.members[:2]] == [True, False]
    assert detector.overflows == 1  # C3-20
    _, few, strict = world(5, replace(MAIN, max_ejection_percent=0.1))
    for _ in range(5):
        strict.ended(few.members[0], 0.0, ERROR)
    assert not few.members[0].ejected


def test_the_ejected_are_not_ejected_again() -> None:
    kernel, route, detector = world(1, SETTINGS)
    answers(kernel, detector, route.members[0], *[ERROR] * 10)
    assert detector.ejections == 1  # C3-19


def test_ejections_grow_and_are_forgiven() -> None:
    """Base 10 s: out longer each time; every healthy tick takes one back."""
    _, route, detector = world(1, replace(SETTINGS, base_ejection_time=10.0))
    member = route.members[0]

    def fail(now: float) -> None:
        for _ in range(5):
            detector.ended(member, now, ERROR)
        assert member.ejected

    def tick(now: float, *, ejected: bool) -> None:
        detector.look_at(detector.record(member), now)
        assert member.ejected == ejected

    fail(0.0)
    tick(10.0, ejected=False)
    fail(10.0)
    tick(20.0, ejected=True)
    tick(30.0, ejected=False)
    fail(30.0)
    tick(50.0, ejected=True)
    tick(60.0, ejected=False)
    tick(70.0, ejected=False)
    tick(80.0, ejected=False)
    fail(80.0)
    tick(90.0, ejected=True)
    tick(100.0, ejected=False)  # C3-13
    for now in range(110, 610, 10):
        tick(float(now), ejected=False)
    fail(610.0)
    tick(620.0, ejected=False)  # C3-14


def test_no_ejection_is_longer_than_the_longest() -> None:
    settings = replace(SETTINGS, base_ejection_time=305.0)
    kernel, route, detector = world(1, settings)
    answers(kernel, detector, route.members[0], *[ERROR] * 5)
    until(kernel, 309.0)
    assert route.members[0].ejected
    until(kernel, 310.1)
    assert not route.members[0].ejected  # C3-16, C3-17
