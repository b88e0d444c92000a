"""Instances that come and go: how long that takes, who goes first, and what is lost on the way."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.experiment.result import Result
from simulator.experiment.run import Run, simulate
from simulator.platform.workload import RUNNING, Workload
from simulator.scenario import ScenarioError, parse

SHOP = """
scenario: shop
seed: 3
duration: 60s
interval: 1s
traffic:
  users: {rate: 10/s, arrivals: constant, target: shop.home}
services:
  shop:
    replicas: 2
    concurrency: 10
    price: 3.6
    autoscaler:
      scheduled: {min: 1, max: 4, schedule: [{at: 10s, replicas: 4}, {at: 40s, replicas: 1}]}
    startup: {pull: 2s, boot: 3s}
    shutdown: {grace: 30s}
    endpoints:
      home: [{work: 500ms}]
"""


def play(*settings: str, text: str = SHOP) -> Result:
    return simulate(parse(text, settings=settings).scenario, check=True)


def times(result: Result, kind: str, detail: str) -> list[float]:
    """When something happened, in seconds."""
    return [each.time for each in result.log if each.kind == kind and each.detail == detail]


def test_a_start_takes_the_pull_and_the_boot() -> None:
    """New instances run, and are asked, 2 s + 3 s after they are wanted."""
    result = play()
    assert times(result, "instance", "up") == [15.0, 15.0]
    scaling = result.services["shop"].scaling
    assert scaling is not None
    assert (scaling.least, scaling.most, scaling.last) == (1, 4, 1)
    assert scaling.start_mean == scaling.start_max == 5.0
    assert (scaling.started, scaling.stopped) == (2, 3)
    # 2 for 15 s, 4 for 25 s, 1 for 20 s.
    assert scaling.mean == pytest.approx((2 * 15 + 4 * 25 + 20) / 60)
    assert result.total.outcomes == {"ok": result.total.finished}


def test_what_is_paid_for_is_what_was_there() -> None:
    """From the beginning of its start to its end, at 3.6 an hour or 0.001 a second."""
    result = play()
    cost = result.cost
    assert cost is not None
    # Those that stop at 40 s end when they have finished the half second of work that they have.
    first, second, *_ = sorted(times(result, "instance", "stopped"))
    ends = sorted(times(result, "instance", "stopped"))
    assert 40.0 <= first <= second <= 40.5
    # One is there all along, one to its end, and two from 10 s to theirs.
    seconds = 60.0 + sum(ends) - 2 * 10.0
    assert cost.total == pytest.approx(seconds * 0.001)
    assert cost.instance_hours["shop"] == pytest.approx(seconds / 3600)
    good = result.total.goodput * 60.0
    assert cost.per_million_good == pytest.approx(cost.total / good * 1e6)
    # Every finished or running request held one of ten slots for half a second; what boots cannot be
    # used, and is paid for.
    used = result.services["shop"].utilization
    assert used is not None
    assert cost.wasted == pytest.approx(1.0 - used * (seconds - 10.0) / seconds)


def test_utilization_counts_only_what_was_there() -> None:
    """From 20 s on there are 40 slots: 50 would be busy if they could, and 5 are at 10/s."""
    result = play("traffic.users.rate=100/s", "duration=35s", "warmup=20s")
    assert result.services["shop"].utilization == pytest.approx(1.0, rel=1e-9)
    short = play("duration=35s", "warmup=20s").services["shop"].utilization
    # From 20 s on there are 4 instances of 10 slots, and 10/s times 0.5 s to do.
    assert short == pytest.approx(5 / 40, rel=1e-9)


@pytest.mark.parametrize(("grace", "lost"), [("30s", 0), ("0s", 4), ("200ms", 2)])
def test_what_is_inside_when_the_grace_is_over_is_lost(grace: str, lost: int) -> None:
    """At 10/s, round robin over 4, three that go have 5/4 each inside: those of the last 500 ms."""
    result = play(f"services.shop.shutdown.grace={grace}")
    # The requests that came at 39.6 to 40 s, every 100 ms in turn to one of four, and are due 500 ms
    # later: of five, that of the one that stays is safe. With 200 ms those due by 40.2 s are, too.
    assert result.total.outcomes.get("reset", 0) == lost


def test_it_serves_on_while_its_callers_do_not_know() -> None:
    """Who is still sent something: with a `delay` it is answered, without one it is refused."""
    network = "network={latency: 150ms}"
    refused = play(network)
    assert refused.total.outcomes.get("refused", 0) > 0
    served = play(network, "services.shop.shutdown.delay=1s")
    assert served.total.outcomes == {"ok": served.total.finished}


def test_a_cold_instance_is_slow_at_first() -> None:
    """Work of 100 ms takes 400 ms at a quarter of the speed, and 100 ms when it is warm."""
    cold = "services.shop.startup={boot: 1s, warm_up: {for: 10s, speed: 0.25}}"
    result = play(cold, "services.shop.endpoints.home=[{work: 100ms}]", "duration=39s")
    latest = result.services["shop"].instances["shop-4"].latency
    assert latest.max == pytest.approx(0.4, rel=0.05)
    assert latest.p50 == pytest.approx(0.1, rel=0.01)
    old = result.services["shop"].instances["shop-1"].latency
    assert old.max == pytest.approx(0.1, rel=1e-9)


def test_who_goes_first() -> None:
    """One that is not ready before those that are; of these the one that was ready last."""
    run = Run(parse(SHOP).scenario)
    workload: Workload = run.world.workloads["shop"]
    for number, (ready, since) in enumerate(
        [(True, 0.0), (True, 30.0), (False, inf), (True, 20.0)]
    ):
        each = workload.replicas[number]
        each.instance.up = True
        each.phase, each.ready, each.ready_since = RUNNING, ready, since
    order = workload.victims(workload.replicas[:4])
    assert [each.name for each in order] == ["shop-3", "shop-2", "shop-4", "shop-1"]


def test_one_that_is_let_go_before_it_runs_never_does() -> None:
    """Two are wanted and no longer wanted while they boot: nothing has come up."""
    schedule = "[{at: 10s, replicas: 4}, {at: 12s, replicas: 2}]"
    result = play(f"services.shop.autoscaler.scheduled.schedule={schedule}")
    assert times(result, "instance", "up") == []
    scaling = result.services["shop"].scaling
    assert scaling is not None
    assert (scaling.most, scaling.start_mean, scaling.stopped) == (2, None, 2)


def test_one_that_dies_on_its_way_out_stays_dead() -> None:
    """A fault kills all at 40.1 s and lets them start again: those that were leaving do not."""
    faults = "faults=[{at: 40100ms, for: 2s, kill: {service: shop, mode: all}}]"
    result = play(faults, "duration=60s")
    assert times(result, "instance", "up") == [15.0, 15.0, pytest.approx(42.1)]
    assert result.services["shop"].scaling is not None
    assert result.services["shop"].scaling.last == 1
    # One that had still something to do is gone with it, and its place is free.
    run = Run(parse(SHOP, settings=[faults, "duration=60s"]).scenario, check=True)
    run.advance()
    ends = sorted(each.ended for each in run.world.workloads["shop"].presence)
    assert ends[:3] == pytest.approx([40.1] * 3, abs=0.5)


@settings(max_examples=25)
@given(
    schedule=st.lists(st.integers(1, 6), min_size=1, max_size=8),
    every=st.sampled_from([0.3, 1.0, 2.5, 6.0]),
    grace=st.sampled_from(["0s", "300ms", "5s"]),
    registry=st.sampled_from(["static", "kubernetes", "eureka", "consul", "etcd", "dns"]),
    seed=st.integers(0, 99),
)
def test_however_it_is_scaled_the_laws_hold(
    schedule: list[int], every: float, grace: str, registry: str, seed: int
) -> None:
    """Conservation and the rest under any schedule; in the end there are as many as are wanted."""
    times_ = ", ".join(
        f"{{at: {1 + n * every:g}s, replicas: {each}}}" for n, each in enumerate(schedule)
    )
    scenario = parse(
        SHOP,
        settings=[
            f"services.shop.autoscaler.scheduled={{min: 1, max: 6, schedule: [{times_}]}}",
            f"services.shop.shutdown={{grace: {grace}}}",
            "services.shop.startup={boot: 500ms, pull: {exponential: 200ms}}",
            "services.shop.queue=5",
            "traffic.users={rate: 60/s, target: shop.home}",
            "defaults={timeout: 2s, retry: {attempts: 2}}",
            f"registry={{kind: {registry}}}",
            "duration=70s",
        ],
    ).scenario
    run = Run(scenario, seed=seed, check=True)
    run.advance()
    workload = run.world.workloads["shop"]
    assert len(workload.existing()) == schedule[-1]
    up = [each.name for each in run.world.services["shop"].instances if each.up]
    assert sorted(up) == sorted(each.name for each in workload.existing())
    for each in workload.replicas:
        assert each.instance.there == each.exists
        assert each.instance.room == (each.instance.capacity if each.exists else 0.0)
        assert each.exists or not each.instance.inside
    traffic = run.result().total
    assert traffic.started == traffic.finished + traffic.in_flight


def test_how_many_there_are_at_first() -> None:
    """As many as are given, else the fewest that the autoscaler allows."""
    scheduled = "{min: 3, max: 5, schedule: [{at: 1s, replicas: 4}]}"
    text = SHOP.replace("    replicas: 2\n", "")
    given_ = parse(text, settings=[f"services.shop.autoscaler.scheduled={scheduled}"]).scenario
    assert given_.services["shop"].replicas == 3
    with pytest.raises(ScenarioError, match="expected from `min`, 3, to `max`, 5"):
        parse(SHOP, settings=[f"services.shop.autoscaler.scheduled={scheduled}"])


def test_expectations_of_cost_and_replicas() -> None:
    """The fewest and the most that were ready at once, and what an hour and a million cost."""
    expected = "[cost <= 8, shop.replicas >= 1, shop.replicas_peak <= 3, cost_per_million <= 1000]"
    found = play(f"expect={expected}").expectations
    assert [each.value for each in found[1:3]] == [1.0, 4.0]
    assert [each.met for each in found] == [False, True, False, True]
    assert found[2].first_broken == 15.0


def test_the_series_has_how_many_were_ready_and_wanted() -> None:
    """By second: 2 are ready and, from 10 s on, 4 are wanted, who are ready from 15 s on."""
    table = play().series["replicas"].columns
    assert len(table["time"]) == 60
    ready, wanted = list(table["ready"]), list(table["wanted"])
    assert ready[:15] == pytest.approx([2.0] * 15)
    assert ready[15:40] == pytest.approx([4.0] * 25)
    assert ready[40:] == pytest.approx([1.0] * 20)
    assert wanted[8:11] == [2, 4, 4]
    assert wanted[38:41] == [4, 1, 1]


def test_a_fault_may_name_an_instance_that_is_still_to_come() -> None:
    """shop-3 comes at 15 s: killed before that it is not there to be hit, and later it is."""
    fault = "faults=[{{at: {}s, for: 2s, kill: {{instance: shop-3}}}}]"
    assert play(fault.format(5)).deaths == ()
    assert [each.died for each in play(fault.format(20)).deaths] == [20.0]
    with pytest.raises(ScenarioError, match="unknown instance `shop-9`"):
        parse(SHOP, settings=["faults=[{at: 5s, for: 2s, kill: {instance: shop-9}}]"])


def test_whom_a_fault_hits_are_those_who_are_there() -> None:
    """Two are killed at 8 s; those that come while the fault is on are none of its business."""
    result = play("faults=[{at: 8s, for: 20s, kill: {service: shop, mode: all}}]")
    assert result.faults[0].targets == ("shop-1", "shop-2")
    assert times(result, "instance", "up") == [15.0, 15.0, 28.0, 28.0]


def test_nobody_starts_in_a_zone_that_is_down() -> None:
    """Of the two that are wanted at 10 s one would be in zone a, and starts when that is well again."""
    zones = "services.shop.zones=[a, b]"
    result = play(zones, "faults=[{at: 8s, for: 20s, zone_outage: {zone: a}}]")
    assert result.faults[0].targets == ("shop-1",)
    up = {each.subject: each.time for each in result.log if each.detail == "up"}
    assert up == {"shop-4": 15.0, "shop-1": 28.0, "shop-3": 28.0}
    served = result.services["shop"].scaling
    assert served is not None
    assert served.least == 1


@pytest.mark.parametrize(
    "harm",
    [
        "slow: {service: shop, mode: all, speed: 25%}",
        "pause: {service: shop, mode: all}",
        "latency: {service: shop, add: 300ms}",
        "abort: {service: shop, toxicity: 100%}",
        "memory_leak: {service: shop, mode: all, rate: 1MiB, limit: 1GiB, gc: 5%}",
        "bad_deploy: {service: shop, speed: 50%}",
    ],
)
def test_whoever_takes_a_place_has_nothing_of_what_was_done_to_the_last(harm: str) -> None:
    """shop-2 is hit at 5 s, goes at 10 s, and another comes in its place at 20 s: that one is well."""
    schedule = "[{at: 10s, replicas: 1}, {at: 20s, replicas: 2}]"
    scenario = parse(
        SHOP,
        settings=[
            f"services.shop.autoscaler.scheduled.schedule={schedule}",
            "services.shop.shutdown={grace: 1s}",
            f"faults=[{{at: 5s, for: 40s, {harm}}}]",
            "defaults={timeout: 5s}",
        ],
    ).scenario
    run = Run(scenario, check=True)
    while not run.world.kernel.run(26.0, 10_000):
        pass
    first, second = run.world.services["shop"].instances[:2]
    assert (first.speed, first.disturbed) != (1.0, None)
    assert second.up
    assert second.speed == 1.0
    assert second.disturbed is None
    run.advance()
    assert (first.speed, first.disturbed) == (1.0, None)


@pytest.mark.parametrize(
    "harm",
    [
        "crash_loop: {instance: shop-2, lives: 3s, backoff: 1s}",
        "clock_skew: {instance: shop-2, by: 10m}",
        "memory_leak: {instance: shop-2, rate: 100MiB, limit: 300MiB, restart: 1s}",
        "bad_deploy: {instance: shop-2, errors: 100%, rolling: {every: 40s, grace: 9s, down: 30s}}",
    ],
)
def test_whoever_takes_a_place_lives_and_serves(harm: str) -> None:
    """shop-2 is hit at 5 s and goes at 10 s; who comes in its place at 25 s has all answers good."""
    schedule = "[{at: 10s, replicas: 1}, {at: 20s, replicas: 2}]"
    result = play(
        f"services.shop.autoscaler.scheduled.schedule={schedule}",
        "services.shop.shutdown={grace: 1s}",
        "warmup=20s",
        f"faults=[{{at: 5s, for: 50s, {harm}}}]",
        "defaults={timeout: 5s}",
    )
    assert result.faults[0].targets == ("shop-2",)
    assert [each for each in result.deaths if each.died > 12.0] == []
    assert set(result.services["shop"].instances["shop-2"].outcomes) == {"ok"}
    # It is asked five times a second, and three of those are under way at the end.
    assert 35 * 5 - 3 <= result.services["shop"].instances["shop-2"].attempts <= 35 * 5
