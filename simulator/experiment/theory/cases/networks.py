"""Several stations: one after the other, over and over, or side by side."""

from __future__ import annotations

from simulator.experiment.theory.case import Case, Figure, Inside, Measure
from simulator.experiment.theory.cases.writing import (
    EXPONENTIAL,
    MEAN,
    SPEED,
    scenario,
    station,
    way,
)
from simulator.experiment.theory.fork_join import ForkJoin, SlowestOf
from simulator.experiment.theory.jackson import Feedback, Jackson, Tandem


def cases() -> list[Case]:
    """Open networks and fan-out."""
    return [tandem(), feedback(), three_tiers(), slowest_of_ten(), fork_join()]


def tandem() -> Case:
    """What leaves the first queue is Poisson again."""
    network = Tandem(50.0, (SPEED, SPEED))
    return Case(
        "two M/M/1 in tandem, load 0.5",
        scenario(
            "tandem",
            "6000s",
            "walkers: {rate: 50/s, target: way.go}",
            way("{call: left.visit}", "{call: right.visit}"),
            station("left"),
            station("right"),
        ),
        (
            Measure("mean time", network.time, Figure("traffic.walkers.latency.mean")),
            Measure("mean number", network.number, Inside(("left", "right"))),
        ),
    )


def feedback() -> Case:
    """One in five comes back for more, and lines up at the end."""
    system = Feedback(40.0, SPEED, 0.2)
    return Case(
        "M/M/1 with feedback of 20 %, load 0.5",
        scenario(
            "feedback",
            "6000s",
            "returning: {rate: 40/s, target: way.go}",
            way("{repeat: {geometric: 1.25}, steps: [{call: server.visit}]}"),
            station("server"),
        ),
        (
            Measure("mean time", system.time, Figure("traffic.returning.latency.mean")),
            Measure("mean number", system.number, Inside(("server",))),
        ),
    )


def three_tiers() -> Case:
    """60 % go on from a to b, 50 % of these to c, and 10 % of those begin again."""
    network = Jackson(
        (100.0, 0.0, 0.0),
        (200.0, 125.0, 40.0),
        (1, 1, 2),
        ((0.0, 0.6, 0.0), (0.0, 0.0, 0.5), (0.1, 0.0, 0.0)),
    )
    return Case(
        "three tiers with a way back (Jackson)",
        scenario(
            "three-tiers",
            "3000s",
            "wanderers: {rate: 100/s, target: way.go}",
            way(
                "{call: a.visit}",
                "{maybe: 60%, steps: [{call: b.visit}, {maybe: 50%, steps: "
                "[{call: c.visit}, {maybe: 10%, steps: [{call: way.go}]}]}]}",
            ),
            station("a", "{exponential: 5ms}"),
            station("b", "{exponential: 8ms}"),
            station("c", "{exponential: 25ms}", concurrency=2),
        ),
        (
            Measure("mean time", network.time, Figure("traffic.wanderers.latency.mean")),
            Measure("mean number", network.number, Inside(("a", "b", "c"))),
        ),
    )


def slowest_of_ten() -> Case:
    """A fan-out is as slow as its slowest part."""
    slowest = SlowestOf(10, MEAN)
    branches = ", ".join([f"{{work: {EXPONENTIAL}}}"] * 10)
    return Case(
        "slowest of ten exponentials, no queueing",
        scenario(
            "slowest-of-ten",
            "500s",
            "fans: {rate: 100/s, target: server.answer}",
            f"server: {{endpoints: {{answer: [{{together: [{branches}]}}]}}}}",
        ),
        (
            Measure("mean time", slowest.mean, Figure("traffic.fans.latency.mean")),
            Measure("p50", slowest.quantile(0.5), Figure("traffic.fans.latency.p50")),
            Measure("p99", slowest.quantile(0.99), Figure("traffic.fans.latency.p99")),
        ),
    )


def fork_join() -> Case:
    """One part of every request in each of two queues."""
    system = ForkJoin(50.0, SPEED, 2)
    return Case(
        "fork-join over two M/M/1, load 0.5",
        scenario(
            "fork-join",
            "4000s",
            "forks: {rate: 50/s, target: way.go}",
            way("{together: [{call: left.visit}, {call: right.visit}]}"),
            station("left"),
            station("right"),
        ),
        (Measure("mean time", system.time, Figure("traffic.forks.latency.mean")),),
    )
