"""Systems that turn requests away, or run out of time for them."""

from __future__ import annotations

from simulator.experiment.theory.case import Case, Figure, Lost, Measure, NotBegun
from simulator.experiment.theory.cases.writing import (
    EXPONENTIAL,
    LOGNORMAL,
    MEAN,
    SPEED,
    scenario,
    server,
)
from simulator.experiment.theory.erlang_b import ErlangB
from simulator.experiment.theory.impatience import loss_mm1
from simulator.experiment.theory.mmck import MMcK


def cases() -> list[Case]:
    """A bounded queue, no queue at all, and a deadline."""
    laws = {"exponential": EXPONENTIAL, "constant": "10ms", "lognormal": LOGNORMAL}
    return [mmck(), *(erlang_b(law, work) for law, work in laws.items()), deadline()]


def mmck() -> Case:
    """Four servers and a queue for four more."""
    queue = MMcK(480.0, SPEED, 4, 8)
    return Case(
        "M/M/4/8, load offered 1.2",
        scenario(
            "mmck",
            "1000s",
            "mmck: {rate: 480/s, target: server.answer}",
            server("concurrency: 4, queue: 4"),
        ),
        (
            Measure("share lost", queue.loss, Lost("mmck")),
            Measure("mean time", queue.time, Figure("traffic.mmck.latency.mean")),
            Measure("mean queue", queue.queue, Figure("services.server.queue.mean")),
            Measure("utilization", queue.utilization, Figure("services.server.utilization")),
        ),
    )


def erlang_b(law: str, work: str) -> Case:
    """No queue: the same loss whatever the law of work, which is what is shown."""
    system = ErlangB(1000.0, MEAN, 10)
    return Case(
        f"Erlang B (M/G/10/10), {law} work",
        scenario(
            f"erlang-b-{law}",
            "500s",
            f"{law}: {{rate: 1000/s, target: server.answer}}",
            server("concurrency: 10, queue: 0", work),
        ),
        (
            Measure("share lost", system.loss, Lost(law)),
            Measure("utilization", system.utilization, Figure("services.server.utilization")),
        ),
    )


def deadline() -> Case:
    """What cannot begin within the deadline is not begun; what began is worked on to its end."""
    return Case(
        "M/M/1, deadline of 5 services, load offered 1.2",
        scenario(
            "deadline",
            "2500s",
            "hurried: {rate: 120/s, target: server.answer, deadline: 50ms}",
            server("concurrency: 1"),
        ),
        (Measure("share not begun", loss_mm1(1.2, 5.0), NotBegun("server", 1.2)),),
    )
