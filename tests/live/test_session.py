"""What can be done in a session, what is said of it, and what is refused."""

from __future__ import annotations

from math import nextafter
from pathlib import Path
from typing import Any

import pytest
import yaml
from replayed import FAULTS, QUIET, SCHEDULED, TICKING, assert_exact, opened, settled, shop

from simulator.experiment.run import simulate
from simulator.live import session as live
from simulator.live.driver import Opening
from simulator.live.session import Refused, Session
from simulator.scenario import ScenarioError, parse

KILL = {"kill": {"service": "payments", "mode": "all"}}
LATENCY = {"latency": {"service": "payments", "add": "200ms"}}


def at(time: float, text: str = QUIET, *settings: str) -> Session:
    session = opened(text, *settings)
    session.advance(time)
    return session


def states(session: Session) -> dict[str, str]:
    return {each.name: each.state for each in session.fault_views()}


def up(session: Session, service: str) -> int:
    return sum(each.up for each in session.run.world.services[service].instances)


def refusal(session: Session, fault: dict[str, Any]) -> str:
    before = session.log()
    with pytest.raises(Refused) as refused:
        session.inject(fault)
    assert session.log() == before
    return str(refused.value)


BUSY = "traffic.users.rate=200/s"


# Playing.


def test_it_plays_up_to_a_time_and_not_through_it() -> None:
    session = opened()
    assert session.advance(3.0)
    assert session.now == 3.0
    assert not session.ended
    assert session.advance(99.0)
    assert session.now == session.duration == 14.0
    assert session.ended


def test_it_plays_for_so_long_of_the_clock_on_the_wall_and_goes_on_where_it_was() -> None:
    session, other = opened(QUIET, BUSY), opened(QUIET, BUSY)
    assert not session.advance(14.0, 0.0)
    assert 0.0 < session.now < 14.0
    while not session.advance(14.0, 0.0):
        pass
    other.advance(14.0)
    assert session.run.result().digest == other.run.result().digest


def test_what_fails_inside_comes_out_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bool:
        raise ZeroDivisionError("inside")

    session = opened()
    monkeypatch.setattr(type(session.run), "advance", fail)
    with pytest.raises(ZeroDivisionError, match="inside"):
        session.advance(1.0)


def test_what_is_no_scenario_is_not_opened() -> None:
    with pytest.raises(ScenarioError, match="unknown key `late`"):
        Session(Opening("shop", text=QUIET + "late: 1\n"))


# Harm.


def test_harm_is_done_at_once_and_told_by_whom_it_hits() -> None:
    session = at(5.0)
    assert session.inject(KILL) == "killed payments-1, payments-2, payments-3 and 1 more at 5.001 s"
    assert up(session, "payments") == 0
    assert session.now == nextafter(5.001, 6.0)
    assert [(each.time, each.words) for each in session.branch.deeds] == [
        (5.001, "killed payments-1, payments-2, payments-3 and 1 more")
    ]
    words = session.inject({"abort": {"service": "payments", "instance": "payments-2"}})
    assert words == "abort on payments-2 at 5.002 s"


def test_before_anything_has_happened_harm_can_be_done() -> None:
    session = opened()
    session.inject(KILL)
    session.advance(1.0)
    assert up(session, "payments") == 0
    assert_exact(session)


def test_a_fault_has_a_name_of_its_own_that_is_free() -> None:
    """Those of the file that have none go by kind and number, and so do these; both are names."""
    faults = "faults:\n  - {at: 1s, for: 1s, kill: {service: shop}}\n  - {name: kill-2, at: 2s, for: 1s, kill: {service: shop}}\n"
    session = at(5.0, QUIET + faults)
    session.inject(KILL)
    session.inject(LATENCY)
    session.inject({"name": "mine", **LATENCY})
    assert list(states(session)) == ["kill-1", "kill-2", "kill-3", "latency-1", "mine"]
    names = [each["name"] for each in yaml.safe_load(session.written())["faults"][2:]]
    assert names == ["kill-3", "latency-1", "mine"]
    assert refusal(session, {"name": "mine", **KILL}) == "name: there is a fault `mine` above"


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (
            {"latency": {"service": "paymnts", "add": "1s"}},
            "latency.service: unknown service `paymnts`; did you mean `payments`?",
        ),
        (
            {"latency": {"service": "payments", "add": 200}},
            "latency.add: expected a duration with a unit, such as `200s` or `200ms`, found `200`",
        ),
        ({"latency": {"service": "payments"}}, "latency: the key `add` is missing"),
        (
            {"latency": {"service": "payments", "add": "1s", "toxicty": "5%"}},
            "latency.toxicty: unknown key `toxicty`; did you mean `toxicity`?",
        ),
        ({"latencies": {}}, "latencies: unknown key `latencies`; did you mean `latency`?"),
        (
            {"for": "5", **KILL},
            "for: expected a duration such as `250ms`, `5s` or `1m30s`, found `5`",
        ),
        (
            {"kill": {"service": "payments", "instance": "payments-9"}},
            "kill.instance: unknown instance `payments-9`; did you mean `payments-4`?",
        ),
        (
            {"zone_outage": {"zone": "west"}},
            "zone_outage.zone: no instance is in the zone `west`",
        ),
        (
            {"surge": {"traffic": "staff", "times": 2}},
            "surge.traffic: `staff` has no rate to be multiplied",
        ),
        ({"every": "5s", **KILL}, "what is done now begins now, and once: leave out `every`"),
        ({"at": "9s", **KILL}, "what is done now begins now, and once: leave out `at`"),
        (
            {"serial": [{"for": "1s", **KILL}]},
            "a group of faults is none that can be done now: do them one by one",
        ),
        ({"kill": {1, 2}}, "a fault is plain data: texts, numbers, lists and mappings"),
    ],
)
def test_a_wrong_fault_is_refused_in_the_words_of_the_checker(
    fault: dict[str, Any], message: str
) -> None:
    assert refusal(at(5.0), fault) == message


def test_what_looks_doubtful_is_told_and_done() -> None:
    told = at(5.0, QUIET.replace("cache:", "optional: true #")).inject(
        {"cache_flush": {"service": "shop"}}
    )
    assert told == (
        "cache flush on nobody at 5.001 s; no call of `shop` has a `cache`: nothing is flushed"
    )


def test_files_that_a_fault_names_are_found_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "slow.csv").write_text("seconds\n0.1\n0.3\n")
    session = Session(Opening("shop", text=QUIET, folder=str(tmp_path)))
    session.advance(5.0)
    measured = {"empirical": {"csv": "slow.csv", "column": "seconds", "unit": "s"}}
    session.inject({"latency": {"service": "payments", "add": measured}})
    assert str(tmp_path / "slow.csv") in session.written()
    missing = {"empirical": {"csv": "fast.csv", "column": "seconds", "unit": "s"}}
    assert "cannot read" in refusal(session, {"latency": {"service": "payments", "add": missing}})
    session.advance(14.0)
    assert session.run.result().digest == simulate(parse(session.written()).scenario).digest


# Taking back.


def test_the_last_thing_that_holds_is_taken_back_first() -> None:
    session = at(5.0)
    session.inject(KILL)
    session.inject({"for": "1s", **LATENCY})
    session.inject({"cache_flush": {"service": "shop"}})
    session.inject({"slow": {"service": "shop", "speed": "50%"}})
    session.advance(7.0)
    assert session.undo() == "undone: slow on shop"
    assert states(session) == {
        "kill-1": "active",
        "latency-1": "over",
        "cache_flush-1": "over",
        "slow-1": "over",
    }
    assert session.undo() == "undone: kill on payments"
    assert up(session, "payments") == 4
    with pytest.raises(Refused, match="nothing that was done here still holds"):
        session.undo()
    assert_exact(session)


def test_a_fault_ends_when_it_is_told_to_and_not_when_it_was_to() -> None:
    session = at(5.0)
    session.inject({"for": "4s", **KILL})
    session.advance(6.0)
    assert session.end("kill-1") == "undone: kill on payments"
    assert up(session, "payments") == 4
    (view,) = session.fault_views()
    assert (view.begins, view.ends) == (5.001, pytest.approx(6.0, abs=0.05))
    session.advance(9.5)
    assert view == session.fault_views()[0]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("kil-1", "there is no fault `kil-1`; did you mean `kill-1`?"),
        ("slow-1", "`slow-1` is over"),
        ("seen", "`seen` is over"),
        ("late", "`late` has not begun"),
        ("cache_flush-1", "`cache_flush-1` was over at once: there is nothing to end"),
        ("again", "`again` begins again and again, and no scenario says that it ends once"),
        ("kill-1", "`kill-1` cannot end before 8.01 s: its processes may go on for so long"),
    ],
)
def test_what_cannot_be_ended_says_why(name: str, message: str) -> None:
    late = "\n  - {name: late, at: 12s, pause: {service: shop}}\nexpect:"
    session = at(6.0, shop(work="10ms", more=FAULTS.replace("\nexpect:", late)))
    session.inject({"kill": {"service": "payments", "mode": "all", "grace": "2s"}})
    session.inject({"cache_flush": {"service": "shop"}})
    before = session.log()
    with pytest.raises(Refused) as refused:
        session.end(name)
    assert str(refused.value).startswith(message)
    assert session.log() == before


def test_everything_is_ended_at_once_the_scenarios_own_too() -> None:
    session = at(1.0, TICKING)
    session.scale("shop", 4)
    settled(session)
    session.advance(2.5)
    session.inject(LATENCY)
    session.inject({"surge": {"traffic": "users", "times": 3}})
    settled(session)
    told = session.undo_all()
    for part in (
        "undone: latency on payments",
        "undone: slow on payments",
        "undone: surge on users",
        "undone: shop is scaled back from 4 to 2",
        "`chance` begins again and again",
    ):
        assert part in told
    settled(session)
    still = {name for name, state in states(session).items() if state == "active"}
    assert still <= {"again", "chance"}
    assert_exact(session)


def test_where_nothing_is_wrong_there_is_nothing_to_end() -> None:
    with pytest.raises(Refused, match="no fault is on, and nothing that was done holds"):
        at(5.0).undo_all()


def test_a_restart_is_over_by_itself() -> None:
    session = at(5.0)
    restart = {"kill": {"service": "payments", "instance": "payments-2", "restart": "1s"}}
    assert session.inject(restart) == "restarted payments-2 at 5.001 s"
    assert up(session, "payments") == 3
    assert states(session) == {"kill-1": "active"}
    session.advance(6.5)
    assert up(session, "payments") == 4
    assert states(session) == {"kill-1": "over"}
    assert_exact(session)


# When nothing can be done.


def test_after_the_end_nothing_is_done() -> None:
    session = at(14.0)
    for do in (lambda: session.inject(KILL), session.undo, lambda: session.scale("shop", 3)):
        with pytest.raises(Refused, match="the run is over; go back first"):
            do()


def test_what_has_stopped_itself_says_by_what() -> None:
    session = at(3.0, QUIET + "stop_when: ['availability < 50% over the last 1s']\n")
    session.inject(KILL)
    session.advance(14.0)
    assert session.ended
    assert session.now < 14.0
    with pytest.raises(Refused, match="the run has stopped itself: availability < 50% over"):
        session.undo()


def test_so_much_is_done_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_DEEDS", 2)
    session = at(5.0)
    session.inject(KILL)
    session.undo()
    assert "2 things were done, and more are not kept" in refusal(session, KILL)


# Scaling.


def test_a_service_has_more_instances_from_now_on_and_not_before() -> None:
    session = at(5.0)
    assert session.scale("payments", 6) == "scaled payments from 4 to 6 at 5.001 s"
    assert session.needs_replay == nextafter(5.001, 6.0)
    session.rebuild()
    session.advance(5.0)
    assert up(session, "payments") == 4
    session.advance(6.0)
    assert up(session, "payments") == 6
    service = yaml.safe_load(session.written())["services"]["payments"]
    assert service["autoscaler"] == {
        "scheduled": {"min": 4, "max": 6, "schedule": [{"at": "5.001s", "replicas": 6}]}
    }
    assert_exact(session)


def test_scaling_is_taken_back_step_by_step() -> None:
    session = at(2.0)
    for time, number in ((3.0, 6), (4.0, 1)):
        session.scale("payments", number)
        settled(session)
        session.advance(time)
    assert up(session, "payments") == 1
    assert session.undo() == "undone: payments is scaled back from 1 to 6"
    settled(session)
    session.advance(5.0)
    assert up(session, "payments") == 6
    assert session.undo() == "undone: payments is scaled back from 6 to 4"
    settled(session)
    session.advance(6.0)
    assert up(session, "payments") == 4
    with pytest.raises(Refused, match="nothing that was done here still holds"):
        session.undo()
    assert_exact(session)


def test_a_schedule_of_the_scenario_goes_on() -> None:
    """What it asks for later replaces what was done, which then holds no more."""
    session = at(5.0, SCHEDULED)
    assert "from 5 to 8" in session.scale("payments", 8)
    settled(session)
    session.advance(9.0)
    assert up(session, "payments") > 6
    session.advance(11.0)
    assert session.run.world.workloads["payments"].wanted == 3
    with pytest.raises(Refused, match="nothing that was done here still holds"):
        session.undo()
    assert_exact(session)


CYCLE = "    autoscaler: {scheduled: {max: 6, every: 10s, schedule: [{at: 4s, replicas: 5}]}}\n"
HPA = "    autoscaler: {hpa: {max: 6}}\n"


@pytest.mark.parametrize(
    ("payments", "service", "number", "message"),
    [
        ("", "paymnts", 5, "there is no service `paymnts` to be scaled; did you mean `payments`?"),
        ("", "payments", 4, "`payments` is to have 4 already"),
        ("", "payments", 0, "expected 1 to 10,000 instances, found 0"),
        (HPA, "payments", 5, "`payments` is scaled by `hpa`, which would scale it back"),
        (CYCLE, "payments", 6, "`payments` is scaled by a schedule that begins again every 10s"),
    ],
)
def test_what_cannot_be_scaled_says_why(
    payments: str, service: str, number: int, message: str
) -> None:
    session = at(5.0, shop(payments=payments))
    with pytest.raises(Refused) as refused:
        session.scale(service, number)
    assert str(refused.value) == message
    assert session.needs_replay is None


def test_a_name_that_is_nothing_is_none() -> None:
    """As in a file, where `name:` without a value leaves the name out."""
    session = opened()
    session.advance(2.0)
    session.inject({"name": None, "kill": {"service": "payments"}})
    assert [each.name for each in session.branch.deeds] == ["kill-1"]
