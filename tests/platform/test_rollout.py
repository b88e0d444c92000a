"""Rollouts by themselves: the arithmetic of the controllers, and each strategy on a made-up fleet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from math import ceil, floor, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.platform.rollout.analysis import (
    FAILS,
    GOES_ON,
    WAITS,
    Analysis,
    AnalysisSettings,
    Finding,
)
from simulator.platform.rollout.blue_green import BlueGreen
from simulator.platform.rollout.canary import Canary, Pause, SetWeight
from simulator.platform.rollout.fenceposts import Fenceposts, resolve_fenceposts
from simulator.platform.rollout.fleet import Fleet
from simulator.platform.rollout.proportions import share_out
from simulator.platform.rollout.reconcile import Revision, reconcile_new, reconcile_old
from simulator.platform.rollout.recreate import Recreate
from simulator.platform.rollout.rolling import Rolling
from simulator.platform.rollout.rollout import COMPLETE, ROLLED_BACK, UNDER_WAY, Deadline, Rollout

# The arithmetic, against the vectors of Kubernetes.


@pytest.mark.parametrize(
    ("surge", "unavailable", "wanted", "expected"),
    [
        pytest.param(0.0, 0.0, 0, (0, 1), id="C9b-04"),
        pytest.param(0.39, 0.39, 10, (4, 3), id="C9b-05"),
        pytest.param(0.39, None, 10, (4, 0), id="C9b-07"),
        pytest.param(None, None, 10, (0, 1), id="C9b-08"),
        pytest.param(0.25, 0.25, 1, (1, 0), id="C9b-10"),
        pytest.param(3, 2, 10, (3, 2), id="numbers"),
        pytest.param(0.07, 0.07, 100, (7, 7), id="a share without the errors of floats"),
    ],
)
def test_fenceposts(
    surge: float | None, unavailable: float | None, wanted: int, expected: tuple[int, int]
) -> None:
    """TestResolveFenceposts: the surge is rounded up, the unavailable down, and one may always move."""
    assert resolve_fenceposts(surge, unavailable, wanted) == expected


@pytest.mark.parametrize(
    ("surge", "old", "new", "expected"),
    [
        pytest.param(0, 10, 0, 0, id="C9b-11"),
        pytest.param(2, 10, 0, 2, id="room for the surge"),
        pytest.param(2, 5, 0, 7, id="C9b-13"),
        pytest.param(2, 10, 2, 2, id="C9b-14"),
        pytest.param(2, 2, 11, 10, id="one too many goes"),
    ],
)
def test_how_many_new(surge: int, old: int, new: int, expected: int) -> None:
    """TestDeploymentController_reconcileNewReplicaSet, of 10 replicas."""
    assert reconcile_new(10, Fenceposts(surge, 0), new, old) == expected


@pytest.mark.parametrize(
    ("unavailable", "old", "ready", "new", "new_ready", "expected"),
    [
        pytest.param(1, 10, 10, 0, 0, 9, id="C9b-16"),
        pytest.param(2, 10, 10, 0, 0, 8, id="C9b-17"),
        pytest.param(2, 10, 8, 0, 0, 8, id="those that are not ready go, and no other"),
        pytest.param(2, 10, 9, 0, 0, 8, id="C9b-19"),
        pytest.param(2, 8, 8, 2, 0, 8, id="C9b-20"),
    ],
)
def test_how_many_old(
    unavailable: int, old: int, ready: int, new: int, new_ready: int, expected: int
) -> None:
    """TestDeploymentController_reconcileOldReplicaSets, of 10 replicas without a surge."""
    sizes = reconcile_old(
        10, Fenceposts(0, unavailable), Revision(new, new_ready), [Revision(old, ready)]
    )
    assert sizes == [expected]


def test_the_oldest_version_goes_first() -> None:
    """Of two old versions the older one shrinks first, but what is not ready goes before all."""
    old = [Revision(4, 4), Revision(4, 3)]
    assert reconcile_old(10, Fenceposts(0, 3), Revision(2, 2), old) == [2, 3]


@pytest.mark.parametrize(
    ("sizes", "before", "wanted", "surge", "expected"),
    [
        pytest.param([10], 10, 12, 0, [12], id="10 to 12"),
        pytest.param([3, 2], 5, 10, 0, [6, 4], id="5 to 10"),
        pytest.param([3, 2], 5, 3, 0, [2, 1], id="5 to 3"),
        pytest.param([1, 8], 9, 4, 0, [0, 4], id="9 to 4"),
        pytest.param([2, 3, 2], 7, 10, 0, [3, 4, 3], id="7 to 10"),
        pytest.param([3, 8, 2], 13, 8, 0, [2, 5, 1], id="13 to 8"),
        pytest.param([1, 1, 1], 3, 4, 0, [1, 1, 2], id="what is left over goes to the newest"),
        pytest.param([1, 1, 1], 3, 2, 0, [0, 1, 1], id="what is left over goes from the oldest"),
        pytest.param([2, 2], 4, 5, 0, [2, 3], id="4 to 5"),
        pytest.param([1, 2, 3], 6, 0, 0, [0, 0, 0], id="6 to 0"),
        pytest.param([6, 6], 12, 20, 2, [11, 11], id="with a surge"),
        pytest.param([8, 5], 13, 50, 6, [34, 22], id="with another surge"),
        pytest.param([3, 7], 10, 14, 0, [4, 10], id="10 to 14"),
        pytest.param([1, 2], 3, 2, 1, [1, 2], id="nothing to be shared out"),
    ],
)
def test_proportional_scaling(
    sizes: list[int], before: int, wanted: int, surge: int, expected: list[int]
) -> None:
    """TestScale of the controller of Deployments (sync_test.go)."""
    assert share_out(sizes, before, wanted, surge) == expected


# A fleet whose instances take a certain time to come and to go.


@dataclass(eq=False)
class Pod:
    """One instance of the made-up fleet."""

    version: str
    ready_at: float


class MadeUp(Fleet):
    """Instances that are ready `start` seconds after they were asked for, and gone after `stop`.

    `start` may be given for each version; infinity for one that never becomes ready. `never_more`
    and `never_fewer` are the extremes of how many there were, and were available.
    """

    def __init__(
        self,
        wanted: int,
        start: float | Mapping[str, float] = 30.0,
        stop: float = 0.0,
        min_ready: float = 0.0,
        places: int = 1000,
    ) -> None:
        self.time = 0.0
        self.number = wanted
        self.start = start
        self.stop = stop
        self.min_ready = min_ready
        self.places = places
        self.order = ["", "v2"]
        self.pods = [Pod("", -inf) for _ in range(wanted)]
        self.going: list[tuple[float, str]] = []
        self.alarms: list[float] = []
        self.weights: list[tuple[float, dict[str, float]]] = []
        self.story: list[tuple[float, str]] = []
        self.never_more = wanted
        self.never_fewer = wanted
        self.rollout: Rollout | None = None

    @property
    def now(self) -> float:
        return self.time

    @property
    def wanted(self) -> int:
        return self.number

    def versions(self) -> list[str]:
        there = {each.version for each in self.pods}
        return [each for each in self.order if each in there]

    def revision(self, version: str) -> Revision:
        mine = [each for each in self.pods if each.version == version]
        return Revision(len(mine), sum(self.available(each) for each in mine))

    def available(self, pod: Pod) -> bool:
        return self.time - pod.ready_at >= self.min_ready - 1e-9

    def leaving(self) -> list[str]:
        return [version for _, version in self.going]

    def resize(self, version: str, replicas: int) -> None:
        mine = [each for each in self.pods if each.version == version]
        room = self.places - len(self.pods) - len(self.going)
        for _ in range(min(replicas - len(mine), room)):
            start = self.start if isinstance(self.start, float) else self.start[version]
            pod = Pod(version, self.time + start)
            self.pods.append(pod)
            if start < inf:
                self.wake(start + self.min_ready)
        mine.sort(key=self.available)
        for pod in mine[: max(0, len(mine) - replicas)]:
            self.pods.remove(pod)
            if self.stop > 0.0:
                self.going.append((self.time + self.stop, version))
                self.wake(self.stop)
        self.never_more = max(self.never_more, len(self.pods))
        self.never_fewer = min(self.never_fewer, sum(map(self.available, self.pods)))

    def divide(self, weights: Mapping[str, float]) -> None:
        self.weights.append((self.time, dict(weights)))

    def join(self, version: str) -> None:
        self.weights.append((self.time, {}))

    def tell(self, what: str) -> None:
        self.story.append((self.time, what))

    def report(self, how_far: str) -> None:
        self.tell(how_far)

    def wake(self, seconds: float) -> None:
        heappush(self.alarms, self.time + seconds)

    def play(self, rollout: Rollout, until: float = 10_000.0) -> None:
        """Let a rollout begin, or go on, until a time or until nothing more happens."""
        if self.rollout is not rollout:
            self.rollout = rollout
            rollout.begin()
        while self.alarms and self.alarms[0] <= until:
            self.time = max(self.time, heappop(self.alarms))
            self.going = [each for each in self.going if each[0] > self.time + 1e-9]
            rollout.step()
        self.time = max(self.time, until if until < 10_000.0 else 0.0)


def rolling(
    fleet: MadeUp, surge: float = 0.25, unavailable: float = 0.25, *, aborts: bool = False
) -> Rolling:
    return Rolling(fleet, "", "v2", Deadline(600.0, aborts), surge, unavailable)


def test_a_rolling_update_of_ten() -> None:
    """The example in rolling.go: 3 new and 8 old, 5 new; then 5 old less, and 5 new more.

    At most 13 instances and at least 8 available ones; two generations of 30 s.
    """
    fleet = MadeUp(10)
    update = rolling(fleet)
    update.begin()
    fleet.rollout = update
    assert [fleet.revision(each) for each in ("v2", "")] == [Revision(5, 0), Revision(8, 8)]
    fleet.play(update, 30.0)
    assert [fleet.revision(each) for each in ("v2", "")] == [Revision(10, 5), Revision(3, 3)]
    fleet.play(update)
    assert (update.state, update.ended) == (COMPLETE, 60.0)
    assert (fleet.never_more, fleet.never_fewer) == (13, 8)
    assert fleet.revision("v2") == Revision(10, 10)


@pytest.mark.parametrize(
    ("wanted", "surge", "unavailable", "generations"),
    [
        (10, 1, 0, 10),
        (10, 0, 1, 10),
        (10, 1.0, 0, 1),
        (10, 5, 0, 2),
        (1, 0.25, 0.25, 1),
        (4, 0.25, 0.25, 2),
    ],
)
def test_how_many_generations_a_rolling_update_takes(
    wanted: int, surge: float, unavailable: float, generations: int
) -> None:
    """So many replaced at a time: the surge and the unavailable together."""
    fleet = MadeUp(wanted)
    update = rolling(fleet, surge, unavailable)
    fleet.play(update)
    assert update.ended == 30.0 * generations


def test_instances_that_must_have_been_ready_for_a_while() -> None:
    """`minReadySeconds` of 10 s makes each of the two generations so much longer."""
    fleet = MadeUp(10, min_ready=10.0)
    update = rolling(fleet)
    fleet.play(update)
    assert update.ended == 80.0


@given(
    st.integers(1, 12),
    st.one_of(st.integers(0, 5), st.floats(0.0, 1.0)),
    st.one_of(st.integers(0, 5), st.floats(0.0, 1.0)),
    st.floats(0.0, 40.0),
    st.integers(0, 3),
)
def test_the_bounds_of_a_rolling_update_hold(
    wanted: int, surge: float, unavailable: float, stop: float, missing: int
) -> None:
    """Whatever the bounds: never more or fewer than they allow, and an end with the new version.

    Some of the old instances are not available; and the places are just enough for the bounds.
    """
    surge = round(surge, 3) if isinstance(surge, float) else surge
    unavailable = round(unavailable, 3) if isinstance(unavailable, float) else unavailable
    more = ceil(surge * wanted - 1e-9) if isinstance(surge, float) else surge
    less = floor(unavailable * wanted + 1e-9) if isinstance(unavailable, float) else unavailable
    less = less if more or less else 1
    fleet = MadeUp(wanted, stop=stop, places=wanted + more)
    for pod in fleet.pods[:missing]:
        pod.ready_at = inf
    least = min(wanted - less, wanted - min(missing, wanted))
    fleet.never_fewer = wanted
    update = rolling(fleet, surge, unavailable)
    fleet.play(update)
    assert update.state == COMPLETE
    assert fleet.never_more <= wanted + more
    assert fleet.never_fewer >= max(0, least)
    assert fleet.revision("v2") == Revision(wanted, wanted)


def test_a_version_that_never_becomes_ready_stops_at_the_bounds() -> None:
    """5 of 10 new ones wait for ever and 8 old ones serve; after 600 s it says so, once."""
    fleet = MadeUp(10, {"": 30.0, "v2": inf})
    update = rolling(fleet)
    fleet.play(update, 5000.0)
    assert update.state == UNDER_WAY
    assert [fleet.revision(each) for each in ("v2", "")] == [Revision(5, 0), Revision(8, 8)]
    late = [time for time, what in fleet.story if "deadline" in what]
    assert late == [600.0]


def test_a_rollout_that_exceeds_its_deadline_can_be_taken_back() -> None:
    """Then the 5 that are not ready go at once, and the 2 that are missing come back in 30 s."""
    fleet = MadeUp(10, {"": 30.0, "v2": inf})
    update = rolling(fleet, aborts=True)
    fleet.play(update)
    assert (update.state, update.ended) == (ROLLED_BACK, 630.0)
    assert fleet.revision("") == Revision(10, 10)
    assert fleet.never_fewer == 8


def test_a_rolling_update_that_is_taken_back_half_way() -> None:
    """At 30 s there are 3 old ones, 5 new ones, and 5 new that are coming.

    Those go at once, and 5 old ones come in their places, as many as 13 allow; at 60 s the new ones
    go, and the last 2 old ones come.
    """
    fleet = MadeUp(10)
    update = rolling(fleet)
    fleet.play(update, 30.0)
    update.abort("we do not like it")
    assert [fleet.revision(each) for each in ("", "v2")] == [Revision(8, 3), Revision(5, 5)]
    fleet.play(update, 60.0)
    assert [fleet.revision(each) for each in ("", "v2")] == [Revision(10, 8), Revision(0, 0)]
    fleet.play(update)
    assert (update.state, update.ended) == (ROLLED_BACK, 90.0)
    assert fleet.revision("") == Revision(10, 10)
    assert (fleet.never_more, fleet.never_fewer) == (13, 8)


def test_an_autoscaler_in_the_midst_of_a_rolling_update() -> None:
    """From 10 to 20 with 8 old and 5 new ones: 25 are allowed, shared out 15 to 10, and so on."""
    fleet = MadeUp(10)
    update = rolling(fleet)
    fleet.play(update, 10.0)
    fleet.number = 20
    update.step()
    assert [fleet.revision(each).replicas for each in ("", "v2")] == [15, 10]
    fleet.play(update)
    assert update.state == COMPLETE
    assert fleet.revision("v2") == Revision(20, 20)
    assert fleet.never_more == 25


def test_recreate_is_down_from_the_last_stop_to_the_first_start() -> None:
    """All go in 20 s, and only then do the others come, in 30 s."""
    fleet = MadeUp(4, stop=20.0)
    change = Recreate(fleet, "", "v2", Deadline(600.0, aborts=False))
    fleet.play(change, 19.0)
    assert fleet.pods == []
    fleet.play(change, 49.0)
    assert fleet.revision("v2") == Revision(4, 0)
    fleet.play(change)
    assert (change.state, change.ended) == (COMPLETE, 50.0)
    assert (fleet.never_more, fleet.never_fewer) == (4, 0)


def blue_green(fleet: MadeUp, analysis: Analysis | None = None, after: float = 0.0) -> BlueGreen:
    return BlueGreen(fleet, "", "v2", Deadline(600.0, aborts=False), after, 30.0, 30.0, analysis)


def test_blue_green_switches_when_all_of_green_is_there() -> None:
    """Twice as many for 60 s: 30 s to come, and 30 s that blue stays (`scaleDownDelaySeconds`)."""
    fleet = MadeUp(4)
    change = blue_green(fleet)
    fleet.play(change, 59.0)
    assert [fleet.revision(each) for each in ("", "v2")] == [Revision(4, 4), Revision(4, 4)]
    fleet.play(change)
    assert (change.state, change.ended) == (COMPLETE, 60.0)
    assert fleet.weights == [
        (0.0, {"": 1.0, "v2": 0.0}),
        (30.0, {"": 0.0, "v2": 1.0}),
        (60.0, {"v2": 1.0}),
    ]
    assert fleet.versions() == ["v2"]


def test_blue_green_waits_to_be_promoted() -> None:
    """With `autoPromotionSeconds` green stands by for so long, and is late for nothing."""
    fleet = MadeUp(4)
    change = blue_green(fleet, after=1000.0)
    fleet.play(change)
    assert [time for time, _ in fleet.weights] == [0.0, 1030.0, 1060.0]
    assert not any("deadline" in what for _, what in fleet.story)


def test_blue_green_is_switched_back_at_once() -> None:
    """While blue is there, taking it back takes no time; green goes 30 s later."""
    fleet = MadeUp(4)
    change = blue_green(fleet)
    fleet.play(change, 45.0)
    change.abort("we do not like it")
    assert fleet.weights[-1] == (45.0, {"": 1.0, "v2": 0.0})
    fleet.play(change)
    assert (change.state, change.ended) == (ROLLED_BACK, 75.0)
    assert fleet.revision("") == Revision(4, 4)
    assert fleet.versions() == [""]


STEPS = (SetWeight(0.05), Pause(60.0), SetWeight(0.5), Pause(60.0))


def canary(fleet: MadeUp, analysis: Analysis | None = None) -> Canary:
    return Canary(fleet, "", "v2", Deadline(600.0, aborts=False), STEPS, 30.0, 30.0, analysis)


def test_a_canary_climbs_its_steps() -> None:
    """Each share waits for its instances: 5 % of 10 takes 1, 50 % takes 5, all takes 10."""
    fleet = MadeUp(10)
    change = canary(fleet)
    fleet.play(change, 89.0)
    assert [fleet.revision(each).replicas for each in ("", "v2")] == [10, 1]
    fleet.play(change, 179.0)
    assert [fleet.revision(each).replicas for each in ("", "v2")] == [10, 5]
    fleet.play(change)
    shares = [(time, weights.get("v2")) for time, weights in fleet.weights]
    assert shares == [(0.0, 0.0), (30.0, 0.05), (120.0, 0.5), (210.0, 1.0), (240.0, 1.0)]
    assert (change.state, change.ended) == (COMPLETE, 240.0)
    assert fleet.versions() == ["v2"]


SETTINGS = AnalysisSettings(("error > 1%",), interval=10.0, min_requests=100)


def finding(value: float | None, requests: int = 1000) -> Finding:
    return Finding("error > 1%", value, value is not None and value > 0.01, requests)


def test_a_canary_that_fails_goes_back_at_once() -> None:
    """Measured every 10 s from the first share on; the stable version has kept all instances."""
    analysis = Analysis(SETTINGS)
    fleet = MadeUp(10)
    change = canary(fleet, analysis)
    fleet.play(change, 39.0)
    assert not analysis.due(39.0)
    assert analysis.due(40.0)
    fleet.time = 40.0
    analysis.judge(40.0, [finding(0.002)])
    change.judged()
    assert change.state == UNDER_WAY
    assert not analysis.due(49.0)
    fleet.time = 50.0
    analysis.judge(50.0, [finding(0.3)])
    change.judged()
    assert fleet.weights[-1] == (50.0, {"": 1.0, "v2": 0.0})
    assert change.state == ROLLED_BACK
    assert not analysis.running
    fleet.play(change)
    assert change.ended == 80.0
    assert fleet.revision("") == Revision(10, 10)
    assert "0.3, of 1000 requests" in change.why


def test_a_canary_that_nothing_can_be_told_of_waits() -> None:
    """Too few requests hold it, longer than its pause, until enough have come."""
    analysis = Analysis(SETTINGS)
    fleet = MadeUp(10)
    change = canary(fleet, analysis)
    fleet.play(change, 89.0)
    analysis.judge(89.0, [finding(0.5, requests=99)])
    change.judged()
    fleet.play(change, 2000.0)
    assert fleet.weights[-1][1]["v2"] == 0.05
    assert not any("deadline" in what for _, what in fleet.story)
    analysis.judge(2000.0, [finding(0.0, requests=100)])
    change.judged()
    fleet.play(change)
    assert (change.state, change.ended) == (COMPLETE, 2150.0)
    assert (analysis.made, analysis.told) == (2, 1)


def test_a_canary_too_short_to_be_measured_says_so() -> None:
    """Its steps take 120 s and two starts, and the first measurement is due only after that."""
    analysis = Analysis(AnalysisSettings(("error > 1%",), interval=300.0))
    fleet = MadeUp(10)
    change = canary(fleet, analysis)
    fleet.play(change)
    assert change.state == COMPLETE
    assert "v2: is promoted, though no measurement told anything" in [
        what for _, what in fleet.story
    ]


def judged(settings: AnalysisSettings, *findings: Finding) -> Analysis:
    analysis = Analysis(settings)
    analysis.begin(0.0)
    for number, each in enumerate(findings, 1):
        analysis.judge(10.0 * number, [each])
    return analysis


def test_how_many_failures_an_analysis_bears() -> None:
    """`failureLimit: 1` bears one failure; the second is the end, whatever was good between."""
    settings = AnalysisSettings(("error > 1%",), interval=10.0, failure_limit=1)
    bad, good = finding(0.5), finding(0.0)
    assert not judged(settings, bad, good, good).failed
    assert judged(settings, bad, good, bad).failed


@pytest.mark.parametrize(
    ("inconclusive", "failed", "waiting", "through"),
    [(GOES_ON, False, False, True), (WAITS, False, True, False), (FAILS, True, False, True)],
)
def test_what_a_measurement_that_tells_nothing_does(
    inconclusive: str, failed: bool, waiting: bool, through: bool
) -> None:
    """It counts as one, or not at all, or as a failure; no requests at all are too few."""
    settings = AnalysisSettings(("error > 1%",), interval=10.0, inconclusive=inconclusive, count=1)
    analysis = judged(settings, finding(None, requests=0))
    assert (analysis.failed, analysis.waiting, analysis.through) == (failed, waiting, through)
    assert (analysis.made, analysis.told) == (1, 0)


def test_blue_stays_until_the_analysis_of_green_is_through() -> None:
    """Three measurements, 60 s apart, are longer than the 30 s that blue stays otherwise."""
    analysis = Analysis(AnalysisSettings(("error > 1%",), interval=60.0, count=3))
    fleet = MadeUp(4)
    change = blue_green(fleet, analysis)
    fleet.play(change, 209.0)
    for time in (90.0, 150.0):
        analysis.judge(time, [finding(0.0)])
        change.judged()
        assert fleet.versions() == ["", "v2"]
    fleet.time = 210.0
    analysis.judge(210.0, [finding(0.0)])
    change.judged()
    assert (change.state, change.ended) == (COMPLETE, 210.0)


def test_another_rollout_takes_over_a_canary() -> None:
    """The canary goes at once, and the stable version has all requests."""
    fleet = MadeUp(10)
    change = canary(fleet)
    fleet.play(change, 60.0)
    change.supersede()
    assert (change.state, change.ended) == (ROLLED_BACK, 60.0)
    assert fleet.versions() == [""]
    assert fleet.weights[-1] == (60.0, {"": 1.0})
