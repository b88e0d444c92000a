"""A comparison as tables: verdicts, the second measure, and all other measures."""

from __future__ import annotations

from reports.documents.grid import Column, Grid, figures, words
from reports.documents.reproduce import flow
from reports.quantity import MISSING
from reports.spread import p_value, spread
from reports.tables.comparison import baseline_of
from simulator.experiment.comparison import Compared, Comparison, differences
from simulator.experiment.measures import MEASURES, Measure


def verdicts(comparison: Comparison) -> Grid:
    """A row for each candidate: the chosen measure, and whether its difference is more than noise."""
    measure = comparison.measure
    base = baseline_of(comparison).measures[measure.key].interval
    rows = []
    for each in comparison.candidates:
        mean = spread(each.measures[measure.key].interval, measure.unit)
        difference = each.difference
        if difference is None:
            rows.append((each.name, mean, MISSING, MISSING, MISSING, "baseline"))
            continue
        interval = difference.interval
        change = MISSING
        if interval is not None and base is not None and base.mean:
            change = f"{interval.mean / base.mean * 100.0:+.1f} %"
        rows.append(
            (
                each.name,
                mean,
                spread(interval, measure.unit, signed=True),
                change,
                p_value(difference.p_adjusted),
                difference.verdict,
            )
        )
    columns = (
        *words("candidate"),
        *figures(measure.title, "difference", "change", "p"),
        *words("verdict"),
    )
    adjusted = ", adjusted by Holm's method" if len(comparison.candidates) > 2 else ""
    note = (
        f"Means of {comparison.replications} replications with 95 % intervals. Differences are taken "
        f"replication by replication; p is of the paired t test{adjusted}."
    )
    return Grid("Verdicts", columns, tuple(rows), note)


def comparison_tables(comparison: Comparison) -> tuple[Grid, ...]:
    """What else there is to be seen: the Pareto front, every measure, and the settings."""
    found = (front(comparison), measures(comparison), settings(comparison))
    return tuple(each for each in found if each.rows)


def front(comparison: Comparison) -> Grid:
    """A row for each candidate with both measures; empty where there is only one."""
    against, measure = comparison.against, comparison.measure
    if against is None:
        return Grid("Front", (), ())
    rows = [
        (
            each.name,
            spread(each.measures[against.key].interval, against.unit),
            spread(each.measures[measure.key].interval, measure.unit),
            "on the front" if each.name in comparison.front else "not on it",
        )
        for each in comparison.candidates
        if each.measures[against.key].interval and each.measures[measure.key].interval
    ]
    columns = (*words("candidate"), *figures(against.title, measure.title), *words("Pareto front"))
    return Grid(f"{against.title} against {measure.title}", columns, tuple(rows))


def measures(comparison: Comparison) -> Grid:
    """A row for each candidate and measure that applies, and whether they differ by more than noise."""
    base = baseline_of(comparison)
    others = [each for each in comparison.candidates if each is not base]
    rows = [
        row
        for measure in MEASURES.values()
        if base.measures[measure.key].interval is not None
        for row in _rows(measure, base, others)
    ]
    columns = (
        *words("measure", "candidate"),
        *figures(f"{comparison.baseline} (baseline)", "candidate's", "difference", "p"),
        *words("verdict"),
    )
    note = "Each measure is tested for itself: of twenty measures that differ in nothing, one may seem to."
    return Grid("Every measure", columns, tuple(rows), note)


def _rows(measure: Measure, base: Compared, others: list[Compared]) -> list[tuple[str, ...]]:
    summaries = [each.measures[measure.key] for each in others]
    found = differences(summaries, base.measures[measure.key], measure)
    return [
        (
            measure.title,
            other.name,
            spread(base.measures[measure.key].interval, measure.unit),
            spread(summary.interval, measure.unit),
            spread(difference.interval, measure.unit, signed=True),
            p_value(difference.p_adjusted),
            difference.verdict,
        )
        for other, summary, difference in zip(others, summaries, found, strict=True)
    ]


def settings(comparison: Comparison) -> Grid:
    """A row for each candidate: what sets it apart, by the path in the scenario."""
    paths = list(comparison.candidates[0].settings)
    rows = [
        (each.name, *(flow(each.settings[path]) for path in paths))
        for each in comparison.candidates
    ]
    return Grid("Settings", (Column("candidate"), *words(*paths)), tuple(rows))
