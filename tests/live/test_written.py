"""The scenario that is written of a session."""

from __future__ import annotations

from pathlib import Path

import pytest
from replayed import QUIET, opened, shop

from simulator.experiment.run import simulate
from simulator.live.driver import Opening
from simulator.live.session import Refused, Session
from simulator.scenario import load, parse

KILL = {"kill": {"service": "payments", "mode": "all"}}


def test_it_says_what_it_is_and_what_was_done_when() -> None:
    session = opened()
    session.advance(3.0)
    session.inject(KILL)
    session.advance(5.0)
    session.undo()
    lines = session.written().splitlines()
    assert lines[:4] == [
        "# `shop` as it was played by `aftershock live`.",
        "# `aftershock run` plays it to the same digest.",
        "# - 3.01 s: killed payments-1, payments-2, payments-3 and 1 more",
        "# - 5.001 s: undone: kill on payments",
    ]
    assert lines[4] == "scenario: shop"


def test_many_things_are_counted() -> None:
    session = opened()
    session.advance(3.0)
    for _ in range(25):
        session.inject(KILL)
        session.undo()
    text = session.written()
    assert "\n# - and 10 things more\n" in text
    assert text.count("# - 3.0") == 40


def test_what_was_set_from_outside_stands_in_it() -> None:
    session = opened(QUIET, "seed=11", "services.payments.replicas=3")
    assert parse(session.written()).scenario.services["payments"].replicas == 3
    session.advance(14.0)
    digest = session.run.result().digest
    assert simulate(parse(session.written()).scenario).digest == digest


def test_files_stand_in_it_with_their_whole_paths(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "work.csv").write_text("seconds\n0.01\n0.03\n")
    work = "{empirical: {csv: work.csv, column: seconds, unit: s}}"
    (folder / "shop.yaml").write_text(shop(work=work))
    session = Session(Opening(str(folder / "shop.yaml")))
    session.advance(3.0)
    session.inject(KILL)
    elsewhere = tmp_path / "written.yaml"
    elsewhere.write_text(session.written())
    session.advance(14.0)
    assert simulate(load(str(elsewhere)).scenario).digest == session.run.result().digest


SHARES = """
faults:
  - {at: 10%, for: 1s, slow: {service: payments, speed: 50%}}
  - {name: later, after: slow-1, at: 5% + 1s, for: 1s, kill: {service: payments}}
"""


def test_it_may_end_earlier_and_is_the_same_up_to_there() -> None:
    """Shares of the run stay where they were, and so do the steps of the series, which are longer in
    a longer run; what was done later is not in it.
    """
    session = opened(shop(more=SHARES), "duration=4000s", "traffic.users.rate=2/s", "warmup=2s")
    session.advance(3.0)
    session.inject(KILL)
    session.advance(6.0)
    session.undo()
    session.advance(8.0)
    with pytest.raises(
        Refused, match="no scenario: `at: 6m40s`: the run is over before this: it lasts 10s"
    ):
        session.written(10.0)
    early = opened(
        shop(more=SHARES.replace("10%", "0.1%").replace("5%", "0.05%")),
        "duration=4000s",
        "traffic.users.rate=2/s",
    )
    early.advance(7.5)
    early.inject(KILL)
    early.advance(12.0)
    early.undo()
    early.advance(11.0)
    text = early.written(11.0)
    cut = parse(text).scenario
    assert (cut.duration, cut.interval, len(cut.faults)) == (11.0, 2.0, 3)
    assert cut.faults[2].for_ is None, "that was later"
    again = opened(text)
    again.advance(11.0)
    kept = opened(early.written())
    kept.advance(11.0)
    assert kept.run.result().digest == again.run.result().digest


@pytest.mark.parametrize(
    ("until", "message"),
    [
        (0.0, "expected an end after 0 s, within the run, which lasts 14s"),
        (15.0, "expected an end after 0 s, within the run, which lasts 14s"),
        (1.0, "it makes no scenario: `warmup: 1s`: expected less than the duration, which is 1s"),
        (
            3.0,
            "it makes no scenario: `goodput >= 1/s during [2s, 4s]`: "
            "the run is over before this: it lasts 3s",
        ),
    ],
)
def test_an_end_that_makes_no_scenario_is_refused(until: float, message: str) -> None:
    session = opened(shop(more="expect:\n  - goodput >= 1/s during [2s, 4s]\n"))
    session.advance(2.0)
    with pytest.raises(Refused) as refused:
        session.written(until)
    assert str(refused.value) == message
