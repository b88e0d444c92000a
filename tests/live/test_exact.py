"""What is done while a simulation runs is what stands in the file that is written of it."""

from __future__ import annotations

import contextlib
import json
from random import Random
from typing import Any

import pytest
import yaml
from replayed import DEPLOYED, MOVING, QUIET, SCHEDULED, TICKING, assert_exact, opened, settled

from simulator.experiment.run import Run, simulate
from simulator.live.branch import Branch, Deed, Log
from simulator.live.driver import Opening
from simulator.live.harm import BUILT_IN
from simulator.live.session import Refused, Session
from simulator.scenario import parse
from simulator.scenario.faults.catalogue import example_of
from simulator.scenario.faults.kinds import FAULTS
from simulator.scenario.model.fault.fault import MOMENTARY
from simulator.units import format_duration


def example(kind: str) -> dict[str, Any]:
    """A fault of a kind, without its times."""
    (entry,) = yaml.safe_load(example_of(kind))["faults"]
    return {key: value for key, value in entry.items() if key not in ("at", "for")}


@pytest.mark.parametrize("kind", FAULTS)
def test_every_kind_of_fault_can_be_injected_and_undone(kind: str) -> None:
    """Among nodes, probes and an autoscaler, with faults and expectations of the scenario's own."""
    session = opened(MOVING)
    session.advance(4.0)
    session.inject(example(kind))
    assert (session.needs_replay is not None) == (kind in BUILT_IN)
    settled(session)
    name = session.branch.deeds[0].name
    (view,) = (each for each in session.fault_views() if each.name == name)
    assert view.mine
    assert view.state == ("over" if kind in MOMENTARY else "active")
    assert view.targets
    session.advance(9.5)
    if kind in MOMENTARY:
        with pytest.raises(Refused, match="nothing that was done here still holds"):
            session.undo()
    else:
        session.undo()
    result = assert_exact(session)
    mine = result.faults[-1 if kind not in BUILT_IN else len(session.base.faults)]
    assert mine.name == name
    assert mine.end == (None if kind in MOMENTARY else pytest.approx(9.5, abs=0.05))


@pytest.mark.parametrize(
    "fault",
    [
        {"kill": {"service": "registry", "mode": "all"}},
        {"slow": {"service": "registry", "mode": "all", "add": "300ms"}},
        {"partition": {"service": "registry", "mode": "one", "from": ["payments"]}},
        {"slow": {"service": "payments", "mode": "all", "cores": 1.5}},
        {"kill": {"zone": "north", "mode": "all"}},
        {"latency": {"edge": "shop > payments", "add": "50ms", "mode": "all"}},
        {"thundering_herd": {"traffic": "staff", "over": "2s"}},
        {
            "kill": {
                "service": "payments",
                "mode": {"random_max_percent": "80%"},
                "restart": "700ms",
            }
        },
    ],
    ids=lambda fault: f"{next(iter(fault))} {next(iter(next(iter(fault.values())).values()))}",
)
def test_so_can_their_variants(fault: dict[str, Any]) -> None:
    session = opened(TICKING)
    session.advance(4.0)
    session.inject(fault)
    session.advance(8.0)
    try:
        session.undo()
    except Refused:
        assert "thundering_herd" in fault or "restart" in fault["kill"]
    assert_exact(session)


WORLDS = {
    "quiet": QUIET,
    "ticking": TICKING,
    "moving": MOVING,
    "scheduled": SCHEDULED,
    "deployed": DEPLOYED,
}


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 40))]
)
@pytest.mark.parametrize("world", WORLDS)
def test_any_session_on_any_branch_plays_to_the_digest_of_its_file(world: str, seed: int) -> None:
    """Whatever is done, undone and done otherwise, in whatever order."""
    random = Random(f"{world} {seed}")
    session = opened(WORLDS[world])
    for _ in range(8):
        session.advance(min(13.9, session.now + random.choice([0.5, 1.0, 2 * random.random()])))
        with contextlib.suppress(Refused):
            do_something(session, random)
        settled(session)
    assert len(session.branch.deeds) > 0
    for branch in session.branches:
        session.go_to_branch(branch.number)
        if not session.suits(session.mark(), session.now) or branch.number > 1:
            session.rebuild()
        assert_exact(session)


def do_something(session: Session, random: Random) -> None:
    """One of the things that can be done."""
    what = random.random()
    if what < 0.5:
        lasts = random.choice([{}, {}, {"for": "500ms"}, {"for": "2222ms"}])
        session.inject({**example(random.choice(list(FAULTS))), **lasts})
    elif what < 0.6:
        session.undo()
    elif what < 0.65:
        session.end(random.choice([each.name for each in session.fault_views()] or ["none"]))
    elif what < 0.7:
        session.undo_all()
    elif what < 0.8:
        session.scale(random.choice(["shop", "payments"]), random.randint(1, 7))
    else:
        session.rebuild()
        session.advance(random.random() * session.branch.reached)


def arrival_after(session: Session, time: float) -> float:
    """When the next user comes after a time, to the last bit."""
    session.advance(time)
    return session.run.world.sources["users"].time


@pytest.mark.parametrize("kind", ["kill", "hang", "latency"])
def test_what_is_done_at_the_moment_of_something_else_has_its_place_beside_it(kind: str) -> None:
    """A fault of the file begins before whatever was scheduled later for the same moment, and ends
    before what was scheduled since its begin. Nobody does anything at such a moment; but a moment that
    was one between two events may be none when its past is played again with another change in it.
    """
    session = opened(TICKING)
    begin, end = arrival_after(session, 6.0), arrival_after(session, 7.0)
    assert begin + (end - begin) == end
    harm = {"service": "payments", "mode": "all", **({"add": "1s"} if kind == "latency" else {})}
    fault = {"name": "mine", "at": format_duration(begin), kind: harm}
    deeds = (
        Deed(begin, "inject", "mine", fault=json.dumps(fault)),
        Deed(end, "end", "mine", lasts=end - begin),
    )
    session.adopt(Log((Branch(1, deeds=deeds),), 1))
    session.rebuild()
    assert_exact(session)


def test_whoever_listens_does_so_in_the_order_of_the_file() -> None:
    """As to what becomes of replicas, those who clear up after faults hear it after the faults."""
    session = opened(MOVING)
    session.advance(5.0)
    session.inject({"kill": {"service": "payments"}})
    session.inject({"memory_leak": {"service": "payments", "rate": "1MiB", "limit": "1GiB"}})
    written = Run(parse(session.written()).scenario)
    for name, workload in session.run.world.workloads.items():
        wanted = written.world.workloads[name].listeners
        assert [type(each) for each in workload.listeners] == [type(each) for each in wanted]
        assert len(workload.listeners) > 3


def test_who_comes_beside_while_a_key_is_hot_asks_for_it_too() -> None:
    """That is worked into the requests when the key gets hot: those who join later need a new world."""
    session = opened(QUIET)
    session.advance(3.0)
    session.inject({"hot_key": {"traffic": "users", "share": "90%"}})
    session.advance(5.0)
    session.inject({"abusive_client": {"traffic": "users", "rate": "50/s"}, "for": "2s"})
    assert session.needs_replay is not None
    assert_exact(session)


def test_a_fault_of_the_scenario_that_others_wait_for_can_be_ended() -> None:
    """Those begin sooner then."""
    session = opened(TICKING)
    session.advance(2.5)
    session.end("slow-1")
    assert session.needs_replay is not None
    settled(session)
    ends = {each.name: each for each in session.fault_views()}
    assert ends["later"].begins == pytest.approx(3.5, abs=0.05)
    assert_exact(session)


def test_it_is_exact_under_the_laws_of_the_model() -> None:
    """The laws hold while things are done, and checking them changes nothing."""
    session = Session(Opening("shop", text=MOVING, check=True))
    session.advance(5.0)
    session.inject({"kill": {"service": "payments", "mode": "all"}})
    session.advance(7.0)
    session.undo_all()
    session.advance(14.0)
    assert session.ended
    assert session.run.result().digest == simulate(parse(session.written()).scenario).digest
