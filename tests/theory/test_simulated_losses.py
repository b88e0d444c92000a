"""Systems that turn requests away, simulated, against every row; work takes 1 s on average.

The quick sample runs always; all rows run with `-m slow`.
"""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path

import pytest

from simulator.experiment.theory.case import Case, Figure, Inside, Late, Lost, Measure, NotBegun
from simulator.experiment.theory.cases.writing import scenario

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))
WORK = {
    "exponential": "{work: {exponential: 1s}}",
    "constant": "{work: 1s}",
    "lognormal": f"{{work: {{lognormal: {{mean: 1s, cv: {sqrt(1.718281828459045)}}}}}}}",
}


def rows(table):
    """Run a test once for each row of a table."""
    found = {name: row for name, row in VECTORS.items() if name.split(".")[0] == table}
    assert found
    return pytest.mark.parametrize(("name", "row"), found.items(), ids=list(found))


def single(name, duration, traffic, settings, step):
    """One class called `jobs-...` and one service; the first tenth is left out."""
    span = f"{duration / 10:.0f}s"
    return scenario(
        name,
        f"{duration:.0f}s",
        f"jobs-{name}: {{{traffic}, target: server.answer}}",
        f"server: {{{settings}, endpoints: {{answer: [{step}]}}}}",
        warmup=span,
        interval=span,
    )


def erlang_b(name, row, law, duration):
    """M/G/c/c."""
    label = f"{name.replace('.', '-')}-{law}"
    settings = f"concurrency: {row['servers']}, queue: 0"
    return Case(
        f"{name}, {law}",
        single(label, duration, f"rate: {row['load']}/s", settings, WORK[law]),
        (
            Measure("loss", row["loss"], Lost(f"jobs-{label}")),
            Measure("carried", row["carried"], Inside(("server",))),
            Measure("utilization", row["utilization"], Figure("services.server.utilization")),
            Measure("time", 1.0, Figure(f"traffic.jobs-{label}.latency.mean")),
        ),
    )


def mmck(name, row, duration):
    """M/M/c/K."""
    label = name.replace(".", "-")
    room = row["places"] - row["servers"]
    settings = f"concurrency: {row['servers']}, queue: {room}"
    queue = row["wait"] * row["throughput"]
    return Case(
        name,
        single(label, duration, f"rate: {row['rate']}/s", settings, WORK["exponential"]),
        (
            Measure("loss", row["loss"], Lost(f"jobs-{label}")),
            Measure("throughput", row["throughput"], Figure(f"traffic.jobs-{label}.goodput")),
            Measure("utilization", row["utilization"], Figure("services.server.utilization")),
            Measure("number", row["number"], Inside(("server",))),
            Measure("queue", queue, Figure("services.server.queue.mean")),
            Measure("time", row["time"], Figure(f"traffic.jobs-{label}.latency.mean")),
        ),
    )


def deadline(name, row, law, duration):
    """M/M/1 or M/D/1 in which nothing begins after its deadline; what began is not broken off."""
    label = f"{name.replace('.', '-')}-{law}"
    loss = row["loss_md1" if law == "constant" else "loss_mm1"]
    traffic = f"rate: {row['load']}/s, deadline: {row['bound']}s"
    return Case(
        f"{name}, {law}",
        single(label, duration, traffic, "concurrency: 1", WORK[law]),
        (Measure("loss", loss, NotBegun("server", row["load"])),),
    )


def any_slow(name, row, duration):
    """A fan-out of k parts, each of which is slow with a small chance."""
    label = name.replace(".", "-")
    fast, slow = 1.0 - row["slow"], row["slow"]
    part = (
        f"{{either: [{{weight: {fast}, steps: [{{work: 10ms}}]}}, "
        f"{{weight: {slow}, steps: [{{work: 1s}}]}}]}}"
    )
    step = f"{{together: [{', '.join([part] * row['k'])}]}}"
    return Case(
        name,
        single(label, duration, "rate: 100/s, slo: 100ms", "threading: blocking", step),
        (Measure("any slow", row["any_slow"], Late(f"jobs-{label}")),),
    )


# The quick sample: 3.3 standard errors are at most 3 % of the value.


@pytest.mark.parametrize("law", list(WORK))
def test_sample_of_erlang_b(agree, law):
    """The loss without a queue is Erlang's, whatever the law of work."""
    agree(erlang_b("A3.6", VECTORS["A3.6"], law, 1_500), bound=0.03)


def test_sample_of_mmck(agree):
    """A short run of one bounded queue agrees with theory."""
    agree(mmck("A4.10", VECTORS["A4.10"], 9_000), bound=0.03)


@pytest.mark.parametrize("law", ["exponential", "constant"])
def test_sample_of_deadlines(agree, law):
    """What a deadline turns away is Barrer's loss."""
    agree(deadline("A12b.4", VECTORS["A12b.4"], law, 10_000), bound=0.03)


def test_sample_of_fan_out(agree):
    """One slow part in a hundred makes one request in ten slow at ten parts."""
    agree(any_slow("A11c.1", VECTORS["A11c.1"], 60), bound=0.05)


# All rows.


@pytest.mark.slow
@pytest.mark.parametrize("law", list(WORK))
@rows("A3")
def test_erlang_b(agree_at_length, name, row, law):
    """Erlang B is insensitive to the law of work."""
    agree_at_length(
        lambda duration: erlang_b(name, row, law, duration),
        pilot=20_000 / row["load"],
        longest=3e6 / row["load"],
    )


@pytest.mark.slow
@rows("A4")
def test_mmck(agree_at_length, name, row):
    """M/M/c/K: loss, throughput, means of those let in."""
    agree_at_length(
        lambda duration: mmck(name, row, duration),
        pilot=40_000 / row["rate"],
        longest=6e6 / row["rate"],
    )


@pytest.mark.slow
@pytest.mark.parametrize("law", ["exponential", "constant"])
@rows("A12b")
def test_deadlines(agree_at_length, name, row, law):
    """A bound on the wait: losses of M/M/1 and M/D/1, also under overload."""
    agree_at_length(lambda duration: deadline(name, row, law, duration), pilot=20_000, longest=3e6)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["A11c.1", "A11c.2"])
def test_fan_out(agree_at_length, name):
    """The chance that one of k parts is slow."""
    row = VECTORS[name]
    agree_at_length(
        lambda duration: any_slow(name, row, duration), pilot=100, longest=1e6 / row["k"]
    )
