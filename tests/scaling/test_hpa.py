"""The HPA in a world: when it looks, what it sees, and what it does."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import pytest

from simulator.experiment.run import Run, simulate
from simulator.platform.workload import Workload
from simulator.scaling.hpa import pods
from simulator.scaling.hpa.controller import Hpa
from simulator.scaling.hpa.metrics import HpaMetric, View, cpu_of, measured
from simulator.scaling.hpa.plain import PlainNormalizer
from simulator.scaling.hpa.pods import Pod, PodMetric, Readiness
from simulator.scaling.hpa.replica_count import (
    MetricFails,
    Proposal,
    ReplicaCount,
    Tolerance,
    UtilizationTarget,
)
from simulator.scaling.meter import Meter
from simulator.scenario import parse

STEP = """
scenario: step
duration: 4m
traffic:
  users: {rate: 20/s, profile: [{at: 60s, rate: 100/s}], arrivals: constant, target: shop.get}
services:
  shop:
    replicas: 2
    cores: 1
    startup: {boot: 5s}
    autoscaler:
      hpa: {min: 2, max: 20, metrics: [{cpu: 60%}]}
    endpoints: {get: [work: 40ms]}
"""

Change = tuple[float, int, int]
"""When the number was changed, from what, and to what."""


def changes(*settings: str, of: str = STEP) -> list[Change]:
    result = simulate(parse(of, settings=settings).scenario, check=True)
    found = []
    for entry in result.log:
        if entry.kind == "scale":
            before, _, after = entry.detail.partition(":")[0].partition(" to ")
            found.append((entry.time, int(before), int(after)))
    return found


# A step of the load, against its fluid solution.


def fluid(seconds: float) -> list[Change]:
    """When an HPA that may only go up would go up, with load that flows in place of requests.

    Each instance does a second of work a second, and has its even share of what comes; what it
    cannot do piles up before it. Of each 15 s the use of CPU is known 10 s later, of those
    instances that were there all the time. The others are taken to use nothing.
    """
    grid, sync, boot, work, target = 5.0, 15.0, 5.0, 0.04, 60.0
    backlog, born, used = [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]
    wanted, due = 2, list[float]()
    seen, found = list[list[float]](), list[Change]()
    now = 0.0
    while now < seconds:
        while due and due[0] <= now:
            born.append(due.pop(0))
            backlog.append(0.0)
            used.append(0.0)
        flow = (20.0 if now < 60.0 else 100.0) * work * grid / len(backlog)
        for each, left in enumerate(backlog):
            done = min(grid, left + flow)
            backlog[each] = left + flow - done
            used[each] += done
        now += grid
        if now % sync:
            continue
        # What ended 15 s ago is known, and what ends now is not.
        known = seen[-1] if seen else []
        seen.append([use for use, since in zip(used, born, strict=True) if since <= now - sync])
        used = [0.0] * len(used)
        if known and sum(known) / len(known) / sync > 1.1 * target / 100.0:
            percent = int(sum(known) * 100.0 / sync / wanted + 1e-9)
            desired = ceil(percent / target * wanted)
            if percent > 1.1 * target and desired > wanted:
                found.append((now, wanted, min(desired, 2 * wanted)))
                wanted = found[-1][2]
                due += [now + boot] * (wanted - found[-1][1])
    return found


def test_a_step_of_the_load_against_the_fluid_solution() -> None:
    """From 0.8 to 4 cores of work, which is 6.67 instances at 60 %: it takes 2 minutes, and 9 of them.

    At 75 s it knows of nothing; at 90 s the use is 100 %, and could not be more, so that 3.33 is
    all it asks for. Those four can only just do what comes: what has piled up stays, the use is
    100 % again, and 6.67 are asked for. When they run it is at most 7.1 of 7 that is used, as the
    two oldest still have their backlog: 69 %, which asks for 2 more than are needed in the end.
    """
    expected = [(90.0, 2, 4), (135.0, 4, 7), (180.0, 7, 9)]
    assert fluid(240.0) == expected
    assert changes() == expected


def test_a_policy_of_one_pod_a_minute() -> None:
    """The first at 90 s; the next when that is 60 s ago, and not a moment sooner."""
    behavior = "services.shop.autoscaler.hpa.behavior"
    policy = f"{behavior}.scale_up.policies=[{{pods: 1, period: 60s}}]"
    assert changes(policy) == [(90.0, 2, 3), (150.0, 3, 4), (210.0, 4, 5)]


def test_a_window_upwards_waits_until_all_agree() -> None:
    """From 90 s on more are asked for; in a window of 30 s there are two looks, and both must agree."""
    window = "services.shop.autoscaler.hpa.behavior.scale_up.stabilization_window=30s"
    assert changes(window, "duration=130s") == [(105.0, 2, 4)]


# Bounds.


def test_there_are_never_more_than_the_maximum() -> None:
    assert changes("services.shop.autoscaler.hpa.max=5") == [(90.0, 2, 4), (135.0, 4, 5)]


def test_there_are_never_fewer_than_the_minimum() -> None:
    """0.8 cores are 1.33 instances at 60 %; five minutes after the first look it may go down to 3."""
    found = changes(
        "services.shop.replicas=6",
        "services.shop.autoscaler.hpa.min=3",
        "traffic.users.profile=[]",
        "duration=320s",
    )
    assert found == [(315.0, 6, 3)]


# Measurements that are old.


def down(*settings: str) -> list[Change]:
    """Ten instances that use 30 %, of which the target is 60 %."""
    return changes(
        "services.shop.replicas=10",
        "traffic.users.rate=75/s",
        "traffic.users.profile=[]",
        "duration=3m",
        *settings,
    )


WINDOW = "services.shop.autoscaler.hpa.behavior.scale_down.stabilization_window"


def test_old_measurements_take_too_many_away() -> None:
    """3 cores of work are 5 instances at 60 %, and it knows so at 30 s.

    At 45 s it still sees how those five were when they were ten, and takes half of them away
    again. The three that are left have work for all of their time, and what that comes to is known
    at 75 s, two looks later.
    """
    assert down(f"{WINDOW}=0s") == [(30.0, 10, 5), (45.0, 5, 3), (75.0, 3, 5)]


def test_a_window_outlasts_old_measurements() -> None:
    """With a window of two looks the second thought comes too late to do harm."""
    assert down(f"{WINDOW}=30s") == [(45.0, 10, 5)]


def test_fresh_measurements_do_no_harm() -> None:
    """What ends with the moment of the look is known, and counts."""
    fresh = "services.shop.autoscaler.hpa.delay=0s"
    assert down(f"{WINDOW}=0s", fresh) == [(15.0, 10, 5)]


# What it sees.

STILL = """
scenario: still
duration: 1m
traffic:
  users: {rate: 50/s, arrivals: constant, target: shop.get}
services:
  shop:
    replicas: 2
    cores: 1
    startup: {boot: 20s}
    autoscaler:
      scheduled: {max: 10, schedule: [{at: 59s, replicas: 2}]}   # does nothing
    endpoints: {get: [work: 40ms]}
"""


def run_to(seconds: float, *settings: str) -> tuple[Run, Workload]:
    """A world without an autoscaler, up to some time."""
    run = Run(parse(STILL, settings=settings).scenario)
    while not run.world.kernel.run(seconds, 10_000):
        pass
    return run, run.world.workloads["shop"]


class Fixed(HpaMetric):
    """A metric that asks for so many replicas; 0 for one that fails."""

    def __init__(self, replicas: int) -> None:
        self.replicas = replicas

    def proposal(self, count: ReplicaCount, view: View) -> Proposal:
        if self.replicas == 0:
            raise MetricFails("no metrics returned from the external metrics API")
        return Proposal(self.replicas, 0)

    def told(self, usage: int) -> str:
        return f"asks for {self.replicas}"


def controller(
    workload: Workload, metrics: Sequence[HpaMetric] = (), minimum: int = 1, maximum: int = 10
) -> Hpa:
    """One whose first recommendation is long gone."""
    meter = Meter(workload.kernel, workload, 15.0, 0.0, latencies=False)
    count = ReplicaCount()
    return Hpa(
        workload.kernel, workload, meter, 0.0, metrics, count, PlainNormalizer(0.0),
        minimum, maximum, 15.0,
    )  # fmt: skip


def after(current: int, *asked: int, minimum: int = 1, maximum: int = 10) -> int:
    """How many are wanted after a look at metrics that ask for so many."""
    _, workload = run_to(1.0)
    workload.wanted = current
    hpa = controller(workload, [Fixed(each) for each in asked], minimum, maximum)
    hpa.begin()
    hpa.look(1.0)
    return workload.wanted


def test_of_several_metrics_the_largest_counts() -> None:
    assert after(2, 3, 4, 1) == 4
    assert after(2, 1, 1) == 1


def test_a_metric_that_fails_keeps_what_is_there() -> None:
    """C8c-17: the others may still ask for more; but nothing goes as long as one is not known."""
    assert after(3, 4, 0) == 4
    assert after(3, 0, 4) == 4
    assert after(3, 1, 0) == 3
    assert after(3, 0, 0) == 3


def test_what_is_out_of_bounds_comes_back_whatever_is_measured() -> None:
    assert after(12, 0) == 10
    assert after(1, 0, minimum=2) == 2


def test_a_service_that_was_switched_off_stays_off() -> None:
    """C8c-13, TestZeroReplicas."""
    assert after(0, 5, minimum=2) == 0


def test_a_workload_whose_pods_are_gone() -> None:
    """C8c-16: four are wanted, one is there, and uses all of its 0.2 cores: twice the target."""
    count = ReplicaCount(Tolerance(), Readiness(120.0, 10.0))
    target = UtilizationTarget(50.0, {"pod-0": 200})
    metrics = {"pod-0": PodMetric(200, 10_000.0, 60.0)}
    found = count.of_pods(10_000.0, 4, [Pod("pod-0")], metrics, target)
    assert found == Proposal(2, 100)


def test_a_replica_is_pending_until_its_process_runs() -> None:
    """It boots for 20 s, and counts as started since it was asked for."""
    run, workload = run_to(10.0)
    hpa = controller(workload)
    hpa.begin()
    workload.add()
    [*old, new] = hpa.view(10.0, 3).pods
    assert [(each.phase, each.ready) for each in old] == [(pods.RUNNING, True)] * 2
    assert new == Pod("shop-3", pods.PENDING, ready=False, started=10.0, changed=10.0)
    while not run.world.kernel.run(31.0, 10_000):
        pass
    view = hpa.view(31.0, 3)
    assert view.pods[2] == Pod("shop-3", pods.RUNNING, ready=True, started=10.0, changed=30.0)
    workload.stop(workload.replicas[2])
    assert view.requests == dict.fromkeys(("shop-1", "shop-2", "shop-3"), 1000)
    assert all(each.name != "shop-3" or each.deleted for each in hpa.view(31.0, 2).pods)


def test_what_a_place_did_before_is_not_what_its_next_instance_did() -> None:
    """The second instance goes and comes again at once: what was measured of it has gone with it."""
    run, workload = run_to(0.0, "services.shop.startup.boot=0s")
    hpa = controller(workload)
    hpa.begin()
    while not run.world.kernel.run(16.0, 10_000):
        pass
    workload.stop(workload.replicas[1])
    while not run.world.kernel.run(17.0, 10_000):
        pass
    assert [each.name for each in workload.ready()] == ["shop-1", "shop-2"]
    assert {each.instance for each in hpa.meter.latest(17.0)} == {"shop-1", "shop-2"}
    assert list(measured(hpa.view(17.0, 2), cpu_of)) == ["shop-1"]


# Each metric: 50 requests a second, 40 ms each, on two instances.


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("cpu: 40%", 3),  # 1 of 2 cores each
        ("rps: 20/s", 3),  # 25/s each
        ("concurrency: 0.8", 3),  # Little: 25/s x 40 ms = 1 each
        ("latency: {percentile: 95%, target: 30ms, window: 15s}", 3),  # 40 ms
    ],
)
def test_what_each_metric_asks_for(metric: str, expected: int) -> None:
    hpa = f"services.shop.autoscaler={{hpa: {{min: 1, max: 20, metrics: [{{{metric}}}]}}}}"
    found = changes(hpa, "services.shop.cores=2", "duration=31s", of=STILL)
    assert [each[1:] for each in found] == [(2, expected)]


def test_a_queue_asks_for_more() -> None:
    """Of 80/s 50 are done: 30/s pile up, (150 + 375) / 2 of them on the average of the first 15 s.

    Before each of two that are 131, which asks for 13 times as many at a target of 10: 4, at once.
    """
    hpa = "services.shop.autoscaler={hpa: {min: 1, max: 20, metrics: [{queue: 10}]}}"
    found = changes(
        hpa, "services.shop.concurrency=1", "traffic.users.rate=80/s", "duration=31s", of=STILL
    )
    assert found == [(30.0, 2, 4)]


def test_requests_count_where_there_are_any() -> None:
    """Half a core is asked for: 1 core in use is 200 %, which of 80 % is 2.5 times as much."""
    found = changes(
        "services.shop.autoscaler={hpa: {min: 1, max: 20}}",
        "services.shop.requests.cpu=500m",
        "traffic.users.rate=40/s",
        "duration=31s",
        of=STILL,
    )
    assert found == [(30.0, 2, 4)]
