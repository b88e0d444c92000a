"""Theory and simulation, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from reports.quantity import share
from reports.tables.style import new_table
from simulator.experiment.theory.comparison import TheoryRow


def theory_table(rows: Sequence[TheoryRow]) -> Table:
    """A row for each figure; times are in seconds, rates per second, the rest are shares or counts."""
    table = new_table("Queueing theory and simulation (99 % confidence)")
    for name in ("model", "measure"):
        table.add_column(name, no_wrap=True)
    for name in ("theory", "simulated", "\u00b1", "width"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("")
    model = ""
    for row in rows:
        mark = Text("✔", style="green") if row.agrees else Text("✘ differs", style="bold red")
        table.add_row(
            row.model if row.model != model else "",
            row.measure,
            f"{row.theory:.4g}",
            f"{row.simulated:.4g}",
            f"{(row.high - row.low) / 2:.1g}",
            share(row.width),
            mark,
        )
        model = row.model
    return table
