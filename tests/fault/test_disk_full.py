"""Disks without room: what writes fails, what reads goes on."""

from __future__ import annotations

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import parse

SHOP = """
scenario: shop
seed: 4
duration: 40s
traffic:
  readers: {rate: 10/s, arrivals: constant, target: shop.get}
  writers: {rate: 10/s, arrivals: constant, target: shop.put}
services: {shop: {replicas: 2, concurrency: 8, endpoints: {get: [work: 10ms], put: [work: 20ms]}}}
defaults: {balancer: round_robin}
"""


def play(*settings: str) -> Result:
    return simulate(parse(SHOP, settings=settings).scenario, check=True)


def full(fields: str, schedule: str = "at: 10.05s, for: 10s") -> str:
    return f"{{{schedule}, disk_full: {{service: shop, {fields}}}}}"


def test_what_writes_fails_and_what_reads_goes_on() -> None:
    """Of 399 writes the 100 of the fault are errors; all reads are served, with all of their work."""
    result = play(f"faults=[{full('mode: all, endpoints: [put]')}]")
    assert result.traffic["writers"].outcomes == {"ok": 299, "error": 100}
    assert result.traffic["readers"].outcomes == {"ok": 399}
    # An error is no work.
    assert abs(result.services["shop"].work - (399 * 0.01 + 299 * 0.02)) < 1e-6


def test_one_of_two_fails_its_half() -> None:
    """Round robin sends every other request to the instance whose disk is full."""
    result = play(f"faults=[{full('endpoints: [put]')}]", "traffic.readers.rate=0.001/s")
    assert result.traffic["writers"].outcomes == {"ok": 349, "error": 50}


def test_two_overlap_and_each_ends_alone() -> None:
    """Writes fail from 10.05 s to 20.05 s and to 25.05 s, reads in the second time alone."""
    first = full("mode: all, endpoints: [put]")
    second = full("mode: all, endpoints: [get, put]", "at: 15.05s, for: 10s")
    result = play(f"faults=[{first}, {second}]")
    assert result.traffic["writers"].outcomes == {"ok": 249, "error": 150}
    assert result.traffic["readers"].outcomes == {"ok": 299, "error": 100}


def test_a_dead_process_refuses_and_does_not_answer_with_errors() -> None:
    """While it is killed nobody is there to find the disk full."""
    kill = "{at: 12.05s, for: 2s, kill: {service: shop, mode: all}}"
    result = play(f"faults=[{full('mode: all, endpoints: [put]')}, {kill}]")
    assert result.traffic["writers"].outcomes == {"ok": 299, "error": 80, "refused": 20}


def test_it_comes_again() -> None:
    """Three times 5 s of ten writes a second."""
    fault = full("mode: all, endpoints: [put]", "at: 10.05s, for: 5s, every: 10s")
    assert play(f"faults=[{fault}]").traffic["writers"].outcomes == {"ok": 249, "error": 150}


def test_after_its_end_all_is_as_without_it() -> None:
    """A full disk where nobody writes changes nothing, and the instance's own gate is back."""
    fault = full("mode: all, endpoints: [put]")
    settings = ["traffic.writers.rate=0.001/s"]
    assert play(f"faults=[{fault}]", *settings).total == play(*settings).total
