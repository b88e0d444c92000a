"""Bad versions on small worlds: which answers go wrong, whose, and when."""

from __future__ import annotations

from math import sqrt

import pytest
from playing import play, run_of

from simulator.experiment.run import Run
from simulator.scenario import parse
from simulator.service.doorman import Doorman

SIGMAS = 3.3

SHOP = """
scenario: shop
seed: 3
duration: 60s
traffic:
  users: {rate: 100/s, arrivals: constant, target: shop.buy}
  clerks: {rate: 10/s, arrivals: constant, target: pay.list}
defaults: {balancer: round_robin}
services:
  shop: {endpoints: {buy: [call: pay.charge]}}
  pay: {replicas: 4, concurrency: 4, endpoints: {charge: [work: 20ms], list: [work: 5ms]}}
"""
"""Users at 10 ms, 20 ms, ...; the work of each takes 20 ms, of a clerk's 5 ms."""


def deploy(what: str, times: str = "at: 30.005s, for: 20s") -> str:
    return f"faults=[{{{times}, bad_deploy: {{service: pay, {what}}}}}]"


def test_errors_come_after_the_work_and_from_the_instance() -> None:
    """Of 2000 answers of 20 s one in five is an error; the work is done for all of them."""
    result = play(SHOP, deploy("errors: 20%, endpoint: charge"))
    users = result.traffic["users"]
    mean, error = 2000 * 0.2, sqrt(2000 * 0.2 * 0.8)
    assert abs(users.outcomes["error"] - mean) < SIGMAS * error
    assert set(users.failed_by) == {"pay-1", "pay-2", "pay-3", "pay-4"}
    # They take as long as good answers: no failure is fast.
    assert users.latency_all.mean == pytest.approx(0.02)
    assert result.services["pay"].work == pytest.approx(5997 * 0.02 + 599 * 0.005)
    assert result.traffic["clerks"].outcomes == {"ok": 599}


def test_an_error_is_an_error_in_every_candidate() -> None:
    """Which requests fail goes by their numbers: a policy that changes the load changes none."""
    alone = play(SHOP, deploy("errors: 20%, endpoint: charge"))
    beside = play(SHOP, deploy("errors: 20%, endpoint: charge"), "traffic.clerks.rate=50/s")
    assert alone.traffic["users"].outcomes == beside.traffic["users"].outcomes


def test_only_the_chosen_instances_are_bad() -> None:
    """A canary: one instance of four fails all of its quarter, as round robin has it."""
    result = play(SHOP, deploy("errors: 100%, instance: pay-2"), "traffic.clerks.rate=0.001/s")
    assert result.traffic["users"].outcomes == {"ok": 5497, "error": 500}
    assert result.traffic["users"].failed_by == {"pay-2": 500}


def test_a_version_that_is_slower_multiplies_with_what_slows_the_instance_anyway() -> None:
    """Half the speed makes 20 ms take 40; with a `slow` of 50 % for a while, 80."""
    slow = "{at: 40.005s, for: 5s, slow: {service: pay, mode: all, speed: 50%}}"
    faults = deploy("speed: 50%").removesuffix("]") + f", {slow}]"
    latency = play(SHOP, faults).traffic["users"].latency
    # In steps: what was under way at the four changes is worked on at two speeds.
    expected = (4000 * 0.02 + 1500 * 0.04 + 500 * 0.08) / 6000
    assert latency.mean == pytest.approx(expected, rel=1e-3)
    assert latency.max == pytest.approx(0.08)


def test_a_broken_contract_turns_its_callers_away_without_work() -> None:
    """The shop's 2000 calls of 20 s fail in the moment of the call; the clerks are served."""
    result = play(SHOP, deploy("breaks: [shop]"))
    assert result.traffic["users"].outcomes == {"ok": 3997, "error": 2000}
    assert set(result.traffic["users"].failed_by) == {"pay-1", "pay-2", "pay-3", "pay-4"}
    assert result.traffic["clerks"].outcomes == {"ok": 599}
    assert result.services["pay"].work == pytest.approx(3997 * 0.02 + 599 * 0.005)


def test_the_refusal_of_a_broken_contract_takes_the_way_there_and_back() -> None:
    """Over links of 3 ms the error is there after 6 ms, and not at once."""
    result = play(SHOP, deploy("breaks: [shop]"), "network.latency=3ms")
    both = result.traffic["users"]
    assert both.outcomes["error"] == 2000
    # Users ask the shop over a link too: 6 ms more for all.
    served, refused = 0.032, 0.012
    count = both.latency_all.count
    assert both.latency_all.mean == pytest.approx(
        (served * (count - 2000) + refused * 2000) / count, rel=1e-3
    )


def test_a_broken_contract_of_one_endpoint_leaves_the_others() -> None:
    """Clerks ask for `list`, which is not what is broken."""
    result = play(SHOP, deploy("breaks: [shop, clerks], endpoint: charge"))
    assert result.traffic["clerks"].outcomes == {"ok": 599}
    assert result.traffic["users"].outcomes["error"] == 2000


def test_probes_see_nothing_of_it_and_outlier_detection_does() -> None:
    """Checks of health stay green; who looks at the answers puts the bad instance aside."""
    bad = deploy("errors: 100%, instance: pay-2")
    checked = "defaults.health_check={interval: 1s, timeout: 100ms}"
    green = play(SHOP, bad, checked)
    assert green.traffic["users"].failed_by["pay-2"] >= 450
    looked = play(SHOP, bad, "defaults.outlier={consecutive_5xx: 5, max_ejection_percent: 50%}")
    assert looked.traffic["users"].failed_by["pay-2"] <= 20


ROLLING = "errors: 100%, endpoint: charge, rolling: {batch: 1, every: 4s, grace: 1s, down: 2s}"


def test_a_rolling_deployment_goes_from_instance_to_instance() -> None:
    """With a registry an instance drains before it dies: nobody is refused, and versions spread."""
    slowly = deploy(ROLLING.replace("every: 4s", "every: 11s"), "at: 5s, for: 53s")
    result = play(SHOP, "registry={kind: consul}", "network.latency=1ms", slowly)
    users = result.traffic["users"]
    assert set(users.outcomes) == {"ok", "error"}
    deaths = [(each.instance, each.died, each.back) for each in result.deaths]
    assert deaths == [
        (f"pay-{number}", 6.0 + 11 * turn, 8.0 + 11 * turn)
        for turn, number in enumerate([1, 2, 3, 4])
    ]
    assert sum(each.lost for each in result.deaths) == 0
    # The longer an instance runs it, the more have met it.
    errors = [users.failed_by.get(f"pay-{number}", 0) for number in (1, 2, 3, 4)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] > 0


def test_a_rolling_deployment_without_a_registry_loses_what_comes_meanwhile() -> None:
    """Each is down for 2 s, in which its quarter of 100/s is refused: 4 * 2 * 25."""
    result = play(SHOP, deploy(ROLLING, "at: 30.005s, for: 20s"), "traffic.clerks.rate=0.001/s")
    refused = result.edges
    (edge,) = [each for each in refused if each.callee == "pay.charge"]
    assert edge.outcomes["refused"] == 200
    # Bad from 33.005, 37.005, 41.005 and 45.005 s to 50.005 s, at 25/s each.
    assert edge.outcomes["error"] == pytest.approx(25 * (17 + 13 + 9 + 5), abs=4)


def test_an_end_in_the_middle_of_a_rollout_brings_everybody_back() -> None:
    """At 35.5 s one is bad, one drains and two wait; then all are listed, up, and well."""
    faults = deploy(
        "errors: 100%, speed: 30%, breaks: [clerks], rolling: {every: 5s, grace: 1s, down: 2s}",
        "at: 30s, for: 5.5s",
    )
    run = run_of(SHOP, faults, "registry={kind: consul}")
    run.advance()
    result = run.result()
    assert [each.instance for each in result.deaths] == ["pay-1"]
    assert all(each.up and each.kept_down == 0 for each in run.world.instances)
    for instance in run.world.instances:
        assert (instance.disturbed, instance.gate, instance.slowed) == (None, None, [])
        assert instance.speed == instance.full_speed
    # After 34 s no more than 930 would have come to the one that drained, had it stayed away.
    assert min(each.attempts for each in result.services["pay"].instances.values()) > 1150


def test_an_end_while_one_is_down_starts_it_with_the_old_version() -> None:
    """It comes back at the end of the fault, and not at the end of its 2 s."""
    result = play(SHOP, deploy(ROLLING, "at: 30s, for: 2s"))
    assert [(each.died, each.back) for each in result.deaths] == [(31.0, 32.0)]
    assert result.traffic["users"].outcomes.get("error", 0) == pytest.approx(25, abs=1)


def test_who_is_killed_meanwhile_stays_dead_until_both_are_over() -> None:
    """A replaced instance that is kept dead by a `kill` starts when that is over, and is bad then."""
    kill = "{at: 31.5s, for: 10s, kill: {service: pay, instance: pay-1}}"
    faults = deploy(ROLLING, "at: 30s, for: 20s").removesuffix("]") + f", {kill}]"
    result = play(SHOP, faults)
    died = {each.instance: (each.died, each.back) for each in result.deaths}
    assert died["pay-1"] == (31.0, 41.5)
    assert result.traffic["users"].failed_by["pay-1"] > 0


@pytest.mark.parametrize("what", ["errors: 0%", "speed: 100%", "breaks: [shop], endpoint: list"])
def test_a_version_that_is_no_worse_changes_nothing(what: str) -> None:
    """Every request is served exactly as without it."""
    random = [
        "traffic.users.arrivals=poisson",
        "services.pay.endpoints.charge=[{work: {exponential: 20ms}}]",
        "services.pay.concurrency_limit=concurrency_limits_gradient2",
    ]
    plain, deployed = play(SHOP, *random), play(SHOP, *random, deploy(what, "at: 10s, for: 40s"))
    assert deployed.traffic == plain.traffic
    assert deployed.services == plain.services


def test_two_at_once_compose_and_come_again() -> None:
    """Two versions that break the same contract: while either is on, the shop is turned away."""
    text = ", ".join(
        f"{{at: {at}s, every: 20s, for: 6s, bad_deploy: {{service: pay, breaks: [shop]}}}}"
        for at in (10.005, 14.005)
    )
    run = run_of(SHOP, f"faults=[{text}]")
    run.advance()
    # 10 s of each 20 s, from 10 s and 30 s on, and from 50 s to the end.
    assert run.result().traffic["users"].outcomes["error"] == 2 * 1000 + 999
    # At the end of the run one of them is still on; the shop, which runs neither, has no gate.
    gates = {each.name: each.gate for each in run.world.instances}
    assert gates["shop-1"] is None
    doorman = gates["pay-1"]
    assert isinstance(doorman, Doorman)
    assert (len(doorman.refusals), doorman.behind) == (1, None)


# Secrets and certificates.


def test_an_old_secret_hits_certain_callers_and_a_certificate_all() -> None:
    """The shop is turned away with its old secret, and the clerks served; a certificate is everybody's."""
    secret = play(
        SHOP, "faults=[{at: 30.005s, for: 20s, secret_expiry: {service: pay, from: [shop]}}]"
    )
    (edge,) = [each for each in secret.edges if each.callee == "pay.charge"]
    assert edge.outcomes == {"ok": 3997, "unauthorized": 2000}
    assert secret.traffic["clerks"].outcomes == {"ok": 599}
    assert secret.services["pay"].work == pytest.approx(3997 * 0.02 + 599 * 0.005)
    certificate = play(SHOP, "faults=[{at: 30.005s, for: 20s, certificate_expiry: {service: pay}}]")
    assert certificate.traffic["users"].outcomes["error"] == 2000
    assert certificate.traffic["clerks"].outcomes == {"ok": 399, "unauthorized": 200}


def test_the_callee_says_no_to_a_secret_and_the_caller_to_a_certificate() -> None:
    """Over links of 50 ms the 401 of the callee comes after a timeout of 80 ms; the other does not."""
    far = ["network.links=[{from: shop, to: pay, latency: 50ms}]", "defaults.timeout=80ms"]
    secret = play(
        SHOP, *far, "faults=[{at: 30.005s, for: 20s, secret_expiry: {service: pay, from: [shop]}}]"
    )
    (edge,) = [each for each in secret.edges if each.callee == "pay.charge"]
    assert set(edge.outcomes) == {"timeout"}
    certificate = play(
        SHOP, *far, "faults=[{at: 30.005s, for: 20s, certificate_expiry: {service: pay}}]"
    )
    (edge,) = [each for each in certificate.edges if each.callee == "pay.charge"]
    assert edge.outcomes["unauthorized"] == 2000


def test_an_old_secret_is_seldom_and_composes_with_a_limit() -> None:
    """A share of the attempts by `toxicity`; the gate of the instance counts as ever."""
    result = play(
        SHOP,
        "services.pay.concurrency_limit=concurrency_limits_gradient2",
        "faults=[{at: 10s, for: 40s, secret_expiry: {service: pay, from: [shop], toxicity: 25%}}]",
    )
    (edge,) = [each for each in result.edges if each.callee == "pay.charge"]
    assert abs(edge.outcomes["unauthorized"] - 1000) < SIGMAS * sqrt(4000 * 0.25 * 0.75)


def test_one_instance_of_a_caller_may_have_the_old_secret() -> None:
    """Of two instances of the shop one was not restarted: half of its calls are turned away."""
    result = play(
        SHOP,
        "services.shop.replicas=2",
        "faults=[{at: 30.005s, for: 20s, secret_expiry: {service: pay, from: [shop-2]}}]",
    )
    (edge,) = [each for each in result.edges if each.callee == "pay.charge"]
    assert edge.outcomes == {"ok": 4997, "unauthorized": 1000}
    assert result.services["shop"].instances["shop-2"].outcomes["error"] == 1000


# Third parties.


@pytest.mark.parametrize(
    ("what", "outcome", "latency"),
    [
        ("", "error", 0.0),
        ("outcome: refused", "refused", 0.0),
        ("outcome: error, after: 15ms", "error", 0.015),
        ("outcome: unreachable", "unreachable", 0.1),
    ],
)
def test_a_third_party_that_is_out_fails_for_all(what: str, outcome: str, latency: float) -> None:
    """Both callers get the outcome, after the time that it takes: 2000 and 200 in 20 s."""
    outage = f"faults=[{{at: 30.005s, for: 20s, dependency_outage: {{service: pay, {what}}}}}]"
    result = play(SHOP, outage, "defaults.timeout=100ms")
    (edge,) = [each for each in result.edges if each.callee == "pay.charge"]
    assert edge.outcomes == {"ok": 3997, outcome: 2000}
    clerks = result.traffic["clerks"]
    assert clerks.outcomes == {"ok": 399, outcome: 200}
    assert clerks.latency_all.mean == pytest.approx((399 * 0.005 + 200 * latency) / 599, abs=1e-4)
    assert result.services["pay"].work == pytest.approx(3997 * 0.02 + 399 * 0.005)


@pytest.mark.parametrize("outcome", ["error", "unreachable"])
def test_a_third_party_that_is_out_for_a_share_fails_that_share(outcome: str) -> None:
    """Of 4000 attempts 30 % fail, and with a share of nothing none."""
    what = f"service: pay, outcome: {outcome}"
    faults = "faults=[{at: 10.005s, for: 40s, dependency_outage: {%s, share: %s}}]"
    result = play(SHOP, "defaults.timeout=100ms", faults % (what, "30%"))
    (edge,) = [each for each in result.edges if each.callee == "pay.charge"]
    assert abs(edge.outcomes[outcome] - 1200) < SIGMAS * sqrt(4000 * 0.3 * 0.7)
    none, plain = play(SHOP, faults % (what, "0%")), play(SHOP)
    assert none.traffic == plain.traffic


def test_two_outages_of_one_third_party_end_one_by_one() -> None:
    """It is out from 10 to 30 s, first with errors, then refusing, where the two do not overlap."""
    text = (
        "faults=[{at: 10.005s, for: 15s, dependency_outage: {service: pay}}, "
        "{at: 20.005s, for: 10s, dependency_outage: {service: pay, outcome: refused}}]"
    )
    (edge,) = [each for each in play(SHOP, text).edges if each.callee == "pay.charge"]
    # Who began first answers while both are on.
    assert edge.outcomes == {"ok": 3997, "error": 1500, "refused": 500}


def test_a_rollback_does_not_list_again_whoever_is_evicted_from_its_node() -> None:
    """It leaves for the version at 10 s and for the drain at 11 s: the rollback at 12 s is too early."""
    run = Run(
        parse(
            SHOP,
            settings=[
                "platform={nodes: {pool: {count: 4}}}",
                "registry={kind: consul}",
                "faults=[{at: 10s, for: 2s, bad_deploy: {service: pay, instance: pay-2, errors: 1%, "
                "rolling: {every: 60s, grace: 9s, down: 1s}}}, "
                "{at: 11s, for: 30s, node_drain: {node: pool-3, grace: 8s, start: 20s}}]",
            ],
        ).scenario,
        check=True,
    )
    lifecycle = run.world.registry
    assert lifecycle is not None
    (instance,) = [each for each in run.world.instances if each.name == "pay-2"]
    listed = {}
    for moment in (9.0, 11.5, 13.0, 18.0, 59.0):
        while not run.world.kernel.run(moment, 10_000):
            pass
        listed[moment] = (instance.up, lifecycle.lists(instance))
    assert listed == {
        9.0: (True, True),
        11.5: (True, False),
        13.0: (True, False),
        18.0: (True, False),
        59.0: (True, True),
    }
