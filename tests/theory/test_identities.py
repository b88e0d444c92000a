"""Laws that tie the formulas to each other, whatever the numbers."""

from __future__ import annotations

from decimal import Decimal, localcontext
from math import exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial.legendre import leggauss
from scipy.integrate import quad

from simulator.experiment.theory.closed import Closed, MachineRepair
from simulator.experiment.theory.erlang_b import ErlangB, erlang_b
from simulator.experiment.theory.fork_join import ForkJoin, SlowestOf, any_slow, harmonic
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
from simulator.experiment.theory.mmc import MMc, erlang_c
from simulator.experiment.theory.mmck import MMcK
from simulator.experiment.theory.priority import PriorityMM1
from simulator.experiment.theory.processor_sharing import MG1ProcessorSharing
from simulator.experiment.theory.retries import expected_attempts, success
from simulator.experiment.theory.round_robin import RoundRobinMM1

loads = st.floats(0.05, 0.95)
speeds = st.floats(0.01, 1000.0)
servers = st.integers(1, 60)
shares = st.floats(0.01, 0.999)


def close(value, rel=1e-9):
    return pytest.approx(value, rel=rel, abs=1e-12)


@given(loads, speeds, servers)
def test_one_server_is_mm1(load, speed, count):
    """M/M/c with one server is M/M/1."""
    one, many = MM1(load * speed, speed), MMc(load * speed, speed, 1)
    for name in ("utilization", "time", "wait", "number", "queue"):
        assert getattr(many, name) == close(getattr(one, name))
    assert many.delayed == close(load)


@given(loads, speeds, servers, shares)
def test_quantiles_invert_tails(load, speed, count, p):
    """A quantile is where the tail leaves just 1 - p."""
    for queue in (MM1(load * speed, speed), MMc(load * speed * count, speed, count)):
        assert queue.time_exceeds(queue.time_quantile(p)) == close(1.0 - p)
        wait = queue.wait_quantile(p)
        if wait > 0.0:
            assert queue.wait_exceeds(wait) == close(1.0 - p)
        else:
            assert queue.wait_exceeds(0.0) <= 1.0 - p + 1e-12


@given(loads, servers)
def test_mean_is_area_under_tail(load, count):
    """The mean time of M/M/c is the integral of its tail."""
    queue = MMc(load * count, 1.0, count)
    area, _ = quad(queue.time_exceeds, 0.0, queue.time_quantile(1.0 - 1e-14), limit=500)
    assert area == close(queue.time, 1e-6)


@given(st.floats(0.1, 0.9), speeds, st.integers(1, 8))
def test_large_bound_is_no_bound(load, speed, count):
    """M/M/c/K with room for very many is M/M/c."""
    bounded = MMcK(load * speed * count, speed, count, 600)
    free = MMc(load * speed * count, speed, count)
    assert bounded.loss < 1e-9
    for name in ("utilization", "time", "wait", "number", "queue"):
        assert getattr(bounded, name) == close(getattr(free, name))


@given(st.floats(0.05, 3.0), speeds, servers)
def test_no_queue_is_erlang_b(load, speed, count):
    """M/M/c/c is Erlang's loss system."""
    bounded = MMcK(load * speed * count, speed, count, count)
    system = ErlangB(load * speed * count, 1.0 / speed, count)
    for name in ("loss", "throughput", "utilization", "number"):
        assert getattr(bounded, name) == close(getattr(system, name))
    assert bounded.wait == close(0.0)


@given(st.floats(0.05, 3.0), speeds, servers, st.integers(0, 40))
def test_little_with_losses(load, speed, count, room):
    """L = lambda W of those let in, the utilization law, and chances that sum to 1."""
    queue = MMcK(load * speed * count, speed, count, count + room)
    assert sum(queue.chances) == close(1.0)
    assert queue.number == close(queue.throughput * queue.time)
    assert queue.time == close(queue.wait + 1.0 / speed)
    assert queue.number == close(queue.queue + count * queue.utilization)


@given(loads, servers)
def test_waiting_is_likelier_than_loss(load, count):
    """Erlang's C lies above his B, and both fall with more servers at the same load."""
    offered = load * count
    assert erlang_c(count, offered) >= erlang_b(count, offered)
    assert erlang_c(count + 1, offered) <= erlang_c(count, offered)
    assert erlang_b(count + 1, offered) <= erlang_b(count, offered)


@given(loads, speeds)
def test_exponential_work_is_mm1(load, speed):
    """Pollaczek-Khinchine with the variance of the exponential law is M/M/1."""
    general, one = MG1(load * speed, 1.0 / speed, speed**-2.0), MM1(load * speed, speed)
    for name in ("utilization", "time", "wait", "number", "queue"):
        assert getattr(general, name) == close(getattr(one, name))


@given(loads, speeds)
def test_sharing_is_fair(load, speed):
    """Processor sharing has the mean of M/M/1, and half the wait of M/M/1 is that of M/D/1."""
    one = MM1(load * speed, speed)
    assert MG1ProcessorSharing(load * speed, 1.0 / speed).time == close(one.time)
    assert MD1(load * speed, 1.0 / speed).mean.wait == close(one.wait / 2.0)


@pytest.mark.parametrize("load", [0.2, 0.5, 0.7])
def test_md1_law_has_the_mean_of_pollaczek_khinchine(load):
    """The law of Erlang's waits in M/D/1 integrates to the mean that the general formula gives."""
    queue = MD1(load, 1.0)
    points, weights = leggauss(6)
    # The law is smooth between whole numbers of services.
    area = sum(
        weight / 2.0 * queue.wait_exceeds(services + (1.0 + point) / 2.0)
        for services in range(30)
        for point, weight in zip(points, weights, strict=True)
    )
    assert area == close(queue.mean.wait, 1e-7)


@pytest.mark.parametrize(("load", "x"), [(0.5, 3.3), (0.9, 40.5), (2.0, 12.25)])
def test_md1_loses_no_digits(load, x):
    """The sum that cancels agrees with one in 200 digits."""
    with localcontext() as context:
        context.prec = 200
        rho, total = Decimal(load), Decimal(0)
        for k in range(int(x) + 1):
            left = rho * (Decimal(x) - k)
            total += (-left) ** k / factorial(k) * left.exp()
        exact = float(1 - total / (1 + rho * total))
    assert loss_md1(load, x) == close(exact, 1e-12)


@given(st.floats(0.05, 3.0), st.floats(0.0, 30.0))
def test_bounds_on_the_wait(load, bound):
    """Without patience at all only an idle server helps; regular work loses less; more patience too."""
    assert loss_mm1(load, 0.0) == close(load / (1.0 + load))
    assert loss_md1(load, 0.0) == close(load / (1.0 + load))
    assert loss_md1(load, bound) <= loss_mm1(load, bound) + 1e-12
    assert loss_mm1(load, bound + 1.0) <= loss_mm1(load, bound) + 1e-12
    assert loss_mm1(load, bound) >= 1.0 - 1.0 / load - 1e-9
    assert token_bucket_rejects(1.0, 1, load) == close(load / (1.0 + load))


@given(st.floats(0.1, 2.0), st.integers(1, 30))
def test_patience_of_one_service(load, count):
    """Who gives up as fast as others are served leaves a Poisson number in the system."""
    offered = load * count
    queue = ErlangA(offered, 1.0, count, 1.0)
    poisson = MGInf(offered, 1.0)
    for n in range(min(count + 3, len(queue.chances))):
        assert queue.chances[n] == close(poisson.holds(n))


@given(st.floats(0.1, 0.8), st.integers(1, 10))
def test_patience_without_end(load, count):
    """Erlang-A with endless patience is M/M/c."""
    patient, free = ErlangA(load * count, 1.0, count, 1e-7), MMc(load * count, 1.0, count)
    assert patient.delayed == close(free.delayed, 1e-4)
    assert patient.queue == close(free.queue, 1e-4)


@given(st.floats(0.0, 100.0))
def test_infinite_servers(load):
    """The chances of a Poisson number sum to 1, and its tail is what they leave."""
    system = MGInf(load + 0.1, 1.0)
    below = sum(system.holds(n) for n in range(41))
    assert below + system.exceeds(40) == close(1.0)
    assert system.number == system.time * (load + 0.1)


@given(loads, st.integers(1, 30))
def test_priorities_conserve_work(load, tenths):
    """Whoever goes first, the load-weighted waits are those without priorities (Kleinrock)."""
    first = load * tenths / 31.0
    queue, plain = PriorityMM1((first, load - first), 1.0), MM1(load, 1.0)
    assert first * queue.wait(0) + (load - first) * queue.wait(1) == close(load * plain.wait)
    assert queue.wait(0) <= plain.wait <= queue.wait(1)
    assert queue.time_preempting(0) == close(MM1(first, 1.0).time)


@given(loads)
def test_networks_of_one(load):
    """A network of one station is that station, written in three ways."""
    one = MM1(load, 1.0)
    assert Tandem(load, (1.0,)).time == close(one.time)
    assert Feedback(load, 1.0, 0.0).time == close(one.time)
    assert Jackson((load,), (1.0,), (1,), ((0.0,),)).time == close(one.time)


@given(loads, st.floats(0.0, 0.9))
def test_feedback_is_a_jackson_network(load, again):
    """Feedback is routing to oneself."""
    rate = load * (1.0 - again)
    assert Feedback(rate, 1.0, again).time == close(
        Jackson((rate,), (1.0,), (1,), ((again,),)).time
    )


@given(st.integers(1, 60), st.floats(0.01, 10.0), st.floats(0.01, 10.0))
def test_two_ways_to_the_closed_loop(users, think, service):
    """Mean value analysis of one station is the birth and death of machine repair."""
    network, machines = Closed(users, think, (service,)), MachineRepair(users, think, service)
    assert network.throughput == close(machines.throughput)
    assert network.utilizations[0] == close(machines.utilization)
    assert network.numbers[0] == close(machines.number)


@given(
    st.integers(1, 40), st.floats(0.0, 5.0), st.lists(st.floats(0.01, 2.0), min_size=1, max_size=4)
)
def test_closed_network_bounds(users, think, demands):
    """Everyone is somewhere, and throughput stays under both asymptotes."""
    network = Closed(users, think, demands)
    throughput = network.throughput
    assert sum(network.numbers) + throughput * think == close(users)
    assert throughput <= min(1.0 / max(demands), users / (think + sum(demands))) + 1e-9


@given(st.integers(1, 20), st.integers(1, 5))
def test_machines_with_a_repairer_each(users, extra):
    """With as many repairers as machines nobody waits."""
    machines = MachineRepair(users, 2.0, 0.5, users + extra)
    assert machines.time == close(0.5)
    assert machines.throughput == close(users / 2.5)


@given(shares, st.integers(1, 1000))
def test_slowest(p, k):
    """The quantile of the slowest of k is where each alone is below with chance p^(1/k)."""
    slowest = SlowestOf(k, 1.0)
    x = slowest.quantile(p)
    assert (1.0 - exp(-x)) ** k == close(p)
    assert SlowestOf(1, 1.0).quantile(p) == close(MM1(0.5, 1.5).time_quantile(p))
    assert slowest.mean == close(harmonic(k))


@given(loads, st.integers(1, 32))
def test_fork_join_lies_between(load, k):
    """Waiting for k queues takes at least as long as one, and at most H_k times as long."""
    one = MM1(load, 1.0).time
    found = ForkJoin(load, 1.0, k).time
    assert one - 1e-9 <= found <= harmonic(k) * one + 1e-9


@given(loads, st.integers(1, 100))
def test_round_robin_beats_chance(load, count):
    """Round robin over one server is M/M/1; over more it is better, and never better than one queue."""
    found = RoundRobinMM1(load * count, 1.0, count).time
    one = MM1(load, 1.0).time
    assert found == close(one, 1e-7) if count == 1 else found < one
    assert found >= MMc(load * count, 1.0, count).time - 1e-9


@given(st.floats(0.0, 1.0), st.integers(0, 20))
def test_retries(failure, retries):
    """Attempts are the sum over tries of the chance that they are needed."""
    needed = sum(failure**n for n in range(retries + 1))
    assert expected_attempts(retries, failure) == close(needed, 1e-7)
    assert (
        success(retries, failure) == close(1.0 - any_slow(1, failure) ** (retries + 1))
        if failure < 1
        else True
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MM1(2.0, 1.0), "no steady state: the utilization would be 2, not below 1"),
        (lambda: MM1(0.0, 1.0), "arrival_rate must be above 0, not 0.0"),
        (lambda: MMc(4.0, 1.0, 4), "no steady state: the utilization would be 1, not below 1"),
        (lambda: MMcK(1.0, 1.0, 4, 3), "3 places are fewer than 4 servers"),
        (lambda: MG1(0.5, 1.0, -1.0), "service_variance must be at least 0, not -1.0"),
        (
            lambda: MM1(0.5, 1.0).time_quantile(1.0),
            "a quantile needs a share of at least 0 and below 1, not 1.0",
        ),
    ],
)
def test_refusals(make, message):
    """What has no steady state or makes no sense is refused with the reason."""
    with pytest.raises(ValueError, match=message):
        make()
