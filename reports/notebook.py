"""What a notebook shows of a run, a comparison or a scenario: a line in a terminal, a small table in a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from reports.quantity import count, rate, seconds, share
from reports.spread import spread
from reports.tables.verdict import verdict_line
from simulator.experiment.comparison import Comparison
from simulator.experiment.result import Result, TrafficFigures
from simulator.scenario.model.scenario import Scenario
from simulator.units import format_duration

MOST_ROWS = 20
"""Rows of one kind, and names in one row; a table ends with how many more there are."""


def run_line(result: Result) -> str:
    """A run in one line."""
    total = result.total
    figures = (
        f"availability {share(total.availability)}, goodput {rate(total.goodput)}, "
        f"p99 {seconds(total.latency.p99)}"
    )
    return f"<Run of {result.scenario}, seed {result.seed}: {figures}; {_verdict(result)}>"


def run_card(result: Result) -> str:
    """A run: what each class of users saw, what was expected, the faults, and what looks doubtful."""
    columns = ("requests", "availability", "goodput", "p50", "p95", "p99", "max")
    caption = (
        f"{result.scenario}, seed {result.seed}, {seconds(result.simulated)} simulated: "
        f"{_verdict(result)}"
    )
    rows = [_seen(name, each) for name, each in result.traffic.items()]
    if len(rows) > 1:
        rows.insert(0, _seen("all together", result.total))
    parts = [_table(caption, ("", *columns), rows)]
    if result.expectations:
        expected = [(each.expect, "met" if each.met else "not met") for each in result.expectations]
        parts.append(_table("What was expected", ("", ""), expected))
    if result.faults:
        faults = [
            (
                each.name,
                each.kind,
                seconds(each.start),
                seconds(each.end),
                seconds(each.recovered_after),
                count(each.lost_requests),
            )
            for each in result.faults
        ]
        about = ("", "kind", "start", "end", "recovered after", "requests lost")
        parts.append(_table("Faults", about, faults))
    if result.warnings:
        parts.append(_table("What looks doubtful", (), [(each,) for each in result.warnings]))
    return "".join(parts)


def comparison_line(comparison: Comparison) -> str:
    """A comparison in one line."""
    measure = comparison.measure
    means = ", ".join(
        f"{each.name}: {spread(each.measures[measure.key].interval, measure.unit)}"
        for each in comparison.candidates
    )
    return f"<Comparison of {comparison.scenario}, {measure.title}: {means}>"


def comparison_card(comparison: Comparison) -> str:
    """A comparison: each candidate with its mean, and how it differs from the baseline."""
    measure = comparison.measure
    rows = []
    for each in comparison.candidates:
        difference = each.difference
        rows.append(
            (
                each.name,
                spread(each.measures[measure.key].interval, measure.unit),
                ""
                if difference is None
                else spread(difference.interval, measure.unit, signed=True),
                "baseline" if difference is None else difference.verdict,
            )
        )
    caption = (
        f"{comparison.scenario}: {measure.title}, {comparison.replications} replications of each; "
        "\u00b1 are 95 % intervals"
    )
    return _table(caption, ("", measure.name, "difference", "verdict"), rows)


def scenario_line(scenario: Scenario, warnings: Sequence[str]) -> str:
    """A scenario in one line."""
    parts = [
        format_duration(scenario.duration),
        _number(len(scenario.services), "service"),
        _number(len(scenario.traffic), "traffic class", "traffic classes"),
        *([_number(len(scenario.faults), "fault")] if scenario.faults else []),
        *([_number(len(warnings), "warning")] if warnings else []),
    ]
    return f"<Scenario {scenario.scenario}: {', '.join(parts)}>"


def scenario_card(scenario: Scenario, warnings: Sequence[str]) -> str:
    """A scenario: what it is made of."""
    faults = [each.known_as(number) for number, each in enumerate(scenario.faults)]
    rows = [
        ("duration", format_duration(scenario.duration)),
        ("seed", str(scenario.seed)),
        ("traffic", _few(scenario.traffic)),
        ("services", _few(scenario.services)),
        *([("faults", _few(faults))] if faults else []),
        *(("warning", each) for each in warnings),
    ]
    caption = scenario.scenario
    if scenario.description:
        caption += f": {scenario.description}"
    return _table(caption, (), rows)


def _verdict(result: Result) -> str:
    """`PASS: all 3 expectations met`: a page would make one of the two spaces of a table."""
    return verdict_line(result).plain.replace("  ", ": ", 1)


def _seen(name: str, figures: TrafficFigures) -> tuple[str, ...]:
    latency = figures.latency
    return (
        name,
        count(figures.finished),
        share(figures.availability),
        rate(figures.goodput),
        *(seconds(each) for each in (latency.p50, latency.p95, latency.p99, latency.max)),
    )


def _few(names: Iterable[str]) -> str:
    """The names, or the first of them."""
    every = list(names)
    more = f", and {len(every) - MOST_ROWS} more" if len(every) > MOST_ROWS else ""
    return ", ".join(every[:MOST_ROWS]) + more


def _number(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table whose rows begin with what they are about; screen readers are told of both headings."""
    parts = [f"<table><caption>{escape(caption)}</caption>"]
    if any(columns):
        # The corner has nothing to head.
        heads = (
            f'<th scope="col">{escape(each)}</th>' if each else "<td></td>" for each in columns
        )
        parts.append(f"<thead><tr>{''.join(heads)}</tr></thead>")
    parts.append("<tbody>")
    for first, *others in rows[:MOST_ROWS]:
        cells = "".join(f"<td>{escape(each)}</td>" for each in others)
        parts.append(
            f'<tr><th scope="row" style="text-align: left">{escape(first)}</th>{cells}</tr>'
        )
    if len(rows) > MOST_ROWS:
        more = f"and {len(rows) - MOST_ROWS} more"
        parts.append(f'<tr><td colspan="{len(rows[0])}">{more}</td></tr>')
    parts.append("</tbody></table>")
    return "".join(parts)
