"""The replica calculator of the HPA, row by row against Kubernetes' replica_calculator_test.go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from simulator.scaling.hpa.pods import FAILED, PENDING, RUNNING, Pod, PodMetric, Readiness
from simulator.scaling.hpa.replica_count import (
    AverageTarget,
    MetricFails,
    Proposal,
    ReplicaCount,
    Tolerance,
    UtilizationTarget,
)

NOW = 10_000.0
CONTAINERS = 2
"""In each pod of the test, all alike."""
COUNT = ReplicaCount(Tolerance(), Readiness(120.0, 10.0))
"""With the settings of the test."""


def pods(
    number: int, ready: str = "", hot: str = "", phases: Sequence[int] = (), deleted: str = ""
) -> list[Pod]:
    """So many pods, which are ready, freshly started or deleted where there is a T."""
    found = []
    for each in range(number):
        started = NOW if hot[each : each + 1] == "T" else NOW - 180.0
        found.append(
            Pod(
                f"pod-{each}",
                phases[each] if phases else RUNNING,
                ready[each : each + 1] != "F",
                started,
                started,
                deleted[each : each + 1] == "T",
            )
        )
    return found


def metrics(levels: Sequence[int]) -> dict[str, PodMetric]:
    return {f"pod-{n}": PodMetric(level, NOW, 60.0) for n, level in enumerate(levels)}


@dataclass(frozen=True)
class Row:
    """A row of the table; levels per container, in millicores or thousandths of the unit."""

    id: str
    current: int
    levels: Sequence[int]
    target: int
    expected: int
    requests: Sequence[int] = ()
    ready: str = ""
    hot: str = ""
    phases: Sequence[int] = ()
    deleted: str = ""

    @property
    def pods(self) -> list[Pod]:
        number = max(self.current, len(self.requests), len(self.phases))
        return pods(number, self.ready, self.hot, self.phases, self.deleted)


def names(rows: Sequence[Row]) -> list[str]:
    return [row.id for row in rows]


RESOURCE = [
    Row("C8a.2", 3, (300, 500, 700), 30, 5, (1000,) * 3),
    Row("C8a.4", 3, (300, 500, 700), 30, 4, (1000,) * 3, hot="TFF"),
    Row("C8a.5", 3, (400, 500, 700), 30, 3, (1000,) * 3, ready="TFF"),
    Row("C8a.7", 2, (500, 700), 30, 4, (1000,) * 4, "TTFF", phases=(1, 1, FAILED, FAILED)),
    Row("C8a.8", 2, (500, 700), 30, 4, (1000,) * 4, "TTFF", deleted="FFTT"),
    Row("C8a.19", 5, (100, 300, 500, 250, 250), 50, 3, (1000,) * 5),
    Row("C8a.25", 5, (100, 300, 500, 250, 250), 50, 2, (1000,) * 5, "TTTFF"),
    Row("C8a.26", 5, (100,), 50, 1, (1000,) * 5, "TFFFF", phases=(RUNNING, *(PENDING,) * 4)),
    Row(
        "C8a.28", 5, (100, 300, 500, 250, 250), 50, 3, (1000,) * 7, "TTTTTFF",
        phases=(*(RUNNING,) * 5, FAILED, FAILED),
    ),
    Row("C8a.29", 5, (100, 300, 500, 250, 250), 50, 3, (1000,) * 7, "TTTTTFF", deleted="FFFFFTT"),
    Row("C8a.37", 4, (400, 95), 100, 3, (1000,) * 4),
    Row("C8a.40", 2, (1000,), 100, 2, (1000,) * 2),
    Row("C8a.41", 2, (1900,), 100, 2, (1000,) * 2),
    Row("C8a.43", 3, (100, 450), 50, 3, (1000,) * 3, "FTT"),
    Row("C8a.44", 3, (100, 450), 50, 3, (1000,) * 3, hot="TFF"),
    Row("C8a.46", 3, (100, 2000), 50, 4, (1000,) * 3, "FTT", hot="TFF"),
    Row("C8a.47", 4, (100, 100, 100), 50, 3, (1000,) * 4, "FTTT"),
]  # fmt: skip


def of_resource(row: Row) -> Proposal:
    requests = {f"pod-{n}": CONTAINERS * each for n, each in enumerate(row.requests)}
    measured = metrics([CONTAINERS * level for level in row.levels])
    target = UtilizationTarget(row.target, requests)
    return COUNT.of_pods(NOW, row.current, row.pods, measured, target)


@pytest.mark.parametrize("row", RESOURCE, ids=names(RESOURCE))
def test_a_utilization_of_cpu(row: Row) -> None:
    assert of_resource(row).replicas == row.expected


PODS = [
    Row("C8a.10", 3, (50_000, 10_000, 30_000), 15_000, 6, ready="TTF", hot="FFT"),
    Row("C8a.11", 3, (50_000, 15_000, 30_000), 15_000, 7, ready="FTF", hot="TFT"),
    Row("C8a.20", 5, (12_000,) * 5, 20_000, 3),
    Row("C8a.31", 3, (20_000, 21_000, 21_000), 20_000, 3),
]


@pytest.mark.parametrize("row", PODS, ids=names(PODS))
def test_a_mean_over_the_pods(row: Row) -> None:
    """Readiness does not matter here: a metric that a pod has counts."""
    target = AverageTarget(row.target)
    found = COUNT.of_pods(NOW, row.current, row.pods, metrics(row.levels), target)
    assert found.replicas == row.expected


VALUES = [
    Row("C8a.14", 3, (50_000,), 10_000, 5, ready="FTF"),
    Row("C8a.16", 3, (8_600,), 4_400, 2, ready="FTF"),
    Row("C8a.17", 1, (8_600,), 4_400, 2),
    Row("C8a.22", 5, (12_000,), 20_000, 3),
    Row("C8a.23", 5, (8_600,), 14_334, 3),
    Row("C8a.32", 3, (20_666,), 20_000, 3),
    Row("C8a.34", 3, (8_600,), 8_888, 3),
    Row("C8c-14", 0, (20_000,), 15_000, 2),
]


@pytest.mark.parametrize("row", VALUES, ids=names(VALUES))
def test_a_value_is_multiplied_by_the_ready_pods(row: Row) -> None:
    found = COUNT.of_value(row.current, row.pods, sum(row.levels), row.target)
    assert found.replicas == row.expected


AVERAGES = [
    Row("C8a.13", 3, (20_000,), 5_000, 4),
    Row("C8a.35", 3, (8_600,), 2_900, 3),
]


@pytest.mark.parametrize("row", AVERAGES, ids=names(AVERAGES))
def test_an_average_value_is_shared_by_all(row: Row) -> None:
    assert COUNT.of_average(row.current, sum(row.levels), row.target).replicas == row.expected


def test_metrics_of_strangers_are_no_metrics() -> None:
    """C8a.1: what is measured belongs to a pod that is not in the list."""
    stranger = {"stranger": PodMetric(100, NOW, 60.0)}
    target = UtilizationTarget(100, {"pod-0": 1000})
    with pytest.raises(MetricFails, match="no metrics returned matched known pods"):
        COUNT.of_pods(NOW, 1, pods(1), stranger, target)


def test_without_metrics_there_is_no_proposal() -> None:
    """C8a.38; and neither is there one if all that has metrics is too young."""
    target = UtilizationTarget(100, {f"pod-{n}": 1000 for n in range(3)})
    with pytest.raises(MetricFails, match="no metrics returned from the metrics API"):
        COUNT.of_pods(NOW, 4, pods(3), {}, target)
    with pytest.raises(MetricFails, match="pods might be unready"):
        COUNT.of_pods(NOW, 3, pods(3, hot="TTT"), metrics((100,) * 3), target)


# What is newer than those tables (Kubernetes 1.33).


def test_the_pod_of_a_surge_does_not_turn_the_number_round() -> None:
    """Three pods run where two are wanted; their ratio says fewer, their number would say more.

    TestReplicaCalcDuringRollingUpdateWithMaxSurge and ...CM; the second was not so in 1.20.
    """
    target = UtilizationTarget(50, {f"pod-{n}": 1000 for n in range(3)})
    assert COUNT.of_pods(NOW, 2, pods(3), metrics((100, 100)), target).replicas == 2
    average = AverageTarget(17_000)
    assert COUNT.of_pods(NOW, 2, pods(3), metrics((10_000, 10_000)), average).replicas == 2


def test_a_pod_without_a_metric_is_presumed_to_be_at_a_target_above_its_request() -> None:
    """TestReplicaCalcMissingMetricsScaleDownTargetOver100: with 100 % it would be one fewer."""
    row = Row("", 4, (200, 100, 100), 300, 2, (1000, 1000, 2000, 2000), "FTTT")
    assert of_resource(row).replicas == row.expected


def test_a_ratio_of_exactly_one_leaves_the_missing_alone() -> None:
    """TestPlainMetricReplicaCalcMissingMetricsNoChangeEq; 1.20 filled them in with nothing."""
    found = COUNT.of_pods(NOW, 5, pods(5), metrics((20_000, 19_000, 21_000)), AverageTarget(20_000))
    assert found == Proposal(5, 20_000)


def test_each_direction_has_its_tolerance() -> None:
    """TestReplicaCalcConfigurableToleranceCMExternal and ...TolerancePerPodCMExternal."""
    touchy = ReplicaCount(Tolerance(up=0.01, down=0.1))
    assert touchy.of_value(3, pods(3), 8_900, 8_800).replicas == 4
    assert touchy.of_value(3, pods(3), 8_000, 8_800).replicas == 3
    assert touchy.of_average(3, 8_600, 2_800) == Proposal(4, 2_867)
    assert COUNT.of_average(3, 8_600, 2_800).replicas == 3


def test_a_utilization_is_cut_to_whole_per_cent() -> None:
    """1099 of 1000 millicores are 109 %: within the tolerance of a target of 100 %, as is 90.0 %."""
    target = UtilizationTarget(100, {"pod-0": 1000})

    def proposed(level: int) -> Proposal:
        return COUNT.of_pods(NOW, 1, pods(1), metrics((level,)), target)

    assert proposed(1109) == Proposal(1, 110)
    assert proposed(1110) == Proposal(2, 111)


# Whose CPU use counts.


def counts(age: float, ready: bool, changed: float, end: float) -> bool:
    """Whether a metric over 15 s counts that ended `end` s ago; `changed` is how long Ready stands."""
    pod = Pod("pod-0", RUNNING, ready, NOW - age, NOW - changed)
    metric = PodMetric(100, NOW - end, 15.0)
    groups = Readiness().group(NOW, [pod], {"pod-0": metric}, cpu=True)
    assert (groups.ready, groups.unready) in ((1, []), (0, ["pod-0"]))
    return groups.ready == 1


def test_a_young_pod_counts_once_a_whole_window_was_measured_since_it_became_ready() -> None:
    assert not counts(age=60.0, ready=True, changed=24.0, end=10.0)
    assert counts(age=60.0, ready=True, changed=25.0, end=10.0)
    assert not counts(age=60.0, ready=False, changed=25.0, end=10.0)


def test_an_old_pod_counts_unless_it_was_never_ready() -> None:
    assert counts(age=300.0, ready=True, changed=1.0, end=10.0)
    assert counts(age=300.0, ready=False, changed=270.0, end=10.0)
    assert not counts(age=300.0, ready=False, changed=271.0, end=10.0)


# A closed loop.


def period(delay: int, start: float) -> float:
    """Syncs from one crossing of the target upwards to the next, the metric being so many syncs old.

    The load is constant and shared evenly, and the tolerance none.
    """
    exact = ReplicaCount(Tolerance(0.0, 0.0))
    load, target = 1_000_000_000, 1_000_000
    history = [int(load / target * start)] + [load // target] * delay
    while len(history) < 400:
        ready = [Pod(f"pod-{n}") for n in range(history[-1])]
        usage = load // history[-1 - delay]
        history.append(exact.of_value(history[-1], ready, usage, target).replicas)
    above = [each > load / target for each in history]
    upwards = [n for n in range(1, len(above)) if above[n] and not above[n - 1]]
    return (upwards[-1] - upwards[0]) / (len(upwards) - 1)


def test_metrics_of_the_sync_before_make_a_cycle_of_six_syncs() -> None:
    """B15a: log N(k+1) = log N(k) + log(L/target) - log N(k-1), whose roots are on the unit circle."""
    assert period(delay=1, start=0.98) == pytest.approx(6.0, rel=0.05)
