"""When faults are: again and again, at a share of the run, after each other, by chance."""

from __future__ import annotations

from math import exp, sqrt

import pytest
from playing import run_of

from simulator.errors import SimulatorError
from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.fault.fault import Fault, Schedule, Span
from simulator.kernel.streams import Streams
from simulator.scenario import parse
from simulator.scenario.building.late import MOST
from simulator.scenario.faults.kinds import FAULTS
from simulator.scenario.faults.schedules import schedules_of
from simulator.scenario.model.fault.fault import MOMENTARY
from simulator.scenario.write import resolved_yaml

FOUR = """
scenario: four
seed: 2
duration: 60s
traffic: {users: {rate: 100/s, arrivals: constant, target: shop.get}}
services: {shop: {replicas: 4, concurrency: 4, endpoints: {get: [work: 20ms]}}}
"""
SLOW = "slow: {service: shop, mode: all, speed: 50%}"
RANDOM = "random: {mtbf: 5m, mttr: 20s}"


def play(*settings: str, seed: int | None = None) -> Result:
    return simulate(parse(FOUR, settings=settings).scenario, seed=seed, check=True)


def schedules(*settings: str, seed: int = 0, replication: int = 0) -> dict[str, Schedule]:
    """The times of the faults of a scenario that is not played."""
    scenario = parse(FOUR, settings=settings).scenario
    return schedules_of(scenario, Streams(seed, replication))


def spans(*settings: str, seed: int = 0, replication: int = 0) -> list[tuple[Span, ...]]:
    return [
        each.spans for each in schedules(*settings, seed=seed, replication=replication).values()
    ]


def moments(result: Result, name: str) -> list[tuple[float, str]]:
    """When a fault began and ended, by the log."""
    return [
        (each.time, each.detail.partition(":")[0])
        for each in result.log
        if (each.kind, each.subject) == ("fault", name)
    ]


def test_a_fault_begins_again_so_long_after_each_begin() -> None:
    """From 10 s on, every 15 s, for 2 s: four times in a minute, the last of them at 55 s."""
    result = play(f"faults=[{{at: 10s, for: 2s, every: 15s, {SLOW}}}]")
    assert moments(result, "slow-1") == [
        (begin + lasts, what)
        for begin in (10.0, 25.0, 40.0, 55.0)
        for lasts, what in ((0.0, "begins"), (2.0, "ends"))
    ]
    (fault,) = result.faults
    assert (fault.start, fault.end, fault.times) == (10.0, 57.0, 4)


def test_a_fault_that_is_on_when_the_run_ends_has_not_ended() -> None:
    """The third time lasts beyond the end of the run, whatever ended before."""
    (fault,) = play(f"faults=[{{at: 10s, for: 15s, every: 20s, {SLOW}}}]").faults
    assert (fault.start, fault.end, fault.times) == (10.0, None, 3)


def test_each_time_does_the_same_harm() -> None:
    """An instance that is dead for 5 s, three times, refuses three times a quarter of 500."""
    kill = "kill: {service: shop, instance: shop-2}"
    result = play(f"faults=[{{at: 10.005s, for: 5s, every: 18s, {kill}}}]")
    assert result.total.outcomes["refused"] == pytest.approx(3 * 125, abs=3)
    assert [(each.died, each.back) for each in result.deaths] == [
        (pytest.approx(10.005 + 18 * k), pytest.approx(15.005 + 18 * k)) for k in range(3)
    ]


def test_each_time_others_may_be_drawn() -> None:
    """One instance each time; the figures name all who were hit, and none twice."""
    result = play("faults=[{at: 1s, for: 1s, every: 2s, slow: {service: shop, speed: 50%}}]")
    hit = [
        each.detail.partition(": ")[2] for each in result.log if each.detail.startswith("begins")
    ]
    assert len(hit) == 30
    assert result.faults[0].targets == tuple(dict.fromkeys(hit))
    # In 30 draws of one of four each is missed with a chance of 0.75 ** 30, about 1 in 5,600.
    assert set(hit) == {"shop-1", "shop-2", "shop-3", "shop-4"}


def test_flushes_need_no_end_to_come_again() -> None:
    """What a flush does is done in a moment."""
    result = play(
        "defaults.cache={ttl: 1h}", "faults=[{at: 10s, every: 20s, cache_flush: {service: users}}]"
    )
    assert moments(result, "cache_flush-1") == [(at, "begins") for at in (10.0, 30.0, 50.0)]
    assert (result.faults[0].times, result.faults[0].end) == (3, None)


def test_a_surge_may_come_again() -> None:
    """Three times 5 s at three times 100/s: 3,000 requests more than the 6,000 of the minute."""
    surge = "surge: {traffic: users, times: 3}"
    result = play(f"faults=[{{at: 5s, for: 5s, every: 20s, {surge}}}]")
    assert result.total.started == pytest.approx(9000, abs=3)


@pytest.mark.parametrize(("duration", "begin"), [("60s", 24.0), ("100s", 40.0)])
def test_a_share_of_the_run(duration: str, begin: float) -> None:
    """`at: 40%` moves with the duration."""
    setting = f"faults=[{{at: 40%, for: 5s, {SLOW}}}]"
    assert spans(setting, f"duration={duration}") == [((begin, begin + 5.0),)]


def test_one_after_another() -> None:
    """Each begins when the one before has ended, or so long after it; the order does not matter."""
    chain = (
        f"{{name: third, after: second, for: 1s, {SLOW}}}",
        f"{{name: second, after: first, at: 2s, for: 3s, {SLOW}}}",
        f"{{name: first, at: 10s, for: 5s, {SLOW}}}",
    )
    result = play(f"faults=[{', '.join(chain)}]")
    assert [(each.start, each.end) for each in result.faults] == [
        (20.0, 21.0),
        (17.0, 20.0),
        (10.0, 15.0),
    ]


def test_what_comes_after_finds_the_other_undone() -> None:
    """In the moment in which all instances come back they are there to be hit."""
    kill = "{at: 10s, for: 5s, kill: {service: shop, mode: all}}"
    drawn = "slow: {service: shop, mode: {fixed: 4}, speed: 50%}"
    result = play(f"faults=[{{name: next, after: kill-2, {drawn}}}, {kill}]")
    assert result.faults[0].start == 15.0
    assert len(result.faults[0].targets) == 4


def test_after_may_repeat() -> None:
    """What waits for another may come again and again from then on."""
    first = f"{{name: first, at: 10s, for: 5s, {SLOW}}}"
    again = f"{{after: first, at: 5s, for: 1s, every: 20s, {SLOW}}}"
    assert spans(f"faults=[{first}, {again}]")[1] == ((20.0, 21.0), (40.0, 41.0))


def test_random_times_are_exponential() -> None:
    """Over 3,000 failures: the means, and the part of times that are shorter than their mean."""
    ((*found,),) = spans(f"faults=[{{{RANDOM}, {SLOW}}}]", "duration=1000000s")
    begins, ends = zip(*found, strict=True)
    up = [begin - end for begin, end in zip(begins, (0.0, *ends), strict=False)]
    down = [end - begin for begin, end in found if end is not None]
    assert len(down) == len(up) > 2500
    for times, mean in ((up, 300.0), (down, 20.0)):
        # The standard deviation of an exponential time is its mean.
        assert sum(times) / len(times) == pytest.approx(mean, abs=3.3 * mean / sqrt(len(times)))
        shorter, share = sum(each < mean for each in times) / len(times), 1.0 - exp(-1.0)
        bound = 3.3 * sqrt(share * (1.0 - share) / len(times))
        assert shorter == pytest.approx(share, abs=bound)
    # Repairs do not tell when the next failure is: the standard error of a correlation of 0.
    pairs = [(d / 20.0 - 1.0) * (u / 300.0 - 1.0) for d, u in zip(down, up[1:], strict=False)]
    assert sum(pairs) / len(pairs) == pytest.approx(0.0, abs=3.3 / sqrt(len(pairs)))


def test_random_faults_begin_after_their_time() -> None:
    """Nothing fails before `at`; from then on the times are those of a fault without it."""
    plain = spans(f"faults=[{{{RANDOM}, {SLOW}}}]", "duration=1h")[0]
    later = spans(f"faults=[{{at: 10m, {RANDOM}, {SLOW}}}]", "duration=70m")[0]
    assert len(plain) > 3
    assert later == tuple(
        (pytest.approx(begin + 600.0), pytest.approx(end + 600.0))
        for begin, end in plain
        if end is not None
    )


def test_the_same_for_every_run_of_a_seed() -> None:
    """The times belong to seed, replication and name: other faults and a longer run shift none."""
    one = f"{{name: one, {RANDOM}, {SLOW}}}"
    two = f"{{name: two, {RANDOM}, {SLOW}}}"
    (alone,) = spans(f"faults=[{one}]", "duration=1h")
    assert len(alone) > 3
    assert spans(f"faults=[{one}]", "duration=1h") == [alone]
    other, same = spans(f"faults=[{two}, {one}]", "duration=1h")
    assert same == alone
    assert other != alone
    assert spans(f"faults=[{one}]", "duration=2h")[0][: len(alone)] == alone
    assert spans(f"faults=[{one}]", "duration=1h", seed=1) != [alone]
    assert spans(f"faults=[{one}]", "duration=1h", replication=1) != [alone]


def test_a_run_plays_the_times_that_were_drawn() -> None:
    """The log of a run has them, and users are refused for as long as the only instance is dead."""
    settings = (
        "services.shop.replicas=1",
        "faults=[{random: {mtbf: 5s, mttr: 2s}, kill: {service: shop}}]",
    )
    (drawn,) = spans(*settings, seed=3)
    result = play(*settings, seed=3)
    assert play(*settings, seed=3).digest == result.digest
    times = [time for time, _ in moments(result, "kill-1")]
    assert times == [time for span in drawn for time in span if time is not None and time < 60.0]
    assert len(drawn) == result.faults[0].times > 3
    dead = sum(min(end, 60.0) - begin for begin, end in drawn if end is not None)
    # For each time, at most one arrival more or less.
    assert result.total.outcomes["refused"] == pytest.approx(100 * dead, abs=len(drawn))


def test_a_random_fault_may_never_come() -> None:
    """Once in a century on average is never in this minute."""
    rare = f"faults=[{{random: {{mtbf: 36500d, mttr: 1s}}, {SLOW}}}]"
    result = play(rare)
    (fault,) = result.faults
    assert (fault.start, fault.end, fault.times, fault.targets) == (None, None, 0, ())
    assert result.total == play().total


def test_recovery_counts_from_the_first_begin_to_the_last_end() -> None:
    """Slow from 20 to 25 s and from 40 to 45 s: out at once, and well again after the second."""
    slow = "slow: {service: shop, mode: all, speed: 10%}"
    settings = ("traffic.users.rate=10/s", "duration=90s")
    (fault,) = play(*settings, f"faults=[{{at: 20s, for: 5s, every: 60s, {slow}}}]").faults
    assert fault.times == 2
    assert fault.departed_after == 0.0
    assert fault.recovered_after is not None and 65.0 <= fault.recovered_after <= 66.0
    (once,) = play(*settings, f"faults=[{{at: 20s, for: 5s, {slow}}}]").faults
    assert once.recovered_after is not None and 5.0 <= once.recovered_after <= 6.0


def test_what_begins_meanwhile_does_not_end_the_watch_on_a_fault_that_repeats() -> None:
    """Another fault between its times, which harms nobody, leaves its last time in its account."""
    kill = "{name: again, at: 20s, for: 5s, every: 30s, kill: {service: shop, instance: shop-2}}"
    idle = "{name: idle, at: 35s, for: 1s, slow: {service: shop, speed: 100%}}"
    again, _ = play(f"faults=[{kill}, {idle}]").faults
    assert again.times == 2
    assert again.recovered_after == 35.0
    assert again.lost_requests == pytest.approx(2 * 125, abs=2)


def test_each_of_a_chain_has_its_own_account() -> None:
    """Two kills with 10 s between them: each takes a quarter of what comes while it is on."""
    kill = "for: 5s, kill: {service: shop, instance: shop-2}"
    faults = f"faults=[{{name: a, at: 25%, {kill}}}, {{name: b, after: a, at: 10s, {kill}}}]"
    a, b = play(faults).faults
    assert (a.start, b.start) == (15.0, 30.0)
    for each in (a, b):
        assert each.recovered_after == 5.0
        assert each.lost_requests == pytest.approx(125, abs=1)


def test_the_trigger_of_a_metastable_state_lasts_from_the_first_begin_to_the_last_end() -> None:
    """Whether it stayed down is looked at after the last time, where enough of the run is left."""
    kill = "kill: {service: shop, instance: shop-2}"
    found = play(f"faults=[{{at: 20s, for: 5s, every: 10s, {kill}}}]", "duration=60s").metastability
    # Until 55 s: 5 s are left of the run, and 35 s were trouble, so nothing can be told.
    assert found is None
    chain = f"faults=[{{name: a, at: 20%, for: 5s, {kill}}}, {{after: a, at: 5s, for: 5s, {kill}}}]"
    told = play(chain).metastability
    assert told is not None
    assert (told.trigger_from, told.trigger_to) == (12.0, 27.0)


def test_written_back_into_a_file() -> None:
    """The resolved scenario has the times as they were written."""
    faults = (
        f"{{name: a, at: 40%, for: 1s, {SLOW}}}, {{name: b, after: a, for: 1s, every: 2s, {SLOW}}}, "
        f"{{at: 5s, {RANDOM}, {SLOW}}}"
    )
    scenario = parse(FOUR, settings=[f"faults=[{faults}]"]).scenario
    text = resolved_yaml(scenario)
    assert "40%" in text
    assert parse(text).scenario == scenario


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        (f"{{{SLOW}}}", "expected one of `at`, `after`, `random`"),
        (f"{{at: 140%, {SLOW}}}", "expected a share from 0 to 1"),
        (f"{{at: 40, {SLOW}}}", "expected a duration"),
        (f"{{at: 100%, {SLOW}}}", "the run is over before this: it lasts 1m"),
        (f"{{at: 1s, every: 5s, {SLOW}}}", "expected `for` too"),
        (f"{{at: 1s, for: 5s, every: 5s, {SLOW}}}", "expected less than `every`"),
        (f"{{at: 1s, for: 1ms, every: 2ms, {SLOW}}}", "it would begin over 10,000 times"),
        (
            "{at: 1s, for: 1ms, every: 100ms, surge: {traffic: users, times: 2}}",
            "it would begin over 100 times",
        ),
        (f"{{random: {{mtbf: 1ms, mttr: 1ms}}, {SLOW}}}", "it would begin over 10,000 times"),
        (f"{{for: 5s, {RANDOM}, {SLOW}}}", "`random` and `for` do not go together"),
        (f"{{every: 5s, {RANDOM}, {SLOW}}}", "`random` and `every` do not go together"),
        (f"{{random: {{mtbf: 5s}}, {SLOW}}}", "mttr"),
        (f"{{{RANDOM}, kill: {{service: shop, grace: 1s}}}}", "`random` and `grace`"),
        (f"{{name: a, at: 1s, {SLOW}}}, {{after: b, {SLOW}}}", "unknown fault `b`"),
        (f"{{name: a, at: 1s, {SLOW}}}, {{after: a, {SLOW}}}", "`a` never ends"),
        (
            f"{{name: a, at: 1s, for: 1s, every: 2s, {SLOW}}}, {{after: a, {SLOW}}}",
            "`a` begins again and again",
        ),
        (f"{{name: a, {RANDOM}, {SLOW}}}, {{after: a, {SLOW}}}", "`a` begins again and again"),
        (f"{{name: a, after: a, for: 1s, {SLOW}}}", "waits for its own end: a"),
        (
            f"{{name: a, after: b, for: 1s, {SLOW}}}, {{name: b, after: a, for: 1s, {SLOW}}}",
            "waits for its own end: b -> a",
        ),
        (
            f"{{name: a, at: 50s, for: 5s, {SLOW}}}, {{after: a, at: 5s, {SLOW}}}",
            "the run is over before this: it lasts 1m",
        ),
    ],
)
def test_mistakes(faults: str, message: str) -> None:
    """Times that cannot be are told before the run, each once."""
    with pytest.raises(SimulatorError, match="faults") as caught:
        parse(FOUR, settings=[f"faults=[{faults}]"])
    assert message in str(caught.value)


def test_what_is_over_by_itself_is_so_in_the_language_and_in_the_world() -> None:
    """The kinds that need no `for` are those whose faults are never on."""
    kinds = {name: kind.explained_by for name, kind in FAULTS.items()}
    over = {name for name, each in kinds.items() if issubclass(each, Fault) and each.momentary}
    assert over == set(MOMENTARY)


def test_no_more_may_join_a_run_than_places_are_kept() -> None:
    """Two that join at one moment begin in the order in which they came; beyond the last is nobody."""
    run = run_of(FOUR, "faults=[]")
    given = parse(FOUR, settings=[f"faults=[{{at: 1s, for: 1s, {SLOW}}}, {{at: 1s, {SLOW}}}]"])
    run.world.latecomers.joined = MOST - 2
    for fault in given.scenario.faults:
        run.inject(fault)
    with pytest.raises(ValueError, match="no more than 1,000"):
        run.inject(given.scenario.faults[0])
    run.advance(until=1.5)
    begun = [each.subject for each in run.world.ledger.events.entries if each.kind == "fault"]
    assert begun == ["slow-1", "slow-2"]


def test_who_waits_for_a_circle_is_not_blamed_for_it() -> None:
    """Each of the two that wait for each other is told, and not the third."""
    circle = f"{{name: a, after: b, for: 1s, {SLOW}}}, {{name: b, after: a, for: 1s, {SLOW}}}"
    with pytest.raises(SimulatorError) as caught:
        parse(FOUR, settings=[f"faults=[{circle}, {{name: c, after: a, {SLOW}}}]"])
    assert str(caught.value).count("waits for its own end") == 2
