"""Two runs side by side, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from reports.quantity import MISSING, digits, rate, seconds, share
from reports.spread import p_value, spread
from reports.store.changes import inline
from reports.store.difference import Figure, Pair
from reports.stored import SCENARIO
from reports.tables.style import new_table
from simulator.experiment.measures import MEASURES, Unit

IDLE = ("seed", "description", "expect")
"""Keys of a scenario that are not what one would vary."""
STYLES = {"better": "green", "worse": "red", "higher": "yellow", "lower": "yellow"}
TITLES = {"total": "All users", "traffic": "Users by class", "service": "Services"}
SHOW = {"s": seconds, "1/s": rate, "share": share}
ONCE = ("fault", "cost")
"""What a run has one figure of, so that nothing in it tells how far off that may be."""
ALONE = "one value from each run: only replications tell whether they differ by luck"


def difference_report(pair: Pair, names: tuple[str, str], everything: bool) -> list[RenderableType]:
    """All that `aftershock runs diff` shows; `everything` keeps the rows in which nothing is shown."""
    parts: list[RenderableType] = [_heading(pair, names), *_changes(pair)]
    if pair.same:
        parts.append(Text(f"the same run: both have the digest {pair.first.digest}", style="green"))
        return parts
    for of, title in TITLES.items():
        figures = [each for each in pair.figures if each.of == of]
        shown = [each for each in figures if everything or of == "total" or _is_shown(each)]
        if shown:
            parts.append(_table(title, shown))
        if len(shown) < len(figures):
            parts.append(_left_out(title, len(figures) - len(shown), bool(shown)))
    once = [each for each in pair.figures if each.of in ONCE]
    if once:
        parts += [_table_of_one("Faults and cost", once), Text(f"{ALONE}\n", style="dim")]
    parts += [
        Text(f"only in {name}: {', '.join(only)}", style="yellow")
        for name, only in zip(names, (pair.only(0), pair.only(1)), strict=True)
        if only
    ]
    parts.append(_footing(pair))
    return parts


def _heading(pair: Pair, names: tuple[str, str]) -> Text:
    text = Text()
    for letter, name, result in zip("AB", names, (pair.first, pair.second), strict=True):
        text.append(f"{letter}  {name}", style="bold")
        text.append(f"  {result.scenario}, seed {result.seed}, {result.verdict}\n")
    return text


def _changes(pair: Pair) -> Iterator[Text]:
    changes = pair.changes
    if not changes:
        yield Text("The scenarios are the same\n", style="dim")
        return
    text = Text("Changed in the scenario\n", style="bold")
    for change in changes:
        text.append(f"  {change}\n", style="default")
    yield text


def _is_shown(figure: Figure) -> bool:
    return figure.verdict not in (None, "no difference shown", "not measured")


def _left_out(title: str, count: int, after: bool) -> Text:
    """How many rows there are of which nothing is shown."""
    said = f"{count} more figures" if after else f"{title}: {count} figures"
    return Text(f"{said} without a difference shown; --all has them\n", style="dim")


def _table(title: str, figures: Sequence[Figure]) -> Table:
    table = _new(title)
    table.add_column("B - A", justify="right", no_wrap=True)
    table.add_column("p", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for each in figures:
        told = each.told
        verdict = each.verdict or MISSING
        table.add_row(
            _label(each),
            _figure(each.first, each.unit),
            _figure(each.second, each.unit),
            MISSING if told is None else spread(told.interval, each.unit, signed=True),
            MISSING if told is None else p_value(told.p),
            Text(verdict, style=STYLES.get(verdict, "default")),
        )
    return table


def _table_of_one(title: str, figures: Sequence[Figure]) -> Table:
    table = _new(title)
    for each in figures:
        table.add_row(_label(each), _figure(each.first, each.unit), _figure(each.second, each.unit))
    return table


def _new(title: str) -> Table:
    table = new_table(title)
    table.add_column("figure", overflow="fold")
    for heading in ("A", "B"):
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _footing(pair: Pair) -> Text:
    how = (
        f"on the same random numbers (seed {pair.first.seed}), batch by batch; p of the paired t test"
        if pair.common
        else "each with luck of its own; p of Welch's test"
    )
    text = Text(
        f"B - A: by the means of 20 batches of intervals after the warm-up, ± 95 %; {how}.\n",
        style="dim",
    )
    text.append("Each figure is tested at 5 % by itself. For a verdict:\n", style="dim")
    text.append(f"  {_advice(pair)}")
    return text


def _advice(pair: Pair) -> str:
    """The command that tells for certain, as far as it can be known from the runs."""
    scenario = quote(str(pair.runs[0].folder / SCENARIO))
    changes = [each for each in pair.changes if each.path.partition(".")[0] not in IDLE]
    if len(changes) == 1 and changes[0].kind == "changed":
        values = (changes[0].before, changes[0].after)
        varied = f"{changes[0].path}={','.join(inline(each) for each in values)}"
        return f"aftershock compare {scenario} --vary {quote(varied)} --replications 10"
    return f"aftershock compare {scenario} --vary PATH=A,B --replications 10"


def _label(figure: Figure) -> str:
    measure = MEASURES.get(figure.measure)
    name = figure.measure if measure is None else measure.name
    return f"{figure.name} {name}".strip().replace("_", " " if not figure.name else "_")


def _figure(value: float | None, unit: Unit) -> str:
    if unit == "ratio":
        return MISSING if value is None else digits(value)
    return SHOW[unit](value)
