"""What the tables say of expectations that are not met, of objectives, and of the score."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from reports.tables.expectations import expectations_table, measured, missed
from reports.tables.slos import alerted, promised, slos_table
from reports.tables.verdict import verdict_line
from simulator.experiment.promises import ExpectationResult
from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import parse

WORLD = """
scenario: small
duration: 5m
warmup: 10s
traffic:
  users: {rate: 10/s, arrivals: constant, target: shop.get}
services:
  shop:
    endpoints: {get: [{work: 5ms}]}
faults:
  - {name: crash, at: 60s, for: 2m, kill: {service: shop}}
slos:
  month: {of: users, objective: 99.9%, latency: 300ms, window: 30d}
  run: {objective: 50%}
expect:
  - {expect: availability >= 99%, weight: 4}
  - {expect: p99 <= 1s, weight: 6}
"""


def shown(thing: object) -> str:
    """What a wide terminal shows of a part of a report, its words one space apart."""
    console = Console(file=StringIO(), width=200, color_system=None)
    console.print(thing)
    assert isinstance(console.file, StringIO)
    return " ".join(console.file.getvalue().split())


def play(*settings: str) -> Result:
    """The small world with an outage of two minutes."""
    return simulate(parse(WORLD, settings=settings).scenario)


def test_a_failure_is_told_in_the_unit_of_its_measure() -> None:
    """By how much, as a part of the bound where that says more, since when, and during what."""
    late = ExpectationResult("p99 <= 800ms", 1.2, False, 10, 0.4, 0.5, 61.0, ("crash", "slow"))
    assert measured(late) == "1.20 s"
    assert missed(late) == "not met, by 400 ms (50.0 %), first at 61.0 s (crash, slow)"
    few = ExpectationResult("availability >= 99%", 0.9, False, 10, 0.09, 0.0909, 61.0, ())
    assert missed(few) == "not met, by 9.00 %, first at 61.0 s"
    much = ExpectationResult("shop.queue <= 2", 5.0, False, 10, 3.0, 1.5, None, None)
    assert (measured(much), missed(much)) == ("5.00", "not met, by 3.00 (150 %)")
    unknown = ExpectationResult("recovery <= 5s", None, False)
    assert (measured(unknown), missed(unknown)) == ("-", "not met")


def test_weights_are_shown_where_they_differ() -> None:
    """With weights there is a column of them and a score; without there is neither."""
    weighted, plain = play(), play("expect=[availability >= 99%, p99 <= 1s]")
    assert "weight" in shown(expectations_table(weighted))
    assert shown(verdict_line(weighted)) == "FAIL 1 of 2 expectations not met, score 60.0"
    assert "weight" not in shown(expectations_table(plain))
    assert shown(verdict_line(plain)) == "FAIL 1 of 2 expectations not met"


def test_objectives_are_shown() -> None:
    """What was promised, what was bad, what that cost, and when somebody was called."""
    result = play()
    month, run = result.slos["month"], result.slos["run"]
    assert promised(month) == "99.9% of users within 300ms, 30d"
    assert promised(run) == "50% of all traffic, 4m50s"
    assert alerted(month) == "+52.0 s"
    table = shown(slos_table(result))
    assert "1,200 of 2,900" in table
    assert "4.63 % of 25,920" in table
    assert "1,000 / 414" in table


def test_an_alert_without_a_fault_is_told_by_the_clock() -> None:
    """Where no fault came before it, it is the time of the run at which somebody was called."""
    slow = play("slos.month.latency=1ms", "faults=[]").slos["month"]
    assert slow.alerted_after is None
    assert alerted(slow) == "62.0 s"
    assert alerted(play("faults=[]").slos["month"]) == "never"
