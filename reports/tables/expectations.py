"""What was expected, and what came of it."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from reports.quantity import MISSING, digits, rate, seconds, share
from reports.tables.style import new_table
from simulator.experiment.promises import ExpectationResult
from simulator.experiment.result import Result
from simulator.scenario.expectation import TABLE, parse_expectation


def expectations_table(result: Result) -> Table:
    """A row for each expectation of the file; what is not met says by how much, and since when."""
    table = new_table("Expectations")
    weighted = len({each.weight for each in result.expectations}) > 1
    table.add_column("")
    table.add_column("expected", overflow="fold")
    if weighted:
        table.add_column("weight", justify="right", no_wrap=True)
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    for each in result.expectations:
        mark = Text("✔", style="green") if each.met else Text("✘", style="red")
        word = Text("met", style="green") if each.met else Text(missed(each), style="bold red")
        weight = [str(each.weight)] if weighted else []
        table.add_row(mark, each.expect, *weight, measured(each), word)
    return table


def measured(result: ExpectationResult) -> str:
    """The value in the unit of its measure."""
    return quantity(result, result.value)


def missed(result: ExpectationResult) -> str:
    """`not met, by 120 ms (15 %), first at 61.0 s (crash)`."""
    text = "not met"
    if result.missed_by:
        text += f", by {quantity(result, result.missed_by)}"
        # Of a share, the distance is in points and tells as much as a part of it would.
        if result.missed_share is not None and not _is_share(result):
            text += f" ({share(result.missed_share)})"
    if result.first_broken is not None:
        text += f", first at {seconds(result.first_broken)}"
        if result.during:
            text += f" ({', '.join(result.during)})"
    return text


def quantity(result: ExpectationResult, value: float | None) -> str:
    """A value in the unit of an expectation's measure."""
    if value is None:
        return MISSING
    unit = TABLE[parse_expectation(result.expect).measure].unit
    if unit == "s":
        return seconds(value)
    if unit == "1/s":
        return rate(value)
    return digits(value) if unit == "number" else share(value)


def _is_share(result: ExpectationResult) -> bool:
    return TABLE[parse_expectation(result.expect).measure].unit in ("share", "part")
