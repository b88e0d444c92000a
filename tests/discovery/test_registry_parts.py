"""The algorithms within the registries, against the vectors (SEMANTICS C.9, C.11 to C.13).

Numbers such as C11-05 are those of the vectors. What the model leaves out has no test here: pods that
were never created, start-up probes, memberlist's retransmissions, Consul's full syncs, votes.
"""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest

from simulator.discovery.consul import (
    StatusHandler,
    Suspicion,
    remaining_suspicion,
    suspicion_timeout,
)
from simulator.discovery.etcd import EtcdSettings, least_lease
from simulator.discovery.eureka import EurekaSettings, Lease, LeaseTable
from simulator.discovery.raft import Raft, committed, etcd_timeout, random_timeout
from simulator.discovery.registry import RegistryServer
from simulator.kernel.environment import Environment

# Eureka.


def table(count: int, renewals: int, *, preserve: bool = True) -> LeaseTable:
    """A server that began with one client; `count` clients are registered at 0 s."""
    found = LeaseTable(EurekaSettings(self_preservation=preserve), 1)
    found.leases["host-0"] = Lease(0.0, 90.0)
    for number in range(1, count):
        found.register(f"host-{number}", 0.0)
    found.renewals_before = renewals
    return found


def test_threshold_counts_the_clients_that_registered() -> None:
    assert table(51, 0).threshold == 86  # C11-01


def test_the_minute_before_is_what_counts() -> None:
    """C11-02: the renewals of the minute that is under way do not help."""
    found = table(51, 0)
    for number in range(1, 46):
        assert found.renew(f"host-{number}", 15.0)
    assert not found.may_evict and found.renewals_before == 0 and len(found.leases) == 51
    found.minute()
    assert (found.renewals_before, found.renewals) == (45, 0)


def test_the_threshold_is_worked_out_anew_from_what_there_is() -> None:
    """C11-04: 150 more appear, and the threshold with them; those who are silent are kept."""
    found = table(46, 90)
    for number in range(46, 151):
        found.leases[f"host-{number}"] = Lease(90.0, 90.0)
    assert found.threshold == 78 and found.may_evict
    found.update_threshold()
    assert found.threshold == 256 and not found.may_evict


def test_the_threshold_stays_when_too_many_are_gone() -> None:
    """Fifteen per cent or more: likelier the network than that they have all left."""
    found = table(100, 200)
    for number in range(15):
        del found.leases[f"host-{number}"]
    found.update_threshold()
    assert found.expected == 100
    found.register("one-more", 0.0)
    assert found.expected == 101
    found.update_threshold()
    assert found.expected == 86


@pytest.mark.parametrize(
    ("renewals", "may"),
    [
        pytest.param(160, False, id="C11-05"),
        pytest.param(170, False, id="C11-07"),
        pytest.param(171, True, id="one-more-than-the-threshold"),
    ],
)
def test_self_preservation_is_strict(renewals: int, may: bool) -> None:
    assert table(100, renewals).may_evict == may
    assert table(100, renewals, preserve=False).may_evict


def test_evictions_are_limited_and_do_not_lower_the_expectation() -> None:
    found = table(20, 0, preserve=False)
    counts = []
    for _ in range(2):
        expired, count = found.to_evict(1000.0)
        counts.append(count)
        for name in expired[:count]:
            del found.leases[name]
    assert counts == [3, 3]  # C11-08
    assert found.expected == 20
    found.cancel("host-19")
    found.cancel("host-19")
    assert found.expected == 19


def test_a_renewed_lease_lasts_twice_its_duration() -> None:
    lease = Lease(0.0, 90.0)
    assert not lease.expired(90.0) and lease.expired(90.001)  # C11-10
    lease.renew(30.0)
    assert not lease.expired(210.0) and lease.expired(210.001)  # C11-11


def test_only_renewals_of_a_lease_count() -> None:
    found = table(2, 0)
    assert found.renew("host-0", 10.0) and not found.renew("stranger", 10.0)
    assert found.renewals == 1


def test_a_server_that_began_with_nobody_evicts_nobody() -> None:
    found = LeaseTable(EurekaSettings())
    for number in range(10):
        found.register(f"host-{number}", 0.0)
    found.renewals_before = 20
    assert found.threshold == 0 and not found.may_evict
    found.update_threshold()
    assert found.threshold == 17 and found.may_evict


# Consul.

P, C = True, False


def test_status_follows_so_many_in_a_row() -> None:
    handler = StatusHandler(2, 2, 3)
    assert [handler.update(each) for each in (C, C, C)] == ["passing", "warning", "critical"]  # 01
    assert [handler.update(each) for each in (P, P)] == ["critical", "passing"]  # C12c-02
    assert [handler.update(each) for each in (C, C, C)] == ["passing", "warning", "critical"]  # 04
    results = [handler.update(each) for each in (P, C, P, P)]
    assert results[-2:] == ["critical", "passing"]  # C12c-05, C12c-07


def test_a_status_that_flaps_waits_for_a_run() -> None:
    steady = StatusHandler(3, 3, 5)
    assert [steady.update(each) for each in (C, C, C)] == ["passing", "passing", "warning"]  # 08
    results = [steady.update(each) for each in (P, C, C, C, C, C)]
    assert results[-2:] == ["warning", "critical"]  # C12c-10


@pytest.mark.parametrize(
    ("confirmations", "elapsed", "remaining"),
    [
        pytest.param(0, 0.0, 30.0, id="C12m-01"),
        pytest.param(1, 2.0, 14.0, id="C12m-02"),
        pytest.param(2, 3.0, 4.81, id="TestSuspicion_remainingSuspicionTime-3"),
        pytest.param(3, 4.0, -2.0, id="C12m-04"),
        pytest.param(4, 5.0, -3.0, id="TestSuspicion_remainingSuspicionTime-5"),
        pytest.param(5, 10.0, -8.0, id="C12m-05"),
    ],
)
def test_suspicion_shrinks_with_confirmations(
    confirmations: int, elapsed: float, remaining: float
) -> None:
    assert remaining_suspicion(confirmations, 3, elapsed, 2.0, 30.0) == pytest.approx(remaining)


ME, FOO, BAR, BAZ, ZOO = range(5)


@pytest.mark.parametrize(
    ("members", "seconds"),
    [
        pytest.param((), 2.0, id="nobody"),
        pytest.param((ME,), 2.0, id="who-began-does-not-count"),
        pytest.param((FOO, FOO, FOO), 1.25, id="C12m-07"),
        pytest.param((FOO, BAR), 0.811, id="C12m-08"),
        pytest.param((FOO, BAR, BAZ), 0.5, id="as-many-as-expected"),
        pytest.param((FOO, BAR, BAZ, ZOO), 0.5, id="more-than-expected"),
    ],
)
def test_a_suspicion_counts_each_member_once(members: tuple[int, ...], seconds: float) -> None:
    suspicion = Suspicion(ME, 3, 0.5, 2.0)
    for number, member in enumerate(members):
        suspicion.confirm(member, 0.1 * number)
    assert suspicion.seconds == pytest.approx(seconds)


def test_where_nobody_could_confirm_a_suspicion_is_short_at_once() -> None:
    assert Suspicion(ME, 0, 0.5, 2.0).seconds == 0.5


@pytest.mark.parametrize(
    ("nodes", "seconds"), [(5, 1), (10, 1), (50, 1.698), (100, 2), (500, 2.698), (1000, 3)]
)
def test_suspicion_grows_with_the_cluster(nodes: int, seconds: float) -> None:
    assert suspicion_timeout(3, nodes, 1.0) / 3 == pytest.approx(seconds)  # C12m-10


def test_raft_timeouts_of_consul_are_once_to_twice_the_base() -> None:
    assert random_timeout(0.0, 5.0) == 5.0
    assert random_timeout(0.5, 5.0) == 7.5


# etcd and Raft.


def drawn_ticks(election_ticks: int) -> list[int]:
    """Each timeout that comes out of evenly spaced numbers, in ticks of 100 ms."""
    numbers = [(each + 0.5) / election_ticks for each in range(election_ticks)]
    return [round(etcd_timeout(each, election_ticks, 0.1) * 10) for each in numbers]


def test_election_timeouts_are_whole_ticks() -> None:
    assert drawn_ticks(10) == list(range(10, 20))  # C13-08


@pytest.mark.parametrize(
    ("elapsed", "probability"), [(5, 0), (10, 0.1), (13, 0.4), (15, 0.6), (18, 0.9), (20, 1)]
)
def test_elapsed_ticks_are_past_the_timeout_so_often(elapsed: int, probability: float) -> None:
    """C13-07."""
    past = sum(ticks <= elapsed for ticks in drawn_ticks(10)) / 10
    assert past == pytest.approx(probability)


@pytest.mark.parametrize(
    ("candidates", "election_ticks", "least", "alone"),
    [
        pytest.param(2, 10, 12.85, 0.9, id="C13d.1"),
        pytest.param(3, 10, 12.025, 0.855, id="C13d.2"),
        pytest.param(5, 10, 11.20825, 0.76665, id="C13d.4"),
        pytest.param(2, 50, 66.17, 0.98, id="C13d.7"),
        pytest.param(3, 50, 62.005, 0.9702, id="C13d.8"),
    ],
)
def test_the_first_candidate_by_enumeration(
    candidates: int, election_ticks: int, least: float, alone: float
) -> None:
    """When the first timeout runs out, and how often only one does, over all that can be drawn."""
    counts: Counter[bool] = Counter()
    total = 0
    for ticks in product(drawn_ticks(election_ticks), repeat=candidates):
        first = min(ticks)
        total += first
        counts[ticks.count(first) == 1] += 1
    cases = election_ticks**candidates
    assert total / cases == pytest.approx(least)
    assert counts[True] / cases == pytest.approx(alone)


@pytest.mark.parametrize(
    ("acknowledged", "index"),
    [
        pytest.param((12, 5, 0), 5, id="C13-14"),
        pytest.param((12, 0), 0, id="C13-16"),
        pytest.param((12, 5), 5, id="C13-17"),
        pytest.param((2, 1, 1), 1, id="C13-10"),
        pytest.param((2, 1, 2), 2, id="C13-11"),
        pytest.param((2, 1, 2, 2), 2, id="C13-13"),
    ],
)
def test_committed_is_what_a_majority_has(acknowledged: tuple[int, ...], index: int) -> None:
    assert committed(acknowledged) == index


class Cluster:
    """Servers under Raft, whose timeouts are given; notes who was elected when."""

    def __init__(self, count: int, *timeouts: float) -> None:
        self.env = Environment()
        left = list(timeouts)
        self.servers = [RegistryServer(f"{number + 1}", self.changed) for number in range(count)]
        self.elections: list[tuple[float, str]] = []
        self.raft = Raft(self.env, self.servers, lambda: left.pop(0), self.elected)

    def changed(self, server: RegistryServer) -> None:
        self.raft.server_changed()

    def elected(self) -> None:
        assert self.raft.leader is not None
        self.elections.append((self.env.now, self.raft.leader.name))


def test_a_leader_stays_while_a_majority_answers() -> None:
    cluster = Cluster(3)
    cluster.servers[2].crash(0.0)  # C13-19
    assert cluster.raft.leader is cluster.servers[0]
    cluster.servers[1].crash(0.0)
    assert cluster.raft.leader is None


def test_the_first_to_miss_the_leader_is_the_next() -> None:
    cluster = Cluster(3, 1.5, 1.2)
    cluster.servers[0].crash(0.0)
    cluster.env.run(until=10)
    assert cluster.elections == [(1.2, "3")]


def test_a_tie_is_drawn_again() -> None:
    cluster = Cluster(3, 1.5, 1.5, 1.1, 1.4)
    cluster.servers[0].crash(0.0)
    cluster.env.run(until=10)
    assert cluster.elections == [(pytest.approx(2.6), "2")]


def test_without_a_majority_nobody_is_elected() -> None:
    cluster = Cluster(3, 1.0, 1.1)
    cluster.servers[0].crash(0.0)
    cluster.servers[1].crash(0.0)
    cluster.env.run(until=10)
    assert cluster.elections == []
    cluster.servers[1].restart(10.0)
    cluster.env.run(until=20)
    assert cluster.elections == [(11.0, "2")]


def test_leases_are_never_shorter_than_the_least() -> None:
    assert EtcdSettings(ttl=1.0).lease == 2.0
    assert EtcdSettings(ttl=10.0).lease == 10.0
    assert EtcdSettings(ttl=1.0, election_ticks=30).lease == 5.0  # C13-20


@pytest.mark.parametrize(
    ("election_ticks", "tick", "seconds"),
    [(10, 0.1, 2.0), (20, 0.1, 3.0), (5, 0.1, 1.0), (50, 0.1, 8.0), (10, 0.2, 3.0)],
)
def test_the_least_lease_is_in_whole_seconds(
    election_ticks: int, tick: float, seconds: float
) -> None:
    assert least_lease(election_ticks, tick) == seconds
