"""Candidates side by side."""

from __future__ import annotations

from math import inf

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from reports.quantity import MISSING, seconds, share
from reports.spread import p_value, short_paths, spread, spread_parts
from reports.tables.style import new_table
from simulator.experiment.comparison import Compared, Comparison
from simulator.experiment.measures import MEASURES

SHOWN = ("mean", "p50", "p95", "p99", "throughput", "goodput", "availability", "imbalance")
"""The measures in the table of means; the chosen one is there too, in the first table."""
WIDE = 110
"""Columns from which on the relative change is shown."""
NAME = 20
"""Columns that one value of a candidate's name may take before it is broken."""
FIGURE = 10
"""Columns that a mean needs."""
AVAILABILITY = MEASURES["availability"]
STYLES = {"better": "green", "worse": "red", "no difference shown": "default"}


def comparison_report(comparison: Comparison, width: int) -> list[RenderableType]:
    """Everything that `aftershock compare` shows, from top to bottom."""
    parts: list[RenderableType] = [
        comparison_heading(comparison),
        differences_table(comparison, width),
        *([] if comparison.against is None else [against_table(comparison, width)]),
        means_table(comparison, width),
    ]
    precision = precision_line(comparison)
    if precision is not None:
        parts.append(precision)
    return parts


def comparison_heading(comparison: Comparison) -> Text:
    """What was compared, and how often it was played."""
    text = Text(comparison.scenario, style="bold")
    if comparison.description:
        text.append(f": {comparison.description}", style="default")
    runs = comparison.replications * len(comparison.candidates)
    figures = (
        f"\nseed {comparison.seed}, {comparison.replications} replications of each of "
        f"{len(comparison.candidates)} candidates on the same random numbers; {runs} runs in "
        f"{seconds(comparison.wall_seconds)}; \u00b1 are 95 % intervals\n"
    )
    text.append(figures, style="dim")
    return text


def differences_table(comparison: Comparison, width: int) -> Table:
    """A row for each candidate: the chosen measure, and how it differs from the baseline."""
    measure = comparison.measure
    table = new_table(f"{measure.title[0].upper()}{measure.title[1:]}, compared")
    names = _Names(comparison, width)
    names.add_columns(table)
    table.add_column(
        measure.name.replace("_", "\n", 1).replace("_", " "), justify="right", no_wrap=True
    )
    table.add_column("difference", justify="right", no_wrap=True)
    if width >= WIDE:
        table.add_column("change", justify="right", no_wrap=True)
    table.add_column("p", justify="right", no_wrap=True)
    table.add_column("verdict")
    baseline = baseline_of(comparison).measures[measure.key].interval
    for candidate in comparison.candidates:
        mean = spread(candidate.measures[measure.key].interval, measure.unit)
        difference = candidate.difference
        cells: list[str | Text]
        if difference is None:
            cells = ["", *([""] if width >= WIDE else []), "", Text("baseline", style="dim")]
        else:
            interval = difference.interval
            cells = [spread(interval, measure.unit, signed=True)]
            if width >= WIDE:
                known = interval is not None and baseline is not None and baseline.mean
                change = interval.mean / baseline.mean if interval and baseline and known else None
                cells.append(MISSING if change is None else f"{change:+.1%}".replace("%", " %"))
            verdict = Text(difference.verdict, style=STYLES.get(difference.verdict, "yellow"))
            cells += [p_value(difference.p_adjusted), verdict]
        table.add_row(*names.of(candidate), mean, *cells)
    others = len(comparison.candidates) - 1
    adjusted = f", adjusted for {others} candidates by Holm's method" if others > 1 else ""
    direction = "lower" if measure.lower_is_better else "higher"
    table.caption = names.caption + (
        f"difference from {comparison.baseline}, replication by replication; {direction} is better; "
        f"p of the paired t test{adjusted}\n"
    )
    table.caption_justify = "left"
    return table


def against_table(comparison: Comparison, width: int) -> Table:
    """A row for each candidate, by the second measure: both measures, and who beats it in both."""
    measure, against = comparison.measure, comparison.against
    assert against is not None
    table = new_table(f"{against.title[0].upper()}{against.title[1:]} against {measure.title}")
    names = _Names(comparison, width)
    names.add_columns(table)
    for each in (against, measure):
        table.add_column(each.name.replace("_", " "), justify="right", no_wrap=True)
    table.add_column("front", justify="center", no_wrap=True)
    others = [AVAILABILITY] if AVAILABILITY not in (measure, against) else []
    for each in others:
        table.add_column(each.name, justify="right", no_wrap=True)
    worst = inf if against.lower_is_better else -inf

    def rank(candidate: Compared) -> float:
        interval = candidate.measures[against.key].interval
        return worst if interval is None else interval.mean

    reverse, front = not against.lower_is_better, comparison.front
    for candidate in sorted(comparison.candidates, key=rank, reverse=reverse):
        cells = [
            spread(candidate.measures[each.key].interval, each.unit) for each in (against, measure)
        ]
        mark = "●" if candidate.name in front else ""
        means = [candidate.measures[each.key].interval for each in others]
        shown = [MISSING if each is None else share(each.mean) for each in means]
        table.add_row(*names.of(candidate), *cells, mark, *shown)
    table.caption = names.caption + (
        f"● no other has both a better {against.title} and a better {measure.title} in the mean "
        "(the Pareto front)\n"
    )
    table.caption_justify = "left"
    return table


def means_table(comparison: Comparison, width: int) -> Table:
    """A row for each candidate: the usual measures, with the half width of each below it.

    What does not apply to anyone is left out; in a narrow terminal so are the measures that others
    nearly tell: the goodput where it is the throughput, p50 and p95.
    """
    table = new_table("Means over the replications")
    names = _Names(comparison, width)
    names.add_columns(table)
    keys = [
        key for key in SHOWN if any(each.measures[key].interval for each in comparison.candidates)
    ]
    room = width - names.width
    for key in _spare(comparison):
        if len(keys) * FIGURE > room and key in keys:
            keys.remove(key)
    short = {"throughput": "thru", "availability": "avail", "imbalance": "imbal"}
    for key in keys:
        table.add_column(short.get(key, key), justify="right", no_wrap=True)
    for candidate in comparison.candidates:
        table.add_row(*names.of(candidate), *(_mean(candidate, key) for key in keys))
    return table


def verdict_lines(comparison: Comparison) -> list[Text]:
    """A sentence for each candidate but the baseline."""
    measure, lines = comparison.measure, []
    for candidate in comparison.candidates:
        difference = candidate.difference
        if difference is None:
            continue
        line = Text(f"{candidate.name}: ")
        line.append(difference.verdict, style=STYLES.get(difference.verdict, "yellow"))
        line.append(f" ({measure.title} against {comparison.baseline}: ")
        if difference.interval is None:
            line.append("it does not apply in every replication)")
        else:
            shown = spread(difference.interval, measure.unit, signed=True)
            line.append(f"{shown}, p = {p_value(difference.p_adjusted)})".replace("= <", "< "))
        lines.append(line)
    return lines


def precision_line(comparison: Comparison) -> Text | None:
    """Whether the intervals became as narrow as was asked; None if nothing was."""
    precision, count = comparison.precision, comparison.replications
    if precision is None:
        return None
    asked = f"{share(precision.asked)} of the {comparison.measure.title}"
    if precision.reached:
        return Text(f"precision of {asked} reached with {count} replications", style="green")
    if precision.widest is None:
        reason = "the measure does not apply to every candidate"
    else:
        reason = (
            f"after {count} replications the widest interval is \u00b1{share(precision.widest)}"
        )
    return Text(f"precision of {asked} NOT reached: {reason}", style="bold yellow")


def baseline_of(comparison: Comparison) -> Compared:
    """The candidate that the others are compared with."""
    return next(each for each in comparison.candidates if each.difference is None)


def _spare(comparison: Comparison) -> list[str]:
    """The measures that can be done without, the first of them first."""
    same = all(
        each.measures["goodput"].values == each.measures["throughput"].values
        for each in comparison.candidates
    )
    return ["goodput", "p95", "p50"] if same else ["p95", "p50"]


class _Names:
    """The columns that name a candidate: one for each path, or if those are too wide one for all."""

    def __init__(self, comparison: Comparison, width: int) -> None:
        short = short_paths(list(comparison.candidates[0].choices))
        self.columns: dict[str, int] = {}
        self.caption = ""
        for path, name in short.items():
            words = name.split(".")
            values = [candidate.choices[path] for candidate in comparison.candidates]
            widest = max(len(each) for each in (*words, *values))
            self.columns[".\n".join(words)] = min(NAME, widest + (len(words) > 1))
        self.together = len(short) > 1 and self.width > width / 3
        if self.together:
            widest = max(len(candidate.name) for candidate in comparison.candidates)
            self.columns = {"candidate": min(NAME, max(widest, len("candidate")))}
            self.caption = f"candidate: {', '.join(short.values())};\n"

    @property
    def width(self) -> int:
        """Columns of the terminal, with the gaps."""
        return sum(self.columns.values()) + len(self.columns)

    def add_columns(self, table: Table) -> None:
        """Add them to an empty table."""
        for heading, width in self.columns.items():
            table.add_column(heading, overflow="fold", min_width=width)

    def of(self, candidate: Compared) -> list[str]:
        """The cells of one candidate."""
        return [candidate.name] if self.together else list(candidate.choices.values())


def _mean(candidate: Compared, key: str) -> Text:
    interval = candidate.measures[key].interval
    if interval is None:
        return Text(MISSING)
    mean, half, unit = spread_parts(interval, MEASURES[key].unit)
    text = Text(f"{mean} {unit}".rstrip() if unit != "/s" else f"{mean}/s")
    return text.append(f"\n\u00b1 {half}", style="dim")
