"""Limits on the caller's side, simulated in front of a callee without any: Erlang's losses and others.

The quick sample runs always; all rows run with `-m slow`. Work takes 1 s on average.
"""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path

import pytest

from simulator.experiment.theory.case import Case, Figure, Inside, Lost, Measure
from simulator.experiment.theory.cases.writing import scenario

pytestmark = pytest.mark.once

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


def limited(name, duration, rate, policy, step):
    """One class with a policy, and a service that takes whatever comes; the first tenth is left out."""
    span = f"{duration / 10:.0f}s"
    return scenario(
        name,
        f"{duration:.0f}s",
        f"calls-{name}: {{rate: {rate}/s, target: server.answer, {policy}}}",
        f"server: {{endpoints: {{answer: [{step}]}}}}",
        warmup=span,
        interval=span,
    )


def erlang_b(name, row, law, duration):
    """M/G/c/c: a bulkhead that nobody waits for."""
    label = f"{name.replace('.', '-')}-{law}"
    policy = f"bulkhead: {{concurrency: {row['servers']}}}"
    return Case(
        f"{name}, {law}",
        limited(label, duration, row["load"], policy, WORK[law]),
        (
            Measure("loss", row["loss"], Lost(f"calls-{label}")),
            Measure("carried", row["carried"], Inside(("server",))),
            Measure("time", 1.0, Figure(f"traffic.calls-{label}.latency.mean")),
        ),
    )


def mmck(name, row, duration):
    """M/M/c/K: a bulkhead with a line."""
    label = name.replace(".", "-")
    room = row["places"] - row["servers"]
    policy = f"bulkhead: {{concurrency: {row['servers']}, queue: {room}}}"
    return Case(
        name,
        limited(label, duration, row["rate"], policy, WORK["exponential"]),
        (
            Measure("loss", row["loss"], Lost(f"calls-{label}")),
            Measure("throughput", row["throughput"], Figure(f"traffic.calls-{label}.goodput")),
            Measure("carried", row["throughput"], Inside(("server",))),
            Measure("time", row["time"], Figure(f"traffic.calls-{label}.latency.mean")),
        ),
    )


def policer(name, row, duration):
    """A token bucket that nobody waits for, which loses as M/D/1 with a bound on the wait does."""
    label = name.replace(".", "-")
    policy = f"rate_limit: {{rate: {row['fill_rate']}/s, burst: {row['burst']}}}"
    return Case(
        name,
        limited(label, duration, row["rate"], policy, "{work: 0s}"),
        (Measure("rejected", row["rejected"], Lost(f"calls-{label}")),),
    )


def shaper(name, row, duration):
    """M/D/1 with a bound on the wait, as a bucket of one token for which calls wait."""
    label = f"{name.replace('.', '-')}-shaper"
    policy = f"rate_limit: {{rate: 1/s, burst: 1, wait: {row['bound']}s}}"
    return Case(
        f"{name}, waiting",
        limited(label, duration, row["load"], policy, "{work: 0s}"),
        (Measure("loss", row["loss_md1"], Lost(f"calls-{label}")),),
    )


# The quick sample: 3.3 standard errors are a few percent of the value.


@pytest.mark.parametrize("law", list(WORK))
def test_sample_of_bulkheads(agree, law):
    """What a bulkhead without a wait turns away is Erlang's loss, whatever the law of work."""
    agree(erlang_b("A3.6", VECTORS["A3.6"], law, 1_000), bound=0.04)


def test_sample_of_bulkheads_with_a_line(agree):
    """With a line it is a bounded queue."""
    agree(mmck("A4.8", VECTORS["A4.8"], 3_000), bound=0.1)


@pytest.mark.parametrize(
    ("name", "duration", "bound"), [("A12c.1", 4_000, 0.05), ("A12c.9", 4_000, 0.06)]
)
def test_sample_of_token_buckets(agree, name, duration, bound):
    """What a token bucket turns away is the loss of a queue with a bound on the wait."""
    agree(policer(name, VECTORS[name], duration), bound)


def test_sample_of_waits_for_tokens(agree):
    """The same queue, really waited in."""
    agree(shaper("A12b.4", VECTORS["A12b.4"], 8_000), bound=0.05)


# All rows.


@pytest.mark.slow
@pytest.mark.parametrize("law", list(WORK))
@rows("A3")
def test_bulkheads(agree_at_length, name, row, law):
    """Erlang B is insensitive to the law of work."""
    agree_at_length(
        lambda duration: erlang_b(name, row, law, duration),
        pilot=20_000 / row["load"],
        longest=3e6 / row["load"],
    )


@pytest.mark.slow
@rows("A4")
def test_bulkheads_with_a_line(agree_at_length, name, row):
    """M/M/c/K: loss, throughput, the time of those let in with their wait."""
    agree_at_length(
        lambda duration: mmck(name, row, duration),
        pilot=40_000 / row["rate"],
        longest=6e6 / row["rate"],
    )


@pytest.mark.slow
@rows("A12c")
def test_token_buckets(agree_at_length, name, row):
    """Rejections of a policer, for small and large bursts, also with as much load as tokens."""
    agree_at_length(
        lambda duration: policer(name, row, duration),
        pilot=20_000 / row["fill_rate"],
        longest=2e7 / row["fill_rate"],
        bound=0.03,
    )


@pytest.mark.slow
@rows("A12b")
def test_waits_for_tokens(agree_at_length, name, row):
    """Barrer's loss for constant service, with tokens for servers."""
    agree_at_length(lambda duration: shaper(name, row, duration), pilot=20_000, longest=3e6)
