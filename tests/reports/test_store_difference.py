"""Two runs side by side: what is called a difference, and how often wrongly."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from store_runs import play

from reports.store.batch_means import Sample, apart, paired
from reports.store.difference import Pair
from reports.store.samples import samples
from reports.stored import StoredRun

LEVEL = 0.05
CERTAIN = ("availability", "attempts_per_request")
"""In this shop both are always 1, and nobody could err."""


def correlated(random: np.random.Generator, runs: int, length: int, phi: float) -> np.ndarray:
    """Series with mean 0 in which neighbours have the correlation `phi`, from their steady state."""
    shocks = random.standard_normal((runs, length))
    series = np.empty((runs, length))
    series[:, 0] = shocks[:, 0] / sqrt(1.0 - phi * phi)
    for place in range(1, length):
        series[:, place] = phi * series[:, place - 1] + shocks[:, place]
    return series


def sample(values: np.ndarray) -> Sample:
    """A sample of plain means."""
    return Sample(values, np.ones(len(values)))


@pytest.mark.parametrize("test", [apart, paired])
@pytest.mark.parametrize("phi", [0.0, 0.5, 0.8])
def test_false_alarms_are_as_rare_as_promised(test: object, phi: float) -> None:
    """In 1000 pairs of series without a difference, about 5 % are said to have one.

    The bounds are three binomial standard errors (0.0069) above, and below 2 %: the widening for what
    correlation is left costs some of the level, but the test is still one.
    """
    assert callable(test)
    pairs = 1000
    series = correlated(np.random.default_rng(3), 2 * pairs, 240, phi)
    alarms = 0
    for first, second in zip(series[::2], series[1::2], strict=True):
        told = test(sample(first), sample(second))
        assert told is not None
        alarms += told.p < LEVEL
        assert (told.p < LEVEL) == (told.interval.low > 0.0 or told.interval.high < 0.0)
    error = sqrt(LEVEL * (1.0 - LEVEL) / pairs)
    assert 0.02 <= alarms / pairs <= LEVEL + 3.0 * error


def test_single_intervals_would_have_raised_many_more() -> None:
    """Which is why there are batches: Welch's test on single correlated intervals is wrong."""
    from scipy.stats import ttest_ind

    series = correlated(np.random.default_rng(3), 400, 240, 0.8)
    p = ttest_ind(series[::2], series[1::2], axis=1, equal_var=False).pvalue
    assert (p < LEVEL).mean() > 0.3


def test_a_difference_of_the_mean_is_found_and_measured() -> None:
    series = correlated(np.random.default_rng(5), 2, 400, 0.3)
    told = apart(sample(series[0]), sample(series[1] + 1.0))
    assert told is not None
    assert told.p < 0.001
    assert told.interval.low < 1.0 < told.interval.high
    shared = series[0] + 0.1 * series[1]
    both = paired(sample(series[0]), sample(shared + 0.1))
    alone = apart(sample(series[0]), sample(shared + 0.1))
    assert both is not None
    assert alone is not None
    assert both.p < 0.001 < LEVEL < alone.p, "what both have in common hides the difference"


def test_batches_add_up_parts_and_wholes() -> None:
    """A share of a batch is of all that ended in it, not the mean of the shares of its intervals."""
    part, whole = np.array([0.0, *[1.0, 9.0] * 20]), np.array([5.0, *[1.0, 99.0] * 20])
    assert Sample(part, whole).batches() == pytest.approx([0.1] * 20)
    empty = Sample(np.zeros(40), np.zeros(40))
    assert np.isnan(empty.batches()).all()
    assert apart(empty, empty) is None
    assert len(Sample(np.zeros(0), np.zeros(0)).batches()) == 0


def test_nothing_is_said_of_few_intervals() -> None:
    nine, ten = np.arange(9.0), np.arange(10.0)
    assert apart(sample(nine), sample(ten)) is None
    assert paired(sample(nine), sample(nine)) is None
    assert apart(sample(ten), sample(ten)) is not None


def test_what_leaves_nothing_to_chance() -> None:
    ones = np.ones(30)
    same, other = apart(sample(ones), sample(ones)), apart(sample(ones), sample(2.0 * ones))
    assert same is not None
    assert other is not None
    assert (same.p, same.interval.mean) == (1.0, 0.0)
    assert (other.p, other.interval.mean) == (0.0, 1.0)


@pytest.fixture(scope="module")
def seeds() -> list[StoredRun]:
    """The same shop with different luck."""
    return [play(seed=seed) for seed in range(80)]


def test_other_luck_alone_is_seldom_called_a_difference(seeds: list[StoredRun]) -> None:
    """Of 40 pairs of runs that differ in their seeds, a figure calls a few different.

    Figures of a pair go together, so that it is the pairs that count: of each figure at most four
    binomial standard errors more than 5 % of the pairs, of all together at most three.
    """
    pairs = [Pair(*two) for two in zip(seeds[::2], seeds[1::2], strict=True)]
    alarms: dict[tuple[str, str], list[bool]] = {}
    for pair in pairs:
        assert not pair.common
        for each in pair.figures:
            if each.verdict is not None and each.measure not in CERTAIN:
                alarms.setdefault((each.of, each.measure), []).append(
                    each.verdict != "no difference shown"
                )
    assert len(alarms) == 10
    error = sqrt(LEVEL * (1.0 - LEVEL) / len(pairs))
    for figure, found in alarms.items():
        assert len(found) == len(pairs)
        assert np.mean(found) <= LEVEL + 4.0 * error, figure
    assert np.mean(list(alarms.values())) <= LEVEL + 3.0 * error


def verdicts(pair: Pair) -> dict[str, str | None]:
    """By measure, of all users and of the service."""
    return {f"{each.of} {each.measure}": each.verdict for each in pair.figures}


def test_a_real_difference_is_found_in_the_right_direction(seeds: list[StoredRun]) -> None:
    faster = play("services.web.concurrency=2", seed=1)
    found = verdicts(pair := Pair(seeds[1], faster))
    assert pair.common
    assert not pair.same
    assert [str(each) for each in pair.changes] == ["services.web.concurrency: 1 -> 2"]
    for figure in ("total mean", "total p99", "service queue", "service p99"):
        assert found[figure] == "better", figure
    assert found["service utilization"] == "lower"
    assert found["total throughput"] == "no difference shown"
    assert found["total p999"] is None
    back = verdicts(Pair(faster, seeds[1]))
    assert back["total mean"] == "worse"
    assert back["service utilization"] == "higher"


def test_a_difference_is_found_with_luck_of_their_own(seeds: list[StoredRun]) -> None:
    found = verdicts(Pair(seeds[1], play("traffic.users.rate=35/s", seed=2)))
    assert found["total throughput"] == "better"
    assert found["total mean"] == "worse"


def test_the_same_run_is_told(seeds: list[StoredRun]) -> None:
    pair = Pair(seeds[1], replace(seeds[1], folder=Path("elsewhere")))
    assert pair.same
    assert pair.changes == []
    assert all(each.first == each.second for each in pair.figures)
    assert {each.verdict for each in pair.figures} == {"no difference shown", None}


def test_a_short_run_is_not_measured(seeds: list[StoredRun]) -> None:
    found = verdicts(Pair(seeds[1], play("duration=15s", seed=2)))
    assert found["total p99"] == "not measured"


def test_goodput_is_not_tested_where_the_series_do_not_know_it() -> None:
    late = play("traffic.users.slo=20ms")
    assert ("total", "", "goodput") not in samples(late.result)
    assert ("total", "", "goodput") in samples(play().result)


def test_samples_agree_with_the_summary(seeds: list[StoredRun]) -> None:
    """From the warm-up on, the intervals add up to nearly the figures of the result."""
    result = seeds[3].result
    found = {key: each.between(10, 60) for key, each in samples(result).items()}
    whole = {key: float(each.part.sum() / each.whole.sum()) for key, each in found.items()}
    total, web = result.total, result.services["web"]
    assert whole["total", "", "throughput"] == pytest.approx(total.throughput, rel=0.01)
    assert whole["total", "", "mean"] == pytest.approx(total.latency.mean, rel=0.03)
    assert whole["total", "", "attempts_per_request"] == pytest.approx(1.0)
    assert whole["service", "web", "utilization"] == pytest.approx(web.utilization)
    assert whole["service", "web", "queue"] == pytest.approx(web.queue.mean)


def test_what_only_one_run_has() -> None:
    more = play(
        "services.db={concurrency: 2, endpoints: {get: [work: 1ms]}}",
        "traffic.bots={rate: 1/s, target: db.get}",
    )
    pair = Pair(play(), more)
    assert pair.only(0) == []
    assert pair.only(1) == ["traffic bots", "service db"]
    assert pair.to_json(("a", "b"))["only_b"] == pair.only(1)


def test_percentiles_of_all_classes_lie_between_theirs() -> None:
    """They come from the histograms, interval by interval, to a sixteenth of a doubling."""
    slow = "services.db={concurrency: 50, endpoints: {get: [work: 200ms]}}"
    result = play(slow, "traffic.bots={rate: 5/s, target: db.get}").result
    found = samples(result)
    for name in ("p50", "p99"):
        both, users, bots = (
            found[key]
            for key in (("total", "", name), ("traffic", "users", name), ("traffic", "bots", name))
        )
        assert (both.part <= np.maximum(users.part, bots.part) * 1.07).all()
        assert (both.part >= np.minimum(users.part, bots.part) / 1.07).all()
        assert both.whole.sum() == 60.0


def test_a_run_that_ended_in_its_warm_up_is_not_measured(seeds: list[StoredRun]) -> None:
    ended = replace(seeds[2], result=replace(seeds[2].result, simulated=5.0))
    assert set(verdicts(Pair(seeds[1], ended)).values()) == {"not measured", None}
