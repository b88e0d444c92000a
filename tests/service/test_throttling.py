"""A CPU limit: a quota in each period, and standing still when it is used up."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.call.attempt import Attempt
from simulator.call.edge import CallPoint
from simulator.call.party import Party
from simulator.observe.audit import Audit, AuditedInstance
from simulator.scenario import parse
from simulator.scenario.building.build import build
from simulator.service.cpu_quota import CpuQuota
from simulator.service.processor import Processor
from simulator.traffic.request import Nature, Request, Tally

PERIOD = 100
"""Milliseconds."""


class Caller(Party):
    """Notes when the answer comes."""

    def __init__(self, machine: Machine, name: str) -> None:
        super().__init__()
        self.machine = machine
        self.name = name

    def answered(self, point: CallPoint, outcome: int, origin: str) -> None:
        self.machine.ends[self.name] = self.machine.kernel.now * 1000


class Machine:
    """One instance that is given work by hand; times in milliseconds.

    Periods begin at 0 unless `phase` says otherwise. `ends` has when each piece was through.
    """

    def __init__(self, keys: str, works: Sequence[int] = (10, 50, 100), phase: float = 0.0) -> None:
        endpoints = ", ".join(f"w{work}: [{{work: {work}ms}}]" for work in works)
        mix = ", ".join(f"api.w{work}: 1" for work in works)
        world = build(
            parse(
                "scenario: machine\nduration: 10h\n"
                f"traffic: {{users: {{rate: 1/h, mix: {{{mix}}}}}}}\n"
                f"services: {{api: {{{keys}, endpoints: {{{endpoints}}}}}}}\n"
            ).scenario,
            1,
            instance_class=AuditedInstance,
        )
        self.kernel = world.kernel
        self.audit = Audit(self.kernel, world.instances)
        self.instance = world.services["api"].instances[0]
        entries = world.sources["users"].entries
        self.sites = {work: each.site for work, each in zip(works, entries, strict=True)}
        self.ends: dict[str, float] = {}
        self.asked = 0
        if self.quota is not None:
            self.quota.phase = phase / 1000

    @property
    def processor(self) -> Processor:
        assert self.instance.processor is not None
        return self.instance.processor

    @property
    def quota(self) -> CpuQuota | None:
        return self.processor.quota

    @property
    def cpu(self) -> CpuQuota:
        """The quota, where there is one."""
        assert self.quota is not None
        return self.quota

    def give(self, name: str, work: int) -> Attempt:
        """A piece of work comes in now."""
        self.asked += 1
        now = self.kernel.now
        request = Request(Tally(Nature(0)), self.asked)
        site = self.sites[work]
        attempt = Attempt(request, Caller(self, name), site, self.instance, 0, now, inf)
        self.instance.accept(attempt)
        return attempt

    def until(self, milliseconds: float) -> None:
        """Let time pass."""
        self.kernel.run(milliseconds / 1000, 1 << 30)
        self.audit.check()

    def used(self) -> float:
        """Core-milliseconds up to now."""
        return self.processor.used_until(self.kernel.now) * 1000


HALF = "limits: {cpu: 0.5}"


@pytest.mark.parametrize("sharing", ["processor", "fcfs"])
def test_one_thread_runs_half_the_time(sharing: str) -> None:
    """100 ms of work at half a core: 50 ms at work, 50 ms still, 50 ms at work."""
    machine = Machine(f"cores: 1, sharing: {sharing}, {HALF}")
    machine.give("a", 100)
    machine.until(75)
    assert machine.processor.used == 0.0
    assert machine.used() == pytest.approx(50)
    machine.until(1000)
    assert machine.ends["a"] == pytest.approx(150)
    assert machine.cpu.throttled == pytest.approx(0.05)
    assert machine.cpu.throttled_periods == 1
    # Two with use, and one in which the timer sees that it may rest.
    assert machine.cpu.periods_until(1.0) == 3


@pytest.mark.parametrize("sharing", ["processor", "fcfs"])
def test_four_threads_use_up_the_quota_in_an_eighth(sharing: str) -> None:
    """Four on four cores: 50 ms of quota is gone in 12.5 ms, and 4 x 50 ms take four periods."""
    machine = Machine(f"cores: 4, sharing: {sharing}, {HALF}")
    for name in "abcd":
        machine.give(name, 50)
    machine.until(12)
    assert machine.processor.used == 4.0
    machine.until(13)
    assert machine.processor.used == 0.0
    machine.until(1000)
    assert [machine.ends[name] for name in "abcd"] == pytest.approx([312.5] * 4)
    assert machine.cpu.throttled == pytest.approx(3 * 0.0875)
    assert machine.cpu.throttled_periods == 3


def test_work_of_exactly_the_quota_is_not_stopped() -> None:
    """50 ms of work fit into 50 ms of quota, and into what is left of it to the last."""
    machine = Machine(f"cores: 2, {HALF}", phase=37.0)
    machine.until(137)
    machine.give("a", 10)
    machine.give("b", 10)
    for name in "cde":
        machine.give(name, 10)
    machine.until(1000)
    assert max(machine.ends.values()) == pytest.approx(162)
    assert machine.cpu.throttled == 0.0
    assert machine.cpu.throttled_periods == 0


def test_the_timer_keeps_its_phase_while_it_rests() -> None:
    """What arrives 20 ms before the end of a period finds all of its quota, and soon another one."""
    machine = Machine(f"cores: 1, {HALF}")
    machine.until(480)
    machine.give("a", 100)
    machine.until(1000)
    # 20 ms to the end of the period, 50 ms of the next quota, 30 ms of the last after 50 ms.
    assert machine.ends["a"] == pytest.approx(480 + 20 + 50 + 50 + 30)
    assert machine.cpu.throttled_periods == 1


def test_what_comes_while_all_stands_still_waits_too() -> None:
    """The quota is the process's: a short piece waits for what a long one has used up."""
    machine = Machine(f"cores: 8, {HALF}")
    machine.give("long", 50)
    machine.until(60)
    machine.give("short", 10)
    machine.until(1000)
    assert machine.ends["long"] == pytest.approx(50)
    assert machine.ends["short"] == pytest.approx(110)
    assert machine.cpu.throttled == pytest.approx(0.04)


def test_nothing_is_saved() -> None:
    """Periods without use do not add up: there is no burst."""
    machine = Machine(f"cores: 1, {HALF}")
    machine.until(5000)
    machine.give("a", 100)
    machine.until(6000)
    assert machine.ends["a"] == pytest.approx(5150)


def test_a_shorter_period_spreads_the_stops() -> None:
    """With periods of 10 ms a limit of half a core stops 100 ms of work ten times for 5 ms."""
    machine = Machine("cores: 1, limits: {cpu: 500m, period: 10ms}")
    machine.give("a", 100)
    machine.until(1000)
    assert machine.ends["a"] == pytest.approx(195)
    assert machine.cpu.throttled_periods == 19


def test_latencies_of_a_burst() -> None:
    """Twelve pieces of 10 ms at once on 4 cores of which half a one is allowed.

    All share the cores: 120 core-ms take 50 + 50 + 20, at four cores: they all end at 205 ms. One
    after another, four at a time, the first four end at 10 ms, the next have 10 of 40 core-ms left in
    the first period and need 7.5 ms of the second, and so on.
    """
    shared, queued = Machine(f"cores: 4, {HALF}"), Machine(f"cores: 4, sharing: fcfs, {HALF}")
    for machine in (shared, queued):
        for name in "abcdefghijkl":
            machine.give(name, 10)
        machine.until(1000)
    assert list(shared.ends.values()) == pytest.approx([205] * 12)
    assert list(queued.ends.values()) == pytest.approx([10] * 4 + [107.5] * 4 + [205] * 4)


def test_who_gives_up_while_all_stands_still() -> None:
    """The work left is what was left at the stop, and standing still ends with the last who waits."""
    machine = Machine(f"cores: 1, {HALF}")
    attempt = machine.give("a", 100)
    machine.until(80)
    machine.instance.expel(attempt)
    assert attempt.worked == pytest.approx(0.05)
    machine.until(1000)
    assert machine.used() == pytest.approx(50)
    assert machine.cpu.throttled == pytest.approx(0.03)


def test_a_crash_while_all_stands_still() -> None:
    """What was used stays used: whoever comes after the restart waits for the next period."""
    machine = Machine(f"cores: 1, {HALF}")
    machine.give("a", 100)
    machine.until(80)
    machine.instance.crash()
    machine.instance.restart()
    machine.give("b", 10)
    machine.until(1000)
    assert machine.ends["b"] == pytest.approx(110)
    assert machine.instance.work == pytest.approx(0.06)


@pytest.mark.parametrize("sharing", ["processor", "fcfs"])
def test_a_slowdown_while_all_stands_still(sharing: str) -> None:
    """At half the speed the 50 ms left take 100 ms: two more quotas."""
    machine = Machine(f"cores: 1, sharing: {sharing}, {HALF}")
    machine.give("a", 100)
    machine.until(80)
    machine.instance.slow_down(0.5)
    machine.until(1000)
    assert machine.ends["a"] == pytest.approx(250)
    assert machine.instance.work == pytest.approx(0.15)


def test_stolen_cores_and_a_limit() -> None:
    """Three of four cores gone: 25 ms a piece of two on one core, and the quota lasts 50 ms."""
    machine = Machine(f"cores: 4, {HALF}")
    machine.give("a", 50)
    machine.give("b", 50)
    machine.processor.steal(3.0)
    machine.until(110)
    machine.processor.give_back(3.0)
    machine.until(1000)
    # 50 of 100 core-ms in the first period; 10 more by 110 ms on one core, and 40 on two in 20 ms.
    assert machine.ends["a"] == pytest.approx(130)
    assert machine.ends["b"] == pytest.approx(130)


def test_another_limit_for_another_process() -> None:
    """A new process has a whole quota, of the new size."""
    machine = Machine(f"cores: 1, {HALF}")
    machine.give("a", 50)
    machine.until(60)
    machine.cpu.change(0.25)
    machine.give("b", 50)
    machine.until(1000)
    # 25 ms from 60 to 85, and 25 ms from 100 on.
    assert machine.ends["b"] == pytest.approx(125)


# Laws.

bursts = st.lists(
    st.tuples(st.integers(0, 400), st.sampled_from([10, 50, 100])), min_size=1, max_size=12
)
cores = st.sampled_from([1, 2, 4])
limits = st.sampled_from([Fraction(1, 10), Fraction(1, 4), Fraction(1, 2), Fraction(3, 2)])


def by_hand(
    pieces: list[tuple[int, int]], cores: int, limit: Fraction, phase: int
) -> list[Fraction]:
    """When each piece is through under processor sharing, in milliseconds, in exact arithmetic."""
    left = [Fraction(work) for _, work in pieces]
    ends = [Fraction(-1)] * len(pieces)
    now, quota = Fraction(0), limit * PERIOD
    boundary = Fraction(phase if phase else PERIOD)
    while min(ends) < 0:
        here = [i for i, (at, _) in enumerate(pieces) if at <= now and ends[i] < 0]
        used = Fraction(min(len(here), cores)) if quota > 0 else Fraction(0)
        steps = [boundary - now, *(at - now for at, _ in pieces if at > now)]
        if used:
            speed = used / len(here)
            steps += [quota / used, *(left[i] / speed for i in here)]
        step = min(steps)
        for i in here if used else ():
            left[i] -= speed * step
        quota -= used * step
        now += step
        for i in here:
            if left[i] == 0:
                ends[i] = now
        if now == boundary:
            boundary += PERIOD
            quota = limit * PERIOD
    return ends


@given(bursts, cores, limits, st.sampled_from([0, 30, 70]))
@settings(max_examples=60)
def test_as_by_hand(pieces: list[tuple[int, int]], cores: int, limit: Fraction, phase: int) -> None:
    """Every piece ends when exact arithmetic says, and no period sees more than its quota."""
    pieces = sorted(pieces)
    machine = Machine(f"cores: {cores}, limits: {{cpu: {float(limit)}}}", phase=phase)
    by_then = [0.0]
    events = sorted([(at, 1, f"{i}", work) for i, (at, work) in enumerate(pieces)])
    for boundary in range(phase, 20_000, PERIOD):
        while events and events[0][0] < boundary:
            at, _, name, work = events.pop(0)
            machine.until(at)
            machine.give(name, work)
        machine.until(boundary)
        by_then.append(machine.used())
        if len(machine.ends) == len(pieces):
            break
    expected = by_hand(pieces, cores, limit, phase)
    assert [machine.ends[f"{i}"] for i in range(len(pieces))] == pytest.approx(
        # What is left of a quota below a millionth is none, period after period; and whoever shares a
        # core with others ends so many times later for what it lacks.
        [float(each) for each in expected],
        abs=cores * 1e-6 * len(by_then) * (1 + len(pieces)),
    )
    most = float(limit) * PERIOD + cores * 1e-6 + 1e-9
    assert all(later - earlier <= most for earlier, later in pairwise(by_then))
    assert machine.used() == pytest.approx(sum(work for _, work in pieces), abs=1e-4)


@given(bursts, cores, st.sampled_from(["processor", "fcfs"]), st.sampled_from([0.0, 0.5]))
@settings(max_examples=40)
def test_a_limit_of_all_cores_is_none(
    pieces: list[tuple[int, int]], cores: int, sharing: str, more: float
) -> None:
    """With a limit of all cores or more everything ends to the bit when it would without."""
    ends = []
    for limit in ("", f", limits: {{cpu: {cores + more}}}"):
        machine = Machine(f"cores: {cores}, sharing: {sharing}{limit}", phase=30.0)
        for i, (at, work) in enumerate(sorted(pieces)):
            machine.until(at)
            machine.give(f"{i}", work)
        machine.until(20_000)
        ends.append((machine.ends, machine.used()))
    assert ends[0] == ends[1]


@given(bursts, cores, limits)
@settings(max_examples=40)
def test_one_after_another_uses_no_more_either(
    pieces: list[tuple[int, int]], cores: int, limit: Fraction
) -> None:
    """First come, first served: the same work is done by the end of each period in which some waits."""
    keys = f"cores: {cores}, limits: {{cpu: {float(limit)}}}"
    shared, queued = Machine(keys), Machine(f"{keys}, sharing: fcfs")
    total = float(sum(work for _, work in pieces))
    for machine in (shared, queued):
        for i, (at, work) in enumerate(sorted(pieces)):
            machine.until(at)
            machine.give(f"{i}", work)
        machine.until(20_000)
        assert machine.used() == pytest.approx(total, abs=1e-4)
    if cores == 1:
        # One core that is never idle while there is work is as busy in whichever order.
        assert max(queued.ends.values()) == pytest.approx(max(shared.ends.values()), abs=1e-4)
        assert queued.cpu.throttled == pytest.approx(shared.cpu.throttled, abs=1e-6)
        assert queued.cpu.throttled_periods == shared.cpu.throttled_periods
