"""A run or a comparison as Markdown, short at first sight: for pull requests and summaries of jobs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.documents.comparison_tables import comparison_tables, verdicts
from reports.documents.grid import Grid
from reports.documents.reproduce import changed, of_comparison, of_run
from reports.documents.tables import tables_of
from reports.documents.tables.promises import expectations
from reports.stored import StoredComparison, StoredRun
from reports.story import story
from reports.story.comparison import headline
from reports.story.comparison import sentences as told_of
from reports.story.verdict import why

SPECIAL = re.compile(r"([\\`*_\[\]<>&#|~])")
MARKS = {"pass": "\u2705", "fail": "\u274c", "incomplete": "\u26a0\ufe0f"}
SHORT = ("In the end", "Faults", "Load and answers")
"""Chapters of the story that are shown at once."""


def document(stored: StoredRun | StoredComparison) -> str:
    """The text, in GitHub's flavour: what matters at once, the rest to be unfolded."""
    parts = _comparison(stored) if isinstance(stored, StoredComparison) else _run(stored)
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """A text in which nothing is taken for markup, in one line."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _run(stored: StoredRun) -> list[str]:
    result = stored.result
    parts = [f"## {MARKS[result.verdict]} {escaped(result.scenario)}: {result.verdict}"]
    if result.description:
        parts.append(escaped(result.description))
    parts.append(escaped(why(result)))
    chapters = story(result)
    parts += [escaped(text) for each in chapters if each.title in SHORT for text in each.paragraphs]
    if result.expectations:
        parts.append(table(expectations(result)))
    rest = [
        f"**{each.title}.** {escaped(' '.join(each.paragraphs))}"
        for each in chapters
        if each.title not in SHORT
    ]
    parts += folded("The rest of the story", rest)
    for grid in tables_of(result):
        parts += folded(grid.title, [table(grid), *([escaped(grid.note)] if grid.note else [])])
    if result.warnings:
        parts += folded("Warnings", [f"- {escaped(each)}" for each in result.warnings])
    parts += folded("Scenario", [fenced(stored.scenario, "yaml")])
    again = fenced(f"{of_run(result)}\n{changed(result)}  # a little different", "sh")
    told = f"Seed {result.seed}, digest `{result.digest}`; the scenario above is `scenario.yaml`."
    return [*parts, *folded("How to reproduce it", [told, again])]


def _comparison(stored: StoredComparison) -> list[str]:
    comparison = stored.comparison
    parts = [f"## {escaped(comparison.scenario)}: comparison"]
    if comparison.description:
        parts.append(escaped(comparison.description))
    parts += [
        escaped(headline(comparison)),
        table(verdicts(comparison)),
        escaped(" ".join(told_of(comparison))),
    ]
    for grid in comparison_tables(comparison):
        parts += folded(grid.title, [table(grid), *([escaped(grid.note)] if grid.note else [])])
    return [*parts, *folded("How to reproduce it", [fenced(of_comparison(stored), "sh")])]


def table(grid: Grid) -> str:
    """A table of GitHub's Markdown; figures stand to the right."""
    heads = [escaped(each.title) for each in grid.columns]
    rule = ["--:" if each.figures else "---" for each in grid.columns]
    rows = [[escaped(cell) for cell in row] for row in grid.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, rule, *rows))


def folded(title: str, parts: Sequence[str]) -> list[str]:
    """Parts that are shown when somebody asks for them."""
    if not parts:
        return []
    return [f"<details>\n<summary>{title}</summary>", *parts, "</details>"]


def fenced(text: str, language: str) -> str:
    """A text as it is, between fences longer than any that it has itself."""
    longest = max((len(each) for each in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
