"""A monkey that kills instances at random: how often, whom, and never too many."""

from __future__ import annotations

from collections import Counter
from math import sqrt

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import Run, simulate
from simulator.fault.monkey import Habits
from simulator.scenario import ScenarioError, parse

ZOO = """
scenario: zoo
seed: 7
duration: 600s
traces: 0
traffic: {users: {rate: 1/s, target: door.open}}
services:
  door: {endpoints: {open: [work: 1ms]}}
  cage: {replicas: 4, endpoints: {look: [work: 1ms]}}
"""
"""Nobody asks the cage: what happens to it is all there is."""


def play(monkey: str, *others: str, seed: int = 7, text: str = ZOO) -> Result:
    faults = ", ".join([f"{{name: monkey, at: 0s, monkey: {{{monkey}}}}}", *others])
    scenario = parse(text, settings=[f"faults=[{faults}]"]).scenario
    return simulate(scenario, seed=seed, check=True)


def down(result: Result) -> list[tuple[float, int]]:
    """How many instances are down from each moment on at which that changes."""
    changes = Counter[float]()
    for each in result.deaths:
        changes[each.died] += 1
        if each.back is not None:
            changes[each.back] -= 1
    total, levels = 0, []
    for time in sorted(changes):
        total += changes[time]
        levels.append((time, total))
    return levels


def test_one_dies_in_each_interval() -> None:
    """With certainty and room for all, sixty intervals of 10 s see sixty deaths, one in each."""
    result = play("service: cage, interval: 10s, max_down: 4, restart: 1s")
    assert [int(each.died // 10) for each in result.deaths] == list(range(60))
    assert result.faults[0].targets == ("cage-1", "cage-2", "cage-3", "cage-4")


def test_each_starts_again_after_its_restart() -> None:
    """Whoever died is up again 3.5 s later, exactly; who is down at the end of the run is not yet."""
    result = play("service: cage, interval: 10s, max_down: 4, restart: 3.5s")
    for each in result.deaths[:-1]:
        assert each.back == pytest.approx(each.died + 3.5, abs=1e-9)


def test_it_strikes_with_its_probability_at_any_moment() -> None:
    """Deaths in 600 intervals are binomial, and the moments in their intervals are uniform."""
    result = play("service: cage, interval: 1s, probability: 30%, max_down: 4, restart: 100ms")
    count = len(result.deaths)
    assert abs(count - 180) <= 3.3 * sqrt(600 * 0.3 * 0.7)
    parts = [each.died % 1.0 for each in result.deaths]
    assert abs(sum(parts) / count - 0.5) <= 3.3 * sqrt(1 / 12 / count)


def test_everybody_is_as_likely() -> None:
    """Of 600 deaths each of four has a quarter."""
    result = play("service: cage, interval: 1s, max_down: 4, restart: 1ms")
    hit = Counter(each.instance for each in result.deaths)
    assert sum(hit.values()) == 600
    for name in ("cage-1", "cage-2", "cage-3", "cage-4"):
        assert abs(hit[name] - 150) <= 3.3 * sqrt(600 * 0.25 * 0.75)


@pytest.mark.parametrize(
    ("most", "allowed"), [("1", 1), ("2", 2), ("25%", 1), ("30%", 2), ("75%", 3), ("100%", 4)]
)
def test_never_more_than_so_many_are_down(most: str, allowed: int) -> None:
    """A restart that takes five intervals fills what is allowed, and never more; shares round up."""
    result = play(f"service: cage, interval: 2s, max_down: {most}, restart: 10s")
    assert max(level for _, level in down(result)) == allowed


def test_those_down_for_other_reasons_count() -> None:
    """While another fault keeps one down, nobody is struck where one may be; they are spared aloud."""
    kill = "{at: 100s, for: 200s, kill: {service: cage, instance: cage-3}}"
    result = play("service: cage, interval: 10s, restart: 1s", kill)
    struck = [each.died for each in result.deaths if each.died != 100.0]
    assert not [time for time in struck if 100.0 < time < 300.0]
    assert len([time for time in struck if time < 100.0]) == 10
    assert len([time for time in struck if time > 300.0]) == 30
    spared = [each for each in result.log if each.detail.startswith("spares")]
    assert len(spared) == 20
    assert all(each.detail.endswith(": 1 of 4 are down") for each in spared)


def test_one_that_another_fault_keeps_down_stays_down() -> None:
    """What dies of both starts again when the last of them lets go of it."""
    one = ZOO.replace("replicas: 4", "replicas: 1")
    kill = "{at: 15s, for: 40s, kill: {service: cage, instance: cage-1}}"
    first = play("service: cage, interval: 10s, restart: 30s", kill, text=one).deaths[0]
    # By itself it would be back between 30 and 40 s.
    assert (first.died < 10.0, first.back) == (True, 55.0)


def test_at_its_end_all_are_up_and_it_is_quiet() -> None:
    """Whoever is down starts again with the end, and nobody dies after it."""
    text = ZOO.replace("duration: 600s", "duration: 60s")
    fault = "monkey: {service: cage, interval: 1s, max_down: 4, restart: 1h}"
    scenario = parse(text, settings=[f"faults=[{{at: 5s, for: 20s, {fault}}}]"]).scenario
    run = Run(scenario, check=True)
    run.advance()
    assert all(each.up and each.kept_down == 0 for each in run.world.instances)
    result = run.result()
    assert [each.back for each in result.deaths] == [25.0] * 4
    assert max(each.died for each in result.deaths) < 25.0


def test_it_comes_again() -> None:
    """With `every` it has its intervals from each begin on."""
    text = ZOO.replace("duration: 600s", "duration: 90s")
    fault = "monkey: {service: cage, interval: 2s, max_down: 4, restart: 500ms}"
    faults = f"faults=[{{at: 10s, for: 6s, every: 40s, {fault}}}]"
    result = simulate(parse(text, settings=[faults]).scenario, check=True)
    assert [int(each.died // 2) for each in result.deaths] == [5, 6, 7, 25, 26, 27]


def test_its_draws_are_its_own() -> None:
    """Users do not notice, another fault hits whom it would hit, and a seed has its own deaths."""
    pause = "{at: 50s, for: 1s, pause: {service: cage}}"
    monkey = "service: cage, interval: 10s, restart: 1s"
    plain = simulate(parse(ZOO, settings=[f"faults=[{pause}]"]).scenario, check=True)
    result = play(monkey, pause)
    assert result.total == plain.total
    assert result.faults[1].targets == plain.faults[0].targets
    died = [each.died for each in result.deaths]
    assert died == [each.died for each in play(monkey).deaths]
    assert died != [each.died for each in play(monkey, seed=8).deaths]


def test_only_those_selected_are_in_danger() -> None:
    """With `mode` some are drawn at each begin, and with `instance` it is one."""
    result = play("service: cage, mode: {fixed: 2}, interval: 5s, max_down: 4, restart: 1s")
    hit = {each.instance for each in result.deaths}
    assert hit == set(result.faults[0].targets)
    assert len(hit) == 2
    one = play("service: cage, instance: cage-2, interval: 5s, restart: 1s")
    assert {each.instance for each in one.deaths} == {"cage-2"}


def test_users_see_the_share_of_time_in_which_one_is_down() -> None:
    """One of four is down for 3 s of every 10 s, so that a quarter of three tenths is refused."""
    text = (
        ZOO.replace("rate: 1/s", "rate: 50/s, arrivals: constant")
        .replace("target: door.open", "target: cage.look")
        .replace("  door: {endpoints: {open: [work: 1ms]}}\n", "")
        + "defaults: {balancer: round_robin}\n"
    )
    result = play("service: cage, interval: 10s, restart: 3s, max_down: 4", text=text)
    refused = sum(result.total.outcomes.get(each, 0) for each in ("refused", "reset"))
    time = sum((each.back or result.duration) - each.died for each in result.deaths)
    # One request in four is sent to whoever is down, but for the first and the last of each time.
    assert abs(refused - 50 * time / 4) <= len(result.deaths)


def test_a_share_is_rounded_up() -> None:
    """As with a budget of Kubernetes, some share of few allows one."""
    habits = Habits(10.0, 1.0, 0.25, 10.0)
    assert [habits.allowed(count) for count in (1, 4, 5, 8)] == [1, 1, 2, 2]
    assert Habits(10.0, 1.0, 3, 10.0).allowed(2) == 3


@pytest.mark.parametrize(
    ("monkey", "message"),
    [
        ("service: cages", "unknown service `cages`; did you mean `cage`?"),
        ("service: cage, max_down: 0", "expected a number of instances of at least 1"),
        ("service: cage, max_down: 0%", "expected a number of instances of at least 1"),
        ("service: cage, max_down: 120%", "expected a share from 0 to 1"),
        ("service: cage, probability: 0%", "expected a probability above 0"),
        ("service: cage, interval: 0s", "expected a duration above 0"),
        ("service: cage, every: 5s", "unknown key `every`"),
        ("{}", "service"),
    ],
)
def test_mistakes(monkey: str, message: str) -> None:
    """A monkey that would do nothing, or cannot be, is a mistake."""
    text = monkey if monkey == "{}" else f"{{{monkey}}}"
    with pytest.raises(ScenarioError) as caught:
        parse(ZOO + f"faults: [{{at: 1s, monkey: {text}}}]")
    (problem,) = caught.value.problems
    assert message in problem.message
