"""Pictures of the bundled scenarios, of every family, and what must hold of each of them."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import FrozenInstanceError

import pytest

from simulator.call.breaker import NAMES as BREAKER_STATES
from simulator.experiment.run import Run
from simulator.live.camera import Camera
from simulator.live.commands import Focus
from simulator.live.snapshot import (
    CallView,
    Figures,
    InstanceDetail,
    InstanceView,
    Picture,
    ServiceDetail,
    ServiceView,
)
from simulator.observe.event_log import LAST, MOST
from simulator.outcome import NAMES
from simulator.platform.workload import RUNNING
from simulator.scenario import load, parse

FAMILIES = {
    "online-store": 6.0,
    "cdn": 4.0,
    "closed-loop": 4.0,
    "region-failover": 4.0,
    "shadow-traffic": 4.0,
    "scale-to-zero": 200.0,
    "right-sizing": 4.0,
    "waiting-for-nodes": 20.0,
    "rolling-update": 25.0,
    "canary-catches": 4.0,
    "crash-consul": 4.0,
    "crash-eureka": 4.0,
    "dns-ttl": 4.0,
    "cache-stampede": 4.0,
    "priority-shedding": 4.0,
    "adaptive-limit": 4.0,
    "thread-pool-exhaustion": 8.0,
    "traffic-split": 4.0,
    "cpu-throttling": 4.0,
    "liveness-death-spiral": 8.0,
    "config-push": 6.0,
    "bursts": 4.0,
}
"""Bundled scenarios, and how many seconds of each are played."""
STATES = {"idle", "ok", "busy", "failing", "partial", "down"}
INSTANCE_STATES = {"up", "down", "starting", "draining", "paused", "slow", "not ready"}


def look(name: str, *moments: float, focus: Focus | None = None) -> tuple[Camera, Picture]:
    """A bundled scenario at the last of some moments, having been looked at at all of them."""
    loaded = load(name)
    run = Run(loaded.scenario, folder=loaded.folder)
    camera = Camera(run)
    picture = camera.picture(focus or Focus())
    for moment in moments:
        run.advance(until=moment)
        picture = camera.picture(focus or Focus())
    return camera, picture


def detail_of(picture: Picture) -> ServiceDetail:
    """The service in focus, which must be there."""
    assert picture.service is not None
    return picture.service


def instance_of(picture: Picture) -> InstanceDetail:
    """The instance in focus, which must be there."""
    assert picture.instance is not None
    return picture.instance


@pytest.mark.parametrize(("name", "seconds"), FAMILIES.items(), ids=FAMILIES.keys())
def test_every_family(name: str, seconds: float) -> None:
    """Pictures with every service, some instance of each, and the requests in focus."""
    camera, picture = look(name, 0.4 * seconds, seconds)
    check(camera, picture)
    for service in picture.services:
        looked = camera.picture(Focus(service=service.name, requests=True))
        detail = detail_of(looked)
        check_detail(detail, service)
        for instance in detail.instances[:1]:
            inside = instance_of(camera.picture(Focus(service.name, instance.name)))
            assert inside.view == instance
            assert sum(each.known for each in inside.seen_by) == instance.callers
            # Who waits for answers without a thread holds no slot.
            assert sum(inside.inside.values()) >= instance.busy + instance.queued
            assert 0.0 <= inside.wasted <= inside.work
        assert looked.services == picture.services
    traces = camera.picture(Focus(requests=True)).traces
    assert traces == tuple(sorted(traces, key=lambda each: each.started, reverse=True))
    for view in traces[:3]:
        trace = camera.picture(Focus(request=(view.traffic, view.number))).trace
        assert trace is not None
        assert (trace.request, len(trace.spans)) == (view.number, view.attempts)


def check(camera: Camera, picture: Picture) -> None:
    """What holds of every picture."""
    assert pickle.loads(pickle.dumps(picture)).services == picture.services
    with pytest.raises(FrozenInstanceError):
        picture.in_flight = 0  # type: ignore[misc]
    for figures in all_figures(picture):
        assert sum(figures.outcomes.values()) == pytest.approx(figures.throughput)
        assert set(figures.outcomes) <= set(NAMES)
        assert figures.goodput <= figures.outcomes.get("ok", 0.0) * (1.0 + 1e-9)
        assert 0.0 <= figures.failed <= 1.0
    world = camera.world
    assert [each.name for each in picture.services] == list(world.services)
    assert {each.state for each in picture.services} <= STATES
    assert all(each.up <= each.replicas for each in picture.services)
    assert all(
        each.utilization is None or 0.0 <= each.utilization <= 1.0 + 1e-9
        for each in picture.services
    )
    assert picture.in_flight == sum(each.in_flight for each in picture.traffic) >= 0
    total = sum(each.figures.throughput for each in picture.traffic)
    assert total == pytest.approx(picture.figures.throughput)
    layers = {each.name: each.layer for each in picture.services}
    for edge in picture.edges:
        assert layers[edge.callee] > layers.get(edge.caller, 0)
        assert set(edge.breakers) <= set(BREAKER_STATES)


def all_figures(picture: Picture) -> Iterator[Figures]:
    yield picture.figures
    yield from (each.figures for each in picture.services)
    yield from (each.figures for each in picture.edges)
    yield from (each.figures for each in picture.traffic)


def check_detail(detail: ServiceDetail, service: ServiceView) -> None:
    """What holds of every service that is looked at."""
    assert {each.state for each in detail.instances} <= INSTANCE_STATES
    assert sum(each.busy for each in detail.instances) == service.busy
    assert sum(each.queued for each in detail.instances) == service.queued
    asked = sum(each.throughput for each in detail.endpoints.values())
    assert asked == pytest.approx(service.figures.throughput)
    # Copies of requests are told of instances, and not of their service.
    assert sum(each.figures.throughput for each in detail.instances) >= asked * (1.0 - 1e-9)
    for call in (*detail.callers, *detail.callees):
        assert call.balancer
    if service.scaler is not None:
        assert detail.scaler is not None
        assert (detail.scaler.kind, detail.scaler.wanted) == (service.scaler, service.wanted)
        assert detail.scaler.target
    shape = (len(detail.history.times), len(detail.history.bands))
    assert detail.history.heat.shape == shape or detail.history.heat.size == 0


@pytest.mark.parametrize("name", ["flapping-breaker", "scale-to-zero"])
def test_a_run_that_is_looked_at_is_the_run_it_would_have_been(name: str) -> None:
    loaded = load(name)
    digests = set()
    for looks in (False, True):
        run = Run(loaded.scenario, folder=loaded.folder)
        camera = Camera(run) if looks else None
        for part in range(1, 20):
            run.advance(until=run.duration * part / 20.0 + 0.0123)
            if camera is not None:
                services = list(run.world.services.values())
                service = services[part % len(services)]
                camera.picture(Focus(service.name, service.instances[0].name, requests=True))
        while not run.advance():
            pass
        digests.add(run.result().digest)
    assert len(digests) == 1


def test_a_killed_instance_is_down_and_its_service_partial() -> None:
    camera, picture = look("store-instance-crash", 1.0)
    fault = camera.world.faults[0]
    run, begin = camera.run, fault.schedule.spans[0][0]
    run.advance(until=begin + 0.5)
    (name,) = fault.hit
    service = name.rpartition("-")[0]
    picture = camera.picture(Focus(service, name))
    assert instance_of(picture).view.state == "down"
    view = next(each for each in picture.services if each.name == service)
    assert (view.up, view.state in ("partial", "failing")) == (view.replicas - 1, True)
    assert picture.events[-1].kind in ("fault", "instance", "choice")


def test_a_frozen_instance_is_paused_and_its_service_says_by_what() -> None:
    camera, _ = look("store-pauses", 1.0)
    fault = camera.world.faults[0]
    camera.run.advance(until=fault.schedule.spans[0][0] + 0.2)
    service = fault.hit[0].rpartition("-")[0]
    picture = camera.picture(Focus(service))
    states = {each.name: each.state for each in detail_of(picture).instances}
    assert {name for name, state in states.items() if state == "paused"} == set(fault.hit)
    faults = {each.name: each.faults for each in picture.services}
    assert faults.pop(service) == (fault.name,)
    assert set(faults.values()) == {()}


def test_instances_come_and_go_in_a_rollout() -> None:
    seen: set[str] = set()
    loaded = load("rolling-update")
    run = Run(loaded.scenario, folder=loaded.folder)
    camera = Camera(run)
    service = next(iter(run.world.deployers))
    began = min(each.at for each in run.world.orders)
    for step in range(40):
        run.advance(until=began + step * 0.7)
        seen |= {each.state for each in detail_of(camera.picture(Focus(service=service))).instances}
    assert {"up", "starting", "draining"} <= seen


def test_who_stands_in_for_nobody_is_in_the_table() -> None:
    _, picture = look("scale-to-zero", 20.0, focus=Focus(service="report"))
    (instance,) = detail_of(picture).instances
    assert (instance.name, instance.concurrency) == ("report-activator", None)
    (service,) = picture.services
    assert (service.replicas, service.up, service.state) == (0, 0, "idle")
    scaler = detail_of(picture).scaler
    assert scaler is not None
    assert (scaler.kind, scaler.least, scaler.most, scaler.wanted) == ("kpa", 0, 4, 0)


def test_an_open_breaker_says_until_when() -> None:
    camera, picture = look("flapping-breaker", 20.0)
    opened = None
    for step in range(200):
        camera.run.advance(until=20.0 + step * 0.5)
        picture = camera.picture(Focus(service="prices"))
        views = [each for call in detail_of(picture).callers for each in call.breakers]
        opened = next((each for each in views if each.state == "open"), None)
        if opened is not None:
            break
    assert opened is not None
    assert opened.until is not None
    assert picture.now - 0.01 <= opened.until <= picture.now + 10.0
    edge = next(each for each in picture.edges if each.callee == "prices")
    assert edge.breakers["open"] >= 1
    assert sum(edge.breakers.values()) == len(views)


def test_a_pushed_policy_is_the_one_that_is_shown() -> None:
    camera, _ = look("config-push", 1.0)
    fault = camera.world.faults[0]
    push = camera.calls.pushes[fault.name]
    begin, end = fault.schedule.spans[0]

    def policies(moment: float) -> dict[str, CallView]:
        camera.run.advance(until=moment)
        detail = detail_of(camera.picture(Focus(service=push.service)))
        return {each.callee: each for each in detail.callees}

    before = policies(begin - 0.5)
    pushed = policies(begin + 0.5)
    assert any(pushed[name].policies != before[name].policies for name in before)
    if end is not None:
        after = policies(end + 0.5)
        assert {name: each.policies for name, each in after.items()} == {
            name: each.policies for name, each in before.items()
        }


def test_ejected_instances_are_told() -> None:
    camera, _ = look("one-slow", 1.0)
    world = camera.world
    route = camera.routes.routes[0][1]
    member = route.members[0]
    service = camera.routes.service_of[member.name]

    def view() -> InstanceView:
        return instance_of(camera.picture(Focus(service, member.name))).view

    assert (view().ejected, view().callers >= 1) == (0, True)
    member.ejected = True
    route.mark(member, world.kernel.now)
    assert view().ejected == 1


def test_a_caller_with_two_ways_to_a_service_is_one_caller() -> None:
    text = """
scenario: two-ways
duration: 10s
traffic: {users: {rate: 1/s, target: front.page}}
services:
  front:
    endpoints: {page: [{call: back.read, balancer: random}, {call: back.write}]}
  back: {replicas: 2, endpoints: {read: [{work: 1ms}], write: [{work: 1ms}]}}
"""
    camera = Camera(Run(parse(text).scenario))
    assert len(camera.routes.leading_to("back")) == 2
    detail = instance_of(camera.picture(Focus(instance="back-1")))
    assert (detail.view.callers, detail.view.ejected) == (1, 0)
    assert [(each.caller, each.known) for each in detail.seen_by] == [("front-1", True)]


def test_places_that_nobody_has_taken_ask_nobody() -> None:
    """An autoscaler may start up to nine callers; as long as there is one, one counts."""
    text = """
scenario: places
duration: 60s
traffic: {users: {rate: 1/s, target: front.page}}
services:
  front:
    replicas: 1
    concurrency: 2
    autoscaler: {hpa: {min: 1, max: 9, metrics: [{latency: {target: 1s}}]}}
    endpoints: {page: [{work: 1ms}, {call: back.read, breaker: {}}]}
  back: {endpoints: {read: [{work: 1ms}]}}
"""
    run = Run(parse(text).scenario)
    camera = Camera(run)
    run.advance(5.0)
    picture = camera.picture(Focus(instance="back-1"))
    detail = instance_of(picture)
    assert detail.view.callers == 1
    assert [each.caller for each in detail.seen_by] == ["front-1"]
    (edge,) = (each for each in picture.edges if each.caller == "front")
    assert sum(edge.breakers.values()) == 1
    (call,) = detail_of(picture).callers
    assert [each.caller for each in call.breakers] == ["front-1"]
    world = camera.world
    newcomer = world.workloads["front"].replicas[1]
    newcomer.phase = RUNNING
    later = camera.picture(Focus(instance="back-1"))
    assert [each.caller for each in instance_of(later).seen_by] == ["front-1", "front-2"]
    assert instance_of(later).view.callers == 2


def test_what_is_taken_back_is_no_failure() -> None:
    """The loser of a hedge counts neither among the failures nor in the total."""

    def failed(**outcomes: float) -> float:
        return Figures(
            1.0, sum(outcomes.values()), outcomes.get("ok", 0.0), outcomes, None, None, None
        ).failed

    assert failed(ok=90.0, cancelled=30.0) == 0.0
    assert failed(ok=60.0, degraded=15.0, timeout=25.0, cancelled=100.0) == 0.25
    assert failed(cancelled=0.3) == 0.0
    assert failed() == 0.0


def test_a_long_story_is_told_to_its_end() -> None:
    """The log keeps its first entries and counts the rest; whoever watches wants the last."""
    camera, _ = look("mm4", 1.0)
    events = camera.world.ledger.events
    for number in range(MOST + 500):
        events.note(1.0 + number, "breaker", "a > b", "open")
    told = camera.picture(Focus()).events
    assert len(told) == LAST
    assert (told[0].time, told[-1].time) == (MOST + 201.0, MOST + 500.0)
    assert len(events.kept()) == MOST + LAST
    assert [each.time for each in events.kept()] == sorted(each.time for each in events.kept())


def test_what_is_not_there_is_left_out() -> None:
    camera, picture = look("mm4", 2.0, focus=Focus(service="nowhere"))
    assert (picture.service, picture.instance) == (None, None)
    picture = camera.picture(Focus(instance="nobody-1", request=("nobody", 3)))
    assert (picture.service, picture.instance, picture.trace, picture.traces) == (
        None,
        None,
        None,
        (),
    )
    (service,) = camera.world.services
    assert camera.picture(Focus(service, f"{service}-99")).instance is None
    # An instance brings its service with it.
    assert detail_of(camera.picture(Focus(instance=f"{service}-1"))).name == service
