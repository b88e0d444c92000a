"""Going back and doing otherwise: branches, and which worlds are a past of which."""

from __future__ import annotations

import pickle
from math import inf

import pytest
from replayed import QUIET, assert_exact, opened, settled

from simulator.experiment.run import simulate
from simulator.live import session as live
from simulator.live.session import Refused, Session
from simulator.scenario import parse

KILL = {"kill": {"service": "payments", "mode": "all"}}
SLOW = {"slow": {"service": "payments", "speed": "50%", "mode": "all"}}


def played(*deeds: tuple[float, dict[str, object]]) -> Session:
    """A session in which faults were injected at some times, up to 9 s."""
    session = opened()
    for time, fault in deeds:
        session.advance(time)
        session.inject(fault)
    session.advance(9.0)
    return session


def back(session: Session, time: float) -> None:
    session.rebuild()
    session.advance(time)


def done(session: Session) -> list[str]:
    return [each.name for each in session.branch.deeds]


def on(session: Session) -> list[str]:
    return [each.name for each in session.fault_views() if each.state == "active"]


def test_whoever_does_one_thing_after_another_stays_on_the_branch() -> None:
    session = played((3.0, KILL), (5.0, SLOW))
    assert len(session.branches) == 1
    (view,) = session.branch_views()
    assert (view.number, view.parent, view.since, view.done, view.reached) == (1, None, 0, 2, 9.0)
    assert view.title.startswith("killed payments-1")
    assert opened().branch_views()[0].title == "as written"


def test_whoever_goes_back_and_does_nothing_stays_on_it_and_all_comes_again() -> None:
    session = played((3.0, KILL), (5.0, SLOW))
    back(session, 4.0)
    assert on(session) == ["kill-1"]
    waiting = session.fault_views()[1]
    assert (waiting.name, waiting.state, waiting.begins) == ("slow-1", "waiting", 5.001)
    session.advance(6.0)
    assert on(session) == ["kill-1", "slow-1"]
    assert session.branch.reached == 9.0
    assert len(session.branches) == 1
    assert_exact(session)


def test_whoever_goes_back_and_does_otherwise_begins_a_branch_without_what_came_later() -> None:
    session = played((3.0, KILL), (5.0, SLOW))
    back(session, 4.0)
    session.inject(SLOW)
    session.undo()
    assert done(session) == ["kill-1", "slow-1", "slow-1"]
    first, second = session.branch_views()
    assert (second.number, second.parent, second.since, second.done) == (2, 1, 4.01, 3)
    assert second.title.startswith("slow on payments-1")
    assert (first.done, first.reached) == (2, 9.0)
    back(session, 4.0)
    session.undo()
    assert done(session) == ["kill-1", "kill-1"]
    assert session.branch_views()[2].parent == 2
    for number in (1, 2, 3):
        session.go_to_branch(number)
        session.rebuild()
        assert_exact(session)


def test_what_was_only_watched_is_a_branch_too_that_others_leave() -> None:
    """So that it can be compared with what is done now."""
    session = played()
    back(session, 4.0)
    session.inject(KILL)
    assert [each.title for each in session.branch_views()] == [
        "as written",
        "killed payments-1, payments-2, payments-3 and 1 more",
    ]


def test_at_the_very_moment_of_a_deed_it_has_not_been_done() -> None:
    session = played((3.0, KILL))
    back(session, 3.001)
    assert on(session) == []
    session.inject(SLOW)
    assert on(session) == ["slow-1"]
    assert done(session) == ["slow-1"]
    assert_exact(session)


def test_what_is_refused_begins_no_branch() -> None:
    session = played((3.0, KILL), (5.0, SLOW))
    back(session, 4.0)
    with pytest.raises(Refused):
        session.inject({"kill": {}})
    with pytest.raises(Refused):
        session.end("slow-1")
    assert len(session.branches) == 1
    session.advance(6.0)
    assert on(session) == ["kill-1", "slow-1"]


def test_going_back_before_something_that_the_world_is_built_with_needs_another_world() -> None:
    session = played((3.0, KILL))
    session.scale("shop", 4)
    settled(session)
    session.advance(11.0)
    back(session, 5.0)
    told = session.inject(SLOW)
    assert told.startswith("slow on payments at 5.00")
    assert session.needs_replay is not None
    assert done(session) == ["kill-1", "slow-1"]
    assert_exact(session)
    session.go_to_branch(1)
    assert session.needs_replay == pytest.approx(11.0)
    assert_exact(session)


def test_a_mark_says_of_what_a_world_is_the_product() -> None:
    session = played()
    back(session, 2.0)
    early = session.mark()
    session.go_to_branch(1)
    session.inject(KILL)
    after_kill = session.mark()
    session.advance(5.0)
    assert session.suits(early, 5.0)
    assert session.suits(after_kill, 5.0)
    assert not session.suits(after_kill, 1.0), "it is later than that"
    session.go_to_branch(1)
    assert session.suits(early, 5.0)
    assert not session.suits(after_kill, 5.0), "on this branch nobody was killed"
    later = opened()
    later.advance(5.0)
    session.go_to_branch(2)
    assert not session.suits(later.mark(), 6.0), "it should have been done by then"
    session.scale("shop", 3)
    assert not session.suits(early, 5.0), "it was built with fewer places"
    assert hash(early) == hash(pickle.loads(pickle.dumps(early)))


def test_another_session_takes_up_the_log_at_an_earlier_time() -> None:
    """As a copy does that was kept since then."""
    kept = opened()
    kept.advance(2.0)
    session = played((3.0, KILL), (5.0, SLOW))
    session.undo()
    log = pickle.loads(pickle.dumps(session.log()))
    kept.adopt(log)
    run = kept.run
    assert kept.suits(kept.mark(), 9.0)
    kept.advance(inf)
    assert kept.run is run
    session.advance(inf)
    assert kept.written() == session.written()
    assert kept.run.result().digest == session.run.result().digest


def test_a_world_that_does_not_suit_is_not_played_on() -> None:
    kept = opened()
    kept.advance(4.0)
    kept.adopt(played((3.0, KILL)).log())
    kept.advance(5.0)
    assert on(kept) == ["kill-1"]
    assert_exact(kept)


def test_branches_are_told_apart_and_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_BRANCHES", 2)
    session = played((3.0, KILL))
    for number in (0, 2, -1):
        with pytest.raises(Refused, match=f"there is no branch {number}: the last one is 1"):
            session.go_to_branch(number)
    back(session, 2.0)
    session.inject(SLOW)
    back(session, 1.0)
    with pytest.raises(Refused, match="there are 2 branches, and more are not kept"):
        session.inject(SLOW)
    assert len(session.branches) == 2


def test_the_first_branch_stays_the_scenario_as_it_was_written() -> None:
    session = played()
    back(session, 4.0)
    session.inject(KILL)
    session.go_to_branch(1)
    assert parse(session.written()).scenario == parse(QUIET).scenario
    settled(session)
    session.advance(inf)
    assert session.run.result().digest == simulate(parse(QUIET).scenario).digest
