"""Faults of load on small worlds: one key, one moment, one client."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt

import pytest
from playing import play, run_of

from simulator.experiment.result import Result
from simulator.experiment.run import Run
from simulator.scenario import parse

SIGMAS = 3.3


# One key.

KEYS = """
scenario: keys
seed: 5
duration: 60s
traffic:
  users: {rate: 100/s, target: shop.get, key: {zipf: {items: 1000, s: 0}}}
defaults: {balancer: ring_hash}
services: {shop: {replicas: 4, endpoints: {get: [work: 10ms]}}}
"""


def hot(what: str, times: str = "at: 10s, for: 40s") -> str:
    return f"{{{times}, hot_key: {{traffic: users, {what}}}}}"


def attempts(result: Result) -> list[int]:
    return [each.attempts for each in result.services["shop"].instances.values()]


def test_the_owner_of_a_hot_key_gets_the_share_and_nobody_else_any_of_it() -> None:
    """Half of 4000 requests go to one instance more; each of the others loses half of its own."""
    plain, heated = play(KEYS), play(KEYS, f"faults=[{hot('share: 50%')}]")
    gained = [now - then for now, then in zip(attempts(heated), attempts(plain), strict=True)]
    (owner,) = [number for number, each in enumerate(gained) if each > 0]
    own = attempts(plain)[owner] * 40 / 60
    assert abs(gained[owner] - (4000 - own) / 2) < SIGMAS * sqrt(4000 / 2)
    # Every other request asks for what it asked for without it, and takes as long.
    assert sum(gained) == 0
    assert heated.traffic == plain.traffic


def test_which_requests_are_hot_goes_by_their_numbers() -> None:
    """With a share of all every request that starts meanwhile goes to one instance, and no other."""
    run = run_of(KEYS, f"faults=[{hot('share: 100%, key: 7')}]")
    nature = run.world.sources["users"].entries[0].tally.nature
    assert nature.keys is not None
    usual = [int(nature.keys.at(number)) for number in range(6500)]
    counts = {}
    for moment in (10.0, 50.0):
        while not run.world.kernel.run(moment + 1e-6, 10_000):
            pass
        counts[moment] = run.world.sources["users"].entries[0].count
    run.advance()
    entry = run.world.sources["users"].entries[0]
    keys = [int(nature.keys.at(number)) for number in range(entry.count)]
    first, last = counts[10.0], counts[50.0]
    assert keys[first:last] == [7] * (last - first)
    assert keys[:first] == usual[:first]
    assert keys[last:] == usual[last : entry.count]


def test_the_later_begun_has_the_first_choice_also_when_it_begins_again() -> None:
    """One that comes every 20 s is older than another at first, and younger when it comes again."""
    again = hot("share: 100%, key: 7", "at: 10s, every: 20s, for: 10s")
    other = hot("share: 100%, key: 9", "at: 15s, for: 30s")
    run = run_of(KEYS, f"faults=[{again}, {other}]")
    entry = run.world.sources["users"].entries[0]
    counts = []
    for moment in (10.0, 15.0, 30.0, 40.0, 45.0):
        while not run.world.kernel.run(moment + 1e-6, 10_000):
            pass
        counts.append(entry.count)
    run.advance()
    keys = entry.tally.nature.keys
    assert keys is not None
    found = [
        {int(keys.at(number)) for number in range(first, last)} for first, last in pairwise(counts)
    ]
    assert found == [{7}, {9}, {7}, {9}]


def test_a_share_of_nothing_changes_nothing_and_shares_compose() -> None:
    """Of two at once the later begun picks first: 50 % for its key, 25 % are left for the other's."""
    plain = play(KEYS)
    nothing = play(KEYS, f"faults=[{hot('share: 0%')}]")
    assert (nothing.traffic, nothing.services) == (plain.traffic, plain.services)
    both = f"faults=[{hot('share: 50%, key: 7')}, {hot('share: 50%, key: 8', 'at: 20s, for: 10s')}]"
    run = run_of(KEYS, both)
    seen = {}
    for moment in (10.0, 20.0, 30.0, 50.0):
        while not run.world.kernel.run(moment, 10_000):
            pass
        seen[moment] = run.world.sources["users"].entries[0].count
    run.advance()
    nature = run.world.sources["users"].entries[0].tally.nature
    assert nature.keys is not None

    def share(key: int, since: float, until: float) -> tuple[float, float]:
        assert nature.keys is not None
        first, last = seen[since], seen[until]
        hits = sum(int(nature.keys.at(number)) == key for number in range(first, last))
        return hits / (last - first), sqrt(0.25 / (last - first))

    for key, since, until, expected in [
        (7, 10.0, 20.0, 0.5),
        (8, 10.0, 20.0, 0.0),
        (7, 20.0, 30.0, 0.25),
        (8, 20.0, 30.0, 0.5),
        (7, 30.0, 50.0, 0.5),
        (8, 30.0, 50.0, 0.0),
    ]:
        found, error = share(key, since, until)
        # One of a thousand is about it anyway.
        assert abs(found - expected) < SIGMAS * error + 0.001


def test_a_cache_takes_the_heat_off_a_hot_key() -> None:
    """Kept for long, each key is asked for once, however hot it is: with a hot one there are fewer."""
    settings = ["traffic.users.cache={ttl: 1h}", f"faults=[{hot('share: 90%, key: 1000')}]"]
    run = run_of(KEYS, *settings)
    run.advance()
    entry = run.world.sources["users"].entries[0]
    keys = entry.tally.nature.keys
    assert keys is not None
    asked = {int(keys.at(number)) for number in range(entry.count)}
    assert sum(attempts(run.result())) == len(asked)
    assert len(asked) < sum(attempts(play(KEYS, settings[0])))


# One moment.

CROWD = """
scenario: crowd
seed: 5
duration: 30s
traffic: {users: {rate: 10/s, arrivals: constant, target: shop.get, clients: 2}}
services: {shop: {concurrency: 10, queue: 10000, endpoints: {get: [work: 10ms]}}}
"""
"""Users at 0.1 s, 0.2 s, ...; ten at a time, so that a herd of 1000 is through in a second."""


def herd(what: str, times: str = "at: 10.05s") -> str:
    return f"faults=[{{{times}, thundering_herd: {{traffic: users, {what}}}}}]"


def test_a_herd_in_one_moment_queues_as_a_batch_does() -> None:
    """1000 at once are served ten by ten: the k-th ten after k * 10 ms, and 500 ms on average."""
    result = play(CROWD, "traffic.users.rate=0.01/s", herd("requests: 1000"))
    latency = result.traffic["users"].latency
    assert result.traffic["users"].started == latency.count == 1000
    assert latency.mean == pytest.approx(0.01 * 101 / 2)
    assert latency.max == pytest.approx(1.0)
    assert result.faults[0].targets == ("users",)


def test_a_herd_that_is_spread_over_a_time_is_none() -> None:
    """1000 over 10 s are 100/s, a tenth of what the shop can do: nobody waits long."""
    spread = play(CROWD, "traffic.users.rate=0.01/s", herd("requests: 1000, over: 10s"))
    columns = spread.series["traffic"].columns
    finished = dict(zip(columns["time"], columns["finished"], strict=True))
    assert sum(finished[second] for second in finished if 10 <= second < 21) == 1000
    for second in range(11, 20):
        assert abs(finished[second] - 100) < SIGMAS * sqrt(1000 * 0.1 * 0.9)
    assert spread.traffic["users"].latency.max < 0.03


def test_the_ordinary_requests_are_what_they_were() -> None:
    """Those of the class have their own numbers and draws: only those of the herd come on top."""
    random = [
        "traffic.users.arrivals=poisson",
        "services.shop.concurrency=null",
        "services.shop.queue=null",
        "services.shop.endpoints.get=[{work: {exponential: 10ms}}]",
    ]
    plain = play(CROWD, *random).traffic["users"]
    both = play(CROWD, *random, herd("requests: 500, over: 5s")).traffic["users"]
    alone = play(CROWD, *random, "traffic.users.rate=1e-9/s", herd("requests: 500, over: 5s"))
    only = alone.traffic["users"]
    assert plain.latency.mean and both.latency.mean and only.latency.mean
    assert both.started == plain.started + 500
    assert both.latency.mean * both.latency.count == pytest.approx(
        plain.latency.mean * plain.latency.count + only.latency.mean * 500
    )
    assert both.endpoints["shop.get"].started == both.started
    assert both.attempts_per_request == 1.0


def test_a_herd_comes_again_and_ends_with_its_fault() -> None:
    """Three times 100; of one that is cut short after half of its time about half have come."""
    thrice = play(CROWD, herd("requests: 100", "at: 5.05s, every: 10s"))
    assert thrice.traffic["users"].started == 299 + 300
    cut = herd("requests: 1000, over: 4s", "random: {mtbf: 10s, mttr: 2s}, at: 5s")
    run = run_of(CROWD, cut, "duration=16s")
    run.advance()
    spans = run.world.faults[0].schedule.spans
    came = run.world.sources["users"].extra[0].count
    expected = [
        min((16.0 if end is None else min(end, 16.0)) - begin, 4.0) / 4.0 for begin, end in spans
    ]
    error = sqrt(sum(1000 * share * (1 - share) for share in expected))
    assert expected
    assert abs(came - 1000 * sum(expected)) <= SIGMAS * error


LOOP = """
scenario: loop
seed: 5
duration: 60s
traffic: {users: {users: 50, think: {exponential: 10s}, target: shop.get}}
services: {shop: {concurrency: 50, endpoints: {get: [work: 1s]}}}
"""


def test_all_users_who_think_ask_at_once() -> None:
    """In the moment of the herd whoever is not waiting for an answer asks: all fifty are inside."""
    run = Run(
        parse(LOOP, settings=["faults=[{at: 20s, thundering_herd: {traffic: users}}]"]).scenario,
        check=True,
    )
    while not run.world.kernel.run(19.999, 10_000):
        pass
    before = run.world.instances[0].busy
    while not run.world.kernel.run(20.001, 10_000):
        pass
    assert before < 15
    assert run.world.instances[0].busy == 50
    run.advance()


def test_users_of_a_herd_with_jitter_come_one_after_another() -> None:
    """Over 5 s, with answers in a second, about a fifth of them is inside, and nobody comes later."""
    faults = "faults=[{at: 20s, thundering_herd: {traffic: users, over: 5s}}]"
    run = run_of(LOOP, faults, "traffic.users.think=1h")
    while not run.world.kernel.run(19.999, 10_000):
        pass
    entry = run.world.sources["users"].entries[0]
    assert entry.count == 0
    levels = []
    for moment in (21.5, 22.5, 23.5, 24.5):
        while not run.world.kernel.run(moment, 10_000):
            pass
        levels.append(run.world.instances[0].busy)
    run.advance()
    assert entry.count == 50
    assert all(abs(level - 10) < SIGMAS * sqrt(50 * 0.2 * 0.8) for level in levels)


# One client.


def abuse(what: str, times: str = "at: 10s, for: 10s") -> str:
    return f"faults=[{{{times}, abusive_client: {{traffic: users, {what}}}}}]"


def test_an_abusive_client_sends_evenly_and_counts_in_its_class() -> None:
    """50/s for 10 s are 499 requests, the last of which would come with the end, on top of 299."""
    result = play(CROWD, abuse("rate: 50/s, client: 2"))
    users = result.traffic["users"]
    assert users.outcomes == {"ok": 299 + 499}
    assert users.started == 299 + 499
    assert result.faults[0].targets == ("users-2",)
    assert result.total.started == users.started


def test_a_limit_for_each_client_stops_the_one_and_spares_the_others() -> None:
    """With 20/s for each client, all but 20/s of what the first sends is refused; of the second nothing."""
    limit = "traffic.users.rate_limit={rate: 20/s, burst: 20}"
    run = run_of(CROWD, limit, abuse("rate: 100/s, client: 1"))
    run.advance()
    result = run.result()
    entry, extra = run.world.sources["users"].entries[0], run.world.sources["users"].extra[0]
    nature = entry.tally.nature
    mine = sum(nature.client_of(number) == 0 for number in range(100, 199))
    # In 10 s the limiter lets 200 pass, and a burst of 20.
    refused = result.traffic["users"].outcomes["rate_limited"]
    assert refused == pytest.approx(extra.count + mine - 220, abs=2)


def test_the_rest_of_the_class_is_what_it_was() -> None:
    """Numbers and draws of ordinary requests stay; so do those of users in a closed loop."""
    plain = play(CROWD, "services.shop.concurrency=null", "services.shop.queue=null")
    both = play(
        CROWD, "services.shop.concurrency=null", "services.shop.queue=null", abuse("rate: 50/s")
    )
    assert both.traffic["users"].started == plain.traffic["users"].started + 499
    loop = ["services.shop.concurrency=null"]
    free, abused = play(LOOP, *loop), play(LOOP, *loop, abuse("rate: 50/s"))
    assert abused.traffic["users"].started == free.traffic["users"].started + 499


def test_an_abusive_client_comes_again_at_the_same_pace() -> None:
    """Three times of 4 s at 10/s: 39 requests each, the fortieth of which would come at the end."""
    result = play(CROWD, abuse("rate: 10/s", "at: 5s, every: 10s, for: 4s"))
    assert result.traffic["users"].started == 299 + 3 * 39
