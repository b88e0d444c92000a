"""The laws of the model, on scenarios that ship and on random ones."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.experiment.result import Result, TrafficFigures
from simulator.experiment.run import Run, simulate
from simulator.scenario import bundled, load, parse


def conserved(result: Result) -> None:
    """Started is finished plus in flight, at every hop, and every count is of something."""
    everything: list[TrafficFigures] = [result.total, *result.traffic.values()]
    for traffic in everything:
        assert traffic.started == traffic.finished + traffic.in_flight
        assert traffic.finished == sum(traffic.outcomes.values())
        assert traffic.in_flight >= 0
    for name, service in result.services.items():
        # Copies that are mirrored are no attempts of the service's callers; its instances have them.
        to = [edge for edge in result.edges if edge.callee.startswith(f"{name}.")]
        edges = [edge for edge in to if not edge.caller.endswith("(mirror)")]
        assert sum(edge.attempts for edge in edges) == service.attempts
        copies = sum(sum(edge.outcomes.values()) for edge in to if edge not in edges)
        assert service.attempts == sum(service.outcomes.values()) + service.in_flight
        assert service.in_flight >= 0
        assert service.calls >= sum(service.call_outcomes.values())
        answered = sum(service.outcomes.values()) + copies
        assert sum(each.attempts for each in service.instances.values()) == answered
        assert sum(each.attempts for each in service.endpoints.values()) == service.attempts


@pytest.mark.parametrize("name", sorted(bundled()))
def test_bundled_scenarios_obey_the_laws(name: str) -> None:
    """Conservation, capacity, Little's law and the rest hold in everything that ships."""
    loaded = load(name)
    # The users of a service that sleeps come later than others.
    length = 90.0 if name.startswith("scale-to-zero") else 60.0
    scenario = loaded.scenario.model_copy(
        update={"duration": min(loaded.scenario.duration, length), "warmup": 5.0, "expect": ()}
    )
    result = simulate(scenario, check=True, folder=loaded.folder)
    assert result.total.started > 0
    conserved(result)


DISTRIBUTIONS = st.sampled_from(
    ["2ms", {"exponential": "5ms"}, {"lognormal": {"median": "2ms", "p99": "30ms"}}, "0s"]
)
CHANCES = st.sampled_from(["0%", "30%", "100%"])


def steps(callees: list[str], depth: int = 2) -> st.SearchStrategy[list[Any]]:
    """Steps that may call some endpoints."""
    kinds: list[st.SearchStrategy[Any]] = [
        DISTRIBUTIONS.map(lambda law: {"work": law}),
        CHANCES.map(lambda chance: {"fail": chance}),
    ]
    if callees:
        kinds.append(
            st.builds(
                lambda target, timeout, cancel, optional: {
                    "call": target,
                    "cancel": cancel,
                    "optional": optional,
                    **({"timeout": timeout} if timeout else {}),
                },
                st.sampled_from(callees),
                st.sampled_from([None, "1ms", "10ms"]),
                st.booleans(),
                st.booleans(),
            )
        )
    if depth > 0:
        inner = steps(callees, depth - 1)
        kinds += [
            st.builds(
                lambda branches, hasty: {
                    "together": [{"steps": each} for each in branches],
                    "fail_fast": hasty,
                },
                st.lists(inner, min_size=1, max_size=3),
                st.booleans(),
            ),
            st.builds(lambda chance, body: {"maybe": chance, "steps": body}, CHANCES, inner),
            st.builds(lambda n, body: {"repeat": n, "steps": body}, st.integers(0, 3), inner),
            st.builds(
                lambda a, b: {"either": [{"weight": 1, "steps": a}, {"weight": 2, "steps": b}]},
                inner,
                inner,
            ),
        ]
    return st.lists(st.one_of(kinds), max_size=3)


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """A chain of three services of all shapes under two classes of traffic."""
    services: dict[str, Any] = {}
    callees: list[str] = []
    for name in ("c", "b", "a"):
        cores = draw(st.sampled_from([None, 1, 2]))
        services[name] = {
            "replicas": draw(st.integers(1, 3)),
            "concurrency": draw(st.sampled_from([1, 3, None])),
            "queue": {
                "capacity": draw(st.sampled_from([0, 2, None])),
                "order": draw(st.sampled_from(["fifo", "lifo", "priority", "random"])),
            },
            "threading": draw(st.sampled_from(["blocking", "async"])),
            "cores": cores,
            "endpoints": {"x": draw(steps(list(callees)))},
        }
        if cores is not None:
            services[name]["sharing"] = draw(st.sampled_from(["processor", "fcfs"]))
        callees.append(f"{name}.x")
    users = {"users": 3, "think": {"exponential": "10ms"}, "target": "b.x", "cancel": True}
    open_loop: dict[str, Any] = {"rate": "120/s", "target": "a.x"}
    if draw(st.booleans()):
        open_loop["deadline"] = "20ms"
    if draw(st.booleans()):
        users["timeout"] = "15ms"
    return {
        "scenario": "random",
        "duration": "3s",
        "warmup": draw(st.sampled_from(["0s", "1s"])),
        "traces": 5,
        "seed": draw(st.integers(0, 5)),
        "network": {"latency": draw(DISTRIBUTIONS)},
        "traffic": {"open": open_loop, "closed": users},
        "services": services,
    }


@settings(max_examples=60)
@given(worlds())
def test_random_worlds_obey_the_laws(world: dict[str, Any]) -> None:
    """Whatever is put together, nothing is lost, counted twice, or done by nobody; and twice alike."""
    scenario = parse(yaml.safe_dump(world)).scenario
    result = simulate(scenario, check=True)
    conserved(result)
    assert simulate(scenario).digest == result.digest


@settings(max_examples=25)
@given(worlds(), st.integers(1, 30))
def test_crashes_at_any_moment_obey_the_laws(world: dict[str, Any], tenths: int) -> None:
    """An instance that dies and comes back at any moment leaves no trace in the books."""
    run = Run(parse(yaml.safe_dump(world)).scenario, check=True)
    run.world.kernel.run(tenths / 10, 1 << 30)
    for service in run.world.services.values():
        service.instances[0].crash()
    run.world.kernel.run(tenths / 10 + 0.2, 1 << 30)
    for service in run.world.services.values():
        service.instances[0].restart()
    run.advance()
    conserved(run.result())


PAIR = """
scenario: pair
duration: 60s
seed: 4
traffic: {users: {rate: 50/s, mix: {api.get: 2, api.put: 1}}}
services:
  api: {concurrency: 8, endpoints: {get: [{work: {exponential: 10ms}}], put: [{call: db.put}]}}
  db: {concurrency: 8, endpoints: {put: [{work: {lognormal: {mean: 10ms, cv: 2}}}]}}
"""


def test_what_is_unrelated_changes_nothing() -> None:
    """Another service and another class leave the arrivals and the work of the first as they were."""
    plain = simulate(parse(PAIR).scenario)
    data = yaml.safe_load(PAIR)
    data["traffic"]["others"] = {"rate": "80/s", "target": "other.get", "arrivals": "poisson"}
    data["services"]["other"] = {"endpoints": {"get": [{"work": {"exponential": "1ms"}}]}}
    more = simulate(parse(yaml.safe_dump(data)).scenario)
    assert more.traffic["users"] == plain.traffic["users"]
    assert more.services["api"] == plain.services["api"]
    assert more.services["db"] == plain.services["db"]


def test_policies_do_not_shift_draws() -> None:
    """A timeout that turns some calls into failures leaves every request's work as it was."""
    plain = simulate(parse(PAIR).scenario)
    hasty = simulate(parse(PAIR, settings=["services.db.policy.timeout=5ms"]).scenario)
    assert hasty.services["db"].work == pytest.approx(plain.services["db"].work, rel=1e-12)
    assert hasty.total.started == plain.total.started
    assert hasty.services["db"].outcomes["timeout"] > 100


def test_replications_are_different_and_repeatable() -> None:
    """Replication 0 is the plain run; each other one is a run of its own."""
    scenario = parse(PAIR).scenario
    digests = [simulate(scenario, replication=k).digest for k in (0, 1, 2, 1)]
    assert digests[0] == simulate(scenario).digest
    assert digests[1] == digests[3]
    assert len(set(digests)) == 3


def test_time_has_no_scale() -> None:
    """Ten times the rates and a tenth of the times give a tenth of the latencies."""
    text = (
        "scenario: s\nduration: {0}\ntraffic: {{users: {{rate: {1}/s, target: api.get}}}}\n"
        "services: {{api: {{concurrency: 1, endpoints: {{get: [{{work: {{exponential: {2}}}}}]}}}}}}\n"
    )
    slow = simulate(parse(text.format("1000s", 7, "100ms")).scenario)
    fast = simulate(parse(text.format("100s", 70, "10ms")).scenario)
    assert slow.total.started == fast.total.started
    assert slow.total.latency.mean == pytest.approx(10 * (fast.total.latency.mean or 0), rel=1e-9)


def test_a_longer_queue_never_answers_fewer() -> None:
    """Under the same arrivals and work, throughput of M/M/2/K grows with K."""
    text = """
scenario: s
duration: 200s
traffic: {users: {rate: 190/s, target: api.get}}
services: {api: {concurrency: 2, queue: 0, endpoints: {get: [{work: {exponential: 10ms}}]}}}
"""
    answered = [
        simulate(parse(text, settings=[f"services.api.queue={k}"]).scenario).total.outcomes["ok"]
        for k in (0, 1, 2, 4, 8, 16)
    ]
    assert answered == sorted(answered)
    assert answered[0] < answered[-1]


def test_arrivals_see_time_averages() -> None:
    """PASTA: the share of Poisson arrivals that find all slots taken is the share of time they are."""
    text = """
scenario: s
duration: 2000s
traffic: {users: {rate: 80/s, target: api.get}}
services: {api: {concurrency: 1, queue: 0, endpoints: {get: [{work: {exponential: 10ms}}]}}}
"""
    result = simulate(parse(text).scenario)
    lost = result.total.outcomes["queue_full"] / result.total.finished
    used = result.services["api"].utilization
    assert used is not None
    # Both estimate 0.8/1.8 = 0.444; successive arrivals are nearly independent at this load.
    assert abs(lost - used) < 4.5 * (0.25 / result.total.finished) ** 0.5 * 2


def test_memory_is_flat() -> None:
    """What a run keeps does not grow with the number of requests."""
    import tracemalloc

    text = """
scenario: s
duration: 100s
interval: 10s
traffic: {users: {rate: 200/s, target: api.get}}
services: {api: {concurrency: 4, endpoints: {get: [{work: {exponential: 10ms}}]}}}
"""
    kept = []
    for rate in (200, 2000):
        settings_ = [f"traffic.users.rate={rate}/s", f"services.api.concurrency={rate // 50}"]
        run = Run(parse(text, settings=settings_).scenario)
        run.world.kernel.run(50.0, 1 << 40)
        tracemalloc.start()
        run.advance()
        kept.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
    # Nothing but the last page of the ledger may differ: 16,384 lines of 100 bytes.
    assert kept[1] < kept[0] + 2_500_000
