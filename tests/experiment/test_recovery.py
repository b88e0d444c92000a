"""Recovery from made-up series, against figures worked out by hand, and its laws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.experiment.blast_radius import Departure, departure_of, spread
from simulator.experiment.recovery import Recovery, Users, Watch, recovery_of
from simulator.experiment.steady_state import Intervals, failures_beyond, goodput_beyond, out

STEADY = 10
LENGTH = 30


def play(
    after: Sequence[float],
    *,
    before: Sequence[float] = (100.0,) * STEADY,
    start: float = 10.0,
    end: float | None = 13.0,
    interval: float = 1.0,
    until: int = LENGTH,
    fail: bool = True,
    latency: Mapping[int, float] | None = None,
    attempts: Mapping[int, float] | None = None,
    scale: float = 1.0,
) -> Recovery:
    """100 requests an interval; so many of them right before the fault, and after it until all are.

    What is not right has failed, or with `fail=False` was right in another way.
    """
    size = max(LENGTH, until)
    ok = np.full(size, 100.0)
    ok[: len(before)] = before
    ok[len(before) : len(before) + len(after)] = after
    slow = np.full(size, 0.1)
    tries = np.full(size, 200.0)
    for place, value in (latency or {}).items():
        slow[place] = value
    for place, value in (attempts or {}).items():
        tries[place] = value
    users = Users(
        finished=np.full(size, 100.0),
        failed=100.0 - ok if fail else np.zeros(size),
        ok=ok * scale,
        expected=np.full(size, float(np.mean(before))) * scale,
        attempts=tries,
        latencies={"users": slow},
    )
    return recovery_of(users, Watch(interval, start, end, (0, len(before)), until))


def test_instant() -> None:
    """Out for one interval: back after one second, with all of its answers lost."""
    found = play([0.0])
    assert (found.departed_after, found.departed_by) == (0.0, "goodput")
    assert found.recovered_after == 1.0
    assert found.depth == 0.0
    assert (found.lost_goodput, found.lost_requests) == (100.0, 100)


def test_slow() -> None:
    """Down in steps and up in steps: 20 + 60 + 60 + 40 + 20 + 10 lost, and 99 of 100 is as before.

    The fault begins in the middle of an interval, which is then out; seconds count from there.
    """
    found = play([80, 40, 40, 60, 80, 90, 99, 99], start=10.5, end=12.0)
    assert found.departed_after == 0.0
    assert found.recovered_after == 16.0 - 10.5
    assert found.depth == 0.4
    assert found.lost_goodput == 210.0
    assert found.lost_requests == 210
    assert not found.still_out


def test_oscillating() -> None:
    """What comes back and goes again has recovered with the last time it was out."""
    found = play([50, 100, 50, 100, 50])
    assert found.recovered_after == 5.0
    assert found.lost_goodput == 150.0
    assert found.depth == 0.5


def test_never() -> None:
    """Half of the goodput to the end of the run: no recovery, and 20 intervals of losses."""
    found = play([50] * 20)
    assert found.departed_after == 0.0
    assert found.recovered_after is None
    assert found.still_out
    assert (found.lost_goodput, found.lost_requests) == (1000.0, 1000)


def test_partial() -> None:
    """Back to 90 of 100 is not back: the band ends at 95, and at one failure in a hundred."""
    found = play([20] * 3 + [90] * 17)
    assert found.recovered_after is None
    assert found.depth == 0.2
    assert found.lost_goodput == 3 * 80 + 17 * 10
    assert play([20] * 3 + [95] * 17, fail=False).recovered_after == 3.0
    assert play([20] * 3 + [99] * 17).recovered_after == 3.0
    assert play([20] * 3 + [97] * 17).recovered_after is None


def test_no_departure() -> None:
    """Where nothing was out there is nothing to recover from; what failed is counted all the same."""
    found = play([99, 100, 99])
    assert (found.departed_after, found.departed_by, found.recovered_after) == (None, None, None)
    assert found.depth is None
    assert (found.lost_goodput, found.lost_requests) == (0.0, 2)
    assert not found.departed


def test_one_interval_near_the_band_is_chance() -> None:
    """93 of 100 are beyond the band of 5: once that is noise, twice in a row it is a departure."""
    assert not play([93], fail=False).departed
    assert not play([93, 100, 93], fail=False).departed
    assert play([93, 93], fail=False).recovered_after == 2.0
    # Beyond twice the band one interval is enough.
    assert not play([90], fail=False).departed
    assert play([89], fail=False).recovered_after == 1.0


def test_more_than_usual_is_no_harm() -> None:
    """Catching up with a backlog is no departure."""
    assert not play([180, 170], fail=False).departed


def test_the_band_is_as_wide_as_the_noise() -> None:
    """90 and 110 in turn spread by sqrt(1000 / 9) = 10.54: of ten, 3 (1 + 2.5 / 9) times that, 40.4."""
    noisy = [90.0, 110.0] * 5
    assert not play([60, 60], before=noisy, fail=False).departed
    assert play([59, 59], before=noisy, fail=False).departed


def test_failures_are_seen_where_goodput_is_noise() -> None:
    """Two failures among a hundred, where there were none, are at twice the floor of 1 %."""
    assert not play([98]).departed
    found = play([98, 98])
    assert (found.departed_by, found.recovered_after) == ("failures", 2.0)
    assert found.lost_requests == 4


def test_the_usual_failures_are_not_lost() -> None:
    """With one in a hundred as a rule, 9 + 3 + 1 in three intervals are ten too many."""
    users = Users(
        finished=np.full(20, 100.0),
        failed=np.array([1.0] * 10 + [9.0, 3.0] + [1.0] * 8),
        ok=np.full(20, 99.0),
        expected=np.full(20, 99.0),
        attempts=np.full(20, 100.0),
        latencies={},
    )
    found = recovery_of(users, Watch(1.0, 10.0, 13.0, (0, 10), 20))
    assert found.lost_requests == 10
    assert found.departed_by == "failures"


def test_slowness_alone_is_a_departure() -> None:
    """Three times the latency is, without any failure; 1.2 times is what nobody notices."""
    found = play([], latency={11: 0.3, 12: 0.3})
    assert (found.departed_after, found.departed_by) == (1.0, "latency")
    assert found.recovered_after == 3.0
    assert (found.depth, found.lost_goodput, found.lost_requests) == (1.0, 0.0, 0)
    assert not play([], latency={11: 0.1199, 12: 0.1199}).departed


def test_an_interval_without_answers_has_no_latency() -> None:
    """Where nothing was answered goodput tells it."""
    found = play([0, 0], latency={10: np.nan, 11: np.nan})
    assert (found.departed_by, found.recovered_after) == ("goodput", 2.0)


def test_the_next_fault_ends_the_watch() -> None:
    """What goes down when the next fault begins is none of this one's."""
    series = [50, 100, 100, 100, 100, 20, 20]
    assert play(series, until=15).recovered_after == 1.0
    assert play(series).recovered_after == 7.0
    # Out in the last interval before it: nobody knows.
    assert play([50] * 5, until=15).still_out


def test_amplification() -> None:
    """Two attempts for each request, five in the worst interval."""
    found = play([0, 0, 0], attempts={10: 400.0, 11: 500.0, 20: 900.0})
    assert (found.steady_amplification, found.peak_amplification) == (2.0, 5.0)


def test_a_few_requests_tell_no_ratio() -> None:
    """An interval in which only 5 of the usual 100 requests ended does not count."""
    finished = np.full(20, 100.0)
    finished[11] = 5.0
    users = Users(
        finished, np.zeros(20), finished, np.full(20, 100.0), np.full(20, 100.0), latencies={}
    )
    assert recovery_of(users, Watch(1.0, 10.0, 13.0, (0, 10), 20)).peak_amplification == 1.0


def test_what_is_expected_goes_with_the_load() -> None:
    """A third of the load, all of it served, is no departure; the same goodput at full load is."""
    ok = np.array([100.0] * 10 + [30.0] * 10)
    assert not out(goodput_beyond(ok, ok.copy(), (0, 10))).any()
    assert out(goodput_beyond(ok, np.full(20, 100.0), (0, 10)))[10:].all()


def test_few_requests_fail_by_chance() -> None:
    """One of ten failed, after 99 that did not, is 10 %: within 3 standard errors times two of 1 %.

    The share that would have failed if one more had is 1/100; its standard error among ten is
    sqrt(0.01 * 0.99 / 10) = 3.1 %, so that 10 % is 1.06 widths of the band.
    """
    finished = np.array([11.0] * 9 + [10.0])
    failed = np.array([0.0] * 9 + [1.0])
    figures = Intervals(finished, failed, np.full(10, np.nan))
    beyond = failures_beyond(figures, (0, 9))
    assert beyond[9] == pytest.approx(0.1 / (3 * np.sqrt(0.01 * 0.99 / 10)))
    assert 1.0 < beyond[9] < 2.0
    assert not out(beyond).any()


AFTER = st.lists(st.integers(0, 100), max_size=LENGTH - STEADY)


@given(
    share=st.integers(0, 100),
    latency=st.floats(1e-6, 1e3),
    start=st.floats(10.0, 20.0),
    interval=st.sampled_from([0.1, 0.5, 1.0, 60.0]),
)
def test_a_constant_series_never_departs(
    share: int, latency: float, start: float, interval: float
) -> None:
    """Whatever the level, and wherever the fault."""
    found = play(
        [share] * 20,
        before=[share] * STEADY,
        start=start * interval,
        end=None,
        interval=interval,
        latency=dict.fromkeys(range(LENGTH), latency),
    )
    assert not found.departed
    assert (found.lost_goodput, found.lost_requests) == (0.0, 0)


@given(after=AFTER, scale=st.sampled_from([0.01, 0.5, 3.0, 1000.0]))
def test_scaling_goodput_scales_what_is_lost(after: list[int], scale: float) -> None:
    """Times are the same, and so is the depth."""
    plain, scaled = play(after, fail=False), play(after, fail=False, scale=scale)
    assert scaled.lost_goodput == pytest.approx(scale * plain.lost_goodput)
    assert scaled.recovered_after == plain.recovered_after
    assert scaled.departed_after == plain.departed_after
    assert scaled.depth == pytest.approx(plain.depth)


@given(after=AFTER, shift=st.integers(1, 50), offset=st.sampled_from([0.0, 0.25, 0.5]))
def test_shifting_time_shifts_nothing(after: list[int], shift: int, offset: float) -> None:
    """A longer run before the fault leaves all that counts from its start as it is."""
    early = play(after, start=10.0 + offset, end=13.0)
    late = play(
        after,
        before=[100.0] * (STEADY + shift),
        start=10.0 + shift + offset,
        end=13.0 + shift,
        until=LENGTH + shift,
    )
    assert (late.departed_after, late.departed_by) == (early.departed_after, early.departed_by)
    assert late.recovered_after == early.recovered_after
    assert (late.depth, late.lost_requests) == (early.depth, early.lost_requests)
    assert late.lost_goodput == pytest.approx(early.lost_goodput)
    assert late.over == early.over + shift


@given(after=AFTER)
def test_what_holds_of_every_series(after: list[int]) -> None:
    """Recovery comes after the departure, and what is lost is no more than there was."""
    found = play(after)
    if found.departed_after is None:
        assert found.recovered_after is None
        assert min([*after[-3:], 100]) >= 90
    else:
        assert found.depth is not None and 0.0 <= found.depth < 1.0
        assert 0.0 < found.lost_goodput <= 100.0 * (LENGTH - STEADY)
        if found.recovered_after is not None:
            assert found.departed_after < found.recovered_after
            assert found.recovered_after < LENGTH - STEADY


class TestBlastRadius:
    def test_a_departure_says_when_and_by_what(self) -> None:
        """Slow from the second interval on, failing from the third."""
        figures = Intervals(
            np.full(20, 100.0),
            np.array([0.0] * 12 + [50.0] * 8),
            np.array([0.1] * 11 + [0.9] * 9),
        )
        watch = Watch(1.0, 10.0, None, (0, 10), 20)
        assert departure_of(figures, watch, 20) == Departure(1.0, "latency")
        assert departure_of(figures, watch, 11) is None

    def test_what_was_never_called_never_departs(self) -> None:
        """Without a steady state there is nothing to leave."""
        figures = Intervals(
            np.array([0.0] * 10 + [5.0] * 10),
            np.array([0.0] * 10 + [5.0] * 10),
            np.full(20, np.nan),
        )
        assert departure_of(figures, Watch(1.0, 10.0, None, (0, 10), 20), 20) is None

    def test_a_chain(self) -> None:
        """Each hangs on the one it calls, whatever the order of names."""
        calls = {"a": {"b"}, "b": {"c"}, "c": set[str]()}
        assert spread(["c"], {"a": 2.0, "b": 1.0, "c": 0.0}, calls) == [
            ("c", None),
            ("b", "c"),
            ("a", "b"),
        ]
        # In the same interval too.
        assert spread(["c"], {"a": 0.0, "b": 0.0, "c": 0.0}, calls)[1:] == [("b", "c"), ("a", "b")]

    def test_the_callee_that_departed_first_is_to_blame(self) -> None:
        """Of two callees in trouble the earlier one is the parent."""
        calls = {"front": {"slow", "fast"}, "slow": {"db"}, "fast": {"db"}, "db": set[str]()}
        departed = {"db": 0.0, "slow": 5.0, "fast": 1.0, "front": 6.0}
        assert ("front", "fast") in spread(["db"], departed, calls)

    def test_trouble_goes_down_too(self) -> None:
        """Retries of a caller overload another callee of it: that one hangs on the caller."""
        calls = {"front": {"a", "b"}, "a": set[str](), "b": set[str]()}
        assert spread(["a"], {"a": 0.0, "front": 1.0, "b": 2.0}, calls) == [
            ("a", None),
            ("front", "a"),
            ("b", "front"),
        ]

    def test_a_tree_of_several_roots(self) -> None:
        """Each service that was hit is a root, and the others hang on whoever they call."""
        calls = {
            "shop": {"pay", "stock"},
            "mail": {"stock"},
            "pay": set[str](),
            "stock": set[str](),
        }
        departed = {"shop": 1.0, "pay": 2.0, "stock": 0.0, "mail": 3.0}
        # A root has no parent, though it calls another that departed.
        assert spread(["stock", "shop"], departed, calls) == [
            ("stock", None),
            ("shop", None),
            ("mail", "stock"),
            ("pay", "shop"),
        ]

    def test_the_root_is_there_even_if_it_never_departed(self) -> None:
        """So it is with the registry, which nobody calls; who has no other way hangs on it."""
        calls = {"a": {"b"}, "b": set[str]()}
        assert spread(["registry"], {"a": 1.0, "b": 1.0}, calls) == [
            ("registry", None),
            ("a", "registry"),
            ("b", "a"),
        ]
