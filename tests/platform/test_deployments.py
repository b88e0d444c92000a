"""Deployments on small worlds: when they are through, whom they hurt, and who takes them back."""

from __future__ import annotations

from json import dumps
from math import sqrt

import pytest

from reports.tables.deployments import deployments_table
from simulator.experiment.result import Result
from simulator.experiment.run import Run, simulate
from simulator.scenario import parse

SIGMAS = 3.3

SHOP = """
scenario: shop
seed: 3
duration: 150s
traffic:
  users: {rate: 100/s, arrivals: constant, target: shop.buy}
defaults: {balancer: round_robin}
services:
  shop:
    replicas: 10
    versions: {v2: {speed: 100%}, v3: {}}
    startup: {boot: 30s}
    shutdown: {grace: 30s}
    endpoints: {buy: [work: 400ms]}
"""
"""Users at 10 ms, 20 ms, ...; each request takes 400 ms, so that 40 are inside at any time."""


def play(text: str, *settings: str, seed: int | None = None) -> Result:
    return simulate(parse(text, settings=settings).scenario, seed=seed, check=True)


def availability(result: Result) -> float:
    """Of all requests."""
    assert result.total.availability is not None
    return result.total.availability


def deploy(*entries: str) -> str:
    return f"deployments=[{', '.join('{' + each + '}' for each in entries)}]"


def story(result: Result) -> list[tuple[float, str]]:
    return [(each.time, each.detail) for each in result.log if each.kind == "deploy"]


def when(result: Result, words: str) -> float:
    """The only time at which something was noted in these words."""
    found = [time for time, what in story(result) if words in what]
    assert len(found) == 1, (words, story(result))
    return found[0]


# Rolling updates.


def test_a_rolling_update_takes_two_starts() -> None:
    """Ten instances, 3 too many and 2 too few: two generations of 30 s, and no request is lost.

    The first makes 5 new ones of 10; those told to stop finish what they have.
    """
    result = play(SHOP, deploy("at: 30.005s, service: shop, version: v2"))
    assert when(result, "the rolling update is complete") == pytest.approx(90.005)
    assert set(result.traffic["users"].outcomes) == {"ok"}
    assert result.traffic["users"].latency.max == pytest.approx(0.4)
    (figures,) = result.deployments
    assert (figures.start, figures.outcome) == (30.005, "complete")
    # For 30 s five of eight instances have it, from 60.01 s on; all get an answer 400 ms later.
    assert figures.requests == pytest.approx(3000 * 5 / 8, abs=5)
    scaling = result.services["shop"].scaling
    assert scaling is not None
    assert (scaling.started, scaling.stopped) == (10, 10)
    # While five are started, eight serve; those on their way out are not counted.
    assert scaling.least == 8


def test_without_grace_a_rolling_update_loses_what_is_inside_at_each_kill() -> None:
    """With a grace of 0 each instance that goes resets what it works on.

    Of 10 instances each gets a request every 100 ms, and has 4 inside; of 8, every 80 ms, and 5. Two
    go while there are 10, and then 5 and 3 while 8 serve: 2 x 4 + 5 x 5 + 3 x 5 requests.
    """
    change = deploy("at: 30.005s, service: shop, version: v2")
    result = play(SHOP, change, "services.shop.shutdown.grace=0s")
    assert result.traffic["users"].outcomes["reset"] == 2 * 4 + 5 * 5 + 3 * 5
    assert set(result.traffic["users"].outcomes) == {"ok", "reset"}


def test_all_at_once_loses_all_that_is_inside() -> None:
    """With a surge of all, ten new ones come, and ten old ones go at once: 40 are inside."""
    change = deploy(
        "at: 30.005s, service: shop, version: v2, strategy: {rolling: {max_surge: 100%, max_unavailable: 0}}"
    )
    result = play(SHOP, change, "services.shop.shutdown.grace=0s")
    assert result.traffic["users"].outcomes["reset"] == 40
    assert when(result, "the rolling update is complete") == pytest.approx(60.005)


def test_min_ready_makes_each_generation_longer() -> None:
    """`minReadySeconds` of 10 s: two generations of 40 s."""
    change = "at: 30.005s, service: shop, version: v2, strategy: {rolling: {min_ready: 10s}}"
    result = play(SHOP, deploy(change))
    assert when(result, "the rolling update is complete") == pytest.approx(110.005)


def test_a_version_that_crashes_stops_a_rolling_update_that_waits_for_it() -> None:
    """Instances that die after 5 s are never available after 10 s: 8 old ones serve to the end.

    Without `min_ready` they count as available as soon as they run, and all old ones go.
    """
    crashing = "services.shop.versions.v2={crashes: 5s}"
    change = "at: 30.005s, service: shop, version: v2, strategy: {rolling: {min_ready: %s}}"
    careful = play(SHOP, crashing, deploy(change % "10s"))
    assert story(careful)[-1][1] == "v2: 5 of 10 instances, 0 available; 8 of another version"
    careless = play(SHOP, crashing, deploy(change % "0s"), "duration=300s")
    assert availability(careless) < 0.5 < 0.9 < availability(careful)


def test_a_crashing_process_is_started_ever_more_rarely() -> None:
    """It lives 1 s, is back at once, and then 10 s, 20 s, 40 s after its death; a start takes 1 s."""
    settings = ("services.shop.versions.v2={crashes: 1s}", "services.shop.startup.boot=1s")
    one = ("services.shop.replicas=1", "traffic.users.rate=1/s", "duration=100s")
    change = deploy("at: 10s, service: shop, version: v2, strategy: recreate")
    result = play(SHOP, *settings, *one, change)
    ups = [each.time for each in result.log if (each.kind, each.detail) == ("instance", "up")]
    begin = ups[0]
    assert [each - begin for each in ups] == pytest.approx([0.0, 2.0, 14.0, 36.0, 78.0])


def test_a_rolling_update_that_is_late_is_taken_back() -> None:
    """The deadline ends a minute after the last progress, when the last of five has come and died.

    What crashes is replaced, and the ten old ones are there again after one more start.
    """
    crashing = "services.shop.versions.v2={crashes: 5s}"
    pace = "min_ready: 10s, progress_deadline: 1m, progress_deadline_abort: true"
    change = f"at: 30.005s, service: shop, version: v2, strategy: {{rolling: {{{pace}}}}}"
    result = play(SHOP, crashing, deploy(change), "duration=200s")
    assert when(result, "v2: rolled back: no progress for 1m") == pytest.approx(90.005)
    assert when(result, "v1: the rolling update is complete") == pytest.approx(130.005)


def test_somebody_rolls_back_when_users_complain() -> None:
    """A rolling update has no analysis; an order that waits for a condition stands for who looks.

    Five new ones of eight fail from 60 s on, and at 66 s three of ten answers of the last 10 s are
    errors. Five old ones come at once, for those that are not ready, and then two.
    """
    failing = "services.shop.versions.v2={errors: 100%}"
    back = "when: availability < 70% over the last 10s, service: shop, rollback: true"
    update = "at: 30.005s, service: shop, version: v2"
    result = play(SHOP, failing, deploy(update, back), "duration=300s")
    assert when(result, "availability < 70% over the last 10s: it is") == 66.0
    assert when(result, "v2: rolled back: somebody asked for it") == 66.0
    assert when(result, "v1: the rolling update is complete") == pytest.approx(126.0)
    without = play(SHOP, failing, deploy(update), "duration=300s")
    assert result.total.outcomes["error"] < 0.4 * without.total.outcomes["error"]


def test_a_version_that_runs_already_is_not_deployed() -> None:
    """A second deployment of the same version does nothing; going back is a rollout of its own."""
    result = play(
        SHOP,
        deploy(
            "at: 30.005s, service: shop, version: v2",
            "at: 100s, service: shop, version: v2",
            "at: 110s, service: shop, rollback: true",
        ),
        "duration=200s",
    )
    assert when(result, "v2: runs already") == 100.0
    assert when(result, "v1: the rolling update is complete") == pytest.approx(170.0)
    assert set(result.traffic["users"].outcomes) == {"ok"}


def test_a_third_version_takes_over_from_the_second() -> None:
    """At 45 s eight old ones run and five new ones come: all go for the third, in two generations.

    What is not available goes first (five), so that the third version has five, and then ten.
    """
    result = play(
        SHOP,
        deploy(
            "at: 30.005s, service: shop, version: v2",
            "at: 45.005s, service: shop, version: v3",
        ),
        "services.shop.versions.v2={errors: 100%}",
    )
    assert when(result, "v3: the rolling update is complete") == pytest.approx(105.005)
    # The second version has never answered anybody.
    assert set(result.traffic["users"].outcomes) == {"ok"}


def test_an_autoscaler_scales_both_versions() -> None:
    """From 10 to 20 in mid-rollout: 8 old and 5 new become 15 and 10, as 25 are allowed."""
    scaling = "services.shop.autoscaler={scheduled: {min: 10, max: 20, schedule: [{at: 40s, replicas: 20}]}}"
    result = play(SHOP, scaling, deploy("at: 30.005s, service: shop, version: v2"))
    at_once = [what for time, what in story(result) if time == 40.0]
    assert at_once == ["v2: 10 of 20 instances, 0 available; 15 of another version"]
    assert when(result, "the rolling update is complete") < 130.0
    shop = result.services["shop"].scaling
    assert shop is not None
    assert shop.last == 20
    assert set(result.traffic["users"].outcomes) == {"ok"}


# Recreate.


def test_recreate_is_down_for_a_stop_and_a_start() -> None:
    """Nobody serves from the call to stop until all have finished and all have started.

    The last request came at 30.00 s and takes 400 ms; a start takes 30.003 s. Those who come from
    30.01 s to 60.40 s find nobody.
    """
    change = deploy("at: 30.005s, service: shop, version: v2, strategy: recreate")
    result = play(SHOP, change, "services.shop.startup.boot=30.003s")
    assert result.traffic["users"].outcomes["no_instance"] == 3040
    assert set(result.traffic["users"].outcomes) == {"ok", "no_instance"}
    assert when(result, "all 10 instances are available") == pytest.approx(60.403)


def test_recreate_with_a_delay_before_the_stop() -> None:
    """A `preStop` hook of 5 s makes it so much longer: nobody is listed any more, all the same."""
    change = deploy("at: 30.005s, service: shop, version: v2, strategy: recreate")
    shutdown = "services.shop.shutdown={delay: 5s}"
    result = play(SHOP, change, shutdown, "services.shop.startup.boot=30s")
    # Nothing is left after the delay: it ends there.
    assert when(result, "all 10 instances are available") == pytest.approx(65.005)
    assert result.traffic["users"].outcomes["no_instance"] == 3500


# Blue/green.

BAD = "services.shop.versions.v2={errors: 100%}"


def test_blue_green_switches_in_one_moment() -> None:
    """All who come after 60.005 s meet green, which fails; all before met blue."""
    change = deploy("at: 30.005s, service: shop, version: v2, strategy: blue_green")
    result = play(SHOP, BAD, change)
    assert when(result, "v2: gets all requests") == pytest.approx(60.005)
    assert when(result, "the other instances are stopped") == pytest.approx(90.005)
    # From 60.01 s on, but for those that are still inside at the end.
    assert result.traffic["users"].outcomes["error"] == 14_999 - 6_000 - 40
    green = {f"shop-{number}" for number in range(11, 21)}
    assert set(result.traffic["users"].failed_by) == green


def test_blue_green_is_switched_back_by_its_analysis() -> None:
    """Green is looked at 10 s after it has the requests, and blue has them again at once."""
    look = "fail_when: [error > 5% over the last 10s], interval: 10s, count: 3"
    strategy = f"strategy: {{blue_green: {{analysis: {{{look}}}}}}}"
    change = deploy(f"at: 30.005s, service: shop, version: v2, {strategy}")
    result = play(SHOP, BAD, change)
    assert when(result, "v2: rolled back") == 71.0
    assert when(result, "v1: the other instances are stopped") == 101.0
    # From 60.01 s to 70.99 s, or to 71 s, which is decided in the same moment.
    assert result.traffic["users"].outcomes["error"] in (1099, 1100)
    (figures,) = result.deployments
    assert (figures.strategy, figures.version, figures.outcome) == (
        "blue_green",
        "v2",
        "rolled back",
    )
    assert figures.end == 101.0
    assert figures.requests == figures.failed == result.traffic["users"].outcomes["error"]
    assert figures.why is not None
    assert figures.why.startswith("error > 5% over the last 10s: it is 1, of ")
    assert '"outcome": "rolled back"' in dumps(result.to_json()["deployments"])
    assert deployments_table(result).row_count == 1


def test_blue_green_is_switched_back_by_hand() -> None:
    """As long as blue is there, `rollback` is a switch; later it is a deployment of its own."""
    switch = "at: 30.005s, service: shop, version: v2, strategy: blue_green"
    soon = play(SHOP, BAD, deploy(switch, "at: 80.005s, service: shop, rollback: true"))
    assert soon.traffic["users"].outcomes["error"] == 2000
    late = play(
        SHOP,
        BAD,
        deploy(switch, "at: 100.005s, service: shop, rollback: true, strategy: blue_green"),
        "duration=200s",
    )
    # 30 s to start blue anew.
    assert late.traffic["users"].outcomes["error"] == 7000


def test_the_version_before_is_deployed_again() -> None:
    """Half a minute into a rollout that is to take back; and what is under way is not begun twice."""
    result = play(
        SHOP,
        deploy(
            "at: 30.005s, service: shop, version: v2, strategy: blue_green",
            "at: 40s, service: shop, version: v2",
            "at: 70.005s, service: shop, version: v1",
        ),
        BAD,
    )
    assert when(result, "v2: is being rolled out already") == 40.0
    assert when(result, "v2: rolled back: v1 is deployed again") == pytest.approx(70.005)
    assert result.traffic["users"].outcomes["error"] == 1000


def test_who_is_dead_before_the_switch_holds_it_up() -> None:
    """A fault keeps all dead from 59 s to 65 s: green, which was to come at 60 s, is not available.

    Nobody tells of their coming back; it is seen within a second.
    """
    change = deploy("at: 30.005s, service: shop, version: v2, strategy: blue_green")
    fault = "faults=[{at: 59s, for: 6s, kill: {service: shop, mode: all}}]"
    result = play(SHOP, fault, change)
    assert 65.0 <= when(result, "v2: all 10 instances are available") <= 66.01


# Canaries.

MANY = """
scenario: canary
seed: 5
duration: 130s
traffic:
  users: {rate: 200/s, target: shop.buy}
services:
  shop:
    replicas: 10
    versions: {v2: {errors: 100%}}
    startup: {boot: 10s}
    endpoints: {buy: [work: 20ms]}
"""


def canary(steps: str, analysis: str = "") -> str:
    given = f"steps: [{steps}]" + (f", analysis: {{{analysis}}}" if analysis else "")
    return deploy(f"at: 10s, service: shop, version: v2, strategy: {{canary: {{{given}}}}}")


@pytest.mark.parametrize("weight", [0.05, 0.25, 0.6])
def test_a_canary_gets_its_share(weight: float) -> None:
    """Each request goes to the canary with the chance of its weight, however many instances run it."""
    result = play(MANY, canary(f"{{weight: {weight}}}, {{pause: 1h}}"))
    assert when(result, "v2: gets") == 20.0
    series = result.series["traffic"].columns
    late = [number for number, time in enumerate(series["time"]) if time >= 21.0]
    finished = sum(int(series["finished"][number]) for number in late)
    errors = finished - sum(int(series["ok"][number]) for number in late)
    error = sqrt(finished * weight * (1.0 - weight))
    assert abs(errors - weight * finished) < SIGMAS * error


def test_a_canary_gets_more_and_more() -> None:
    """5 % on one instance, 50 % on five, then all on ten: each after a start of 10 s and its pause."""
    steps = "{weight: 5%}, {pause: 20s}, {weight: 50%}, {pause: 30s}"
    result = play(MANY, canary(steps), "services.shop.versions.v2={}")
    assert when(result, "v2: gets 5% of the requests; 1 run it") == 20.0
    assert when(result, "v2: gets 50% of the requests; 5 run it") == 50.0
    assert when(result, "v2: gets 100% of the requests; 10 run it") == 90.0
    assert when(result, "v2: the other instances are stopped") == 120.0
    assert set(result.traffic["users"].outcomes) == {"ok"}


LOOK = "fail_when: [error > 5% over the last 20s], interval: 20s, min_requests: 100"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_bad_canary_is_taken_back(seed: int) -> None:
    """5 % of the users meet it, for 20 s: from the first share to the first look."""
    result = play(MANY, canary("{weight: 5%}, {pause: 1m}", LOOK), seed=seed)
    assert when(result, "v2: rolled back: error > 5% over the last 20s") == 40.0
    hurt = result.traffic["users"].outcomes["error"]
    mean = 20.0 * 200.0 * 0.05
    assert abs(hurt - mean) < SIGMAS * sqrt(mean) + 1
    assert result.services["shop"].scaling is not None
    assert result.services["shop"].scaling.last == 10


def test_a_canary_too_small_to_be_judged_stands_still() -> None:
    """With 1 % of 40 requests a second there are 8 in 20 s, and 100 are wanted: nothing is told."""
    result = play(MANY, canary("{weight: 1%}, {pause: 30s}", LOOK), "traffic.users.rate=40/s")
    told = [what for _, what in story(result) if "tell nothing" in what]
    assert len(told) >= 5
    assert availability(result) > 0.98
    assert not any("promoted" in what for _, what in story(result))


QUICK = "services.shop.startup.boot=1s"


def test_a_canary_too_short_to_be_judged_is_promoted() -> None:
    """Its steps are over at 23 s, and the first look is at 31 s: everybody meets the bad version."""
    result = play(
        MANY, canary("{weight: 5%}, {pause: 5s}, {weight: 50%}, {pause: 5s}", LOOK), QUICK
    )
    when(result, "v2: is promoted, though no measurement told anything")
    assert availability(result) < 0.5


def test_what_is_judged_is_the_canary_and_not_the_service() -> None:
    """A version that is slow on 5 % of the requests moves the service's p90 not at all, its own much."""
    slow = "services.shop.versions.v2={speed: 20%}"
    look = "fail_when: [%s > 50ms over the last 20s], interval: 20s"
    steps = "{weight: 5%}, {pause: 1m}"
    own = play(MANY, slow, canary(steps, look % "p90"))
    assert when(own, "v2: rolled back: p90 > 50ms") == 40.0
    whole = play(MANY, slow, canary(steps, look % "shop.p90"))
    when(whole, "v2: is promoted, after 3 of 3 measurements told something")


def test_a_rolling_update_after_a_canary() -> None:
    """The segment of the stable version is filled by what takes its place: nobody is left out."""
    result = play(
        MANY,
        "services.shop.versions={v2: {}, v3: {}}",
        deploy(
            "at: 10s, service: shop, version: v2, "
            "strategy: {canary: {steps: [{weight: 50%}], scale_down_delay: 5s}}",
            "at: 60s, service: shop, version: v3",
            "at: 100s, service: shop, version: v2, strategy: blue_green",
        ),
    )
    assert when(result, "v3: the rolling update is complete") == 80.0
    assert when(result, "v2: gets all requests") == 110.0
    assert set(result.traffic["users"].outcomes) == {"ok"}


# Versions.


def test_a_version_that_breaks_a_contract_turns_away_the_old_callers() -> None:
    """After the switch the clerks get `error` at once, at one endpoint; all others are served."""
    text = SHOP.replace(
        "  users:", "  clerks: {rate: 10/s, arrivals: constant, target: shop.list}\n  users:"
    )
    text = text.replace("buy: [work: 400ms]", "buy: [work: 400ms], list: [work: 5ms]")
    broken = "services.shop.versions.v2={breaks: [clerks, users], endpoint: list}"
    change = deploy("at: 30.005s, service: shop, version: v2, strategy: blue_green")
    result = play(text, broken, change)
    assert result.traffic["clerks"].outcomes == {"ok": 600, "error": 899}
    assert set(result.traffic["users"].outcomes) == {"ok"}


def test_a_faster_version_is_faster() -> None:
    """Twice the speed halves the work."""
    change = deploy("at: 30.005s, service: shop, version: v2, strategy: blue_green")
    result = play(SHOP, "services.shop.versions.v2={speed: 200%}", change, "warmup=70s")
    assert result.traffic["users"].latency.mean == pytest.approx(0.2)


def test_instances_are_left_as_they_were_built() -> None:
    """When all that ran the version are gone, nothing of it is left on them."""
    bad = "services.shop.versions.v2={errors: 10%, speed: 50%, breaks: [users]}"
    change = deploy(
        "at: 1s, service: shop, version: v2, strategy: recreate",
        "at: 5s, service: shop, rollback: true, strategy: recreate",
    )
    run = Run(parse(SHOP, settings=(bad, change, "services.shop.startup.boot=1s")).scenario)
    run.advance()
    instances = run.world.instances
    assert all(each.disturbed is None and each.gate is None for each in instances)
    assert all(each.speed == 1.0 for each in instances)


def test_who_turns_callers_away_may_come_while_an_instance_shuts_down() -> None:
    """A fault posts somebody at a door that is closing, and takes him away when it has closed."""
    change = deploy("at: 30.005s, service: shop, version: v2, strategy: recreate")
    fault = "faults=[{at: 30.2s, for: 200ms, bad_deploy: {service: shop, breaks: [users]}}]"
    boot = "services.shop.startup.boot=100ms"
    run = Run(parse(SHOP, settings=(change, fault, boot)).scenario, check=True)
    run.advance()
    assert run.result().traffic["users"].outcomes["ok"] > 14_000
    assert all(each.gate is None for each in run.world.instances)


def test_the_same_with_a_registry_that_takes_its_time() -> None:
    """Callers hear of a stop 1 s late, by Kubernetes: with a delay of 5 s before it nobody notices."""
    registry = "registry={kind: kubernetes}"
    change = deploy("at: 30.005s, service: shop, version: v2")
    delayed = play(SHOP, registry, change, "services.shop.shutdown={delay: 5s}")
    assert set(delayed.traffic["users"].outcomes) == {"ok"}
    hasty = play(SHOP, registry, change, "services.shop.shutdown={grace: 30s}")
    assert hasty.traffic["users"].outcomes["refused"] > 0


def test_blue_green_stands_by_before_it_is_promoted() -> None:
    """Green is there at 60.005 s, gets all 15 s after that, and blue goes 30 s later."""
    strategy = "strategy: {blue_green: {auto_promotion: 15s}}"
    result = play(SHOP, deploy(f"at: 30.005s, service: shop, version: v2, {strategy}"))
    assert when(result, "v2: gets all requests") == pytest.approx(75.005)
    assert when(result, "the other instances are stopped") == pytest.approx(105.005)


def test_green_goes_soon_after_it_was_taken_back() -> None:
    """`abort_scale_down_delay` is that of a rollback, and not that of a switch."""
    strategy = "strategy: {blue_green: {abort_scale_down_delay: 12s}}"
    switch = f"at: 30.005s, service: shop, version: v2, {strategy}"
    back = "at: 70.005s, service: shop, rollback: true, strategy: blue_green"
    result = play(SHOP, deploy(switch, back))
    assert when(result, "v1: the other instances are stopped") == pytest.approx(82.005)
