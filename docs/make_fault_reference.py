"""Writes docs/fault-reference.md from the models: every kind of fault, its fields and an example."""

from __future__ import annotations

from pathlib import Path

from simulator.scenario.docstring import story_of
from simulator.scenario.faults.catalogue import common_fields, explained, summary_of
from simulator.scenario.faults.kinds import FAULTS
from simulator.scenario.fields import FieldSummary, written

PAGE = Path(__file__).with_name("fault-reference.md")


def reference() -> str:
    """The page."""
    parts = [
        "# Faults, field by field",
        "Written by `docs/make_fault_reference.py` from the models; `aftershock faults NAME` prints the "
        "same. How faults are put into a scenario, and what they do together, is in [faults](faults.md).",
        "## Every fault",
        "Beside its kind, a fault has these fields.",
        _table(common_fields()),
    ]
    for kind, entry in FAULTS.items():
        summary = summary_of(kind)
        parts.append(f"## {kind}")
        parts.append(explained(kind))
        for variant, explained_by in entry.variants.items():
            parts.append(f"With `{variant}`:\n\n{story_of(explained_by)}")
        if summary["fields"]:
            parts.append(_table(summary["fields"]))
        parts.append(f"```yaml\n{summary['example']}```")
    return "\n\n".join(parts) + "\n"


def _table(fields: list[FieldSummary]) -> str:
    rows = [
        f"| `{each['name']}` | {_cell(each['default'])} | {each['meaning']} |" for each in fields
    ]
    return "\n".join(["| field | default | meaning |", "|---|---|---|", *rows])


def _cell(default: object) -> str:
    text = written(default)
    return text if text in ("none", "required") else f"`{text}`"


if __name__ == "__main__":
    PAGE.write_text(reference())
