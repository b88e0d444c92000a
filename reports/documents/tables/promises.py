"""What was expected and promised, as tables."""

from __future__ import annotations

from reports.documents.grid import Grid, figures, words
from reports.quantity import count, digits, share
from reports.tables.expectations import measured, missed
from reports.tables.slos import alerted, number, promised
from simulator.experiment.promises import ExpectationResult
from simulator.experiment.result import Result


def expectations(result: Result) -> Grid:
    """A row for each expectation; the mark says the same as the words."""
    weighted = len({each.weight for each in result.expectations}) > 1
    rows = [
        (
            each.expect,
            *([str(each.weight)] if weighted else []),
            measured(each),
            _verdict(result, each),
        )
        for each in result.expectations
    ]
    columns = (
        *words("expected"),
        *(figures("weight") if weighted else ()),
        *figures("measured"),
        *words("verdict"),
    )
    return Grid("Expectations", columns, tuple(rows))


def _verdict(result: Result, each: ExpectationResult) -> str:
    if result.verdict == "incomplete":
        return "not judged"
    return "\u2714 met" if each.met else f"\u2718 {missed(each)}"


def objectives(result: Result) -> Grid:
    """A row for each objective: its budget, and how fast that went."""
    rows = [
        (
            name,
            promised(each),
            count(each.events),
            count(each.bad),
            digits(each.budget),
            share(each.budget_spent),
            number(each.burn_rate),
            number(each.burn_rate_1m),
            number(each.burn_rate_5m),
            alerted(each),
        )
        for name, each in result.slos.items()
    ]
    columns = figures(
        "requests", "bad", "budget (requests)", "budget spent", "burn rate", "over 1 min",
        "over 5 min", "alerted",
    )  # fmt: skip
    return Grid("Objectives", (*words("objective", "promised"), *columns), tuple(rows))
