"""Recovery, detection and blast radius in whole small worlds."""

from __future__ import annotations

import pytest

from simulator.errors import SimulatorError
from simulator.experiment.result import FaultFigures, Result
from simulator.experiment.run import Run, simulate
from simulator.scenario import parse

WORLD = """
scenario: two-tiers
seed: 2
duration: 90s
warmup: 5s
traffic: {users: {rate: 100/s, arrivals: constant, target: front.page}}
network: {latency: 0s}
services:
  front: {endpoints: {page: [work: 1ms, call: shop.get], about: [work: 1ms]}}
  shop: {replicas: 4, concurrency: 4, endpoints: {get: [work: 20ms]}}
"""


def play(*settings: str, seed: int | None = None) -> Result:
    return simulate(parse(WORLD, settings=settings).scenario, seed=seed, check=True)


def fault_of(*settings: str) -> FaultFigures:
    (fault,) = play(*settings).faults
    return fault


KILL = "faults=[{at: 20s, for: 30s, kill: {service: shop, instance: shop-2}}]"
SLOW = "faults=[{at: 20s, for: 30s, slow: {service: shop, instance: shop-2, speed: 20%}}]"
NOTHING = "faults=[{at: 20s, for: 30s, slow: {service: shop, speed: 100%}}]"


def test_a_dead_instance_takes_its_share_for_as_long_as_it_is_dead() -> None:
    """One of four refuses 25/s for 30 s, and all is well as soon as it is back."""
    fault = fault_of(KILL)
    assert fault.steady is not None
    assert (fault.steady.since, fault.steady.until) == (5.0, 20.0)
    assert (fault.steady.goodput, fault.steady.goodput_spread) == (100.0, 0.0)
    assert fault.steady.failures == 0.0
    assert (fault.departed_after, fault.departed_by) == (0.0, "goodput")
    assert fault.recovered_after == 30.0
    assert fault.stayed_down is False
    assert fault.lost_requests == pytest.approx(750, abs=1)
    assert fault.lost_goodput == pytest.approx(750, abs=3)
    assert fault.depth == pytest.approx(0.75, abs=0.01)
    # Two attempts for each request, front's and shop's; nobody tries again.
    assert (fault.amplification_before, fault.amplification_peak) == (2.0, 2.0)
    # Nobody looks.
    assert (fault.detected_after, fault.detected_by) == (None, None)


def test_the_blast_radius_leads_from_the_fault_to_its_callers() -> None:
    """Shop was hit; front suffers by it, but only on the page that asks it."""
    also = "traffic.readers={rate: 100/s, arrivals: constant, target: front.about}"
    shop, front = fault_of(KILL, also).blast_radius
    assert (shop.service, shop.parent, shop.departed_by) == ("shop", None, "failures")
    assert (front.service, front.parent, front.departed_by) == ("front", "shop", "failures")
    assert list(front.endpoints) == ["front.page"]
    assert (shop.departed_after, front.departed_after) == (0.0, 0.0)


def test_slowness_spreads_without_a_failure() -> None:
    """A quarter of the answers takes five times as long: the p99 leaves its band, goodput does not."""
    fault = fault_of(SLOW)
    assert fault.departed_by == "latency"
    assert fault.recovered_after == pytest.approx(30.0, abs=1.0)
    assert fault.lost_requests == 0
    assert fault.depth == pytest.approx(1.0, abs=0.05)
    assert [(each.service, each.parent, each.departed_by) for each in fault.blast_radius] == [
        ("shop", None, "latency"),
        ("front", "shop", "latency"),
    ]


def test_a_fault_of_no_consequence() -> None:
    """Full speed is no slowness: nothing departs, nothing is lost, and that is recovery enough."""
    result = play(NOTHING, "expect=[recovery <= 0s, detection <= 0s, recovery of slow-1 < 1s]")
    (fault,) = result.faults
    assert fault.unharmed
    assert (fault.departed_after, fault.recovered_after, fault.depth) == (None, None, None)
    assert (fault.lost_requests, fault.lost_goodput, fault.stayed_down) == (0, 0.0, False)
    assert fault.blast_radius == ()
    assert [(each.value, each.met) for each in result.expectations] == [(0.0, True)] * 3


def test_retries_hide_what_callees_see() -> None:
    """With a second attempt users notice nothing, while the shop's share of failures leaves its band."""
    fault = fault_of(KILL, "services.shop.policy={retry: {attempts: 4, backoff: 0s}}")
    assert fault.departed_after is None
    assert fault.unharmed
    assert fault.lost_requests == 0
    assert [each.service for each in fault.blast_radius] == ["shop"]
    assert fault.amplification_peak == pytest.approx(2 + 1 / 4, abs=0.1)


def test_two_faults_in_a_row() -> None:
    """Each has its own recovery; what is usual before the second begins with that from the first."""
    first, second = play(
        "faults=[{at: 20s, for: 10s, kill: {service: shop}}, {at: 50s, for: 20s, kill: {service: shop}}]"
    ).faults
    assert (first.recovered_after, second.recovered_after) == (10.0, 20.0)
    assert first.lost_requests == pytest.approx(250, abs=2)
    assert second.lost_requests == pytest.approx(500, abs=2)
    assert first.steady is not None and second.steady is not None
    assert (first.steady.since, first.steady.until) == (5.0, 20.0)
    assert (second.steady.since, second.steady.until) == (30.0, 50.0)


def test_faults_that_overlap_recover_together() -> None:
    """The second begins while the first is felt: both are over at 60 s, measured by the same usual."""
    first, second = play(
        "faults=[{at: 20s, for: 20s, kill: {service: shop, instance: shop-1}}, "
        "{at: 30s, for: 30s, kill: {service: shop, instance: shop-2}}]"
    ).faults
    assert (first.recovered_after, second.recovered_after) == (40.0, 30.0)
    assert first.steady == second.steady
    assert first.depth == pytest.approx(0.5, abs=0.02)


def test_at_the_same_moment_two_faults_have_one_effect() -> None:
    """Neither cuts the other short."""
    at = "at: 20s, for: 30s, kill: {service: shop, instance: "
    first, second = play(f"faults=[{{{at} shop-1}}}}, {{{at} shop-2}}}}]").faults
    assert first.recovered_after == second.recovered_after == 30.0
    assert first.lost_requests == second.lost_requests == pytest.approx(1500, abs=4)


def test_what_another_does_again_later_is_not_charged_to_a_fault() -> None:
    """One dies for 5 s at 20, 40 and 60 s; at 30 s a second breaks for 3 s, and only that is its own."""
    first, second = play(
        "faults=[{name: again, at: 20s, for: 5s, every: 20s, kill: {service: shop, instance: shop-1}},"
        " {name: once, at: 30s, for: 3s, kill: {service: shop, instance: shop-2}}]"
    ).faults
    assert (second.departed_after, second.recovered_after) == (0.0, 3.0)
    assert second.lost_requests == pytest.approx(75, abs=1)
    assert (first.times, first.recovered_after) == (4, 65.0)
    assert first.lost_requests == pytest.approx(4 * 125 + 75, abs=4)


def test_a_fault_is_watched_to_its_end_whatever_begins_again() -> None:
    """A leak kills an instance 8 s after its start, and 5 s after a harmless fault has begun again."""
    _, leak = play(
        "faults=[{name: again, at: 20s, for: 1s, every: 12s, slow: {service: shop, speed: 100%}},"
        " {name: leak, at: 29s, for: 11s, memory_leak: {service: shop, instance: shop-2,"
        " limit: 80MiB, rate: 10MiB, restart: 30s}}]"
    ).faults
    assert (leak.departed_after, leak.recovered_after) == (8.0, 11.0)
    assert leak.lost_requests == pytest.approx(75, abs=4)


def test_without_an_end_there_is_no_recovery() -> None:
    """A dead instance that nobody notices costs a quarter for ever; that is no staying down."""
    kill = "faults=[{at: 20s, kill: {service: shop}}]"
    result = play(kill, "expect=[recovery <= 60s, recovery of kill-1 <= 1h]")
    (fault,) = result.faults
    assert fault.recovered_after is None
    assert fault.stayed_down is False
    assert fault.lost_requests == pytest.approx(70 * 25, abs=2)
    assert [(each.value, each.met) for each in result.expectations] == [(None, False)] * 2


@pytest.mark.parametrize("lasts", ["69.5s", "69s", "30s"])
def test_nobody_knows_what_comes_after_the_run(lasts: str) -> None:
    """A fault that ends with less than an interval left has not been followed by staying down."""
    stays = "{slow: {service: db, speed: 0.01%}, at: 20s, for: " + lasts + "}"
    fault = fault_of(
        "traffic={users: {rate: 120/s, target: db.query, timeout: 1s, retry: {attempts: 2, backoff: 0s}}}",
        "services={db: {concurrency: 10, endpoints: {query: [work: 50ms]}}}",
        f"faults=[{stays}]",
    )
    assert fault.recovered_after is None
    assert fault.stayed_down is (lasts != "69.5s")


def test_what_stays_down_after_its_fault_is_over() -> None:
    """Two attempts at 60 % of the capacity keep a database down that a pause has brought down."""
    result = play(
        "traffic={users: {rate: 120/s, target: db.query, timeout: 1s, retry: {attempts: 2, backoff: 0s}}}",
        "services={db: {concurrency: 10, endpoints: {query: [work: 50ms]}}}",
        "faults=[{at: 20s, for: 10s, slow: {service: db, speed: 0.01%}}]",
    )
    (fault,) = result.faults
    assert fault.stayed_down is True
    assert fault.recovered_after is None
    assert fault.amplification_before == pytest.approx(1.0, abs=0.01)
    # Two, and a little more where attempts ended in another second than their requests.
    assert fault.amplification_peak is not None and 2.0 <= fault.amplification_peak < 2.5
    assert result.metastability is not None and result.metastability.metastable


@pytest.mark.parametrize("times", [0.3, 3])
def test_other_load_is_no_departure(times: float) -> None:
    """A third of the users, or three times as many, all served: the system is in its steady state."""
    fault = fault_of(NOTHING, f"traffic.users.profile=[{{at: 30s, times: {times}}}]")
    assert fault.unharmed


def test_users_who_wait_ask_less_because_they_wait() -> None:
    """In a closed loop half the speed is half the goodput, and counts as such."""
    fault = fault_of(
        "traffic.users={users: 4, target: shop.get}",
        "faults=[{at: 20s, for: 30s, slow: {service: shop, mode: all, speed: 50%}}]",
    )
    assert fault.departed_by == "goodput"
    assert fault.depth == pytest.approx(0.5, abs=0.02)
    assert fault.recovered_after == pytest.approx(30.0, abs=1.0)


def test_without_a_steady_state_nothing_is_said() -> None:
    """Four seconds after the warm-up nobody knows what is usual; five seconds do."""
    early = "faults=[{at: 9s, for: 5s, kill: {service: shop}}]"
    result = play(early, "expect=[recovery <= 10s]")
    (fault,) = result.faults
    assert fault.steady is None
    assert (fault.recovered_after, fault.lost_requests, fault.stayed_down) == (None, None, None)
    assert not fault.unharmed
    assert (result.expectations[0].value, result.expectations[0].met) == (None, False)
    assert fault_of(early.replace("9s", "10s")).recovered_after == 5.0


def test_what_is_not_known_spoils_no_later_steady_state() -> None:
    """After such a fault all is taken to be well from its end on, and not from the warm-up."""
    _, second = play(
        "faults=[{at: 6s, for: 5s, kill: {service: shop}}, {at: 50s, for: 10s, kill: {service: shop}}]"
    ).faults
    assert second.steady is not None
    assert second.steady.since == 12.0
    assert second.steady.goodput == 100.0
    assert second.recovered_after == 10.0


def test_a_run_that_is_stopped_tells_what_it_has_seen() -> None:
    """A fault that has not come has no figures, and no expectation waits for it."""
    settings = [
        "faults=[{at: 20s, for: 5s, kill: {service: shop}}, {at: 80s, kill: {service: shop}}]"
    ]
    run = Run(parse(WORLD, settings=[*settings, "expect=[recovery <= 10s]"]).scenario)
    while run.now < 40.0:
        run.world.kernel.run(40.0, 1000)
    result = run.result()
    first, second = result.faults
    assert result.simulated < 80.0
    assert first.recovered_after == 5.0
    assert (second.start, second.steady, second.recovered_after) == (None, None, None)
    assert (result.expectations[0].value, result.verdict) == (5.0, "incomplete")


def test_the_worst_of_several_faults_counts() -> None:
    """`recovery` is that of all, `recovery of NAME` that of one."""
    result = play(
        "faults=[{name: short, at: 20s, for: 10s, kill: {service: shop}}, "
        "{at: 50s, for: 20s, kill: {service: shop}}]",
        "expect=[recovery <= 15s, recovery of short <= 15s, recovery of kill-2 < 20s, "
        "recovery of kill-2 <= 20s]",
    )
    assert [(each.value, each.met) for each in result.expectations] == [
        (20.0, False),
        (10.0, True),
        (20.0, False),
        (20.0, True),
    ]


def test_without_faults_there_is_nothing_to_recover_from() -> None:
    """Such a run meets what is expected of recovery."""
    result = play("expect=[recovery <= 1s, detection <= 1s]")
    assert result.verdict == "pass"
    assert [each.value for each in result.expectations] == [0.0, 0.0]


@pytest.mark.parametrize(
    ("policy", "by", "low", "high"),
    [
        # Five failures in a row at 25/s, the first of which comes within 40 ms.
        ("defaults.outlier={max_ejection_percent: 50%}", "outlier", 0.12, 0.24),
        # Three probes, one every 2 s, each refused at once: 4 to 6 s.
        ("defaults.health_check={interval: 2s, timeout: 1s}", "health_check", 4.0, 6.0),
        # Ten of the last twenty have failed after 14 calls, of which three quarters fail, or a little
        # earlier where a dead instance had one inside.
        ("services.shop.policy={breaker: {window: 20, wait: 1h}}", "breaker", 0.09, 0.15),
    ],
)
def test_detection(policy: str, by: str, low: float, high: float) -> None:
    """Who acts on a fault first has detected it."""
    kill = "faults=[{at: 20s, for: 30s, kill: {service: shop, mode: {fixed: 3}}}]"
    result = play(policy, kill, f"expect=[detection <= {high}s]")
    (fault,) = result.faults
    assert fault.detected_by == by
    assert fault.detected_after is not None and low <= fault.detected_after <= high
    assert result.expectations[0].value == fault.detected_after
    assert result.expectations[0].met


def test_a_registry_detects_a_death() -> None:
    """Consul's agent finds the port closed within its 10 s, and the callers hear of it at once."""
    fault = fault_of(KILL, "registry={kind: consul}")
    assert fault.detected_by == "registry"
    assert fault.detected_after is not None and 0.0 < fault.detected_after <= 10.0
    # From then on nobody is sent there, though it is still dead.
    assert fault.recovered_after is not None
    assert fault.detected_after <= fault.recovered_after <= fault.detected_after + 2.0


def test_what_nobody_notices_meets_no_detection() -> None:
    """Harm without a sign is not detected, however long one waits."""
    result = play(KILL, "expect=[detection <= 1h]")
    assert (result.expectations[0].value, result.expectations[0].met) == (None, False)


@pytest.mark.parametrize(
    ("expectation", "message"),
    [
        ("recovery of kil-1 <= 5s", "unknown fault `kil-1`; did you mean `kill-1`?"),
        ("detection of nobody <= 5s", "unknown fault `nobody`; expected `kill-1`"),
        ("recovery of kill-1 <= 5/s", "expected a duration"),
        ("recovery of <= 5s", "expected a comparison such as `>=` before `of`"),
        ("shop.recovery <= 5s", "`recovery` is that of a fault, as in `recovery of NAME <= 20s`"),
        ("recovery <= 5s during [1s, 2s]", "`recovery` has no phase"),
    ],
)
def test_mistakes(expectation: str, message: str) -> None:
    """Each has its message."""
    with pytest.raises(SimulatorError, match="expect") as caught:
        parse(WORLD, settings=[KILL, f"expect=['{expectation}']"])
    assert message in str(caught.value)


def test_there_is_nothing_to_name_without_faults() -> None:
    """Then the message says that."""
    with pytest.raises(SimulatorError, match="unknown fault `x`; the scenario has no `faults`"):
        parse(WORLD, settings=["expect=[recovery of x <= 1s]"])


def test_a_fault_without_a_name_is_called_alike_everywhere() -> None:
    """What an expectation may name is what the result names: the kind and the number."""
    result = play(
        "faults=[{at: 20s, for: 5s, slow: {service: shop, speed: 50%}}, "
        "{at: 40s, for: 5s, partition: {service: shop, from: [front]}}, "
        "{at: 60s, for: 5s, kill: {service: shop}}]",
        "defaults.timeout=1s",
        "expect=[recovery of slow-1 <= 1h, recovery of partition-2 <= 1h, recovery of kill-3 <= 1h]",
    )
    assert [each.name for each in result.faults] == ["slow-1", "partition-2", "kill-3"]
    assert [each.met for each in result.expectations] == [True, True, True]


@pytest.mark.parametrize("seed", range(10))
def test_noise_is_no_departure(seed: int) -> None:
    """Random arrivals and work leave their bands in no run of 90 s, at a third of the capacity."""
    result = play(
        NOTHING,
        "traffic.users.arrivals=poisson",
        "services.shop.endpoints.get=[work: {exponential: 20ms}]",
        seed=seed,
    )
    (fault,) = result.faults
    assert fault.unharmed
    assert fault.blast_radius == ()


def test_a_breaker_further_up_is_a_sign_too() -> None:
    """Users whose breaker of the front opens have noticed a fault of the shop behind it."""
    breaker = "traffic.users.breaker={window: 10, minimum_calls: 10, wait: 1m}"
    fault = fault_of(breaker, "faults=[{at: 20s, for: 20s, abort: {service: shop}}]")
    # Half of the last ten have failed after five requests at 100/s.
    assert fault.detected_by == "breaker"
    assert fault.detected_after is not None and 0.04 <= fault.detected_after <= 0.07
