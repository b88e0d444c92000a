"""The history of a run: bins that become wider, and lose nothing but detail."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.live.history import FATES, LATE, MOST, Bins
from simulator.live.snapshot import History
from simulator.observe.histogram import BUCKETS, MIDDLES, RESOLUTION, buckets_of
from simulator.outcome import ERROR, OK, TIMEOUT

SEED = 5


def added(
    bins: Bins, times: np.ndarray, subject: int, fate: int | np.ndarray, latency: np.ndarray | float
) -> None:
    """Add answers that ended at `times`, one by one as lines are."""
    count = len(times)
    bins.add(
        (times / bins.tick).astype(np.int64),
        np.full(count, subject),
        np.broadcast_to(fate, count).astype(np.int64),
        buckets_of(np.broadcast_to(latency, count).astype(np.float64).copy()),
        np.ones(count, dtype=np.int64),
    )


def counts(history: History, now: float) -> np.ndarray:
    """What ended in each bin."""
    lengths = np.minimum(history.width, now - history.times)
    found: np.ndarray = history.throughput * lengths
    return found


def test_a_bin_has_what_ended_in_it() -> None:
    bins = Bins(2, 1.0)
    added(bins, np.array([0.1, 0.2, 1.5]), 0, np.array([OK, ERROR, OK]), 0.1)
    added(bins, np.array([2.0, 2.5]), 1, OK, 0.1)
    history = bins.view(0, 3.0)
    assert history.times.tolist() == [0.0, 1.0, 2.0]
    assert history.throughput.tolist() == [2.0, 1.0, 0.0]
    assert history.goodput.tolist() == [1.0, 1.0, 0.0]
    assert {name: rates.tolist() for name, rates in history.outcomes.items()} == {
        "ok": [1.0, 1.0, 0.0],
        "error": [1.0, 0.0, 0.0],
    }
    assert bins.view(1, 3.0).throughput.tolist() == [0.0, 0.0, 2.0]


def test_late_answers_are_right_and_no_goodput() -> None:
    bins = Bins(1, 1.0)
    added(bins, np.array([0.5, 0.6]), 0, np.array([OK, LATE]), np.array([0.1, 0.4]))
    history = bins.view(0, 1.0)
    assert history.outcomes["ok"].tolist() == [2.0]
    assert history.goodput.tolist() == [1.0]
    assert history.p99[0] == pytest.approx(0.4, rel=RESOLUTION)


def test_percentiles_are_those_of_the_good_answers_of_each_bin() -> None:
    generator = np.random.default_rng(SEED)
    bins = Bins(3, 1.0)
    times = np.sort(generator.uniform(0.0, 8.0, 4000))
    latencies = generator.lognormal(-3.0, 1.0, 4000)
    for part in np.array_split(np.arange(4000), 13):
        added(bins, times[part], 1, OK, latencies[part])
        added(bins, times[part][-1:], 1, TIMEOUT, 9.0)
        # Looked at in between, it is the same in the end.
        bins.view(1, float(times[part][-1]))
    history = bins.view(1, 8.0)
    for number in range(8):
        mine = np.sort(latencies[(times >= number) & (times < number + 1)])
        for share, found in ((0.5, history.p50), (0.95, history.p95), (0.99, history.p99)):
            exact = mine[int(np.ceil(share * len(mine))) - 1]
            assert found[number] == pytest.approx(exact, rel=RESOLUTION)
    assert np.isnan(bins.view(0, 8.0).p50).all()


def test_when_there_are_too_many_bins_two_become_one_exactly() -> None:
    generator = np.random.default_rng(SEED)
    thinned, whole = Bins(2, 1.0), Bins(2, 8.0)
    end = 4096.0
    assert MOST * 4 < end <= MOST * 8
    times = np.sort(generator.uniform(0.0, end, 20_000))
    fates = generator.choice([OK, LATE, ERROR], 20_000)
    latencies = generator.lognormal(-3.0, 1.0, 20_000)
    for part in np.array_split(np.arange(20_000), 17):
        for bins in (thinned, whole):
            added(bins, times[part], 1, fates[part], latencies[part])
    found, wanted = (each.view(1, end, heat=True) for each in (thinned, whole))
    assert (found.width, len(found.times)) == (8.0, 512)
    for name in ("times", "throughput", "goodput", "p50", "p95", "p99", "bands", "heat"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), name)
    assert found.outcomes.keys() == wanted.outcomes.keys() == {"ok", "error"}


def test_memory_stays_what_it_is() -> None:
    """A million simulated seconds have as many bins, and as many entries, as an hour has at most."""
    bins, end = Bins(1, 1.0), 278 * 3600.0
    for hour in np.arange(0.0, end, 3600.0):
        added(bins, hour + np.linspace(0.0, 3599.0, 400), 0, OK, np.linspace(0.01, 0.02, 400))
    history = bins.view(0, end, over=True)
    assert MOST / 2 <= len(history.times) <= MOST
    # Latencies from 10 to 20 ms lie in 65 buckets: no bin can have more entries.
    kept = (*bins.blocks, bins.open)
    entries = sum(len(each.keys) for each in kept)
    assert entries <= MOST * 65
    # In whole words they would take 16 bytes each.
    assert sum(each.keys.nbytes + each.counts.nbytes for each in kept) <= 6 * entries
    assert counts(history, end).sum() == pytest.approx(278 * 400)


def test_a_silence_that_is_longer_than_all_bins() -> None:
    bins = Bins(1, 0.5)
    added(bins, np.array([0.2]), 0, OK, 0.1)
    added(bins, np.array([1e6]), 0, OK, 0.1)
    assert counts(bins.view(0, 1e6 + 1, over=True), 1e6 + 1).sum() == pytest.approx(2.0)


def test_a_bin_that_has_just_begun_is_not_shown_unless_the_run_is_over() -> None:
    bins = Bins(1, 1.0)
    added(bins, np.array([0.5, 1.1, 1.2]), 0, OK, 0.1)
    assert bins.view(0, 1.3).throughput.tolist() == [1.0]
    assert bins.view(0, 1.3, over=True).throughput == pytest.approx([1.0, 2.0 / 0.3])
    assert bins.view(0, 1.5).throughput.tolist() == [1.0, 4.0]
    # The first is all that there is.
    assert bins.view(0, 0.2).throughput.tolist() == [15.0]


def test_at_the_start_there_is_nothing() -> None:
    history = Bins(1, 1.0).view(0, 0.0, heat=True)
    assert len(history.times) == len(history.throughput) == len(history.heat) == 0
    assert history.outcomes == {}


def test_what_ends_at_the_very_end_is_counted() -> None:
    bins = Bins(1, 1.0)
    added(bins, np.array([1.0, 2.0]), 0, OK, 0.1)
    assert counts(bins.view(0, 2.0), 2.0).tolist() == [0.0, 2.0]


def test_heat_has_the_good_answers_by_band_of_latency() -> None:
    bins = Bins(1, 1.0)
    latencies = np.array([0.001, 0.001, 0.02, 3.0])
    added(bins, np.array([0.1, 0.2, 1.1, 1.2]), 0, np.array([OK, OK, OK, ERROR]), latencies)
    history = bins.view(0, 2.0, heat=True)
    assert history.heat.shape == (2, len(history.bands))
    assert history.heat.sum(axis=1).tolist() == [2.0, 1.0]
    assert (np.diff(history.bands) > 0.0).all()
    for number, latency in ((0, 0.001), (1, 0.02)):
        band = int(np.argmax(history.heat[number]))
        assert history.bands[band] / 1.5 < latency <= history.bands[band]
    assert bins.view(0, 2.0).heat.size == 0


def test_the_buckets_of_all_bins_add_up() -> None:
    """The percentile of the whole is that of the bins' histograms put together."""
    generator = np.random.default_rng(SEED)
    bins = Bins(1, 1.0)
    latencies = generator.exponential(0.1, 5000)
    added(bins, np.sort(generator.uniform(0.0, 900.0, 5000)), 0, OK, latencies)
    bins.settle()
    merged = np.zeros(BUCKETS, dtype=np.int64)
    for each in (*bins.blocks, bins.open):
        np.add.at(merged, each.keys % BUCKETS, each.counts)
    assert merged.sum() == 5000
    p99 = MIDDLES[np.searchsorted(np.cumsum(merged), 4950)]
    assert p99 == pytest.approx(np.sort(latencies)[4949], rel=RESOLUTION)
    assert FATES == LATE + 1
