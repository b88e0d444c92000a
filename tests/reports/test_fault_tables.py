"""What a report says of faults."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from reports.tables import report
from simulator.experiment.result import Result
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


CROWD = """
scenario: long-names
duration: 40s
traffic: {everybody-from-the-western-region: {rate: 20/s, target: front-of-the-whole-shop.home-page}}
defaults: {timeout: 300ms, retry: {attempts: 2}}
services:
  front-of-the-whole-shop: {endpoints: {home-page: [work: 1ms, call: payments-and-settlement.charge]}}
  payments-and-settlement: {replicas: 3, endpoints: {charge: [work: 20ms]}}
slos: {paying-with-a-card-of-any-kind: {objective: 99.9%}}
faults:
  - {name: all-of-the-payments-are-dead, at: 15s, for: 5s, kill: {service: payments-and-settlement, mode: all}}
  - {at: 25s, for: 5s, certificate_expiry: {service: payments-and-settlement}}
expect: [front-of-the-whole-shop.home-page.availability >= 99% during all-of-the-payments-are-dead]
"""


def narrow(result: Result, width: int) -> str:
    """The whole report in a terminal of so many columns."""
    console = Console(width=width, file=StringIO(), record=True)
    for part in report(result, width):
        console.print(part)
    return console.export_text()


def test_a_narrow_terminal_cuts_nothing() -> None:
    """Long names are broken, not cut, and every column keeps its title and fits."""
    result = simulate(parse(CROWD).scenario)
    for width in (80, 100, 140):
        text = narrow(result, width)
        assert "\N{HORIZONTAL ELLIPSIS}" not in text
        assert max(len(line) for line in text.splitlines()) <= width
        for title in ("policy", "what it did", "hit", "least", "budget", "alerted", "measured"):
            assert title in text


def test_tables_stand_apart() -> None:
    """Above each title is an empty line, also where the table before has a caption."""
    lines = narrow(simulate(parse(CROWD).scenario), 80).splitlines()
    for title in ("Policies", "Faults", "What happened", "Objectives", "Expectations"):
        (at,) = [number for number, line in enumerate(lines) if line.rstrip() == title]
        assert not lines[at - 1].strip()


def test_whom_a_fault_hit_in_a_narrow_terminal() -> None:
    """Where there is no room for names, it is how many they are."""
    result = simulate(parse(CROWD).scenario)
    wide, tight = narrow(result, 240), narrow(result, 80)
    named = "payments-and-settlement-1, payments-and-settlement-2,"
    assert named in wide[wide.index("Faults") : wide.index("reached")]
    faults = tight[tight.index("Faults") : tight.index("reached")]
    assert "payments-and-settlement-1" not in faults
    assert [line.split()[2] for line in faults.splitlines() if " 15.0 s " in line] == ["3"]
