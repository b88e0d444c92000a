"""Every formula gives the values of its table, which were computed independently.

The tables are in `vectors.json`; the keys are theirs.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simulator.distribution.exponential import Exponential
from simulator.distribution.gamma import Gamma
from simulator.distribution.hyperexponential import Hyperexponential
from simulator.distribution.lognormal import Lognormal
from simulator.distribution.pareto import Pareto
from simulator.distribution.weibull import Weibull
from simulator.experiment.theory.closed import Closed
from simulator.experiment.theory.erlang_b import ErlangB, erlang_b
from simulator.experiment.theory.fork_join import ForkJoin, SlowestOf, any_slow
from simulator.experiment.theory.impatience import (
    ErlangA,
    loss_md1,
    loss_mm1,
    token_bucket_rejects,
)
from simulator.experiment.theory.jackson import Feedback, Jackson, Tandem
from simulator.experiment.theory.md1 import MD1
from simulator.experiment.theory.mg1 import MG1
from simulator.experiment.theory.mginf import MGInf
from simulator.experiment.theory.mm1 import MM1
from simulator.experiment.theory.mmc import MMc
from simulator.experiment.theory.mmck import MMcK
from simulator.experiment.theory.priority import PriorityMM1
from simulator.experiment.theory.processor_sharing import MG1ProcessorSharing
from simulator.experiment.theory.retries import expected_attempts, success, worst_amplification
from simulator.experiment.theory.round_robin import RoundRobinMM1

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))
SHARES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p999": 0.999}


def rows(table):
    """Run a test once for each row of a table."""
    found = {name: row for name, row in VECTORS.items() if name.split(".")[0] == table}
    assert found
    return pytest.mark.parametrize("row", found.values(), ids=list(found))


def close(value):
    """The tolerance for formulas: 1e-9 of the value."""
    return pytest.approx(value, rel=1e-9, abs=1e-300)


@rows("A1")
def test_mm1(row):
    """M/M/1: means and quantiles."""
    queue = MM1(row["load"], 1.0)
    assert queue.number == close(row["number"])
    assert queue.queue == close(row["queue"])
    assert queue.time == close(row["time"])
    assert queue.wait == close(row["wait"])
    for name, p in SHARES.items():
        assert queue.time_quantile(p) == close(row[f"time_{name}"])
    for name in ("p95", "p99"):
        assert queue.wait_quantile(SHARES[name]) == close(row[f"wait_{name}"])


@rows("A2")
def test_mmc(row):
    """M/M/c: Erlang C, means and quantiles."""
    queue = MMc(row["load"] * row["servers"], 1.0, row["servers"])
    assert queue.delayed == close(row["delayed"])
    assert queue.wait == close(row["wait"])
    assert queue.time == close(row["time"])
    assert queue.queue == close(row["queue"])
    assert queue.number == close(row["number"])
    for name in ("p50", "p90", "p95", "p99"):
        assert queue.time_quantile(SHARES[name]) == close(row[f"time_{name}"])
    assert queue.wait_quantile(0.99) == close(row["wait_p99"])


@rows("A3")
def test_erlang_b(row):
    """Erlang B: loss, load carried, utilization."""
    load, servers = row["load"], row["servers"]
    assert erlang_b(servers, load) == close(row["loss"])
    system = ErlangB(load, 1.0, servers)
    assert system.number == close(row["carried"])
    assert system.utilization == close(row["utilization"])


@rows("A4")
def test_mmck(row):
    """M/M/c/K: loss, throughput, means of those let in."""
    queue = MMcK(row["rate"], 1.0, row["servers"], row["places"])
    assert queue.chances[0] == close(row["p0"])
    assert queue.loss == close(row["loss"])
    assert queue.throughput == close(row["throughput"])
    assert queue.utilization == close(row["utilization"])
    assert queue.number == close(row["number"])
    assert queue.time == close(row["time"])
    assert queue.wait == close(row["wait"])


BIMODAL_VARIANCE = 0.9 * 0.1 * (9.1 - 0.1) ** 2
LAWS = {
    "erlang": Gamma(1.0, 4.0),
    "exponential": Exponential(1.0),
    "lognormal 0.5": Lognormal(-0.125, 0.5),
    "lognormal 1": Lognormal(-0.5, 1.0),
    "weibull": Weibull(0.5, 1.0),
    "pareto": Pareto(2.5, 1.0),
    "hyperexponential": Hyperexponential([(0.9, 0.5), (0.1, 5.5)]),
}


@rows("A5")
def test_mg1(row):
    """M/G/1: Pollaczek-Khinchine, with the variability of the simulator's own distributions."""
    name, load = row["work"], row["load"]
    if name in LAWS:
        queue = MG1.serving(load / LAWS[name].mean, LAWS[name])
        assert LAWS[name].mean == close(1.0)
    else:
        queue = MG1(load, 1.0, BIMODAL_VARIANCE if name == "bimodal" else 0.0)
    assert queue.squared_cv == close(row["squared_cv"])
    assert queue.wait == close(row["wait"])
    assert queue.time == close(row["time"])
    assert queue.number == close(row["number"])


@rows("A5b")
def test_md1(row):
    """M/D/1: percentiles of the waiting time, far into the tail."""
    queue = MD1(row["load"], 1.0)
    for name, p in SHARES.items():
        assert queue.wait_quantile(p) == close(row[f"wait_{name}"])


@pytest.mark.parametrize(("load", "time"), [(0.5, 2.0), (0.7, 10.0 / 3.0), (0.9, 10.0)])
def test_processor_sharing(load, time):
    """M/G/1 with processor sharing: E[S]/(1 - rho), and x/(1 - rho) for size x."""
    queue = MG1ProcessorSharing(load, 1.0)
    assert queue.time == close(time)
    assert queue.time_of(0.25) == close(time / 4)


def test_infinite_servers():
    """M/G/infinity: the number in the system is Poisson."""
    system = MGInf(20.0, 1.0)
    assert system.exceeds(30) == pytest.approx(0.013475, abs=5e-7)
    assert system.exceeds(25) == pytest.approx(0.112185, abs=5e-7)


@rows("A8a")
def test_tandem(row):
    """M/M/1 queues one after the other."""
    tandem = Tandem(row["rate"], row["service_rates"])
    assert tandem.time == close(row["time"])
    assert tandem.number == close(row["number"])


@rows("A8b")
def test_feedback(row):
    """M/M/1 with Bernoulli feedback."""
    queue = Feedback(row["rate"], 1.0, row["again"])
    assert queue.station.arrival_rate == close(row["effective_rate"])
    assert queue.number == close(row["number"])
    assert queue.time == close(row["time"])


def test_jackson():
    """Three tiers with a way back: the traffic equations and the load of each tier."""
    network = Jackson(
        (10.0, 0.0, 0.0),
        (20.0, 12.0, 4.0),
        (1, 1, 2),
        ((0.0, 0.6, 0.0), (0.0, 0.0, 0.5), (0.1, 0.0, 0.0)),
    )
    assert network.rates == pytest.approx([10.309278, 6.185567, 3.092784], abs=5e-7)
    numbers = [station.number for station in network.stations]
    assert numbers == pytest.approx([1.063830, 1.063830, 0.909063], abs=5e-7)
    assert network.time == close(sum(numbers) / 10.0)


@rows("A8c")
def test_retries(row):
    """Attempts and success under a limit of retries."""
    retries, failure = row["retries"], row["failure"]
    assert expected_attempts(retries, failure) == close(row["attempts"])
    assert success(retries, failure) == close(row["success"])


@rows("A8d")
def test_amplification(row):
    """Retries in every layer multiply."""
    found = worst_amplification(row["layers"], row["retries"])
    assert found == row["amplification"]


@rows("A8f")
def test_closed_network(row):
    """Closed network by mean value analysis."""
    network = Closed(row["users"], row["think"], row["demands"])
    assert network.throughput == close(row["throughput"])
    assert network.time == close(row["time"])


@rows("A9c")
def test_round_robin(row):
    """Round robin to n exponential servers is E_n/M/1."""
    system = RoundRobinMM1(row["servers"] * row["rate"], 1.0, row["servers"])
    assert system.time == close(row["time"])


@rows("A11a")
def test_slowest(row):
    """The longest of k exponential times."""
    slowest = SlowestOf(row["k"], 1.0)
    assert slowest.mean == close(row["mean"])
    for name in ("p50", "p90", "p99", "p999"):
        assert slowest.quantile(SHARES[name]) == close(row[name])


@rows("A11b")
def test_fork_join(row):
    """Fork-join queues: Flatto-Hahn for two, Nelson-Tantawi for more; near the published simulation."""
    system = ForkJoin(row["load"], 1.0, row["k"])
    assert system.time == close(row["time"])
    assert system.exact == (row["k"] <= 2)
    assert system.time == pytest.approx(row["simulated"], rel=0.05)


@rows("A11c")
def test_any_slow(row):
    """One slow leaf makes the fan-out slow."""
    found = any_slow(row["k"], row["slow"])
    assert found == close(row["any_slow"])


@rows("A12a")
def test_erlang_a(row):
    """M/M/c with customers who give up."""
    queue = ErlangA(row["rate"], 1.0, row["servers"], row["leaving_rate"])
    assert queue.abandoned == close(row["abandoned"])
    assert queue.delayed == close(row["delayed"])
    assert queue.queue == close(row["queue"])
    assert queue.throughput == close(row["throughput"])


@rows("A12b")
def test_deadlines(row):
    """Who would wait longer than a bound is lost."""
    assert loss_mm1(row["load"], row["bound"]) == close(row["loss_mm1"])
    assert loss_md1(row["load"], row["bound"]) == close(row["loss_md1"])


@rows("A12c")
def test_token_bucket(row):
    """A policing token bucket is M/D/1 with a bound on the wait."""
    found = token_bucket_rejects(row["fill_rate"], row["burst"], row["rate"])
    assert found == close(row["rejected"])


@rows("A13")
def test_priority(row):
    """Two classes by priority, without and with preemption."""
    queue = PriorityMM1((row["rate_first"], row["rate_second"]), 1.0)
    assert queue.wait(0) == close(row["wait_first"])
    assert queue.wait(1) == close(row["wait_second"])
    assert queue.time_preempting(0) == close(row["preempting_first"])
    assert queue.time_preempting(1) == close(row["preempting_second"])
