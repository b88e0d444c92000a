"""Traffic segmentation: shares, cohorts, rules and copies, against what Istio and Envoy document."""

from __future__ import annotations

from collections import Counter
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.call.draws import Draws
from simulator.call.segmentation import SLOTS, Rule, Segmentation
from simulator.call.segmented import SegmentedRoute
from simulator.errors import SimulatorError
from simulator.experiment.result import EdgeFigures, Result
from simulator.experiment.run import simulate
from simulator.scenario import parse
from simulator.scenario.building.build import build
from simulator.traffic.request import Nature, Request, Tally, UserRequest
from simulator.traffic.users import ClosedSource

SALT = 0x1234_5678_9ABC_DEF0
MANY = 20_000


def within(count: int, total: int, share: float, errors: float = 4.0) -> bool:
    """Whether so many of a total are a share of it, but for some standard errors."""
    return abs(count - total * share) <= errors * sqrt(total * share * (1.0 - share))


def requests(count: int = MANY, path: str = "users/shop.home") -> list[Request]:
    """The first requests of one entry of a class."""
    tally = Tally(Nature(0, traffic="users", path=path))
    return [Request(tally, index) for index in range(count)]


def versions(segmentation: Segmentation, asked: list[Request]) -> list[str]:
    return [segmentation.version(each, []) for each in asked]


def by_slots(segmentation: Segmentation) -> Counter[str]:
    return Counter(segmentation.table)


# Weights.


def test_before_anything_is_said_all_goes_to_the_first_version() -> None:
    assert set(versions(Segmentation(SALT), requests(100))) == {""}


def test_weights_are_exact_to_a_hundredth_of_a_percent() -> None:
    """Weights are relative; what cannot be divided goes to the largest remainders."""
    segmentation = Segmentation(SALT)
    segmentation.set_weights({"": 9.0, "v2": 1.0})
    assert by_slots(segmentation) == {"": 9000, "v2": 1000}
    segmentation.set_weights({"": 1.0, "v2": 1.0, "v3": 1.0})
    assert sorted(by_slots(segmentation).values()) == [3333, 3333, 3334]
    segmentation.set_weights({"": 0.0, "v3": 0.5})
    assert by_slots(segmentation) == {"v3": SLOTS}


@pytest.mark.parametrize("weights", [{"": 0.0, "v2": 0.0}, {"": 1.0, "v2": -0.1}])
def test_weights_that_nobody_can_share_by(weights: dict[str, float]) -> None:
    with pytest.raises(SimulatorError, match="cannot share"):
        Segmentation(SALT).set_weights(weights)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_each_version_gets_its_share(share: float) -> None:
    """Requests are as good as drawn: their counts are binomial."""
    segmentation = Segmentation(SALT)
    segmentation.set_weights({"": 1.0 - share, "v2": share})
    assert within(versions(segmentation, requests()).count("v2"), MANY, share)


def test_services_and_entries_divide_requests_independently() -> None:
    """Who meets v2 of one service meets v2 of another as often as anybody else."""
    one, other = Segmentation(SALT), Segmentation(SALT + 1)
    for each in (one, other):
        each.set_weights({"": 0.7, "v2": 0.3})
    asked = requests()
    both = [
        here == there == "v2"
        for here, there in zip(versions(one, asked), versions(other, asked), strict=True)
    ]
    assert within(sum(both), MANY, 0.09)
    elsewhere = versions(one, requests(path="users/shop.cart"))
    both = [
        here == there == "v2" for here, there in zip(versions(one, asked), elsewhere, strict=True)
    ]
    assert within(sum(both), MANY, 0.09)


WEIGHTS = st.lists(st.integers(0, 100), min_size=4, max_size=4).filter(any)


@settings(max_examples=20)
@given(WEIGHTS, WEIGHTS, WEIGHTS)
def test_no_more_slots_change_hands_than_must(
    first: list[int], second: list[int], third: list[int]
) -> None:
    """What a version loses is just what it has too much: the least that any assignment can move."""
    segmentation = Segmentation(SALT)
    names = ["", "v2", "v3", "v4"]
    for weights in (first, second, third):
        before, table = by_slots(segmentation), list(segmentation.table)
        segmentation.set_weights(dict(zip(names, map(float, weights), strict=True)))
        after = by_slots(segmentation)
        moved = sum(old != new for old, new in zip(table, segmentation.table, strict=True))
        assert moved == sum(max(0, before[name] - after[name]) for name in names)
        assert after.total() == SLOTS
        for name, weight in zip(names, weights, strict=True):
            assert abs(after[name] - SLOTS * weight / sum(weights)) < 1.0


# Cohorts.


CLOSED = """
scenario: closed
duration: 1h
traffic: {people: {users: 2000, think: 1s, mix: {shop.home: 1, shop.cart: 1}}}
services:
  shop:
    replicas: 2
    versions: {v2: {replicas: 1}}
    routing: {split: {v1: 80%, v2: 20%}, sticky: true}
    endpoints: {home: [], cart: []}
"""


class TestSticky:
    """All requests of a user meet one version, until weights change."""

    def test_users_of_a_closed_loop(self) -> None:
        """The number of a request says nothing, and neither does what it asks for."""
        world = build(parse(CLOSED).scenario, 1)
        source = world.sources["people"]
        assert isinstance(source, ClosedSource)
        (segmentation,) = {
            id(route.segmentation): route.segmentation
            for route in source.clients[0]
            if isinstance(route, SegmentedRoute)
        }.values()

        def met() -> list[set[str]]:
            return [
                {
                    segmentation.version(UserRequest(entry.tally, index, user), [])
                    for entry in source.entries
                    for index in (user.number, 5, 77)
                }
                for user in source.users
            ]

        before = met()
        assert all(len(each) == 1 for each in before)
        assert within(before.count({"v2"}), 2000, 0.2)
        segmentation.set_weights({"": 0.7, "v2": 0.3})
        after = met()
        moves = Counter((*one, *other) for one, other in zip(before, after, strict=True))
        assert moves["v2", ""] == 0
        assert within(moves["", "v2"], 2000, 0.1)

    def test_by_key_where_requests_have_one(self) -> None:
        """Requests about one thing meet one version, also those of another class."""
        world = build(
            parse(
                CLOSED,
                settings=[
                    "traffic={a: {rate: 1/s, target: shop.home, key: {zipf: {items: 50}}},"
                    " b: {rate: 1/s, target: shop.cart, key: {zipf: {items: 50}}}}"
                ],
            ).scenario,
            1,
        )
        met: dict[int, set[str]] = {}
        for source in world.sources.values():
            route = source.clients[0][0]
            assert isinstance(route, SegmentedRoute)
            for index in range(2000):
                request = Request(source.entries[0].tally, index)
                version = route.segmentation.version(request, [])
                met.setdefault(request.subject(), set()).add(version)
        assert len(met) == 50
        assert all(len(each) == 1 for each in met.values())
        assert {version for each in met.values() for version in each} == {"", "v2"}

    def test_by_client_without_keys(self) -> None:
        world = build(
            parse(
                CLOSED,
                settings=["traffic={a: {rate: 1/s, target: shop.home, clients: 400}}"],
            ).scenario,
            1,
        )
        source = world.sources["a"]
        route = source.clients[0][0]
        assert isinstance(route, SegmentedRoute)
        nature = source.entries[0].tally.nature
        met: dict[int, set[str]] = {}
        for index in range(4000):
            version = route.segmentation.version(Request(source.entries[0].tally, index), [])
            met.setdefault(nature.client_of(index), set()).add(version)
        assert all(len(each) == 1 for each in met.values())
        assert within(sum(each == {"v2"} for each in met.values()), len(met), 0.2)


# Rules.


def test_the_first_rule_that_matches_decides() -> None:
    """All that a rule asks must hold; what it does not ask does not matter."""
    keys = Draws(lambda _, size: [5.0, 6.0, 7.0, *[0.0] * (size - 3)])
    natures = {
        name: Nature(priority, traffic=name, keys=keys)
        for name, priority in (("testers", 0), ("staff", 9), ("users", 0))
    }
    segmentation = Segmentation(SALT)
    segmentation.rules += [
        Rule("a", classes=frozenset({"testers", "staff"}), keys=frozenset({5})),
        Rule("b", priorities=frozenset({9})),
        Rule("c", classes=frozenset({"testers"}), callers=frozenset({"front"})),
    ]

    def met(party: str, name: str, index: int) -> str:
        rules = segmentation.rules_for(party)
        return segmentation.version(Request(Tally(natures[name]), index), rules)

    assert met("front", "testers", 0) == met("front", "staff", 0) == "a"
    assert met("front", "staff", 1) == "b"
    assert met("front", "testers", 2) == "c"
    assert met("testers", "testers", 2) == met("users", "users", 0) == ""


# Whole worlds.

SHOP = """
scenario: shop
duration: 60s
traffic:
  users: {rate: 100/s, target: shop.home}
  testers: {rate: 10/s, target: shop.home}
services:
  shop:
    replicas: 6
    versions: {v2: {replicas: 2, speed: 50%, errors: 20%}}
    routing: {split: {v1: 90%, v2: 10%}}
    endpoints: {home: [{work: 10ms}]}
"""


def play(text: str, *settings: str, seed: int = 1) -> Result:
    return simulate(parse(text, settings=settings).scenario, seed=seed, check=True)


def attempts(result: Result, *instances: int, service: str = "shop") -> int:
    """The attempts that went to some of the instances."""
    figures = result.services[service].instances
    return sum(figures[f"{service}-{number}"].attempts for number in instances)


def edge(result: Result, caller: str) -> EdgeFigures:
    (found,) = (each for each in result.edges if each.caller == caller)
    return found


def test_a_split_goes_by_weight_and_not_by_instances() -> None:
    """A third of the instances get a tenth of the requests; they do what their version does."""
    result = play(SHOP)
    total = result.services["shop"].attempts
    assert within(attempts(result, 5, 6), total, 0.1)
    for number in (1, 2, 3, 4):
        figures = result.services["shop"].instances[f"shop-{number}"]
        assert figures.outcomes == {"ok": figures.attempts}
        assert figures.latency.max == pytest.approx(0.01)
    slow = result.services["shop"].instances["shop-5"]
    assert slow.latency.max == pytest.approx(0.02)
    wrong = sum(result.services["shop"].instances[f"shop-{n}"].outcomes["error"] for n in (5, 6))
    assert within(wrong, attempts(result, 5, 6), 0.2)


def test_without_routing_versions_get_what_their_instances_do() -> None:
    """A Service of Kubernetes sends to all its pods alike, whatever they run."""
    result = play(SHOP, "services.shop.routing=null")
    loads = [attempts(result, number) for number in range(1, 7)]
    assert max(loads) - min(loads) <= 2


def test_a_rule_sends_a_class_to_a_version() -> None:
    result = play(
        SHOP, "services.shop.routing={match: [{class: testers, to: v2}, {from: users, to: v1}]}"
    )
    assert attempts(result, 5, 6) == result.traffic["testers"].started
    assert attempts(result, 1, 2, 3, 4) == result.traffic["users"].started


def test_a_version_without_instances_gets_its_part_all_the_same() -> None:
    """Envoy answers 503 for an empty cluster; it does not send those requests to the others."""
    result = play(SHOP, "services.shop.versions.v2.replicas=0")
    total = result.total.started
    assert within(result.total.outcomes["no_instance"], total, 0.1)
    assert attempts(result, 1, 2, 3, 4, 5, 6) == total - result.total.outcomes["no_instance"]


def test_a_retry_stays_with_the_version() -> None:
    """Envoy chooses the cluster of a request once: what fails in v2 is tried again in v2."""
    result = play(
        SHOP,
        "services.shop.versions.v2.errors=100%",
        "services.shop.policy={retry: {attempts: 3, backoff: 1ms}}",
        *(
            "traffic.users.profile=[{at: 59s, rate: 0/s}]",
            "traffic.testers.profile=[{at: 59s, rate: 0/s}]",
        ),
    )
    failed = result.total.outcomes["error"]
    assert within(failed, result.total.started, 0.1)
    assert attempts(result, 5, 6) == 3 * failed


def test_a_split_at_a_proxy_is_the_same_split() -> None:
    """The hash is of the request's number, wherever it is looked at."""
    plain, proxied = play(SHOP), play(SHOP, "defaults.via=proxy")
    assert attempts(plain, 5, 6) == attempts(proxied, 5, 6)


def test_a_version_is_compared_with_itself() -> None:
    """Each subset has its own outlier detection: all of v2 is aside at most, and no one of v1."""
    outlier = "{consecutive_5xx: 3, max_ejection_percent: 100%, base_ejection_time: 1h}"
    result = play(
        SHOP,
        "services.shop.versions.v2.errors=100%",
        f"defaults={{outlier: {outlier}, panic_threshold: 0%}}",
    )
    aside = {each.subject for each in result.log if each.detail == "ejected"}
    assert aside == {
        f"{user} > shop-{number}" for user in ("users-1", "testers-1") for number in (5, 6)
    }
    assert within(result.total.outcomes["no_instance"], result.total.started, 0.1)


def test_an_instance_of_another_version_is_in_another_subset() -> None:
    world = build(parse(SHOP).scenario, 1)
    route = world.sources["users"].clients[0][0]
    assert isinstance(route, SegmentedRoute)

    def members() -> dict[str, list[str]]:
        return {name: [m.name for m in each.members] for name, each in route.subsets.items()}

    one, two = [f"shop-{number}" for number in (1, 2, 3, 4)], ["shop-5", "shop-6"]
    assert members() == {"": one, "v2": two}
    route.segmentation.assign("shop-4", "v2", 1.0)
    assert members() == {"": one[:3], "v2": ["shop-4", *two]}
    assert [each.name for each in route.members] == one + two
    assert all(each.route is route.subsets["v2"] for each in route.members[3:])


# Copies.

SHADOW = """
scenario: shadow
duration: 20s
traffic: {users: {rate: 100/s, target: shop.home, profile: [{at: 19s, rate: 0/s}]}}
services:
  shop:
    replicas: 4
    concurrency: 4
    cores: 1
    versions: {v2: {replicas: 2, speed: 50%, errors: 50%}}
    policy: {timeout: 200ms}
    routing: {mirror: {to: v2, share: 30%}}
    endpoints: {home: [{work: {exponential: 10ms}}, {call: db.read}]}
  db: {endpoints: {read: [{work: 1ms}]}}
"""
ALONE = "services.shop.routing={}"


class TestMirror:
    """Istio: fire and forget; Envoy: the answer is thrown away."""

    def test_users_see_nothing_of_it(self) -> None:
        """Where the shadow has instances of its own, not a digit of what users see changes."""
        with_it, without = play(SHADOW), play(SHADOW, ALONE)
        assert with_it.traffic == without.traffic
        assert edge(with_it, "users") == edge(without, "users")
        assert with_it.services["shop"].latency == without.services["shop"].latency

    def test_its_load_is_real(self) -> None:
        """Copies are work for the shadow, and for those whom it asks; they are no user's attempts."""
        with_it, without = play(SHADOW), play(SHADOW, ALONE)
        copies = edge(with_it, "users (mirror)")
        assert within(copies.attempts, with_it.total.started, 0.3)
        assert attempts(without, 3, 4) == 0
        assert attempts(with_it, 3, 4) == sum(copies.outcomes.values())
        assert with_it.services["db"].attempts - without.services["db"].attempts == copies.attempts
        assert with_it.total.attempts_per_request == without.total.attempts_per_request == 2.0
        # Half as fast as the exponential 10 ms on one core, for 15 copies a second each.
        used = with_it.services["shop"].instances["shop-3"].utilization
        assert used == pytest.approx(0.3 * 19 / 20, abs=4 * 0.3 * sqrt(2 / (15 * 19)))

    def test_every_copy_comes_to_an_end(self) -> None:
        """Their outcomes add up to those that were sent, but for those still under way."""
        result = play(SHADOW, "services.shop.versions.v2.speed=2%")
        copies = edge(result, "users (mirror)")
        assert copies.outcomes["timeout"] > 0
        assert copies.calls == copies.attempts
        left = copies.attempts - sum(copies.outcomes.values())
        assert 0 <= left <= 30 * 0.2 * 3

    def test_nobody_cares_where_there_is_no_shadow(self) -> None:
        without = play(SHADOW, ALONE, "services.shop.versions.v2.replicas=0")
        result = play(SHADOW, "services.shop.versions.v2.replicas=0")
        copies = edge(result, "users (mirror)")
        assert copies.attempts == 0
        assert copies.outcomes == {"no_instance": copies.calls}
        assert result.traffic == without.traffic

    def test_retries_are_not_copied(self) -> None:
        """One call is copied once, however often it is tried."""
        result = play(
            SHADOW,
            "services.shop.routing.mirror.share=100%",
            "services.shop.endpoints.home=[{work: 1ms}, {fail: 100%}]",
            "services.shop.policy.retry={attempts: 3, backoff: 1ms}",
        )
        assert edge(result, "users").attempts >= 3 * result.total.finished
        assert edge(result, "users (mirror)").attempts == result.total.started

    def test_with_users_split_too_copies_come_on_top(self) -> None:
        result = play(SHADOW, "services.shop.routing.split={v1: 50%, v2: 50%}")
        copies = edge(result, "users (mirror)")
        mine = attempts(result, 3, 4) - sum(copies.outcomes.values())
        assert within(mine, result.total.started, 0.5)
        assert within(copies.attempts, result.total.started, 0.3)


def test_users_who_are_all_one_to_a_sticky_split_are_warned_of() -> None:
    """Neither users nor keys nor clients tell them apart; a rule that sends all of them needs none."""
    sticky = "services.shop.routing={split: {v1: 50%, v2: 50%}, sticky: true}"
    warnings = parse(SHOP, settings=[sticky, "traffic.testers.clients=2"]).warnings
    assert [each.message for each in warnings] == [
        "`users` has neither `users` nor a `key` nor several `clients`: "
        "all of it meets one version of `shop`"
    ]
    matched = "services.shop.routing.match=[{class: [users, testers], to: v2}]"
    assert parse(SHOP, settings=[sticky, matched]).warnings == ()
