"""Runs that a condition stops: where, what is left of them, and what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from reports.tables.verdict import verdict_line
from simulator.experiment.result import Result, Stopped
from simulator.experiment.run import Run, simulate
from simulator.scenario import ScenarioError, parse

FOUR = """
scenario: four
seed: 2
duration: 60s
traffic: {users: {rate: 100/s, arrivals: constant, target: shop.get}}
services: {shop: {replicas: 4, concurrency: 4, endpoints: {get: [work: 20ms]}}}
faults: [{name: cause, at: 10s, for: 3s, kill: {service: shop, mode: all}}]
"""
STOP = "stop_when=[availability < 40% over the last 2s]"


def play(*changes: str, text: str = FOUR) -> Result:
    return simulate(parse(text, settings=changes).scenario, check=True)


def test_time_ends_at_the_first_look_at_which_it_holds() -> None:
    """Nobody is served from 10 s on: it is half of the last 2 s at 11 s, and nobody at 12 s."""
    result = play(STOP)
    stopped = result.stopped
    assert stopped is not None
    assert (stopped.condition, stopped.time) == ("availability < 40% over the last 2s", 12.0)
    assert stopped.value == 0.0
    assert result.simulated == 12.0
    assert not result.complete


def test_every_figure_is_of_what_was_played() -> None:
    """Figures and series are those of a run of 12 s that nothing stopped."""
    stopped, short = play(STOP), play("duration=12s")
    assert stopped.total == short.total
    assert stopped.services == short.services
    for kind, table in stopped.series.items():
        for name, column in table.columns.items():
            assert list(column) == pytest.approx(
                list(short.series[kind].columns[name]), nan_ok=True
            )
    (fault,) = stopped.faults
    assert (fault.start, fault.end) == (10.0, None)


def test_a_stopped_run_has_failed() -> None:
    """It fails whatever is met, and a phase that was not reached is not met."""
    later = "during [30s, 40s]"
    result = play(
        STOP, f"expect=[throughput > 50/s, 'throughput > 50/s {later}', 'p99 < 1s {later}']"
    )
    assert [(each.met, each.value is None) for each in result.expectations] == [
        (True, False),
        (False, True),
        (False, True),
    ]
    assert result.verdict == "fail"
    assert play(STOP, "expect=[throughput > 50/s]").verdict == "fail"
    assert play("expect=[throughput > 50/s]").verdict == "pass"


def test_what_does_not_come_stops_nothing() -> None:
    """A run whose conditions never hold is the one without them, with the same digest."""
    result = play("stop_when=[availability < 40%, p99 > 10s]")
    assert result.stopped is None
    assert result.complete
    assert result.verdict == "pass"
    assert result.digest == play().digest


def test_the_digest_holds_the_condition() -> None:
    """Two runs that stop at the same moment for another reason are not the same."""
    one, two = play(STOP), play("stop_when=[shop.availability < 40% over the last 2s]")
    assert one.simulated == two.simulated
    assert one.digest != two.digest
    assert one.digest == play(STOP).digest


def test_the_first_of_several_that_holds() -> None:
    """At the same moment it is the first of the list."""
    early = "availability < 60% over the last 2s"
    late = "availability < 40% over the last 2s"
    also = "refused > 10% over the last 2s"
    for order in ([late, early, also], [early, late, also]):
        stopped = play(f"stop_when=[{', '.join(order)}]").stopped
        assert stopped is not None
        assert (stopped.condition, stopped.time) == (early, 11.0)
    stopped = play(f"stop_when=[{also}, {early}]").stopped
    assert stopped is not None
    assert stopped.condition == also


def test_not_before_the_warm_up() -> None:
    """What a look goes back over lies behind the warm-up."""
    always = "stop_when=[throughput > 50/s over the last 3s]"
    for warmup, time in (("0s", 3.0), ("5s", 8.0), ("5.5s", 9.0)):
        stopped = play(always, f"warmup={warmup}").stopped
        assert stopped is not None
        assert stopped.time == time
    # The outage from 10 to 13 s is over by then.
    assert play(STOP, "warmup=12s").stopped is None


def test_a_fault_that_waits_for_the_same_moment_does_not_begin() -> None:
    """What stops the run comes before what begins a fault."""
    when = "availability < 40% over the last 2s"
    effect = f"{{name: effect, when: {when}, for: 1s, pause: {{service: shop}}}}"
    result = play(STOP, f"faults.1={effect}")
    assert result.simulated == 12.0
    assert result.faults[1].times == 0
    (first, _) = play(f"faults.1={effect}").faults
    assert first.start == 10.0


def test_a_run_that_is_played_in_slices_stops_as_well() -> None:
    """Whoever plays it on is told that it is over, and nothing more happens."""
    run = Run(parse(FOUR, settings=[STOP]).scenario)
    while not run.advance(0.001):
        pass
    events = run.events
    assert run.now == 12.0
    assert run.advance()
    assert (run.now, run.events) == (12.0, events)
    assert run.stopped == Stopped("availability < 40% over the last 2s", 12.0, 0.0)
    assert run.result().digest == play(STOP).digest


def test_every_replication_stops_by_itself() -> None:
    """Two replications with other arrivals stop at times of their own."""
    text = FOUR.replace("arrivals: constant, ", "").replace("faults:", "traces: 0\nfaults:")
    scenario = parse(text, settings=["stop_when=[throughput > 112/s over the last 1s]"]).scenario
    times = {simulate(scenario, replication=number).simulated for number in range(4)}
    assert len(times) > 1


def test_the_command_says_so_and_exits_with_1(tmp_path: Path) -> None:
    """The last line has the condition, the time and the value; the JSON has them as an object."""
    file = tmp_path / "four.yaml"
    file.write_text(FOUR)
    ran = CliRunner().invoke(app, ["run", str(file), "--json", "--set", STOP])
    assert ran.exit_code == 1
    assert json.loads(ran.stdout)["stopped"] == {
        "condition": "availability < 40% over the last 2s",
        "time": 12.0,
        "value": 0.0,
    }
    assert json.loads(ran.stdout)["verdict"] == "fail"
    told = CliRunner().invoke(app, ["run", str(file), "--quiet", "--set", STOP])
    assert told.exit_code == 1
    assert "FAIL  stopped at 12.0 s of 60.0 s" in told.stdout


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("availability < 40% over the last 2s", "(it was 0 %)"),
        ("goodput < 10/s over the last 1s", "(it was 0/s)"),
        ("shop.queue < 1 over the last 1s", "(it was 0)"),
        ("mean > 10ms over the last 1s", "(it was 20.0 ms)"),
    ],
)
def test_the_value_has_the_unit_of_its_measure(condition: str, told: str) -> None:
    """Shares, rates, times and numbers are told as such."""
    assert told in verdict_line(play(f"stop_when=[{condition}]")).plain


def test_the_last_line_counts_what_was_not_met() -> None:
    """Expectations are counted beside the reason."""
    result = play(STOP, "expect=[throughput > 50/s, 'p99 < 1s during [30s, 40s]']")
    assert verdict_line(result).plain.endswith("; 1 of 2 expectations not met")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("[availability << 40%]", "expected `>=`"),
        ("[shopp.p99 > 1s]", "`shopp`; did you mean `shop`?"),
        ("[p99 > 1s over the last 2m]", "before the first look at this: it lasts 1m"),
        ("['p99 > 1s during [1s, 2s]']", "a condition has no phase"),
        ("availability < 40%", "expected a list"),
        ("[5]", "expected a text, found `5`"),
    ],
)
def test_mistakes(given: str, message: str) -> None:
    """A condition that cannot be looked at is told before the run."""
    with pytest.raises(ScenarioError) as caught:
        parse(FOUR + f"stop_when: {given}\n")
    (problem,) = caught.value.problems
    assert message in problem.message
    assert problem.place.line == 8
