"""Two simulations side by side: at the same time always, and told apart in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf

import numpy as np
import pytest
from samples import history, service, snapshot
from stage import SIZES, Stage, perform

from simulator.live.commands import Answer, Command, Failure, GoTo, Inject
from simulator.live.driver import Message, Opening
from simulator.live.snapshot import FaultView, Snapshot
from simulator.live.stepped import SteppedDriver
from tui.app import AftershockApp
from tui.dialogs.setting import SettingDialog
from tui.differences import differences, so_far
from tui.pair import Pair
from tui.suggestions import as_mapping, keys_of, loaded, suggestions
from tui.views.compare import Compare
from tui.widgets.comparison import Comparison

TEXT = """\
scenario: pair
seed: 3
duration: 60s
traffic:
  users: {rate: 50/s, target: shop.buy}
defaults: {timeout: 500ms, balancer: random}
services:
  shop: {replicas: 2, concurrency: 1, queue: 6, endpoints: {buy: [{work: {exponential: 18ms}}]}}
"""
KILL = Inject({"kill": {"service": "shop"}})


def compare_of(stage: Stage) -> Compare:
    return stage.app.view_of(Compare)


def test_whoever_watches_in_a_browser_has_no_file_of_the_server_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A mistake in what was read would tell what is in it; any other setting is as good as ever."""
    monkeypatch.setattr(AftershockApp, "is_web", True)

    async def play(stage: Stage) -> None:
        await stage.press("5")
        compare_of(stage).ask_for_setting()
        await stage.settle()
        dialog = stage.app.screen
        assert isinstance(dialog, SettingDialog)
        assert "no file of the server" in dialog.wrong("traffic.users.arrivals.trace=/etc/passwd")
        assert dialog.wrong("services.shop.replicas=3") == ""

    perform(play, text=TEXT, paused=True)


def shown(stage: Stage) -> tuple[Snapshot, Snapshot]:
    """The two pictures that stand side by side."""
    pair = stage.app.query_one(Comparison).pair
    assert pair is not None
    return pair


@pytest.mark.once
def test_the_comparison_at_every_size() -> None:
    """With one instance where A has two, at 0:20, at three sizes; before that the list of differences."""

    async def play(stage: Stage) -> None:
        await stage.play(20.0)
        await stage.press("5")
        for width, height in SIZES:
            await stage.resize(width, height)
            await stage.settle()
            stage.check("compare-choose")
        compare_of(stage).open_setting("services.shop.replicas=1")
        await stage.settle()
        for width, height in SIZES:
            await stage.resize(width, height)
            await stage.settle()
            stage.check("compare")

    perform(play, text=TEXT, size=SIZES[0])


def test_both_are_always_at_the_same_time() -> None:
    """B follows wherever A goes, forth and back, and sees the same users arrive."""

    async def play(stage: Stage) -> None:
        await stage.play(7.0)
        await stage.press("5")
        compare_of(stage).open_setting("services.shop.replicas=3")
        await stage.settle()
        for seconds in (0.7, 1.3, 5.0):
            await stage.play(seconds)
            first, second = shown(stage)
            assert first.now == second.now == stage.snapshot.now
            assert first.traffic[0].started == second.traffic[0].started > 0
            assert [len(each.services) for each in (first, second)] == [1, 1]
            assert (first.services[0].replicas, second.services[0].replicas) == (2, 3)
        await stage.press("[")
        first, second = shown(stage)
        assert first.now == second.now == 9.0
        await stage.play(60.0)
        first, second = shown(stage)
        assert first.state == second.state == "ended"
        assert first.digest != second.digest

    perform(play, text=TEXT, size=(80, 24))


def test_the_same_setting_makes_the_same_run() -> None:
    """B with the value that A has anyway is A: every figure is told to be the same, and the digest is."""

    async def play(stage: Stage) -> None:
        await stage.play(20.0)
        await stage.press("5")
        compare_of(stage).open_setting("services.shop.replicas=2")
        await stage.settle()
        first, second = shown(stage)
        assert {each.words for each in differences(first, second, True)} == {"the same"}
        await stage.play(60.0)
        first, second = shown(stage)
        assert first.digest == second.digest is not None

    perform(play, text=TEXT, size=(80, 24))


def test_what_is_done_to_both_is_done_at_the_same_time() -> None:
    """With F2 a kill hits both at once, each between two events of its own; without, A alone."""

    async def play(stage: Stage) -> None:
        def faults(which: int) -> list[float | None]:
            return [each.begins for each in shown(stage)[which].faults]

        await stage.play(7.0)
        await stage.press("5")
        compare_of(stage).open_setting("services.shop.replicas=3")
        await stage.settle()
        stage.app.ask(KILL)
        await stage.settle()
        await stage.play(1.0)
        assert len(faults(0)) == 1
        assert faults(1) == []
        await stage.press("f2")
        assert "done to both" in stage.text()
        stage.app.ask(KILL)
        await stage.settle()
        await stage.play(1.0)
        assert len(faults(0)) == 2
        (first,), (second,) = faults(0)[1:], faults(1)
        assert first is not None
        assert second is not None
        assert abs(first - second) < 0.02, "a gap between two events of 50 requests a second"

    perform(play, text=TEXT, size=(80, 24))


def test_what_was_done_before_is_done_in_b_too() -> None:
    """B differs in the setting alone: harm that A has suffered before the comparison is B's past too."""

    async def play(stage: Stage) -> None:
        await stage.play(7.0)
        stage.app.ask(KILL)
        await stage.settle()
        await stage.play(3.0)
        await stage.press("5")
        compare_of(stage).open_setting("services.shop.replicas=2")
        await stage.settle()
        first, second = shown(stage)
        assert first.now == second.now
        assert {each.words for each in differences(first, second, True)} == {"the same"}
        assert [each.begins for each in first.faults] == [each.begins for each in second.faults]

    perform(play, text=TEXT, size=(80, 24))


def test_two_branches_are_compared() -> None:
    """A takes up the one, B plays the other, and both are at the time that showed."""

    async def play(stage: Stage) -> None:
        await stage.play(10.0)
        stage.app.ask(KILL)
        await stage.settle()
        await stage.play(5.0)
        stage.app.travel_to(8.0)
        await stage.settle()
        stage.app.ask(Inject({"latency": {"service": "shop", "add": "1s"}}))
        await stage.settle()
        await stage.play(6.0)
        now = stage.snapshot.now
        numbers = [each.number for each in stage.snapshot.branches]
        assert len(numbers) == 2
        other = next(each for each in numbers if each != stage.snapshot.branch)
        mine = stage.snapshot.branch
        compare_of(stage).wanted = (mine, other)
        await stage.press("5")
        first, second = shown(stage)
        assert first.branch == mine
        assert first.now == second.now == now
        assert [each.kind for each in first.faults] == ["latency"]
        assert [each.kind for each in second.faults] == ["kill"]

    perform(play, text=TEXT, size=(80, 24))


def test_ending_it_ends_the_second_simulation() -> None:
    """ctrl+w closes B and leads back to the list; so does opening another scenario."""
    opened: list[SteppedDriver] = []
    closed: list[SteppedDriver] = []

    class Counted(SteppedDriver):
        def __init__(self, opening: Opening) -> None:
            super().__init__(opening)
            opened.append(self)

        def close(self) -> None:
            super().close()
            if self not in closed:
                closed.append(self)

    async def play(stage: Stage) -> None:
        stage.app.drive = Counted
        await stage.press("5")
        await stage.press("down", "down", "enter")
        assert len(opened) == 1
        await stage.press("ctrl+w")
        assert closed == opened
        assert "any setting" in stage.text()
        compare_of(stage).open_setting("services.shop.replicas=1")
        await stage.settle()
        stage.app.open_scenario(Opening("mm4"))
        await stage.press("5")
        assert len(opened) == 3
        assert closed == opened[:2]

    perform(play, text=TEXT, size=(80, 24))


def test_a_setting_is_asked_for_and_checked() -> None:
    """Typing finds a path, enter takes it; what is wrong is said, what is right is compared."""

    async def play(stage: Stage) -> None:
        await stage.press("5", "enter")
        await stage.press(*"replicas", "enter")
        assert "services.shop.replicas=" in stage.text()
        await stage.press("0", "enter")
        assert "expected" in stage.text()
        await stage.press("backspace", "3", "enter")
        await stage.settle()
        assert "B services.shop.replicas=3" in stage.text()

    perform(play, text=TEXT, size=(80, 24))


class Slow:
    """A follower that answers at once, and arrives when it is let."""

    def __init__(self, picture: Snapshot) -> None:
        self.picture = picture
        self.waiting: list[Message] = [picture]
        self.sent: list[Command] = []
        self.closed = False

    def send(self, command: Command) -> int:
        self.sent.append(command)
        self.waiting.append(Answer(len(self.sent), True, ""))
        return len(self.sent)

    def arrive(self) -> None:
        target = self.sent[-1]
        assert isinstance(target, GoTo)
        self.picture = replace(self.picture, now=target.time, answered=len(self.sent))
        self.waiting.append(self.picture)

    def poll(self) -> Sequence[Message]:
        found, self.waiting = self.waiting, []
        return found

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        self.closed = True


AT_0 = replace(snapshot([service("web", 1)], []), now=0.0, state="paused")


def at(now: float, **changes: object) -> Snapshot:
    return replace(AT_0, now=now, state="playing", **changes)  # type: ignore[arg-type]


def test_the_one_that_is_ahead_waits() -> None:
    """At 1x a leader holds when a second ahead; it goes on when the follower is near; never a second errand."""
    driver = Slow(AT_0)
    pair = Pair(driver)
    pair.lead(at(0.5))
    pair.pursue()
    pair.lead(at(0.9))
    pair.lead(at(1.2))
    assert driver.sent == [GoTo(0.5)]
    assert pair.holds
    assert pair.behind == 1.2
    driver.arrive()
    pair.pursue()
    assert pair.shown is not None
    assert [each.now for each in pair.shown] == [0.5, 0.5]
    assert driver.sent[-1] == GoTo(1.2)
    assert not pair.holds
    assert not pair.close_by
    driver.arrive()
    pair.pursue()
    assert pair.close_by


def test_a_fast_leader_may_be_further_ahead() -> None:
    """What is allowed is a second of wall time, and flat out a twentieth of the run."""
    for speed, slack in ((10.0, 10.0), (inf, 3.0)):
        pair = Pair(Slow(AT_0))
        pair.lead(at(0.0, speed=speed))
        pair.lead(at(slack - 0.1, speed=speed))
        pair.pursue()
        assert not pair.holds
        pair.lead(at(slack + 0.1, speed=speed))
        assert pair.holds


def test_a_deed_is_done_at_the_leaders_time() -> None:
    """The follower first goes to the moment at which the leader was hit, then is hit itself."""
    driver = Slow(AT_0)
    pair = Pair(driver)
    pair.lead(at(5.0))
    driver.arrive()
    pair.pursue()
    pair.do_too(KILL, 3)
    pair.lead(at(5.2, answered=2))
    assert KILL not in driver.sent, "the leader has not shown yet when it was"
    driver.arrive()
    pair.pursue()
    hit = FaultView("kill-web", "kill", "web", "active", 5.3, None, (), True)
    pair.lead(at(5.6, answered=3, faults=(hit,)))
    assert driver.sent[-1] == GoTo(5.3)
    driver.arrive()
    pair.pursue()
    assert driver.sent[-1] == KILL


def test_a_follower_that_fails_is_told_of() -> None:
    """And is asked for nothing more."""
    driver = Slow(AT_0)
    pair = Pair(driver)
    driver.waiting.append(Failure("broke", "", ""))
    pair.lead(at(1.0))
    assert pair.failure is not None
    asked = len(driver.sent)
    pair.lead(at(2.0))
    assert len(driver.sent) == asked


def test_differences_are_told_in_words() -> None:
    """More, fewer, slower and faster; better or worse for users; nothing where there is nothing."""
    first = snapshot([service("web", 1)], [])
    course = first.history
    second = replace(
        first,
        in_flight=8,
        history=replace(
            course,
            goodput=course.goodput * 0.5,
            p50=course.p50 * 3.0,
            p99=course.p99 * 1.01,
            outcomes={"ok": course.outcomes["ok"] * 0.5, "error": course.outcomes["ok"] * 0.5},
        ),
    )
    found = {each.name: each for each in differences(first, second, False)}
    assert (found["answered"].words, found["answered"].verdict) == ("the same", 0)
    assert (found["good"].words, found["good"].verdict) == ("-50%, fewer", -1)
    assert (found["p50"].words, found["p50"].verdict) == ("3 times, slower", -1)
    assert found["p99 at worst"].words == "the same", "less than the histograms can tell"
    assert (found["failed"].words, found["failed"].verdict) == ("+50.0 points", -1)
    assert (found["in flight"].words, found["in flight"].verdict) == ("+3", 0)
    assert found["lost so far"].verdict == -1


def test_all_that_ended_is_counted() -> None:
    """Rates times their bins are counts."""
    found = so_far(history(30))
    assert sum(found.values()) == pytest.approx(float(np.sum(history(30).throughput)))


def test_suggested_settings_can_be_set() -> None:
    """Every suggestion opens; every path of the list is a path that `--set` knows."""
    opening = Opening("online-store")
    mapping = as_mapping(opening)
    offered = suggestions(mapping)
    assert len(offered) > 10
    for choice in offered:
        loaded(opening, choice.key)
    paths = dict(keys_of(mapping))
    assert paths["services.web.replicas"] == "3"
    assert paths['traffic.shoppers.mix."web.home"'] == "3"
    assert paths["defaults.timeout"] == "500ms"
    assert not any(path.startswith(("seed", "expect", "duration")) for path in paths)
