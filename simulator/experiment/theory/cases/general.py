"""Poisson arrivals and work of any law: in order of arrival, shared, or for everyone at once."""

from __future__ import annotations

from simulator.experiment.theory.case import Case, Figure, Inside, Measure
from simulator.experiment.theory.cases.writing import CV, LOGNORMAL, MEAN, scenario, server
from simulator.experiment.theory.md1 import MD1
from simulator.experiment.theory.mg1 import MG1
from simulator.experiment.theory.mginf import MGInf
from simulator.experiment.theory.processor_sharing import MG1ProcessorSharing


def cases() -> list[Case]:
    """One server in two disciplines, and as many servers as wanted."""
    return [md1(), mg1(), sharing(), sharing_by_size(), infinite_servers()]


def md1() -> Case:
    """Constant work: the percentiles are those of the wait, and the work."""
    queue = MD1(50.0, MEAN)
    return Case(
        "M/D/1, load 0.5",
        scenario(
            "md1",
            "14000s",
            "md1: {rate: 50/s, target: server.answer}",
            server("concurrency: 1", "10ms"),
        ),
        (
            Measure("mean time", queue.mean.time, Figure("traffic.md1.latency.mean")),
            Measure("mean queue", queue.mean.queue, Figure("services.server.queue.mean")),
            Measure("p90", queue.time_quantile(0.9), Figure("traffic.md1.latency.p90")),
            Measure("p99", queue.time_quantile(0.99), Figure("traffic.md1.latency.p99")),
        ),
    )


def mg1() -> Case:
    """Work with a long tail, first come first served."""
    queue = MG1(50.0, MEAN, (CV * MEAN) ** 2)
    return Case(
        "M/G/1, lognormal work, load 0.5",
        scenario(
            "mg1",
            "16000s",
            "mg1: {rate: 50/s, target: server.answer}",
            server("concurrency: 1", LOGNORMAL),
        ),
        (
            Measure("mean time", queue.time, Figure("traffic.mg1.latency.mean")),
            Measure("utilization", queue.utilization, Figure("services.server.utilization")),
        ),
    )


def sharing() -> Case:
    """The same work on a core that all share: the tail no longer matters."""
    queue = MG1ProcessorSharing(60.0, MEAN)
    return Case(
        "M/G/1 processor sharing, lognormal work, load 0.6",
        scenario(
            "processor-sharing",
            "8000s",
            "sharing: {rate: 60/s, target: server.answer}",
            server("cores: 1, sharing: processor", LOGNORMAL),
        ),
        (
            Measure("mean time", queue.time, Figure("traffic.sharing.latency.mean")),
            Measure("mean number", queue.number, Inside(("server",))),
            Measure("utilization", queue.utilization, Figure("services.server.utilization")),
        ),
    )


def sharing_by_size() -> Case:
    """All are slowed down by the same factor, so the small do not wait behind the large."""
    queue = MG1ProcessorSharing(50.0, MEAN)
    places = {"small": 0.004, "large": 0.028}
    return Case(
        "M/G/1 processor sharing, two sizes, load 0.5",
        scenario(
            "processor-sharing-by-size",
            "8000s",
            "sizes: {rate: 50/s, mix: {server.small: 3, server.large: 1}}",
            "server: {cores: 1, sharing: processor, endpoints: "
            "{small: [{work: 4ms}], large: [{work: 28ms}]}}",
        ),
        tuple(
            Measure(
                f"mean time, {name}",
                queue.time_of(size),
                Figure(f"services.server.endpoints.{name}.latency.mean"),
            )
            for name, size in places.items()
        ),
    )


def infinite_servers() -> Case:
    """Nobody waits."""
    system = MGInf(1000.0, MEAN)
    return Case(
        "M/G/infinity, lognormal work, 10 erlangs",
        scenario(
            "infinite-servers",
            "200s",
            "crowd: {rate: 1000/s, target: server.answer}",
            f"server: {{endpoints: {{answer: [{{work: {LOGNORMAL}}}]}}}}",
        ),
        (
            Measure("mean number", system.number, Inside(("server",))),
            Measure("mean time", system.time, Figure("traffic.crowd.latency.mean")),
        ),
    )
