"""A fixed number of users who ask, wait and think."""

from __future__ import annotations

from simulator.experiment.theory.case import Case, Figure, Inside, Measure
from simulator.experiment.theory.cases.writing import MEAN, scenario, server, station, way
from simulator.experiment.theory.closed import Closed, MachineRepair


def cases() -> list[Case]:
    """One station, and two."""
    return [machine_repair(), closed_network()]


def machine_repair() -> Case:
    """Machines run (the users think), break down and wait for one who repairs them."""
    system = MachineRepair(20, 0.2, MEAN)
    return Case(
        "machine repair: 20 users who think 200 ms",
        scenario(
            "machine-repair",
            "4500s",
            "machines: {users: 20, think: {exponential: 200ms}, target: server.answer}",
            server("concurrency: 1"),
        ),
        (
            Measure("mean time", system.time, Figure("traffic.machines.latency.mean")),
            Measure("throughput", system.throughput, Figure("traffic.machines.throughput")),
            Measure("utilization", system.utilization, Figure("services.server.utilization")),
        ),
    )


def closed_network() -> Case:
    """Two stations on the way of every request, the second the slower one."""
    system = Closed(20, 0.2, (0.005, MEAN))
    return Case(
        "closed network of two stations, 20 users",
        scenario(
            "closed-network",
            "3500s",
            "regulars: {users: 20, think: {exponential: 200ms}, target: way.go}",
            way("{call: left.visit}", "{call: right.visit}"),
            station("left", "{exponential: 5ms}"),
            station("right"),
        ),
        (
            Measure("mean time", system.time, Figure("traffic.regulars.latency.mean")),
            Measure("throughput", system.throughput, Figure("traffic.regulars.throughput")),
            Measure("number at the slower", system.numbers[1], Inside(("right",))),
        ),
    )
