"""What a report says of faults."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from reports.tables import report
from simulator.experiment.run import simulate
from simulator.scenario import parse

WORLD = """
scenario: two-tiers
duration: 60s
traffic: {users: {rate: 100/s, arrivals: constant, target: front.page}}
network: {latency: 0s}
services:
  front: {endpoints: {page: [work: 1ms, call: shop.get]}}
  shop: {replicas: 4, endpoints: {get: [work: 20ms]}}
"""


def shown(fault: str) -> str:
    """The report of a run with one fault, in one column."""
    result = simulate(parse(WORLD, settings=[f"faults=[{fault}]"]).scenario)
    console = Console(width=200, file=StringIO(), record=True)
    for part in report(result, 200):
        console.print(part)
    return console.export_text()


def row(text: str) -> str:
    """The line of the fault."""
    table = text[text.index("least goodput") :]
    return next(line for line in table.splitlines() if line.split()[:1] == ["x"])


def test_a_fault_with_an_effect() -> None:
    """Recovery, losses and depth stand in its row, and whom it reached below."""
    text = shown("{name: x, at: 20s, for: 10s, kill: {service: shop, instance: shop-2}}")
    assert "+10.0 s" in row(text)
    assert "251" in row(text)
    assert "75.1 %" in row(text)
    assert "x reached shop at once (failures), front by shop at once (failures)" in text


def test_a_fault_without_an_effect() -> None:
    """It says so, and reached nobody."""
    text = shown("{name: x, at: 20s, for: 10s, slow: {service: shop, speed: 100%}}")
    assert "unharmed" in row(text)
    assert "reached" not in text


def test_a_fault_for_ever() -> None:
    """Never is what it says."""
    assert "never" in row(shown("{name: x, at: 20s, kill: {service: shop}}"))


def test_a_fault_that_comes_too_early() -> None:
    """Without a steady state before it there is nothing to compare with."""
    found = row(shown("{name: x, at: 2s, for: 10s, kill: {service: shop}}"))
    assert "never" not in found and "unharmed" not in found
    assert found.split()[-4:] == ["-"] * 4
