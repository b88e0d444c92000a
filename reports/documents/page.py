"""A run or a comparison as one HTML file, which needs nothing beside itself: no network, no script."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.documents.comparison_tables import comparison_tables, verdicts
from reports.documents.pictures import pictures
from reports.documents.reproduce import changed, of_comparison, of_run
from reports.documents.tables import tables_of
from reports.documents.tables.promises import expectations
from reports.stored import StoredComparison, StoredRun
from reports.story import story
from reports.story.comparison import headline
from reports.story.comparison import sentences as told_of
from reports.story.verdict import why


def document(stored: StoredRun | StoredComparison) -> str:
    """The page."""
    return _comparison(stored) if isinstance(stored, StoredComparison) else _run(stored)


@cache
def _templates() -> Environment:
    """The templates beside this module. What is not markup is escaped; a name that is missing is an error."""
    return Environment(
        loader=PackageLoader("reports.documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _run(stored: StoredRun) -> str:
    result = stored.result
    return (
        _templates()
        .get_template("run.html.j2")
        .render(
            result=result,
            title=f"{result.scenario}: {result.verdict}",
            why=why(result),
            chapters=story(result),
            expectations=expectations(result),
            pictures=list(pictures(stored)),
            tables=tables_of(result),
            scenario=stored.scenario.rstrip(),
            again=of_run(result),
            changed=changed(result),
        )
    )


def _comparison(stored: StoredComparison) -> str:
    comparison = stored.comparison
    return (
        _templates()
        .get_template("comparison.html.j2")
        .render(
            comparison=comparison,
            title=f"{comparison.scenario}: comparison",
            headline=headline(comparison),
            sentences=told_of(comparison),
            verdicts=verdicts(comparison),
            pictures=list(pictures(stored)),
            tables=comparison_tables(comparison),
            again=of_comparison(stored),
        )
    )
