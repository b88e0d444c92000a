"""Writes docs/export-reference.md from the tables and the metrics that `aftershock export` knows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reports.export import unit_of
from reports.exports.metrics import METRICS, sample
from reports.exports.tables import SERIES, SERIES_COLUMNS, TABLES

PAGE = Path(__file__).with_name("export-reference.md")


def reference() -> str:
    """The page."""
    parts = [
        "# Exports, column by column",
        "Written by `docs/make_export_reference.py` from the code. What the formats are for, and how one "
        "uses them, is in [exports](exports.md).",
        "## Metrics",
        "Every sample has the label `run` as well: the scenario and the first digits of the digest.",
        _rows(
            ("metric", "type", "labels", "meaning"),
            (
                (f"`{sample(name)}`", each.kind, _quoted(each.labels), each.about)
                for name, each in METRICS.items()
            ),
        ),
        "## Tables",
        "Moments are seconds from the start of the run. What does not apply is null, never 0.",
    ]
    for name, table in TABLES.items():
        parts.append(f"### {name}")
        parts.append(f"{table.about}.")
        parts.append(
            _rows(
                ("column", "type", "unit", "meaning"),
                ((f"`{each.name}`", each.kind, each.unit, each.about) for each in table.columns),
            )
        )
    parts.append("## Series")
    parts.append("One row for each interval and name; there are those tables that have rows.")
    parts.append(
        _rows(
            ("table", "what it is of"),
            ((f"`series-{kind}`", about) for kind, about in SERIES.items()),
        )
    )
    parts.append("Each has some of these columns, and of the outcomes those that occurred.")
    parts.append(
        _rows(
            ("column", "unit", "meaning"),
            ((f"`{name}`", unit_of(name), about) for name, about in SERIES_COLUMNS.items()),
        )
    )
    return "\n\n".join(parts) + "\n"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _rows(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(reference())
