"""Networks and fan-out, simulated, against every row of their tables; times are in seconds.

The quick sample runs always; all rows run with `-m slow`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.experiment.theory.case import Case, Figure, Inside, Measure
from simulator.experiment.theory.cases.writing import scenario, station, way
from simulator.experiment.theory.jackson import Jackson

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))
SHARES = ("p50", "p90", "p99", "p999")


def rows(table):
    """Run a test once for each row of a table."""
    found = {name: row for name, row in VECTORS.items() if name.split(".")[0] == table}
    assert found
    return pytest.mark.parametrize(("name", "row"), found.items(), ids=list(found))


def exponential(mean):
    return f"{{exponential: {mean!r}s}}"


def play(name, duration, traffic, *services):
    """One class that enters by `way.go`; the first tenth is left out."""
    span = f"{duration / 10:.0f}s"
    line = f"jobs-{name}: {{{traffic}, target: way.go}}"
    return scenario(name, f"{duration:.0f}s", line, *services, warmup=span, interval=span)


def latency(name, figure="mean"):
    return Figure(f"traffic.jobs-{name}.latency.{figure}")


def tandem(name, row, duration):
    """M/M/1 after M/M/1."""
    label = name.replace(".", "-")
    stations = [f"s{number}" for number in range(len(row["service_rates"]))]
    return Case(
        name,
        play(
            label,
            duration,
            f"rate: {row['rate']}/s",
            way(*(f"{{call: {each}.visit}}" for each in stations)),
            *(
                station(each, exponential(1.0 / rate))
                for each, rate in zip(stations, row["service_rates"], strict=True)
            ),
        ),
        (
            Measure("time", row["time"], latency(label)),
            Measure("number", row["number"], Inside(tuple(stations))),
        ),
    )


def feedback(name, row, duration):
    """M/M/1 that some come back to: a number of visits that is geometric, from 1."""
    label = name.replace(".", "-")
    visits = 1.0 / (1.0 - row["again"])
    return Case(
        name,
        play(
            label,
            duration,
            f"rate: {row['rate']}/s",
            way(f"{{repeat: {{geometric: {visits!r}}}, steps: [{{call: server.visit}}]}}"),
            station("server", exponential(1.0)),
        ),
        (
            Measure("time", row["time"], latency(label)),
            Measure("number", row["number"], Inside(("server",))),
        ),
    )


def three_tiers(duration):
    """The three tiers of section A.8 of the tables, with a way back from the last to the first."""
    network = Jackson(
        (10.0, 0.0, 0.0),
        (20.0, 12.0, 4.0),
        (1, 1, 2),
        ((0.0, 0.6, 0.0), (0.0, 0.0, 0.5), (0.1, 0.0, 0.0)),
    )
    tiers = ("a", "b", "c")
    return Case(
        "three tiers",
        play(
            "three-tiers",
            duration,
            "rate: 10/s",
            way(
                "{call: a.visit}",
                "{maybe: 60%, steps: [{call: b.visit}, {maybe: 50%, steps: "
                "[{call: c.visit}, {maybe: 10%, steps: [{call: way.go}]}]}]}",
            ),
            station("a", exponential(1 / 20)),
            station("b", exponential(1 / 12)),
            station("c", exponential(1 / 4), concurrency=2),
        ),
        (
            Measure("time", network.time, latency("three-tiers")),
            *(
                Measure(f"number {tier}", queue.number, Inside((tier,)))
                for tier, queue in zip(tiers, network.stations, strict=True)
            ),
        ),
    )


def closed(name, row, duration):
    """Users who think and visit stations."""
    label = name.replace(".", "-")
    stations = [f"s{number}" for number in range(len(row["demands"]))]
    return Case(
        name,
        play(
            label,
            duration,
            f"users: {row['users']}, think: {exponential(float(row['think']))}",
            way(*(f"{{call: {each}.visit}}" for each in stations)),
            *(
                station(each, exponential(demand))
                for each, demand in zip(stations, row["demands"], strict=True)
            ),
        ),
        (
            Measure("time", row["time"], latency(label)),
            Measure("throughput", row["throughput"], Figure(f"traffic.jobs-{label}.throughput")),
        ),
    )


def slowest(name, row, duration):
    """The longest of k pieces of work at once."""
    label = name.replace(".", "-")
    parts = ", ".join(["{work: {exponential: 1s}}"] * row["k"])
    measures = {"mean": row["mean"], **{p: row[p] for p in SHARES}}
    return Case(
        name,
        play(label, duration, "rate: 10/s", way(f"{{together: [{parts}]}}")),
        tuple(Measure(key, theory, latency(label, key)) for key, theory in measures.items()),
    )


def fork_join(name, row, duration):
    """One part in each of k queues."""
    label = name.replace(".", "-")
    stations = [f"s{number}" for number in range(row["k"])]
    calls = ", ".join(f"{{call: {each}.visit}}" for each in stations)
    return Case(
        name,
        play(
            label,
            duration,
            f"rate: {row['load']}/s",
            way(f"{{together: [{calls}]}}"),
            *(station(each, exponential(1.0)) for each in stations),
        ),
        (Measure("time", row["time"], latency(label)),),
    )


# The quick sample: 3.3 standard errors are at most 3 % of the value.


@pytest.mark.parametrize(
    ("build", "name", "duration"),
    [
        (tandem, "A8a.1", 30_000),
        (feedback, "A8b.1", 40_000),
        (closed, "A8f.2", 1_500),
        (fork_join, "A11b.1", 20_000),
    ],
)
def test_sample(agree, build, name, duration):
    """A short run of one row agrees with theory."""
    agree(build(name, VECTORS[name], duration), bound=0.03)


def test_sample_of_three_tiers(agree):
    """A network with a way back agrees with Jackson's product form."""
    agree(three_tiers(1_500), bound=0.03, names=("time", "number a", "number b"))


def test_sample_of_slowest(agree):
    """The longest of five takes 2.28 times as long as one."""
    names = ("mean", "p50", "p90", "p99")
    agree(slowest("A11a.4", VECTORS["A11a.4"], 250), bound=0.03, names=names)


# All rows.


@pytest.mark.slow
@rows("A8a")
def test_tandem(agree_at_length, name, row):
    """M/M/1 queues one after the other."""
    agree_at_length(
        lambda duration: tandem(name, row, duration),
        pilot=20_000,
        longest=3e6,
        bound=0.03 if row["rate"] >= 0.95 else 0.01,
    )


@pytest.mark.slow
@rows("A8b")
def test_feedback(agree_at_length, name, row):
    """M/M/1 with Bernoulli feedback."""
    agree_at_length(lambda duration: feedback(name, row, duration), pilot=20_000, longest=3e6)


@pytest.mark.slow
def test_three_tiers(agree_at_length):
    """Three tiers with a way back."""
    agree_at_length(three_tiers, pilot=2_000, longest=3e5)


@pytest.mark.slow
@rows("A8f")
def test_closed(agree_at_length, name, row):
    """Closed networks by mean value analysis."""
    agree_at_length(lambda duration: closed(name, row, duration), pilot=1_000, longest=1e5)


@pytest.mark.slow
@rows("A11a")
def test_slowest(agree_at_length, name, row):
    """The longest of k exponential times, for k up to 1000."""
    # A million samples in each replication before anything is said of the 99.9th percentile.
    agree_at_length(
        lambda duration: slowest(name, row, duration),
        pilot=2_000 if row["k"] <= 10 else 20_000 / row["k"],
        longest=1.2e5 if row["k"] <= 2 else 2e5 / row["k"],
        bounds={"p999": 0.03 if row["k"] <= 2 else 1e-9},
        shortest=1.12e5 if row["k"] <= 2 else 0.0,
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", ["A11b.1", "A11b.3"])
def test_fork_join(agree_at_length, name):
    """Two fork-join queues: Flatto and Hahn's time, which is exact."""
    row = VECTORS[name]
    agree_at_length(lambda duration: fork_join(name, row, duration), pilot=20_000, longest=3e6)


@pytest.mark.slow
@rows("A11b")
def test_fork_join_of_many(means, name, row):
    """Beyond two, the approximation is within its published 5 %, and an independent simulation near."""
    duration = 4e5 if row["load"] < 0.9 else 1e6
    (mean,) = means(fork_join(name, row, duration / row["k"]))
    assert mean == pytest.approx(row["time"], rel=0.05)
    assert mean == pytest.approx(row["simulated"], rel=0.02)
