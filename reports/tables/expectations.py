"""What was expected, and what came of it."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from reports.quantity import MISSING, rate, seconds, share
from reports.tables.style import new_table
from simulator.experiment.result import ExpectationResult, Result
from simulator.scenario.expectation import RATES, SHARES, parse_expectation


def expectations_table(result: Result) -> Table:
    """A row for each expectation of the file."""
    table = new_table("Expectations")
    table.add_column("")
    table.add_column("expected")
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("")
    for each in result.expectations:
        mark = Text("✔", style="green") if each.met else Text("✘", style="red")
        word = Text("met", style="green") if each.met else Text("not met", style="bold red")
        table.add_row(mark, each.expect, measured(each), word)
    return table


def measured(result: ExpectationResult) -> str:
    """The value in the unit of its measure."""
    if result.value is None:
        return MISSING
    measure = parse_expectation(result.expect).measure
    if measure in SHARES:
        return share(result.value)
    return rate(result.value) if measure in RATES else seconds(result.value)
