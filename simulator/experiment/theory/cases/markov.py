"""Poisson arrivals, exponential work, room for all."""

from __future__ import annotations

from simulator.experiment.theory.case import Case, Figure, Inside, Late, Measure
from simulator.experiment.theory.cases.writing import SPEED, scenario, server
from simulator.experiment.theory.mm1 import MM1
from simulator.experiment.theory.mmc import MMc
from simulator.experiment.theory.priority import PriorityMM1
from simulator.experiment.theory.round_robin import RoundRobinMM1


def cases() -> list[Case]:
    """Single queues, and a row of them behind a balancer."""
    return [mm1(), mm1_waits(), mm4(), mm4_waits(), priority(), round_robin()]


def mm1() -> Case:
    """Means, and quantiles of the time in the system."""
    queue = MM1(50.0, SPEED)
    return Case(
        "M/M/1, load 0.5",
        scenario(
            "mm1",
            "14000s",
            "mm1: {rate: 50/s, target: server.answer}",
            server("concurrency: 1"),
        ),
        (
            Measure("mean time", queue.time, Figure("traffic.mm1.latency.mean")),
            Measure("mean number", queue.number, Inside(("server",))),
            Measure("mean queue", queue.queue, Figure("services.server.queue.mean")),
            Measure("utilization", queue.utilization, Figure("services.server.utilization")),
            Measure("p50", queue.time_quantile(0.5), Figure("traffic.mm1.latency.p50")),
            Measure("p90", queue.time_quantile(0.9), Figure("traffic.mm1.latency.p90")),
            Measure("p95", queue.time_quantile(0.95), Figure("traffic.mm1.latency.p95")),
            Measure("p99", queue.time_quantile(0.99), Figure("traffic.mm1.latency.p99")),
        ),
    )


def watched(workers: str, watchers: str, concurrency: int) -> tuple[str, str]:
    """Traffic and a server, beside requests that line up like all others and need no work.

    What these take is the wait alone: Poisson arrivals see time averages. The load is as it was.
    """
    traffic = (
        f"workers{concurrency}: {{rate: {workers}, target: server.answer}}\n"
        f"watchers{concurrency}: {{rate: {watchers}, target: server.pass, slo: 1us}}"
    )
    service = (
        f"server: {{concurrency: {concurrency}, endpoints: "
        "{answer: [{work: {exponential: 10ms}}], pass: [{work: 0s}]}}"
    )
    return traffic, service


def mm1_waits() -> Case:
    """The time before service."""
    queue = MM1(50.0, SPEED)
    traffic, service = watched("50/s", "20/s", 1)
    return Case(
        "M/M/1, load 0.5: the wait",
        scenario("mm1-waits", "16000s", traffic, service),
        (
            Measure("share that waits", queue.utilization, Late("watchers1")),
            Measure("mean", queue.wait, Figure("traffic.watchers1.latency.mean")),
            Measure("p90", queue.wait_quantile(0.9), Figure("traffic.watchers1.latency.p90")),
        ),
    )


def mm4() -> Case:
    """Four servers and one queue."""
    queue = MMc(240.0, SPEED, 4)
    return Case(
        "M/M/4, load 0.6",
        scenario(
            "mm4",
            "4000s",
            "mm4: {rate: 240/s, target: server.answer}",
            server("concurrency: 4"),
        ),
        (
            Measure("mean time", queue.time, Figure("traffic.mm4.latency.mean")),
            Measure("mean number", queue.number, Inside(("server",))),
            Measure("p90", queue.time_quantile(0.9), Figure("traffic.mm4.latency.p90")),
            Measure("p99", queue.time_quantile(0.99), Figure("traffic.mm4.latency.p99")),
        ),
    )


def mm4_waits() -> Case:
    """Erlang's C."""
    queue = MMc(280.0, SPEED, 4)
    traffic, service = watched("280/s", "100/s", 4)
    return Case(
        "M/M/4, load 0.7: the wait",
        scenario("mm4-waits", "3000s", traffic, service),
        (Measure("share that waits", queue.delayed, Late("watchers4")),),
    )


def priority() -> Case:
    """The more important first, without interrupting anyone."""
    queue = PriorityMM1((20.0, 40.0), SPEED)
    return Case(
        "M/M/1 by priority, loads 0.2 and 0.4",
        scenario(
            "priority",
            "8000s",
            "first: {rate: 20/s, target: server.answer, priority: 1}\n"
            "second: {rate: 40/s, target: server.answer}",
            server("concurrency: 1, queue: {order: priority}"),
        ),
        (
            Measure("mean time, first", queue.time(0), Figure("traffic.first.latency.mean")),
            Measure("mean time, second", queue.time(1), Figure("traffic.second.latency.mean")),
        ),
    )


def round_robin() -> Case:
    """Four instances with a queue each: arrivals at one of them are more regular than Poisson."""
    system = RoundRobinMM1(280.0, SPEED, 4)
    return Case(
        "round robin over four (E4/M/1), load 0.7",
        scenario(
            "round-robin",
            "2500s",
            "spread: {rate: 280/s, target: server.answer}",
            server("replicas: 4, concurrency: 1"),
        ),
        (Measure("mean time", system.time, Figure("traffic.spread.latency.mean")),),
    )
