"""From no instance and back: what the first request waits for, and that nobody is lost."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.call.attempt import Attempt
from simulator.experiment.run import simulate
from simulator.kernel.event import Event
from simulator.observe.audit import Audit, AuditedInstance
from simulator.observe.ledger import PAGE
from simulator.outcome import NAMES, OUTCOMES
from simulator.scenario import parse
from simulator.scenario.building.build import build
from simulator.scenario.building.world import World
from simulator.service.activator import Activator, Waker
from simulator.service.instance import Instance, Watcher
from simulator.service.watching import watch

SHOP = """
scenario: shop
duration: 1h
traffic:
  users: {arrivals: {trace: times.csv}, target: shop.get}
services:
  shop:
    replicas: 0
    concurrency: 4
    autoscaler: {kpa: {max: 8, burst: 0}}
    startup: {pull: 5s, boot: 10s}
    endpoints: {get: [{work: 10ms}]}
"""


class Play:
    """A world in which requests come at given times, in seconds, played to an end.

    Attributes:
        lines: what became of each request: who answered, the outcome, when it was sent, how long it took.
        changes: when the number of instances that are wanted changed, from what, and to what.
        most: how many were inside one instance at most, at the ends of half seconds.
    """

    def __init__(
        self, folder: Path, times: Sequence[float], until: float, *settings: str, of: str = SHOP
    ) -> None:
        (folder / "times.csv").write_text("".join(f"{each}\n" for each in times))
        scenario = parse(of, settings=settings, folder=folder).scenario
        self.world: World = build(scenario, 1, folder=folder, instance_class=AuditedInstance)
        kernel, audit = self.world.kernel, Audit(self.world.kernel, self.world.instances)
        for source in self.world.sources.values():
            source.begin()
        self.most = 0
        for half in range(1, 2 * int(until) + 1):
            kernel.run(half / 2, 1 << 30)
            audit.check()
            instances = self.world.services["shop"].instances
            self.most = max(self.most, *(len(each.inside) for each in instances))
        ledger = self.world.ledger
        assert len(ledger.codes) < PAGE
        everyone = self.world.services["shop"].everyone
        self.lines = [
            (
                everyone[ledger.lane_instances[code // OUTCOMES]].name,
                NAMES[code % OUTCOMES],
                start,
                round(end - start, 6),
            )
            for code, start, end in zip(ledger.codes, ledger.starts, ledger.ends, strict=True)
        ]
        self.changes = []
        for entry in ledger.events.entries:
            if entry.kind == "scale":
                before, _, after = entry.detail.partition(":")[0].partition(" to ")
                self.changes.append((entry.time, int(before), int(after)))

    @property
    def activator(self) -> Activator:
        found = self.world.services["shop"].activator
        assert found is not None
        return found


# Knative.


def test_the_first_request_waits_for_an_instance(tmp_path: Path) -> None:
    """The activator wakes the autoscaler at once: pull and boot are all that there is to wait for.

    Who comes meanwhile waits for what is left of that. Afterwards callers go past the activator.
    """
    played = Play(tmp_path, [10.3, 11.0, 20.0, 30.0], 40)
    assert played.lines == [
        ("shop-activator", "ok", 10.3, 15.01),
        ("shop-activator", "ok", 11.0, 14.31),
        ("shop-activator", "ok", 20.0, 5.31),
        ("shop-1", "ok", 30.0, 0.01),
    ]
    assert played.changes == [(10.3, 0, 1)]
    assert played.activator.queue_peak == 3


def test_the_first_request_waits_for_readiness_too(tmp_path: Path) -> None:
    """A readiness probe that waits for 3 s, and asks every 2 s, comes on top of pull and boot."""
    probes = "services.shop.probes={readiness: {initial_delay: 3s, period: 2s}}"
    played = Play(tmp_path, [10.3], 40, probes)
    (replica,) = played.world.workloads["shop"].ready()
    assert replica.started == pytest.approx(25.3)
    # The first question comes within a period from the delay on, and takes 1 ms to answer.
    assert 28.301 <= replica.ready_since <= 30.301
    assert played.lines == [
        ("shop-activator", "ok", 10.3, round(replica.ready_since - 10.3 + 0.01, 6))
    ]


@pytest.mark.parametrize(
    ("given_", "zero"),
    [
        # The request is seen in the report of second 26, which leaves the window after 60 s, and
        # the service has been served since 25.3 for more than that. Then comes the grace.
        ([], 86.0 + 30.0),
        (["services.shop.autoscaler.kpa.scale_to_zero_grace_period=10s"], 86.0 + 10.0),
        # The activator has been on the way all the time: there is nothing to wait for.
        (["services.shop.autoscaler.kpa.burst=211"], 86.0),
        (["services.shop.autoscaler.kpa.burst=-1"], 86.0),
        (
            [
                "services.shop.autoscaler.kpa.burst=211",
                "services.shop.autoscaler.kpa.scale_to_zero_pod_retention_period=45s",
            ],
            86.0 + 45.0,
        ),
        # With 30 s the request leaves the window at 56, and decisions come every 2 s.
        (["services.shop.autoscaler.kpa.stable_window=30s"], 56.0 + 30.0),
    ],
)
def test_back_to_zero(tmp_path: Path, given_: list[str], zero: float) -> None:
    """A stable window without a request, then the grace, and the last instance goes."""
    played = Play(tmp_path, [10.3], 200, *given_)
    assert played.changes == [(10.3, 0, 1), (zero, 1, 0)]
    assert [each for each in played.world.services["shop"].instances if each.up] == []


def test_a_second_cold_start_is_like_the_first(tmp_path: Path) -> None:
    """After the way back to zero the next request waits as long again."""
    played = Play(tmp_path, [10.3, 300.7], 330)
    assert [line[3] for line in played.lines] == [15.01, 15.01]
    assert played.changes == [(10.3, 0, 1), (116.0, 1, 0), (300.7, 0, 1)]


def test_a_request_in_the_grace_finds_the_instance(tmp_path: Path) -> None:
    """Callers are led to the activator already, which passes the request on at once."""
    played = Play(tmp_path, [10.3, 100.0], 250)
    # It was not held, so it is the instance's.
    assert played.lines[1] == ("shop-1", "ok", 100.0, 0.01)
    # It counts in second 100, as the one that rang, which leaves the window at 160; then the grace.
    assert played.changes == [(10.3, 0, 1), (160.0 + 30.0, 1, 0)]


def test_with_one_at_least_nobody_waits(tmp_path: Path) -> None:
    """`min: 1`: there is no cold start, and nothing ever changes."""
    settings = ["services.shop.autoscaler.kpa.min=1", "services.shop.replicas=1"]
    played = Play(tmp_path, [10.3, 300.7], 330, *settings)
    assert [line[3] for line in played.lines] == [0.01, 0.01]
    assert played.changes == []


def test_an_instance_from_the_start_is_served_since_the_start(tmp_path: Path) -> None:
    """With nothing to do from the start it goes after a stable window and the grace."""
    played = Play(tmp_path, [500.0], 200, "services.shop.replicas=1")
    assert played.changes == [(60.0 + 30.0, 1, 0)]


def test_two_from_the_start_are_kept_for_a_stable_window(tmp_path: Path) -> None:
    """It begins in panic, in which nothing is taken away, until more than 60 s have passed."""
    played = Play(tmp_path, [500.0], 200, "services.shop.replicas=2")
    # 62 s: two may become one at most; 64 s: that may become none, and the grace begins.
    assert played.changes == [(62.0, 2, 1), (64.0 + 30.0, 1, 0)]


def test_a_crowd_at_zero_is_held_and_served(tmp_path: Path) -> None:
    """Five hundred come within a second: all are served, none twice, and more instances come."""
    played = Play(tmp_path, [10.0 + each / 500 for each in range(500)], 60)
    assert len(played.lines) == 500
    assert {line[1] for line in played.lines} == {"ok"}
    # The request that rings is one; the next decision sees the mean of 500 over two seconds.
    assert played.changes[0] == (10.0, 0, 1)
    assert played.changes[1][:2] == (12.0, 1)
    assert played.changes[1][2] >= 4


def test_the_activator_holds_back_what_has_no_room(tmp_path: Path) -> None:
    """With a container concurrency no instance ever has more, and the rest waits at the activator."""
    settings = [
        "services.shop.autoscaler.kpa.burst=211",
        "services.shop.endpoints.get=[{work: 1s}]",
    ]
    limit = "services.shop.autoscaler.kpa.container_concurrency=2"
    times = [10.0 + each / 10 for each in range(40)]
    free, limited = (
        Play(tmp_path, times, 60, *settings),
        Play(tmp_path, times, 60, *settings, limit),
    )
    assert free.most == 40
    assert limited.most == 2
    for played in (free, limited):
        assert [line[1] for line in played.lines] == ["ok"] * 40


@pytest.mark.parametrize(
    ("kpa", "instances"),
    [
        # 20 requests a second of a second each are 20 at once, of which each is to have 7.
        ("concurrency: 10", 3),
        # 20 requests a second, of which each is to have 3.5.
        ("rps: 5/s", 6),
    ],
)
def test_as_many_as_the_load_asks_for(kpa: str, instances: int) -> None:
    """In the long run there are as many as the mean load over the target, rounded up."""
    text = SHOP.replace("arrivals: {trace: times.csv}", "rate: 20/s, arrivals: constant")
    text = text.replace("burst: 0", f"burst: 0, {kpa}").replace("work: 10ms", "work: 1s")
    text = text.replace("duration: 1h", "duration: 2m").replace("concurrency: 4", "concurrency: 99")
    result = simulate(parse(text).scenario, check=True)
    scaling = result.services["shop"].scaling
    assert scaling is not None
    assert scaling.last == instances
    assert result.total.outcomes == {"ok": result.total.finished}


def test_the_dead_instance_is_waited_for(tmp_path: Path) -> None:
    """It dies with the activator on the way: who comes then is held until it is back."""
    settings = [
        "services.shop.autoscaler.kpa.burst=211",
        "faults=[{at: 30s, for: 10s, kill: {service: shop, mode: all}}]",
    ]
    played = Play(tmp_path, [10.3, 35.0], 60, *settings)
    assert played.lines[1] == ("shop-activator", "ok", 35.0, 5.01)


def test_a_timeout_during_a_cold_start(tmp_path: Path) -> None:
    """Whoever gives up is not served any faster for that; the work is done in vain."""
    played = Play(tmp_path, [10.3], 40, "traffic.users.timeout=2s")
    assert played.lines == [("shop-activator", "timeout", 10.3, 2.0)]
    assert played.world.services["shop"].instances[0].wasted == pytest.approx(0.01)


def test_traces_name_whoever_had_the_request(tmp_path: Path) -> None:
    """Who was held has a span of the activator, with a gap; who went straight through, of the instance."""
    (tmp_path / "times.csv").write_text("10.3\n30\n31\n")
    text = SHOP.replace("burst: 0", "burst: 211").replace("1h", "40s")
    result = simulate(parse(text, folder=tmp_path).scenario, folder=tmp_path)
    spans = [each for trace in result.traces for each in trace.spans]
    assert [each.instance for each in spans] == ["shop-activator", "shop-1", "shop-1"]
    assert [each.served_from for each in spans] == pytest.approx([25.3, 30.0, 31.0])


@settings(max_examples=15)
@given(
    scaler=st.sampled_from(
        [
            "kpa: {max: 3, burst: 0, stable_window: 6s, scale_to_zero_grace_period: 1s}",
            "kpa: {max: 3, container_concurrency: 1, concurrency: 2, stable_window: 6s}",
            "kpa: {max: 3, rps: 2/s, burst: 5, stable_window: 6s}",
            "keda: {max: 3, backlog: 2, polling_interval: 2s, cooldown_period: 0s}",
        ]
    ),
    patience=st.sampled_from(
        ["timeout: 400ms", "timeout: 2s, cancel: true", "retry: {attempts: 3}"]
    ),
    way=st.sampled_from(["client", "proxy", "connection", "dns"]),
    boot=st.sampled_from(["0s", "{exponential: 2s}"]),
    threading=st.sampled_from(["blocking", "async"]),
    fault=st.sampled_from(
        ["kill: {service: shop, mode: all}", "loss: {service: shop, share: 30%}"]
    ),
    seed=st.integers(0, 99),
)
def test_nobody_is_lost_or_served_twice(
    scaler: str, patience: str, way: str, boot: str, threading: str, fault: str, seed: int
) -> None:
    """Whatever is set, all laws hold: what came in went out once, in the activator as elsewhere."""
    text = f"""
scenario: sleeper
duration: 40s
traffic:
  users:
    rate: 5/s
    profile: [{{at: 8s, rate: 0/s}}, {{at: 25s, rate: 9/s}}]
    target: shop.get
    via: {way}
    {patience.replace(", ", chr(10) + "    ")}
services:
  shop:
    replicas: 0
    concurrency: 2
    threading: {threading}
    autoscaler: {{{scaler}}}
    startup: {{boot: {boot}}}
    shutdown: {{grace: 1s}}
    endpoints: {{get: [{{work: {{exponential: 200ms}}}}, {{call: stock.find}}]}}
  stock: {{endpoints: {{find: [{{work: 20ms}}]}}}}
faults: [{{at: 5s, for: 2s, {fault}}}]
"""
    result = simulate(parse(text).scenario, seed=seed, check=True)
    assert result.total.started == result.total.finished + result.total.in_flight
    shop = result.services["shop"]
    assert shop.attempts == sum(shop.outcomes.values()) + shop.in_flight
    assert shop.attempts >= sum(each.attempts for each in shop.instances.values()) > 0


# KEDA.

QUEUE = SHOP.replace("kpa: {max: 8, burst: 0}", "keda: {max: 8, backlog: 10}")


def test_keda_sees_the_first_when_it_polls(tmp_path: Path) -> None:
    """The first waits for the poll too, and the instance goes a cooldown after the last busy poll."""
    played = Play(tmp_path, [10.3], 400, of=QUEUE)
    assert played.lines == [("shop-queue", "ok", 10.3, 30 - 10.3 + 15.01)]
    assert played.changes == [(30.0, 0, 1), (330.0, 1, 0)]


def test_keda_starts_nothing_below_the_activation(tmp_path: Path) -> None:
    """Three wait, and more than three would have to."""
    times = [10.3, 11.0, 12.0, 70.0]
    played = Play(tmp_path, times, 120, "services.shop.autoscaler.keda.activation=3", of=QUEUE)
    assert played.changes == [(90.0, 0, 1)]


def test_a_long_queue_gets_many_instances(tmp_path: Path) -> None:
    """KEDA makes the first; the HPA, in the same moment, as many as the queue of 40 asks for.

    They take the queue to its end four at a time each, although all came before any was there.
    """
    played = Play(
        tmp_path,
        [31.0 + each / 100 for each in range(40)],
        100,
        "services.shop.endpoints.get=[{work: 1s}]",
        of=QUEUE,
    )
    assert played.changes[:2] == [(60.0, 0, 1), (60.0, 1, 4)]
    ends = sorted(round(start + taken, 6) for _, _, start, taken in played.lines)
    assert ends == [76.0] * 16 + [77.0] * 16 + [78.0] * 8


# The law.


class Eager(Waker):
    """Lets the only instance go as soon as nothing is left to do, and wakes it for the next request."""

    def __init__(self, world: World) -> None:
        service = world.services["shop"]
        assert service.activator is not None
        self.activator = service.activator
        self.workload = world.workloads["shop"]
        self.event = Act(self)
        self.activator.waker = self
        self.activator.idle = True
        watch(service.instances[0], Left(self))

    def woken(self) -> None:
        self.workload.kernel.schedule(self.event, 0.0)

    def look(self) -> None:
        """Start the instance if somebody waits for it, else let it go."""
        busy = self.activator.queued + len(self.workload.replicas[0].instance.inside)
        self.activator.idle = not busy
        self.workload.scale(min(busy, 1), "eager")


class Act(Event):
    def __init__(self, eager: Eager) -> None:
        super().__init__()
        self.eager = eager

    def fire(self) -> None:
        self.eager.look()


class Left(Watcher):
    def __init__(self, eager: Eager) -> None:
        self.eager = eager

    def left(self, instance: Instance, attempt: Attempt) -> None:
        if not instance.inside and not self.eager.activator.queued:
            self.eager.woken()


@pytest.mark.once
@pytest.mark.parametrize(
    ("rate", "boot", "expected"),
    [
        ("0.5/s", "{exponential: 5s}", 7.0),  # A7d.1
        ("0.5/s", "30s", 17.9375),  # A7d.4
    ],
)
def test_a_set_up_before_each_busy_period(rate: str, boot: str, expected: float) -> None:
    """M/M/1 whose server is started anew for the first of each busy period.

    The mean time in the system is that of M/G/1 plus (2E[I] + λE[I²]) / (2(1 + λE[I])) for a set-up
    of length I (Welch, 1964). The bound is four standard errors, from means of 40 batches.
    """
    text = f"""
scenario: set-up
duration: 20h
traffic: {{users: {{rate: {rate}, target: shop.get}}}}
services:
  shop:
    replicas: 0
    concurrency: 1
    autoscaler: {{keda: {{max: 1, backlog: 1000, polling_interval: 1000h, sync: 1000h}}}}
    startup: {{boot: {boot}}}
    endpoints: {{get: [{{work: {{exponential: 1s}}}}]}}
"""
    world = build(parse(text).scenario, 7)
    taken: list[float] = []

    def count(codes: list[int], starts: list[float], ends: list[float]) -> None:
        taken.extend(end - start for start, end in zip(starts, ends, strict=True))

    world.ledger.counter = count
    Eager(world)
    for source in world.sources.values():
        source.begin()
    world.kernel.run(20_000.0, 1 << 30)
    world.ledger.turn_page()
    size = len(taken) // 40
    means = [sum(taken[at : at + size]) / size for at in range(0, 40 * size, size)]
    mean = sum(means) / 40
    error = sqrt(sum((each - mean) ** 2 for each in means) / 39 / 40)
    assert abs(mean - expected) < 4 * error
    # So small that it tells a set-up from none, and one of random length from one that is not.
    assert error < 0.05 * expected
