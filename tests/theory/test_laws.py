"""Laws that hold on every run, not only on average (and PASTA, which holds on average)."""

from __future__ import annotations

from math import sqrt
from statistics import fmean, stdev

import pytest

from simulator.experiment.run import Run, simulate
from simulator.experiment.theory.cases.writing import scenario
from simulator.experiment.theory.mginf import MGInf
from simulator.experiment.theory.mm1 import MM1
from simulator.experiment.theory.mmck import MMcK
from simulator.experiment.theory.processor_sharing import MG1ProcessorSharing
from simulator.kernel.event import Event
from simulator.scenario import parse

ROUNDING = 1e-9
SYSTEMS = {
    "one server": "server: {concurrency: 1, endpoints: {answer: [{work: {exponential: 10ms}}]}}",
    "four servers": "server: {concurrency: 4, endpoints: {answer: [{work: {exponential: 40ms}}]}}",
    "bounded": "server: {concurrency: 2, queue: 3, endpoints: {answer: [{work: 22ms}]}}",
    "by priority": "server: {concurrency: 1, queue: {order: priority}, "
    "endpoints: {answer: [{work: {exponential: 10ms}}]}}",
    "last in first out": "server: {concurrency: 1, queue: {order: lifo}, "
    "endpoints: {answer: [{work: {exponential: 10ms}}]}}",
    "at random": "server: {concurrency: 1, queue: {order: random}, "
    "endpoints: {answer: [{work: {exponential: 10ms}}]}}",
    "four instances": "server: {replicas: 4, concurrency: 1, "
    "endpoints: {answer: [{work: {exponential: 40ms}}]}}",
    "processor sharing": "server: {cores: 1, endpoints: {answer: [{work: {exponential: 10ms}}]}}",
    "cores in turn": "server: {cores: 2, sharing: fcfs, concurrency: 8, "
    "endpoints: {answer: [{work: {exponential: 20ms}}]}}",
}
systems = pytest.mark.parametrize("system", list(SYSTEMS.values()), ids=list(SYSTEMS))


def empty_at_the_end(service, traffic="rate: 80/s", extra=""):
    """Traffic for 50 s into a system that begins empty and has 50 s more to become so again."""
    text = scenario(
        "laws",
        "100s",
        f"jobs: {{{traffic}, target: server.answer, profile: [{{at: 50s, rate: 0/s}}]{extra}}}",
        service,
        warmup="0s",
        interval="10s",
    )
    return parse(text).scenario


@systems
def test_little(system):
    """The mean number inside is throughput times mean time, exactly, on a run that ends empty."""
    result = simulate(empty_at_the_end(system), seed=1, check=True)
    jobs, server = result.traffic["jobs"], result.services["server"]
    assert jobs.in_flight == 0
    answered = jobs.outcomes["ok"]
    number = server.busy + server.queue.mean
    assert number * result.duration == pytest.approx(answered * jobs.latency.mean, rel=ROUNDING)


def test_little_in_a_tree_of_calls():
    """Little's law holds on every edge of a call graph, and over the whole system."""
    text = """
scenario: tree
duration: 100s
traces: 0
traffic:
  jobs: {rate: 40/s, mix: {shop.home: 3, shop.buy: 1}, profile: [{at: 50s, rate: 0/s}]}
services:
  shop:
    concurrency: 20
    endpoints:
      home: [{work: {exponential: 5ms}}, {maybe: 50%, steps: [{call: stock.look}]}]
      buy: [{together: [{call: stock.look}, {call: bank.pay}]}, {work: 2ms}]
  stock: {concurrency: 1, endpoints: {look: [{work: {exponential: 10ms}}]}}
  bank: {replicas: 2, concurrency: 1, endpoints: {pay: [{work: {lognormal: {mean: 60ms, cv: 1}}}]}}
"""
    result = simulate(parse(text).scenario, seed=1, check=True)
    assert result.total.in_flight == 0
    for name, service in result.services.items():
        spent = sum(
            edge.latency.mean * edge.calls
            for edge in result.edges
            if edge.callee.startswith(f"{name}.")
        )
        assert (service.busy + service.queue.mean) * 100.0 == pytest.approx(spent, rel=ROUNDING)
        assert service.attempts == sum(
            edge.calls for edge in result.edges if edge.callee.startswith(f"{name}.")
        )


@systems
def test_flow(system):
    """What started is answered, has failed or is in flight, with deadlines and timeouts as well."""
    text = scenario(
        "flow",
        "30s",
        "jobs: {rate: 110/s, target: server.answer, timeout: 60ms}\n"
        "hurried: {rate: 30/s, target: server.answer, deadline: 30ms, priority: 1}",
        system,
        warmup="3s",
        interval="10s",
    )
    result = simulate(parse(text).scenario, seed=2, check=True)
    for figures in (*result.traffic.values(), result.total):
        assert figures.started == figures.finished + figures.in_flight
        assert figures.finished == sum(figures.outcomes.values())
    assert result.traffic["jobs"].outcomes["timeout"] > 0


@systems
def test_work_is_conserved(system):
    """The servers are busy for as long as the work lasts that they did: nothing lost or added."""
    result = simulate(empty_at_the_end(system), seed=3, check=True)
    server = result.services["server"]
    capacity = {"four": 4.0, "bounded": 2.0, "cores": 2.0}
    name = next(key for key, value in SYSTEMS.items() if value == system)
    servers = capacity.get(name.split()[0], 1.0)
    assert server.utilization * servers * result.duration == pytest.approx(
        server.work, rel=ROUNDING
    )
    assert server.wasted_work == 0.0


def test_utilization_law():
    """Utilization is throughput times the mean work of those served, over the servers."""
    text = scenario(
        "law",
        "500s",
        "jobs: {rate: 400/s, target: server.answer}",
        "server: {concurrency: 4, queue: 4, endpoints: {answer: [{work: 10ms}]}}",
    )
    result = simulate(parse(text).scenario, seed=4)
    served = result.services["server"].outcomes["ok"] / (result.duration - result.warmup)
    # Those inside at either end are counted by the part of their work that falls in between.
    assert result.services["server"].utilization == pytest.approx(served * 0.01 / 4, rel=5e-5)


class Watcher(Event):
    """Looks at Poisson moments at how many are inside an instance."""

    def __init__(self, run, rate):
        super().__init__()
        self.kernel = run.world.kernel
        (self.instance,) = run.world.instances
        self.draws = run.world.streams.generator("watcher")
        self.rate = rate
        self.seen = []
        self.again()

    def again(self):
        self.kernel.schedule(self, float(self.draws.exponential(1.0 / self.rate)))

    def fire(self):
        self.seen.append(self.instance.busy + self.instance.queued)
        self.again()

    def share(self, wanted):
        return sum(map(wanted, self.seen)) / len(self.seen)


def watched(service, rate, wanted, expected, seconds=150.0, bound=0.05):
    """What a watcher sees, held against theory by the rule of 3.3 standard errors."""
    text = scenario(
        "watched",
        f"{seconds}s",
        f"jobs: {{rate: {rate}/s, target: server.answer}}",
        service,
        warmup="1s",
        interval="10s",
    )
    parsed = parse(text).scenario
    shares = []
    for replication in range(20):
        run = Run(parsed, seed=5, replication=replication)
        watcher = Watcher(run, min(rate, 500))
        run.advance()
        shares.append(watcher.share(wanted))
    error = stdev(shares) / sqrt(len(shares))
    assert 3.3 * error <= bound * expected
    assert abs(fmean(shares) - expected) <= 3.3 * error


def test_numbers_are_geometric():
    """M/M/1 holds exactly two for (1 - rho) rho^2 of the time."""
    watched(SYSTEMS["one server"], 50, lambda n: n == 2, MM1(50.0, 100.0).holds(2))


def test_numbers_are_geometric_under_sharing():
    """So does processor sharing, with constant work too."""
    service = "server: {cores: 1, endpoints: {answer: [{work: 10ms}]}}"
    watched(service, 50, lambda n: n == 2, MG1ProcessorSharing(50.0, 0.01).holds(2))


@pytest.mark.parametrize(
    ("more_than", "seconds", "bound"),
    [(25, 12.0, 0.1), pytest.param(30, 150.0, 0.06, marks=pytest.mark.slow)],
)
def test_numbers_are_poisson(more_than, seconds, bound):
    """With a server for everyone, at 20 erlangs, more than 25 are inside for 11.2 % of the time."""
    service = "server: {endpoints: {answer: [{work: {lognormal: {mean: 10ms, cv: 1}}}]}}"
    expected = MGInf(2000.0, 0.01).exceeds(more_than)
    watched(service, 2000, lambda n: n > more_than, expected, seconds, bound)


def test_numbers_of_a_bounded_queue():
    """M/M/2/5 is empty for as long as its birth-and-death chain says."""
    service = (
        "server: {concurrency: 2, queue: 3, endpoints: {answer: [{work: {exponential: 10ms}}]}}"
    )
    expected = MMcK(150.0, 100.0, 2, 5).chances[0]
    watched(service, 150, lambda n: n == 0, expected, 60.0)


def lost_and_full(arrivals, replication):
    """The share lost at a server without a queue, and the share of time that it is busy."""
    text = scenario(
        "pasta",
        "200s",
        f"jobs: {{rate: 80/s, target: server.answer, arrivals: {arrivals}}}",
        "server: {concurrency: 1, queue: 0, endpoints: {answer: [{work: {exponential: 10ms}}]}}",
    )
    result = simulate(parse(text).scenario, seed=6, replication=replication)
    return 1.0 - result.traffic["jobs"].availability, result.services["server"].utilization


def test_poisson_arrivals_see_time_averages():
    """Poisson arrivals find a server busy as often as it is; regular ones find it idle more often."""
    differences = []
    for replication in range(20):
        lost, full = lost_and_full("poisson", replication)
        differences.append(lost - full)
    error = stdev(differences) / sqrt(len(differences))
    assert 3.3 * error < 0.01
    assert abs(fmean(differences)) <= 3.3 * error
    lost, full = lost_and_full("constant", 0)
    assert lost < full - 0.05


def mix(more=""):
    return (
        "scenario: mix\nduration: 20s\n"
        "traffic:\n  jobs: {rate: 80/s, target: server.answer}\n"
        + ("  others: {rate: 50/s, target: spare.answer}\n" if more else "")
        + "services:\n"
        "  server: {concurrency: 1, endpoints: {answer: [{work: {exponential: 10ms}}]}}\n" + more
    )


def test_runs_repeat():
    """The same seed gives the same digest, another seed or replication another one."""
    parsed = parse(mix()).scenario
    digests = [
        simulate(parsed, seed=seed, replication=replication).digest
        for seed, replication in ((1, 0), (1, 0), (2, 0), (1, 1))
    ]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_what_is_unrelated_changes_nothing():
    """Another service with traffic of its own leaves a class's figures as they were, to the bit."""
    alone = simulate(parse(mix()).scenario, seed=1)
    spare = "  spare: {concurrency: 2, endpoints: {answer: [{work: {exponential: 20ms}}]}}\n"
    beside = simulate(parse(mix(spare)).scenario, seed=1)
    assert beside.traffic["jobs"] == alone.traffic["jobs"]
    assert beside.services["server"] == alone.services["server"]


def scaled(factor):
    """Everything that is a time, divided by a factor."""
    text = (
        f"scenario: scaled\nduration: {100 / factor}s\nwarmup: {10 / factor}s\n"
        f"interval: {10 / factor}s\n"
        "traffic:\n"
        f"  jobs: {{rate: {70 * factor}/s, target: shop.answer, timeout: {0.5 / factor}s}}\n"
        f"network: {{latency: {{exponential: {0.001 / factor}s}}}}\n"
        "services:\n"
        "  shop: {endpoints: {answer: [{together: [{call: left.half}, {call: right.half}]}]}}\n"
        "  left: {concurrency: 1, queue: 20, "
        f"endpoints: {{half: [{{work: {{exponential: {0.0125 / factor}s}}}}]}}}}\n"
        f"  right: {{cores: 1, endpoints: {{half: [{{work: {0.0125 / factor}s}}]}}}}\n"
    )
    return simulate(parse(text).scenario, seed=7, check=True)


def test_time_scales_exactly():
    """Four times as fast throughout: the same counts, and all times a quarter, to the last bit."""
    slow, fast = scaled(1), scaled(4)
    assert fast.events == slow.events
    assert fast.total.outcomes == slow.total.outcomes
    for one, other in zip(slow.edges, fast.edges, strict=True):
        for name in ("mean", "p50", "p90", "p99", "p999", "max"):
            assert getattr(other.latency, name) == getattr(one.latency, name) / 4
    for name, service in slow.services.items():
        assert fast.services[name].utilization == service.utilization
        assert fast.services[name].queue == service.queue


def test_time_scales_by_any_factor():
    """Ten times as fast: the same but for rounding."""
    slow, fast = scaled(1), scaled(10)
    assert fast.total.outcomes == slow.total.outcomes
    assert fast.total.latency.mean == pytest.approx(slow.total.latency.mean / 10, rel=1e-6)
    assert fast.services["left"].queue.mean == pytest.approx(
        slow.services["left"].queue.mean, rel=1e-6
    )


@pytest.mark.parametrize("servers", [1, 3])
@pytest.mark.parametrize("seed", range(3))
def test_more_room_never_loses_more(servers, seed):
    """On the same arrivals, a longer queue never lowers the number served."""
    served = []
    for room in range(12):
        text = scenario(
            "room",
            "60s",
            f"jobs: {{rate: {110 * servers}/s, target: server.answer}}",
            f"server: {{concurrency: {servers}, queue: {room}, "
            "endpoints: {answer: [{work: 10ms}]}}",
            warmup="0s",
            interval="10s",
        )
        served.append(simulate(parse(text).scenario, seed=seed).total.outcomes["ok"])
    assert served == sorted(served)


def test_percentiles_of_constant_work():
    """Where almost all requests take exactly 1 s, percentiles say 1 s, give or take 1 %."""
    text = scenario(
        "constant",
        "1000s",
        "jobs: {rate: 100/s, target: server.answer}",
        "server: {endpoints: {answer: [{either: ["
        "{weight: 100, steps: [{work: 1s}]}, {weight: 1, steps: [{work: 5s}]}]}]}}",
    )
    latency = simulate(parse(text).scenario, seed=1).traffic["jobs"].latency
    for name in ("p50", "p90", "p95", "p99"):
        assert getattr(latency, name) == pytest.approx(1.0, rel=0.01), name
