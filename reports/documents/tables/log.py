"""What happened, in the order of time, as a table."""

from __future__ import annotations

from reports.documents.grid import Grid, figures, words
from reports.quantity import seconds
from reports.tables.log import together, who
from simulator.experiment.result import Result


def log(result: Result) -> Grid:
    """The events of note; the same that happened to several at once stands in one row."""
    rows = [
        (seconds(each[0].time), each[0].kind, who(each), each[0].detail.replace("_", " "))
        for each in together(result.log)
    ]
    columns = (*figures("at"), *words("kind", "who", "what"))
    return Grid("Event log", columns, tuple(rows))
