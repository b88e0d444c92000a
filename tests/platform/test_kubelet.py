"""Probes that ask real instances: when they notice, what they do, and what callers see of it."""

from __future__ import annotations

from itertools import pairwise
from math import ceil

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import Run, simulate
from simulator.kernel.streams import Streams
from simulator.platform.kubelet import next_turn
from simulator.platform.workload import ABSENT
from simulator.scenario import parse

SHOP = """
scenario: shop
seed: 3
duration: 200s
traffic: {users: {rate: 20/s, arrivals: constant, target: shop.get}}
services:
  shop:
    replicas: 2
    concurrency: 8
    policy: {timeout: 2s}
    startup: {boot: 3s}
    probes: {liveness: {}}
    endpoints: {get: [work: 10ms]}
"""
ANSWER = 0.001
"""What answering takes, in seconds."""
READY = "services.shop.probes={readiness: {period: 4s}}"
HANG = "faults=[{at: 30s, hang: {instance: shop-1}}]"
PAUSE = "faults=[{at: 30s, for: 40s, pause: {instance: shop-1}}]"
KILL = "faults=[{at: 30s, for: 20s, kill: {instance: shop-1}}]"


def play(*settings: str) -> Result:
    return simulate(parse(SHOP, settings=settings).scenario, check=True)


def said(result: Result, detail: str) -> list[float]:
    """When the platform said this of the first shop."""
    return [
        entry.time
        for entry in result.log
        if (entry.kind, entry.subject) == ("platform", "shop-1") and entry.detail == detail
    ]


def phase(what: str, period: float, incarnation: int = 1) -> float:
    """When a probe of the first shop is asked first, counted from the start of the pod."""
    return period * float(Streams(3, 0).generator(f"kubelet/shop-1/{what}", incarnation).random())


def asked(what: str, period: float, after: float, nth: int = 1) -> float:
    """When it is asked for the nth time from a moment on."""
    first = phase(what, period)
    return first + (max(0, ceil((after - first) / period)) + nth - 1) * period


def ups(result: Result) -> list[tuple[float, float]]:
    """Each time that the first shop was dead: from when, and for how long."""
    found = []
    died = 0.0
    for entry in result.log:
        if (entry.kind, entry.subject, entry.detail) == ("instance", "shop-1", "down"):
            died = entry.time
        elif (entry.kind, entry.subject, entry.detail) == ("instance", "shop-1", "up"):
            found.append((died, entry.time - died))
    return found


@pytest.mark.parametrize(
    ("period", "timeout", "threshold"), [(10.0, 1.0, 3), (2.0, 0.5, 1), (4.0, 6.0, 2)]
)
def test_a_hung_process_is_restarted_after_so_many_periods(
    period: float, timeout: float, threshold: int
) -> None:
    """At the timeout of the last of so many questions; then it boots, and is well.

    Where a timeout is longer than the period, the next question waits for the end of the one before.
    """
    probe = f"{{period: {period}s, timeout: {timeout}s, failure_threshold: {threshold}}}"
    result = play(HANG, f"services.shop.probes.liveness={probe}")
    if timeout < period:
        expected = asked("liveness", period, 30.0, threshold) + timeout
    else:
        expected = asked("liveness", period, 30.0) + threshold * timeout
    ((died, away),) = ups(result)
    assert (died, away) == pytest.approx((expected, 3.0), abs=1e-6)
    assert said(result, "liveness probe failed: restarted") == [pytest.approx(expected, abs=1e-6)]


def test_without_a_liveness_probe_a_hung_process_stays() -> None:
    """Nobody restarts it, and it fails every other user to the end."""
    result = play(HANG, READY.replace("readiness: {", "readiness: {failure_threshold: 1000, "))
    assert ups(result) == []
    assert result.traffic["users"].outcomes["timeout"] > 1500


def test_restarts_wait_twice_as_long_each_time() -> None:
    """0, 10, 20, 40, 80, 160, 300, 300 ... s after each end, and then 3 s of booting (C9b-02)."""
    result = play(
        "duration=1300s",
        "traffic.users.rate=1/s",
        # Answering takes longer than anybody waits.
        "services.shop.probes.liveness={period: 5s, failure_threshold: 1, work: 20s}",
    )
    waits = [away - 3.0 for _, away in ups(result)]
    assert waits == pytest.approx([0, 10, 20, 40, 80, 160, 300, 300, 300], abs=1e-6)
    # Questions keep to the periods of the first one, whichever process there is.
    first = phase("liveness", 5.0)
    for (died, away), (again, _) in pairwise(ups(result)):
        start = died + away
        assert again == pytest.approx(next_turn(first, 5.0, start) + 1.0, abs=1e-6)


SLOW = (
    KILL,
    # For 60 s after a start it is so slow that it answers no probe within a second.
    "services.shop.startup={boot: 3s, warm_up: {for: 60s, speed: 0.001}}",
)


def test_a_slow_start_without_a_startup_probe_loops() -> None:
    """It is killed for being slow before it has become fast, again and again."""
    probe = "{period: 2s, failure_threshold: 2, work: 500ms}"
    result = play(*SLOW, f"services.shop.probes.liveness={probe}", "duration=300s")
    restarts = [entry for entry in result.log if "liveness probe failed" in entry.detail]
    assert len(restarts) >= 5
    assert {entry.subject for entry in restarts} == {"shop-1"}


def test_a_startup_probe_protects_a_slow_start() -> None:
    """Nobody asks how alive it is before it has started, which takes about half of its warming."""
    probe = "{period: 2s, failure_threshold: 2, work: 500ms}"
    startup = "{period: 2s, failure_threshold: 30, work: 500ms}"
    result = play(*SLOW, f"services.shop.probes={{liveness: {probe}, startup: {startup}}}")
    assert ups(result) == [(30.0, 20.0)]
    (ready,) = said(result, "ready")
    # Half the speed is 36 s after the start; then the next question is answered within a second.
    assert 50.0 + 30.0 < ready < 50.0 + 36.0 + 2.0 + 1.0


def test_a_startup_probe_that_fails_restarts() -> None:
    """After so many of its own failures, and not of the liveness probe's."""
    startup = "{period: 2s, failure_threshold: 4, work: 500ms}"
    result = play(*SLOW, f"services.shop.probes={{startup: {startup}}}", "duration=100s")
    first = asked("startup", 2.0, 50.0)
    assert said(result, "startup probe failed: restarted")[0] == pytest.approx(
        first + 3 * 2.0 + 1.0, abs=1e-6
    )


@pytest.mark.parametrize("threshold", [1, 3])
def test_readiness_takes_it_off_the_list_and_puts_it_on_again(threshold: int) -> None:
    """It goes with the third bad answer, and is back with the first good one, or with the third."""
    thresholds = f"failure_threshold: 3, success_threshold: {threshold}"
    result = play(PAUSE, READY.replace("period: 4s", f"period: 4s, {thresholds}"))
    gone, back = said(result, "not ready"), said(result, "ready")
    assert gone == [pytest.approx(asked("readiness", 4.0, 30.0, 3) + 1.0, abs=1e-6)]
    # At 70 s it goes on; an answer that is late by then was for a question asked from 69 s on.
    assert back == [pytest.approx(asked("readiness", 4.0, 69.0, threshold), abs=1.0)]
    assert ups(result) == []
    # Twenty a second come, of which it had a half until it was gone.
    late = result.traffic["users"].outcomes["timeout"]
    assert late == pytest.approx(10 * (gone[0] - 30.0), abs=2)


def test_a_pod_that_is_not_ready_is_not_killed() -> None:
    """Readiness alone never restarts anything, however long it fails."""
    result = play("faults=[{at: 30s, hang: {instance: shop-1}}]", READY)
    assert ups(result) == []
    assert said(result, "ready") == []


def test_a_dead_process_is_gone_within_a_second_and_back_when_it_is_ready() -> None:
    """No probe is needed to see that; whoever killed it starts it, and its probe says the rest."""
    result = play(KILL, READY)
    lost = result.traffic["users"].outcomes["refused"]
    relist = asked("relist", 1.0, 30.0) - 30.0
    assert lost == pytest.approx(10 * relist, abs=1)
    answered = asked("readiness", 4.0, 50.0) + ANSWER
    assert said(result, "ready") == [pytest.approx(answered, abs=1e-6)]


def test_without_a_readiness_probe_it_is_ready_when_it_runs() -> None:
    """Kubernetes takes it to be, as soon as the container is started."""
    assert said(play(KILL), "ready") == [50.0]
    with_startup = play(KILL, "services.shop.probes={startup: {period: 4s}}")
    answered = asked("startup", 4.0, 50.0) + ANSWER
    assert said(with_startup, "ready") == [pytest.approx(answered, abs=1e-6)]


def test_nobody_asks_before_the_initial_delay() -> None:
    """The first question that counts is the first one 30 s after the start."""
    result = play(KILL, READY.replace("period: 4s", "period: 4s, initial_delay: 30s"))
    answered = asked("readiness", 4.0, 80.0) + ANSWER
    assert said(result, "ready") == [pytest.approx(answered, abs=1e-6)]


def test_probes_wait_like_anybody_else() -> None:
    """An instance with one slot and a question of 8 s at work has no answer for its probe."""
    result = play(
        "traffic.users.rate=0.5/s",
        "services.shop.policy.timeout=20s",
        "services.shop.concurrency=1",
        "services.shop.endpoints.get=[work: 8s]",
        "services.shop.probes.liveness={period: 3s, failure_threshold: 1}",
    )
    assert said(result, "liveness probe failed: restarted")
    assert result.traffic["users"].outcomes["reset"] > 0


def test_probes_that_are_answered_change_nothing() -> None:
    """Where nobody waits for a slot, users see what they would without; it costs some work.

    Two instances have 20 questions each of two probes; nobody asks whether they have started.
    """
    random = [
        "traffic.users.arrivals=poisson",
        "services.shop.endpoints.get=[{work: {exponential: 20ms}}]",
        "services.shop.concurrency=null",
    ]
    probes = "services.shop.probes={startup: {}, liveness: {}, readiness: {}}"
    with_, without = (play(*random, each) for each in (probes, "services.shop.probes=null"))
    assert with_.traffic == without.traffic
    answering = with_.services["shop"].work - without.services["shop"].work
    assert answering == pytest.approx(2 * 2 * 20 * ANSWER)


def test_one_that_is_let_go_is_not_restarted() -> None:
    """A hung instance that has been told to stop takes its grace, and is not started again."""
    settings = [HANG, "services.shop.shutdown={grace: 60s}"]
    run = Run(parse(SHOP, settings=settings).scenario, check=True)
    kernel, workload = run.world.kernel, run.world.workloads["shop"]
    while not kernel.run(40.0, 10_000):
        pass
    workload.stop(workload.replicas[0])
    workload.wanted = 1
    run.advance()
    result = run.result()
    assert said(result, "liveness probe failed: restarted") == []
    assert workload.replicas[0].phase == ABSENT


KUBERNETES = (
    "registry={kind: kubernetes, period: 50s, relist: 20s, proxy_sync: 0s, endpoints: 100ms}"
)


def test_a_registry_that_is_kubernetes_goes_by_these_probes() -> None:
    """Its own period and relist are not used: it hears of it, and spreads what it hears."""
    result = play(PAUSE, READY, KUBERNETES)
    (gone,) = said(result, "not ready")
    assert gone == pytest.approx(asked("readiness", 4.0, 30.0, 3) + 1.0, abs=1e-6)
    (delisted,) = [entry.time for entry in result.log if entry.detail == "delisted"]
    assert delisted == pytest.approx(gone + 0.001 + 0.1, abs=1e-6)
    late = result.traffic["users"].outcomes["timeout"]
    assert late == pytest.approx(10 * (delisted - 30.0), abs=2)
    # Both are asked again when it is ready: the last 100 s have about as many of either.
    assert result.traffic["users"].outcomes == {"ok": 3999 - late, "timeout": late}


def test_without_a_readiness_of_its_own_a_service_has_the_registrys() -> None:
    """Three failures of every 50 s are more than a pause of 40 s gives."""
    assert said(play(PAUSE, KUBERNETES), "not ready") == []
    often = KUBERNETES.replace("50s", "5s")
    liveness = "services.shop.probes.liveness.failure_threshold=100"
    gone = said(play(PAUSE, liveness, often), "not ready")
    assert gone == [pytest.approx(asked("readiness", 5.0, 30.0, 3) + 1.0, abs=1e-6)]


def test_the_kubelet_of_a_node_that_is_down_does_nothing() -> None:
    """Its instances are dead, and it is not said that they are not ready."""
    nodes = ["platform={nodes: {pool: {count: 2}}}", READY]
    down = "faults=[{at: 30s, for: 20s, kill: {node: pool-1, mode: all}}]"
    result = play(*nodes, down)
    # Half of 20 s at 20 a second: nobody has taken it off the list.
    assert result.traffic["users"].outcomes["refused"] == pytest.approx(200, abs=2)
    alone = play(*nodes, "faults=[{at: 30s, for: 20s, kill: {instance: shop-1}}]")
    assert alone.traffic["users"].outcomes["refused"] < 12


@pytest.mark.parametrize(
    "scaler", ["kpa: {max: 3}", "keda: {max: 3, polling_interval: 1s, backlog: 9}"]
)
def test_a_service_that_sleeps_may_have_probes(scaler: str) -> None:
    """Its first user waits for the boot and the readiness probe, and nobody is lost."""
    sleeps = ["services.shop.replicas=0", f"services.shop.autoscaler={{{scaler}}}"]
    patient = ["services.shop.policy=null", "traffic.users.rate=1/s", "duration=60s"]
    users = play(READY, *sleeps, *patient).traffic["users"]
    assert set(users.outcomes) == {"ok"}
    assert users.latency.max is not None
    # The boot of 3 s, a poll of up to 1 s, and a period of up to 4 s.
    assert 3.0 < users.latency.max <= 8.1
