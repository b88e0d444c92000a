"""The gate: who is asked in which order, and that whatever it lets in is let out once."""

from __future__ import annotations

import pytest

from simulator.call.concurrency_limit.base import ConcurrencyLimit
from simulator.call.concurrency_limit.fixed import FixedLimit
from simulator.call.rate_limit.token_bucket import TokenBucket
from simulator.errors import LawBroken
from simulator.experiment.run import Run
from simulator.scenario import parse
from simulator.service.gate import Gate
from simulator.service.shedding.codel import CoDel
from simulator.service.shedding.queue_length import QueueLength

from .conftest import Bench


class Spy(ConcurrencyLimit):
    """A limit that stays, and writes down what it is told: (ms, how long in ms, in flight, dropped)."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.samples: list[tuple[float, float, int, bool]] = []
        self.ignored = 0

    def sample(self, now: float, seconds: float, in_flight: int, dropped: bool) -> None:
        self.samples.append((round(now * 1000, 6), round(seconds * 1000, 6), in_flight, dropped))

    def ignore(self) -> None:
        super().ignore()
        self.ignored += 1


def spied(keys: str, limit: int = 100) -> tuple[Bench, Spy]:
    desk, spy = Bench(keys), Spy(limit)
    desk.instance.gate = Gate([], None, spy)
    return desk, spy


def test_without_defences_there_is_no_gate() -> None:
    """Whoever asks for nothing pays for nothing; and what is asked for is there."""
    assert Bench("concurrency: 1").instance.gate is None
    assert Bench("concurrency: 1, shedding: {}").instance.gate is None
    assert Bench("concurrency: 1, shedding: {queue: 1}").instance.gate is not None
    assert Bench("concurrency: 1").instance.retry_after == 0.0
    assert Bench("concurrency: 1, retry_after: 250ms").instance.retry_after == 0.25


def test_a_rate_limit_says_no_at_once() -> None:
    """One in 100 ms, and nobody waits for a permit, however near the next one is."""
    desk = Bench("concurrency: 1")
    desk.instance.gate = Gate([], TokenBucket(10.0, 1))
    desk.come("a", "b")
    assert desk.until(99) == [(0.0, "b", "rate_limited"), (10.0, "a", "ok")]
    desk.come("c")
    desk.until(100)
    desk.come("d", "e")
    assert desk.until(200) == [(100.0, "e", "rate_limited"), (110.0, "d", "ok")]
    assert desk.instance.gate.counters(0.2) == {"rate_limited": 3.0}
    assert desk.origins == {name: "" if name in "ad" else "api-1" for name in "abcde"}


def test_a_limit_says_no_when_so_many_are_inside() -> None:
    """Those in the queue count as those at work do."""
    desk = Bench("concurrency: 1")
    desk.instance.gate = Gate([], None, FixedLimit(3))
    desk.come(*"abcde")
    assert desk.until(5) == [(0.0, "d", "shed"), (0.0, "e", "shed")]
    desk.until(11)
    desk.come("f", "g")
    assert [(who, how) for _, who, how in desk.until(100)] == [
        ("g", "shed"),
        ("b", "ok"),
        ("c", "ok"),
        ("f", "ok"),
    ]
    assert desk.instance.gate.counters(0.1) == {"limit_rejected": 3.0, "limit": 3.0}


def test_who_is_shed_takes_no_permit() -> None:
    """Shedders first, then the rate limit, then the concurrency limit."""
    desk = Bench("concurrency: 1")
    bucket, limit = TokenBucket(1.0, 3), FixedLimit(1)
    desk.instance.gate = Gate([QueueLength(0)], bucket, limit)
    desk.come("a", "b")
    assert (bucket.filled(0.0), limit.in_flight, limit.rejected) == (2.0, 1, 0)
    desk.instance.gate = Gate([], bucket, limit)
    desk.make("c")
    refusals = [desk.instance.gate.refusal(desk.instance, desk.make("c"), 0.0) for _ in range(3)]
    # Two permits are left, and the limit says no to both; then the rate limit does.
    assert refusals == [9, 9, 10]
    assert limit.rejected == 2


def test_who_finds_no_place_takes_no_permit() -> None:
    """A full queue and a dead instance answer before the gate is asked."""
    desk = Bench("concurrency: 1, queue: 1")
    bucket, limit = TokenBucket(1.0, 5), FixedLimit(5)
    desk.instance.gate = Gate([], bucket, limit)
    desk.come("a", "b", "c")
    assert desk.until(5) == [(0.0, "c", "queue_full")]
    desk.instance.crash()
    desk.come("d")
    assert sorted(desk.until(6)) == [
        (5.0, "a", "reset"),
        (5.0, "b", "reset"),
        (5.0, "d", "refused"),
    ]
    assert bucket.filled(0.0) == 3.0
    assert (limit.in_flight, limit.rejected) == (0, 0)


def test_the_sample_is_the_time_from_coming_in_to_leaving() -> None:
    """With how many were inside, the waiting included."""
    desk, spy = spied("concurrency: 1")
    desk.come("a", "b")
    desk.until(5)
    desk.come("c")
    desk.until(100)
    assert spy.samples == [
        (10.0, 10.0, 1, False),
        (20.0, 20.0, 2, False),
        (30.0, 25.0, 3, False),
    ]
    assert spy.in_flight == 0


def test_abandoned_work_is_a_sample_and_broken_off_work_is_not() -> None:
    """The instance does not know that nobody waits, unless somebody says so."""
    desk, spy = spied("concurrency: 1")
    abandoned, cancelled = desk.come("a"), desk.come("b")
    waiting = desk.come("c")
    desk.until(5)
    abandoned.abandon()
    desk.instance.expel(waiting)
    desk.until(15)
    desk.instance.expel(cancelled)
    desk.until(100)
    assert spy.samples == [(10.0, 10.0, 1, False)]
    assert (spy.ignored, spy.in_flight) == (2, 0)


def test_what_the_queue_lets_go_counts_as_dropped() -> None:
    """Past its deadline, or shed when its turn comes: both say that there is too much to do."""
    desk, spy = spied("concurrency: 1")
    desk.come("a")
    desk.come("b", left=0.008)
    desk.until(50)
    assert spy.samples == [(10.0, 10.0, 1, False), (10.0, 10.0, 2, True)]
    desk, spy = spied("concurrency: 1")
    desk.instance.gate = Gate([CoDel(0.001, 0.1)], None, spy)
    desk.come("a", "b", "c")
    desk.until(200)
    desk.come("d", "e", "f")
    desk.until(300)
    # All of the first burst is served; the second finds that its predecessors had to wait.
    assert spy.samples == [
        (10.0, 10.0, 1, False),
        (20.0, 20.0, 2, False),
        (30.0, 30.0, 3, False),
        (210.0, 10.0, 1, False),
        (210.0, 10.0, 2, True),
        (210.0, 10.0, 3, True),
    ]
    assert desk.instance.gate.counters(0.3) == {
        "shed_codel": 2.0,
        "limit_rejected": 0.0,
        "limit": 100,
    }
    assert spy.in_flight == 0


def test_a_crash_is_no_sample() -> None:
    """What is lost is let out without a lesson, and the next life begins with nobody inside."""
    desk, spy = spied("concurrency: 1", limit=3)
    desk.come("a", "b", "c")
    desk.until(5)
    desk.instance.crash()
    assert (spy.samples, spy.ignored, spy.in_flight) == ([], 3, 0)
    desk.instance.restart()
    desk.come("d", "e", "f")
    assert [how for *_, how in desk.until(100)] == ["reset"] * 3 + ["ok"] * 3


SELF = """
scenario: self
duration: 5s
traffic: {users: {rate: 50/s, target: api.get}}
services:
  api:
    concurrency_limit: {algorithm: fixed, limit: 100}
    endpoints:
      get: [{work: 10ms}, {maybe: 50%, steps: [{call: api.get, cancel: true}]}]
"""


def test_an_instance_that_asks_itself_can_crash() -> None:
    """A lost request would cancel its call, which is lost as well: it is let out once."""
    for tenths in range(1, 20):
        run = Run(parse(SELF).scenario, check=True)
        run.world.kernel.run(tenths / 10, 1 << 30)
        instance = run.world.services["api"].instances[0]
        instance.crash()
        instance.restart()
        run.advance()
        outcomes = run.result().total.outcomes
        assert outcomes["ok"] > 200
        assert set(outcomes) <= {"ok", "reset"}


def test_work_that_takes_no_time_comes_and_goes() -> None:
    """An attempt that ends in the instant in which it came is let in and out."""
    desk, spy = spied("concurrency: 1")
    desk.instance.full_speed = 1e12
    desk.instance.change_speed()
    desk.come(*"abc")
    desk.until(1)
    assert [sample[2] for sample in spy.samples] == [1, 2, 3]
    assert spy.in_flight == 0


def test_an_attempt_that_the_gate_forgets_is_noticed() -> None:
    """The audit compares the gate's books with who is inside."""
    desk, spy = spied("concurrency: 1")
    desk.come("a")
    spy.ignore()
    with pytest.raises(
        LawBroken, match="the gate of api-1: 1 are inside, it knows of 1, its limit"
    ):
        desk.audit.check()
