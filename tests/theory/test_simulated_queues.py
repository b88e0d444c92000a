"""Single queues, simulated, against every row of their tables; work takes 1 s on average.

The quick sample runs always; all rows run with `-m slow`.
"""

from __future__ import annotations

import json
from math import sqrt
from pathlib import Path

import pytest

from simulator.experiment.theory.case import Case, Figure, Inside, Late, Measure
from simulator.experiment.theory.cases.writing import scenario
from simulator.experiment.theory.processor_sharing import MG1ProcessorSharing

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))
SHARES = ("p50", "p90", "p95", "p99", "p999")
EXPONENTIAL = "{work: {exponential: 1s}}"
WORK = {
    "constant": "{work: 1s}",
    "erlang": "{work: {erlang: {k: 4, mean: 1s}}}",
    "exponential": EXPONENTIAL,
    "lognormal 0.5": f"{{work: {{lognormal: {{mean: 1s, cv: {sqrt(0.2840254166877414)}}}}}}}",
    "lognormal 1": f"{{work: {{lognormal: {{mean: 1s, cv: {sqrt(1.718281828459045)}}}}}}}",
    "weibull": "{work: {weibull: {shape: 0.5, mean: 1s}}}",
    "pareto": "{work: {pareto: {alpha: 2.5, mean: 1s}}}",
    "hyperexponential": "{work: {hyperexponential: "
    "[{weight: 9, mean: 500ms}, {weight: 1, mean: 5.5s}]}}",
    "bimodal": "{either: [{weight: 9, steps: [{work: 100ms}]}, {weight: 1, steps: [{work: 9.1s}]}]}",
}


def rows(*tables):
    """Run a test once for each row of some tables."""
    found = {name: row for name, row in VECTORS.items() if name.split(".")[0] in tables}
    assert found
    return pytest.mark.parametrize(("name", "row"), found.items(), ids=list(found))


def play(name, duration, traffic, *services):
    """A scenario whose first tenth is left out."""
    span = f"{duration / 10:.0f}s"
    return scenario(name, f"{duration:.0f}s", traffic, *services, warmup=span, interval=span)


def single(name, duration, rate, settings, step, measures):
    """One class, one service, one step; `measures` are (name, theory, where in the result)."""
    label = f"jobs-{name.replace('.', '-')}"
    places = {
        "time": Figure(f"traffic.{label}.latency.mean"),
        "number": Inside(("server",)),
        "queue": Figure("services.server.queue.mean"),
        "utilization": Figure("services.server.utilization"),
        **{f"time_{p}": Figure(f"traffic.{label}.latency.{p}") for p in SHARES},
    }
    return Case(
        name,
        play(
            label,
            duration,
            f"{label}: {{rate: {rate}/s, target: server.answer}}",
            f"server: {{{settings}, endpoints: {{answer: [{step}]}}}}",
        ),
        tuple(Measure(key, theory, places[key]) for key, theory in measures.items()),
    )


def given(row, *keys):
    """Those of the keys that a row has."""
    return {key: row[key] for key in keys if key in row}


def mmc(name, row, duration):
    """M/M/c; M/M/1 where the row has no servers."""
    servers = row.get("servers", 1)
    measures = given(row, "time", "number", "queue", *(f"time_{p}" for p in SHARES))
    measures["utilization"] = row["load"]
    settings = f"concurrency: {servers}"
    return single(name, duration, servers * row["load"], settings, EXPONENTIAL, measures)


def waiting(name, row, duration):
    """The same queue, watched by requests that need no work: what they take is the wait."""
    servers = row.get("servers", 1)
    rate = servers * row["load"]
    label = name.replace(".", "-")
    measures = [Measure("delayed", row.get("delayed", row["load"]), Late(f"watch-{label}"))]
    for key in ("wait", "wait_p95", "wait_p99"):
        if key in row:
            figure = key.partition("_")[2] or "mean"
            place = Figure(f"traffic.watch-{label}.latency.{figure}")
            measures.append(Measure(key, row[key], place))
    return Case(
        f"{name} wait",
        play(
            f"wait-{label}",
            duration,
            f"work-{label}: {{rate: {rate}/s, target: server.answer}}\n"
            f"watch-{label}: {{rate: {rate / 2}/s, target: server.pass, slo: 1us}}",
            f"server: {{concurrency: {servers}, endpoints: "
            f"{{answer: [{EXPONENTIAL}], pass: [{{work: 0s}}]}}}}",
        ),
        tuple(measures),
    )


def mg1(name, row, duration, settings="concurrency: 1"):
    """M/G/1 in order of arrival."""
    measures = given(row, "time", "number") | {"utilization": row["load"]}
    return single(name, duration, row["load"], settings, WORK[row["work"]], measures)


def md1(name, row, duration):
    """M/D/1: a wait and one second; quantiles among those who do not wait are left out."""
    waits = {p: row[f"wait_{p}"] for p in SHARES}
    measures = {f"time_{p}": wait + 1.0 for p, wait in waits.items() if wait > 0.0}
    return single(name, duration, row["load"], "concurrency: 1", "{work: 1s}", measures)


def sharing(name, load, work, duration):
    """M/G/1 with processor sharing."""
    theory = MG1ProcessorSharing(load, 1.0)
    measures = {"time": theory.time, "number": theory.number, "utilization": load}
    return single(name, duration, load, "cores: 1, sharing: processor", WORK[work], measures)


def priority(name, row, duration):
    """Two classes by priority; the time is the wait and one second."""
    label = name.replace(".", "-")
    return Case(
        name,
        play(
            label,
            duration,
            f"first-{label}: {{rate: {row['rate_first']}/s, target: server.answer, priority: 7}}\n"
            f"second-{label}: {{rate: {row['rate_second']}/s, target: server.answer}}",
            "server: {concurrency: 1, queue: {order: priority}, "
            f"endpoints: {{answer: [{EXPONENTIAL}]}}}}",
        ),
        tuple(
            Measure(
                f"time_{place}",
                row[f"wait_{place}"] + 1.0,
                Figure(f"traffic.{place}-{label}.latency.mean"),
            )
            for place in ("first", "second")
        ),
    )


def round_robin(name, row, duration):
    """Round robin over n servers of one slot each."""
    return single(
        name,
        duration,
        row["servers"] * row["rate"],
        f"replicas: {row['servers']}, concurrency: 1",
        EXPONENTIAL,
        given(row, "time"),
    )


# The quick sample: 3.3 standard errors are at most 4 % of the value.


@pytest.mark.parametrize(
    ("build", "name", "duration", "measures"),
    [
        (mmc, "A1.2", 50_000, "time number utilization time_p50 time_p90 time_p99"),
        (waiting, "A1.4", 45_000, "delayed wait"),
        (mmc, "A2.12", 12_000, "time number utilization time_p50 time_p90 time_p99"),
        (mg1, "A5.4", 25_000, "time number utilization"),
        (md1, "A5b.3", 40_000, "time_p50 time_p90"),
        (priority, "A13.1", 16_000, "time_first time_second"),
        (round_robin, "A9c.5", 1_500, "time"),
    ],
)
def test_sample(agree, build, name, duration, measures):
    """A short run of one row agrees with theory."""
    agree(build(name, VECTORS[name], duration), bound=0.04, names=measures.split())


@pytest.mark.parametrize("work", ["constant", "lognormal 1"])
def test_sample_of_sharing(agree, work):
    """Under processor sharing the mean does not depend on the law of work."""
    agree(sharing(f"A6.{work[:3]}", 0.5, work, 30_000), bound=0.03)


# All rows.

TAIL = {"time_p999": 0.03}


@pytest.mark.slow
@rows("A1", "A2")
def test_mmc(agree_at_length, name, row):
    """M/M/1 and M/M/c: means and quantiles of the time in the system."""
    heavy = row["load"] >= 0.95
    servers = row.get("servers", 1)
    # A million samples in each replication before anything is said of the 99.9th percentile.
    shortest = 1.12e6 / row["load"] if "time_p999" in row and row["load"] <= 0.8 else 0.0
    agree_at_length(
        lambda duration: mmc(name, row, duration),
        pilot=20_000 / servers + 500,
        longest=(6.5e6 if row["load"] > 0.97 else 2e6) / (servers * row["load"]),
        bound=0.03 if heavy else 0.01,
        bounds=TAIL,
        shortest=shortest,
    )


@pytest.mark.slow
@rows("A1", "A2")
def test_waits(agree_at_length, name, row):
    """M/M/1 and M/M/c: who waits at all, and for how long."""
    servers = row.get("servers", 1)
    if row.get("delayed", 1.0) < 1e-3:
        pytest.skip("hardly anyone ever waits")
    agree_at_length(
        lambda duration: waiting(name, row, duration),
        pilot=20_000 / servers + 500,
        longest=(4e6 if row["load"] > 0.97 else 1e6) / (servers * row["load"]),
        bound=0.03 if row["load"] >= 0.95 else 0.01,
    )


@pytest.mark.slow
@rows("A5")
def test_mg1(agree_at_length, name, row):
    """M/G/1, first come first served."""
    if row["work"] == "pareto":
        pytest.skip("the third moment of the work, and so the error of the mean wait, is infinite")
    agree_at_length(lambda duration: mg1(name, row, duration), pilot=40_000, longest=4e6)


@pytest.mark.slow
@rows("A5b")
def test_md1(agree_at_length, name, row):
    """M/D/1: percentiles of the wait."""
    agree_at_length(
        lambda duration: md1(name, row, duration),
        pilot=40_000,
        longest=3e6,
        bound=0.03 if row["load"] >= 0.95 else 0.01,
        bounds=TAIL,
        shortest=1.12e6 / row["load"],
    )


@pytest.mark.slow
@pytest.mark.parametrize("load", [0.5, 0.7, 0.9])
@pytest.mark.parametrize("work", ["constant", "exponential", "lognormal 1", "pareto"])
def test_sharing(agree_at_length, work, load):
    """Processor sharing: the same mean whatever the law of work."""
    name = f"A6.{work[:3]}-{load * 10:.0f}"
    agree_at_length(lambda duration: sharing(name, load, work, duration), pilot=20_000, longest=4e6)


@pytest.mark.slow
@rows("A13")
def test_priority(agree_at_length, name, row):
    """Two classes by priority, without preemption."""
    agree_at_length(lambda duration: priority(name, row, duration), pilot=40_000, longest=4e6)


@pytest.mark.slow
@rows("A9c")
def test_round_robin(agree_at_length, name, row):
    """Round robin is E_n/M/1 at each server."""
    agree_at_length(
        lambda duration: round_robin(name, row, duration),
        pilot=20_000 / row["servers"] + 500,
        longest=4e6 / row["servers"],
        bound=0.03 if row["rate"] >= 0.95 else 0.01,
    )
