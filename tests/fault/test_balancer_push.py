"""Pushes of a balancer: who is asked meanwhile, what is known of whom, and who is asked afterwards."""

from __future__ import annotations

from math import sqrt

import pytest
from playing import play, run_of

from simulator.balancing.regional import Regional
from simulator.call.route import Member, Route
from simulator.experiment.result import Result, Span
from simulator.experiment.run import Run
from simulator.scenario import parse
from simulator.scenario.building.balancers import CLASSES

PAY = """
scenario: pay
seed: 3
duration: 60s
traces: 3000
traffic:
  users: {rate: 40/s, arrivals: constant, target: pay.charge}
services:
  pay: {replicas: 4, concurrency: 1000, endpoints: {charge: [work: 5ms]}}
"""
"""A request each 25 ms, which is over when the next one comes: nobody has two, unless it is slow."""

BEGIN, END = 15.01, 45.01


def push(balancer: str, at: float = BEGIN, lasts: float = END - BEGIN, **fields: str) -> str:
    given = {"service": "users", **fields, "policy": f"{{balancer: {balancer}}}"}
    harm = ", ".join(f"{key}: {value}" for key, value in given.items())
    return f"{{at: {at}s, for: {lasts}s, config_push: {{{harm}}}}}"


def asked(result: Result, since: float, until: float) -> dict[str, int]:
    """How many of the requests of a time went to each instance."""
    found: dict[str, int] = {}
    for span in spans(result):
        if since <= span.sent < until:
            found[str(span.instance)] = found.get(str(span.instance), 0) + 1
    return found


def spans(result: Result) -> list[Span]:
    return [span for trace in result.traces for span in trace.spans]


def members(run: Run, caller: str) -> list[Member]:
    """Whom an instance of a service knows behind its first call."""
    return route(run, caller).members


def route(run: Run, caller: str) -> Route:
    (found,) = [instance.routes[0] for instance in run.world.instances if instance.name == caller]
    return found


def test_least_request_spares_the_slow_one_for_as_long_as_it_is_pushed() -> None:
    """Round robin gives it a quarter. Of two draws both must hit it while it has work: a sixteenth.

    It is so slow that it always has some, from the first moment on: what it was sent before is
    known. At the end the turns are back, of which everybody has as many.
    """
    slow = "{at: 0s, slow: {service: pay, instance: pay-1, speed: 0.1%}}"
    result = play(PAY, f"faults=[{slow}, {push('least_request')}]")
    before = asked(result, 0.0, BEGIN)
    assert sum(before.values()) == 600
    assert set(before.values()) == {150}
    requests = 30 * 40
    during = asked(result, BEGIN, END)
    assert sum(during.values()) == requests
    assert abs(during["pay-1"] - requests / 16) < 4 * sqrt(requests * 1 / 16 * 15 / 16)
    after = asked(result, END, 60.0)
    assert max(after.values()) - min(after.values()) <= 1
    assert sum(after.values()) == 599


def test_what_is_under_way_is_known_to_the_new_balancer() -> None:
    """One hangs, with what it was sent in turn: whoever has the fewest is the other, every time."""
    hangs = "{at: 5s, pause: {service: pay, instance: pay-1}}"
    pushed = push("{least_request: {choices: all}}", at=10.01, lasts=30)
    result = play(PAY, "services.pay.replicas=2", f"faults=[{hangs}, {pushed}]")
    assert asked(result, 10.01, 40.01) == {"pay-2": 1200}
    later = asked(result, 40.01, 60.0)
    assert abs(later["pay-1"] - later["pay-2"]) <= 1


@pytest.mark.parametrize("balancer", ["round_robin", "random"])
def test_the_same_balancer_changes_no_law(balancer: str) -> None:
    """Instances are alike and each request has its own draws: every one takes as long as before."""
    drawn = [
        "services.pay.endpoints.charge=[{work: {exponential: 20ms}}]",
        f"defaults.balancer={balancer}",
    ]
    plain = play(PAY, *drawn)
    pushed = play(PAY, *drawn, f"faults=[{push(balancer, to='pay')}]")
    for before, after in zip(spans(plain), spans(pushed), strict=True):
        assert after.sent == before.sent
        assert after.ended == before.ended
    shares = asked(pushed, 0.0, 60.0)
    assert sum(shares.values()) == 2399
    off = 2 if balancer == "round_robin" else 4 * sqrt(2399 * 1 / 4 * 3 / 4)
    assert all(abs(each - 2399 / 4) <= off for each in shares.values())


def test_only_the_way_to_the_service_that_is_named_changes() -> None:
    """One asks two services in turn, and one of the two ways gets another balancer."""
    text = """
scenario: two-ways
seed: 3
duration: 30s
traffic: {users: {rate: 20/s, arrivals: constant, target: shop.buy}}
services:
  shop: {endpoints: {buy: [{call: pay.charge}, {call: stock.look}]}}
  pay: {replicas: 3, endpoints: {charge: [work: 5ms]}}
  stock: {replicas: 3, endpoints: {look: [work: 5ms]}}
"""
    one = push("random", at=0.0, lasts=29.0, service="shop", to="pay")
    result = play(text, f"faults=[{one}]")
    attempts = {
        service: [each.attempts for each in result.services[service].instances.values()]
        for service in ("pay", "stock")
    }
    assert max(attempts["stock"]) - min(attempts["stock"]) <= 1
    assert max(attempts["pay"]) - min(attempts["pay"]) > 1
    both = push("random", at=0.0, lasts=29.0, service="shop")
    for service in ("pay", "stock"):
        counts = [
            each.attempts
            for each in play(text, f"faults=[{both}]").services[service].instances.values()
        ]
        assert max(counts) - min(counts) > 1


REGISTERED = PAY.replace("traces:", "registry: {kind: kubernetes}\ntraces:")
"""The callers are told who is there, about a second after it has come or gone."""


def test_the_old_balancer_is_told_who_has_gone_and_who_has_come() -> None:
    """One dies while it is away and one comes back; it knows both as soon as it is back."""
    dies = "{at: 20s, for: 35s, kill: {service: pay, instance: pay-1}}"
    comes = "{at: 5s, for: 25s, kill: {service: pay, instance: pay-2}}"
    result = play(REGISTERED, f"faults=[{dies}, {comes}, {push('least_request')}]")
    assert "pay-2" not in asked(result, 10.0, 15.0)
    assert "pay-1" not in asked(result, 40.0, END)
    back = asked(result, END, 55.0)
    assert set(back) == {"pay-2", "pay-3", "pay-4"}
    assert max(back.values()) - min(back.values()) <= 1
    assert set(asked(result, 58.5, 60.0)) == {"pay-1", "pay-2", "pay-3", "pay-4"}


SHOP = """
scenario: shop
seed: 3
duration: 60s
traffic: {users: {rate: 10/s, arrivals: constant, target: shop.buy, key: {zipf: {items: 50, s: 1}}}}
services:
  shop: {replicas: 2, endpoints: {buy: [{call: pay.charge}]}}
  pay: {replicas: 3, zones: [a, b, c], endpoints: {charge: [work: 20ms]}}
"""
"""At x.05 s and x.15 s nothing is under way."""


def test_latencies_are_learnt_anew_and_those_of_before_come_back() -> None:
    """A pushed peak_ewma knows no latency, and the one that was there knows what it knew."""
    given = push("peak_ewma", at=20.05, lasts=20.0, service="shop")
    scenario = parse(
        SHOP, settings=["services.pay.policy.balancer=least_latency", f"faults=[{given}]"]
    ).scenario
    run = Run(scenario, check=True)
    run.advance(until=20.05)
    known = {each.name: (each.cost, each.stamp) for each in members(run, "shop-1")}
    assert all(cost > 0.0 for cost, _ in known.values())
    run.advance(until=20.06)
    assert {(each.cost, each.stamp) for each in members(run, "shop-1")} == {(0.0, 0.0)}
    run.advance(until=40.05)
    assert any(each.cost > 0.0 for each in members(run, "shop-1"))
    run.advance(until=40.06)
    assert {each.name: (each.cost, each.stamp) for each in members(run, "shop-1")} == known


def test_each_time_that_a_push_comes_its_balancer_is_fresh_and_the_old_one_is_the_same() -> None:
    """Of a push that comes twice nothing is left over for the second time."""
    given = push("random", at=10.05, lasts=5.0, service="shop").replace("for:", "every: 20s, for:")
    run = run_of(SHOP, f"faults=[{given}]")
    seen = []
    for moment in (10.0, 12.0, 18.0, 32.0, 38.0):
        run.advance(until=moment)
        seen.append(route(run, "shop-1").balancer)
    assert seen[0] is seen[2] is seen[4]
    assert type(seen[1]).__name__ == type(seen[3]).__name__ == "Random"
    assert seen[1] is not seen[3]


def test_the_later_of_two_pushes_wins_and_its_end_leaves_the_earlier() -> None:
    """Random from 10 s to 50 s; over it least_connections from 20 s to 30 s."""
    first = push("random", at=10.05, lasts=40.0, service="shop")
    second = push("least_connections", at=20.05, lasts=10.0, service="shop")
    run = run_of(SHOP, f"faults=[{first}, {second}]")
    seen = []
    for moment in (5.0, 15.0, 25.0, 35.0, 55.0):
        run.advance(until=moment)
        seen.append(route(run, "shop-1").balancer)
    kinds = ["RoundRobin", "Random", "LeastConnections", "Random", "RoundRobin"]
    assert [type(each).__name__ for each in seen] == kinds
    assert seen[1] is seen[3]
    assert seen[0] is seen[4]


def test_instances_that_read_for_themselves_change_one_by_one() -> None:
    """With a refresh of 30 s each shop has it from its next reading, and loses it with the one after."""
    given = push("least_request", at=10.05, lasts=15.0, service="shop")
    settings = ["services.shop.replicas=20", "configuration={refresh: 30s}", f"faults=[{given}]"]
    run = run_of(SHOP, *settings)

    def have() -> int:
        return sum(
            type(route(run, f"shop-{number}").balancer).__name__ == "LeastRequest"
            for number in range(1, 21)
        )

    counts = []
    for moment in (10.0, 15.0, 20.0, 25.0, 55.1):
        run.advance(until=moment)
        counts.append(have())
    assert counts[0] == 0
    assert 0 < counts[1] < counts[2] < counts[3] < 20
    # Of those who had it when it was taken back the last reads 30 s after it was pushed.
    assert counts[4] == 0


def test_one_that_starts_meanwhile_reads_at_once() -> None:
    """A shop that is killed and comes back has what is pushed, before its old period is over."""
    given = push("least_request", at=20.05, lasts=39.0, service="shop")
    dies = "{at: 21s, for: 1s, kill: {service: shop, mode: all}}"
    settings = ["configuration={refresh: 1h}", f"faults=[{given}, {dies}]"]
    run = run_of(SHOP, *settings)
    for moment, kind in ((20.5, "RoundRobin"), (23.0, "LeastRequest")):
        run.advance(until=moment)
        assert type(route(run, "shop-1").balancer).__name__ == kind


PUSHABLE = [name for name in CLASSES if name != "join_idle_queue"]
BEHIND = {
    "a plain route": (),
    "connections": ("defaults.via=connection",),
    "dns": ("defaults.via=dns", "defaults.dns={ttl: 1s}"),
    "checks": ("defaults.health_check={interval: 1s}", "defaults.outlier=envoy"),
    "slow start and subsets": ("defaults.slow_start=5s", "defaults.subset=2"),
    "versions": (
        "services.pay.versions={v2: {replicas: 1}}",
        "services.pay.routing={split: {v1: 50%, v2: 50%}}",
    ),
}


@pytest.mark.parametrize("balancer", PUSHABLE)
def test_every_balancer_can_be_pushed_and_leaves_nothing_behind(balancer: str) -> None:
    """All answers are good, and afterwards nobody is thought to have anything under way."""
    if balancer == "priority":
        balancer = "{priority: {levels: [a, b]}}"
    given = push(balancer, at=20.05, lasts=20.0, service="shop")
    run = run_of(SHOP, f"faults=[{given}]")
    run.advance(until=59.15)
    assert [each.active for each in members(run, "shop-1")] == [0, 0, 0]
    run.advance()
    assert run.result().traffic["users"].outcomes == {"ok": 599}


@pytest.mark.parametrize("way", BEHIND)
def test_whatever_the_way_is_the_balancer_behind_it_changes(way: str) -> None:
    """Versions have one each; connections and names ask for the new one when they are looked for."""
    given = push("least_request", at=20.05, lasts=20.0, service="shop")
    dies = "{at: 25s, for: 5s, kill: {service: pay, instance: pay-1}}"
    settings = [*BEHIND[way], f"faults=[{given}, {dies}]"]
    run = run_of(SHOP, *settings)
    run.advance(until=30.0)
    parts = list(getattr(route(run, "shop-1"), "subsets", {"": route(run, "shop-1")}).values())
    assert len(parts) == (2 if way == "versions" else 1)
    assert all("LeastRequest" in kinds(each) for each in parts)
    run.advance(until=59.15)
    assert all("RoundRobin" in kinds(each) for each in parts)
    assert all(each.active == 0 for each in members(run, "shop-1"))
    run.advance()
    result = run.result()
    assert result.traffic["users"].started == 599
    assert set(result.traffic["users"].outcomes) <= {"ok", "error"}


def kinds(part: Route) -> list[str]:
    """The balancer of a route, and those that it wraps."""
    found, balancer = [], part.balancer
    while balancer is not None:
        found.append(type(balancer).__name__)
        balancer = getattr(balancer, "inner", None)  # type: ignore[assignment]
    return found


@pytest.mark.parametrize(
    "policy", ["weighted, weights: {here: 0, there: 1}", "anycast, health_check: {interval: 30s}"]
)
def test_regions_have_one_each_and_the_way_to_a_region_stays(policy: str) -> None:
    """Behind a global name each region's balancer is replaced; who is led where is not."""
    given = push("random", at=20.05, lasts=20.0, service="shop")
    settings = [
        "network={regions: {here: {zones: [a]}, there: {zones: [b, c]}}, "
        "between: [{a: here, b: there, round_trip: 20ms}]}",
        "services.shop.zones=[b]",
        "traffic.users.zone=b",
        f"services.pay.policy={{gslb: {{policy: {policy}}}}}",
        f"faults=[{given}]",
    ]
    run = run_of(SHOP, *settings)
    for moment, kind in ((20.0, "RoundRobin"), (25.0, "Random"), (45.0, "RoundRobin")):
        run.advance(until=moment)
        regional = route(run, "shop-1").balancer
        assert isinstance(regional, Regional)
        found = {region: type(each).__name__ for region, each in regional.balancers.items()}
        assert found == {"here": kind, "there": kind}
    run.advance()
    shares = {name: each.attempts for name, each in run.result().services["pay"].instances.items()}
    assert shares["pay-1"] == 0
    assert shares["pay-2"] + shares["pay-3"] == 599


def test_a_scenario_is_played_the_same_again_and_its_draws_are_its_own() -> None:
    """Whatever is drawn for a push is named after it: renamed, it draws others."""
    given = push("random")
    first = play(PAY, f"faults=[{given}]")
    assert play(PAY, f"faults=[{given}]").digest == first.digest
    named = given.replace("{at:", "{name: other, at:", 1)
    other = play(PAY, f"faults=[{named}]")
    assert asked(other, BEGIN, END) != asked(first, BEGIN, END)
    assert asked(other, 0.0, BEGIN) == asked(first, 0.0, BEGIN)
