"""Models that have both an exact solution and a scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.experiment.result import Result
from simulator.experiment.theory.general import (
    fork_join_time,
    harmonic,
    machine_repair,
    pollaczek_khinchine,
    shared_time,
    tandem_time,
)
from simulator.experiment.theory.markovian import MMc, MMcK, erlang_b, priority_waits

Reading = Callable[[Result], float | None]

MEAN_SERVICE = 0.01
"""Seconds of work in every case: 10 ms, so that rates are per second as in a real system."""
SQUARED_CV = 1.718281828459045
"""Of a lognormal with sigma = 1: e - 1."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: what theory says, and where the simulation's result has it.

    `from_histogram` marks percentiles, which are read with a stated resolution.
    """

    name: str
    value: float
    reading: Reading
    from_histogram: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One model as a scenario."""

    model: str
    text: str
    measures: tuple[Measure, ...]


def scenario(
    arrivals: str, service: str, steps: str = "work: {exponential: 10ms}", duration: str = "1000s"
) -> str:
    """A scenario of one class that asks one service."""
    return (
        f"scenario: theory\nduration: {duration}\nwarmup: 20s\ntraces: 0\ninterval: 100s\n"
        f"traffic: {{users: {{{arrivals}, target: server.answer}}}}\n"
        f"services: {{server: {{{service}, endpoints: {{answer: [{{{steps}}}]}}}}}}\n"
    )


def mean_time(result: Result) -> float | None:
    """The mean latency of usable answers."""
    return result.total.latency.mean


def lost(result: Result) -> float | None:
    """The share of requests not answered."""
    available = result.total.availability
    return None if available is None else 1.0 - available


def queue_mean(result: Result) -> float:
    """The mean number that wait at the server."""
    return result.services["server"].queue.mean


def used(result: Result) -> float | None:
    """The server's utilization."""
    return result.services["server"].utilization


def percentile(name: str) -> Reading:
    """A percentile of the latency."""

    def read(result: Result) -> float | None:
        value: float | None = getattr(result.total.latency, name)
        return value

    return read


def class_mean(name: str) -> Reading:
    """The mean latency of one class."""
    return lambda result: result.traffic[name].latency.mean


def cases() -> list[Case]:
    """All of them; service takes 10 ms on average throughout."""
    return [*_markovian(), *_losses(), *_general(), *_networks()]


def _markovian() -> list[Case]:
    one, four = MMc(80.0, 100.0), MMc(320.0, 100.0, 4)
    rates = (30.0, 40.0)
    waits = priority_waits(rates, 100.0)
    two_classes = (
        "scenario: theory\nduration: 3000s\nwarmup: 20s\ntraces: 0\ninterval: 100s\n"
        "traffic:\n"
        "  gold: {rate: 30/s, target: server.answer, priority: 1}\n"
        "  iron: {rate: 40/s, target: server.answer}\n"
        "services: {server: {concurrency: 1, queue: {order: priority}, "
        "endpoints: {answer: [{work: {exponential: 10ms}}]}}}\n"
    )
    return [
        Case(
            "M/M/1, load 0.8",
            scenario("rate: 80/s", "concurrency: 1", duration="16000s"),
            (
                Measure("mean time", one.time, mean_time),
                Measure("mean queue", one.queue, queue_mean),
                Measure("utilization", 0.8, used),
                Measure("p50", one.time_quantile(0.5), percentile("p50"), True),
                Measure("p90", one.time_quantile(0.9), percentile("p90"), True),
                Measure("p99", one.time_quantile(0.99), percentile("p99"), True),
            ),
        ),
        Case(
            "M/M/4, load 0.8",
            scenario("rate: 320/s", "concurrency: 4", duration="4000s"),
            (
                Measure("mean time", four.time, mean_time),
                Measure("mean queue", four.queue, queue_mean),
                Measure("p99", four.time_quantile(0.99), percentile("p99"), True),
            ),
        ),
        Case(
            "M/M/1 with priorities",
            two_classes,
            (
                Measure("mean time, first", waits[0] + MEAN_SERVICE, class_mean("gold")),
                Measure("mean time, second", waits[1] + MEAN_SERVICE, class_mean("iron")),
            ),
        ),
    ]


def _losses() -> list[Case]:
    bounded = MMcK(360.0, 100.0, 4, 8)
    blocked = erlang_b(10, 8.0)
    ten = "concurrency: 10, queue: 0"
    laws: Mapping[str, str] = {
        "exponential": "work: {exponential: 10ms}",
        "deterministic": "work: 10ms",
        "lognormal": "work: {lognormal: {mean: 10ms, cv: 1.3108}}",
    }
    losses = [
        Case(
            f"M/G/10/10 (Erlang B), {name}",
            scenario("rate: 800/s", ten, steps, duration="800s"),
            (Measure("lost", blocked, lost),),
        )
        for name, steps in laws.items()
    ]
    return [
        Case(
            "M/M/4/8, load 0.9",
            scenario("rate: 360/s", "concurrency: 4, queue: 4", duration="2500s"),
            (
                Measure("lost", bounded.lost, lost),
                Measure("mean time", bounded.time, mean_time),
                Measure("utilization", bounded.utilization, used),
            ),
        ),
        *losses,
    ]


def _general() -> list[Case]:
    lognormal = "work: {lognormal: {mean: 10ms, cv: 1.310832}}"
    return [
        Case(
            "M/D/1, load 0.8",
            scenario("rate: 80/s", "concurrency: 1", "work: 10ms", duration="8000s"),
            (Measure("mean time", pollaczek_khinchine(80.0, 0.01, 0.0) + 0.01, mean_time),),
        ),
        Case(
            "M/G/1, lognormal, load 0.7",
            scenario("rate: 70/s", "concurrency: 1", lognormal, duration="16000s"),
            (Measure("mean time", pollaczek_khinchine(70.0, 0.01, SQUARED_CV) + 0.01, mean_time),),
        ),
        Case(
            "M/G/1 processor sharing, load 0.7",
            scenario("rate: 70/s", "cores: 1", lognormal, duration="8000s"),
            (
                Measure("mean time", shared_time(0.7, MEAN_SERVICE), mean_time),
                Measure("utilization", 0.7, used),
            ),
        ),
    ]


def _networks() -> list[Case]:
    throughput, response = machine_repair(20, 0.2, 0.01)
    head = "scenario: theory\nwarmup: 20s\ntraces: 0\ninterval: 100s\n"
    tandem = (
        f"{head}duration: 6000s\ntraffic: {{users: {{rate: 70/s, target: edge.answer}}}}\n"
        "services:\n"
        "  edge: {endpoints: {answer: [{call: first.step}, {call: second.step}]}}\n"
        "  first: {concurrency: 1, endpoints: {step: [{work: {exponential: 10ms}}]}}\n"
        "  second: {concurrency: 1, endpoints: {step: [{work: {exponential: 10ms}}]}}\n"
    )
    queues = (
        f"{head}duration: 6000s\ntraffic: {{users: {{rate: 70/s, target: edge.answer}}}}\n"
        "services:\n"
        "  edge: {endpoints: {answer: [{together: [{call: left.half}, {call: right.half}]}]}}\n"
        "  left: {concurrency: 1, endpoints: {half: [{work: {exponential: 10ms}}]}}\n"
        "  right: {concurrency: 1, endpoints: {half: [{work: {exponential: 10ms}}]}}\n"
    )
    branch = "{work: {exponential: 10ms}}"
    fan_out = f"together: [{', '.join([branch] * 10)}]"
    return [
        Case(
            "tandem of two M/M/1, load 0.7",
            tandem,
            (Measure("mean time", tandem_time(70.0, (100.0, 100.0)), mean_time),),
        ),
        Case(
            "longest of 10 exponentials",
            scenario("rate: 100/s", "replicas: 1", fan_out, duration="400s"),
            (Measure("mean time", harmonic(10) * MEAN_SERVICE, mean_time),),
        ),
        Case(
            "fork-join of two M/M/1, load 0.7",
            queues,
            (Measure("mean time", fork_join_time(2, 0.7, 100.0), mean_time),),
        ),
        Case(
            "machine repair: 20 users, 200 ms",
            scenario("users: 20, think: {exponential: 200ms}", "concurrency: 1", duration="2000s"),
            (
                Measure("mean time", response, mean_time),
                Measure("throughput", throughput, lambda result: result.total.throughput),
            ),
        ),
    ]
