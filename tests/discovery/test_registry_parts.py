"""The algorithms within the registries, against the vectors (SEMANTICS C.11 to C.13)."""

from __future__ import annotations

from collections import Counter

import pytest

from simulator.discovery.consul import StatusHandler, remaining_suspicion, suspicion_timeout
from simulator.discovery.etcd import EtcdSettings
from simulator.discovery.eureka import EurekaSettings, Lease, LeaseTable
from simulator.discovery.raft import committed, etcd_timeout


def table(count: int, renewals: int) -> LeaseTable:
    found = LeaseTable(EurekaSettings())
    for number in range(count):
        found.register(f"host-{number}", 0.0)
    found.renewals_before = renewals
    return found


def test_threshold_counts_the_clients_that_registered() -> None:
    assert table(51, 0).threshold == 86  # C11-01
    assert table(151, 0).threshold == 256  # C11-04


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


def test_evictions_are_limited_and_do_not_lower_the_expectation() -> None:
    found = LeaseTable(EurekaSettings(self_preservation=False))
    for number in range(20):
        found.register(f"host-{number}", 0.0)
    sizes = []
    for _ in range(2):
        expired, count = found.to_evict(1000.0)
        sizes.append(count)
        for name in expired[:count]:
            del found.leases[name]
    assert sizes == [3, 3]  # C11-08
    assert found.expected == 20


def test_a_renewed_lease_lasts_twice_its_duration() -> None:
    lease = Lease(0.0, 90.0)
    assert not lease.expired(90.0) and lease.expired(90.001)  # C11-10
    lease.renew(30.0)
    assert not lease.expired(210.0) and lease.expired(210.001)  # C11-11


def test_minutes_are_counted_apart() -> None:
    found = table(2, 0)
    for _ in range(3):
        found.renew("host-0", 10.0)
    assert found.renewals_before == 0  # C11-02: what counts is the minute before
    found.minute()
    assert (found.renewals_before, found.renewals) == (3, 0)
    assert not found.renew("stranger", 70.0)


def test_status_follows_so_many_in_a_row() -> None:
    handler = StatusHandler(2, 2, 3)
    assert [handler.update(False) for _ in range(3)] == ["passing", "warning", "critical"]
    assert [handler.update(True) for _ in range(2)] == ["critical", "passing"]  # C12c-02
    assert [handler.update(False) for _ in range(2)] == ["passing", "warning"]
    steady = StatusHandler(3, 3, 5)
    assert [steady.update(False) for _ in range(3)] == ["passing", "passing", "warning"]  # C12c-08
    steady.update(True)
    assert [steady.update(False) for _ in range(5)][-2:] == ["warning", "critical"]  # C12c-10


@pytest.mark.parametrize(
    ("confirmations", "elapsed", "remaining"),
    [
        pytest.param(0, 0.0, 30.0, id="C12m-01"),
        pytest.param(1, 2.0, 14.0, id="C12m-02"),
        pytest.param(3, 4.0, -2.0, id="C12m-04"),
        pytest.param(5, 10.0, -8.0, id="C12m-05"),
    ],
)
def test_suspicion_shrinks_with_confirmations(
    confirmations: int, elapsed: float, remaining: float
) -> None:
    assert remaining_suspicion(confirmations, 3, elapsed, 2.0, 30.0) == pytest.approx(remaining)


@pytest.mark.parametrize(
    ("nodes", "seconds"), [(5, 1), (10, 1), (50, 1.698), (100, 2), (500, 2.698), (1000, 3)]
)
def test_suspicion_grows_with_the_cluster(nodes: int, seconds: float) -> None:
    assert suspicion_timeout(3, nodes, 1.0) / 3 == pytest.approx(seconds)  # C12m-10


def test_election_timeouts_are_whole_ticks() -> None:
    drawn = Counter(round(etcd_timeout(each / 1000, 10, 0.1), 9) for each in range(1000))
    assert sorted(drawn) == [round(ticks / 10, 9) for ticks in range(10, 20)]  # C13-08
    assert set(drawn.values()) == {100}
    # C13-07: past n ticks with (elapsed - n + 1) / n.
    assert sum(each for ticks, each in drawn.items() if ticks <= 1.3) == 400


@pytest.mark.parametrize(
    ("acknowledged", "index"),
    [
        pytest.param((12, 5, 0), 5, id="C13-14"),
        pytest.param((12, 0), 0, id="C13-16"),
        pytest.param((12, 5), 5, id="C13-17"),
        pytest.param((2, 1, 2, 2), 2, id="C13-13"),
    ],
)
def test_committed_is_what_a_majority_has(acknowledged: tuple[int, ...], index: int) -> None:
    assert committed(acknowledged) == index


def test_leases_are_never_shorter_than_the_least() -> None:
    assert EtcdSettings(ttl=1.0).lease == 2.0  # 1.5 election timeouts of 1 s, rounded up
    assert EtcdSettings(ttl=10.0).lease == 10.0
