"""Whatever can be used is documented."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import typer

from cli.main import app
from simulator.experiment import result
from simulator.scenario import parse

DOCS = Path(__file__).parents[2] / "docs"


def test_every_command_and_option_is_documented() -> None:
    """docs/cli.md names each command and each of its options."""
    page = (DOCS / "cli.md").read_text()
    group = typer.main.get_command(app)
    commands = group.commands  # type: ignore[attr-defined]
    for name, command in commands.items():
        assert re.search(rf"^## .*\b{name}\b", page, re.MULTILINE), name
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--") and option != "--help":
                    assert f"`{option}" in page, f"{name} {option}"


def test_every_scenario_in_the_docs_can_be_played() -> None:
    """A whole scenario that README or docs show loads, without a mistake and without a warning."""
    found = 0
    for page in [DOCS.parent / "README.md", *sorted(DOCS.rglob("*.md"))]:
        for block in re.findall(r"```yaml\n(scenario:.*?)```", page.read_text(), re.DOTALL):
            assert parse(block, page.name).warnings == ()
            found += 1
    assert found >= 3


def test_every_figure_is_documented() -> None:
    """docs/results.md names each field of a result."""
    page = (DOCS / "results.md").read_text()
    for kind in vars(result).values():
        if isinstance(kind, type) and is_dataclass(kind) and kind is not result.SeriesTable:
            for field in fields(kind):
                if field.name not in ("series", "traces"):
                    assert f"`{field.name}`" in page, f"{kind.__name__}.{field.name}"
