"""Results in a folder as a table: chosen, in an order, one line for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from reports.quantity import MISSING, rate, seconds, share
from reports.store.find import COMPARISON, RUN, SHOWN, Found, StoreError
from reports.tables.style import name_column, new_table
from simulator.experiment.result import TrafficFigures
from simulator.scenario.problem import listed, nearest
from simulator.units import format_duration, parse_duration

VERDICTS: Final = ("pass", "fail", "incomplete")
STYLES: Final[Mapping[str, str]] = {"pass": "green", "fail": "red", "incomplete": "yellow"}
ROOMY: Final = 110
"""Columns from which on the duration and the goodput are shown."""

Value = float | str


def chosen(
    found: Iterable[Found], scenario: str | None, verdict: str | None, since: float | None
) -> list[Found]:
    """Those of a scenario, with a verdict, written at a time or later (seconds since 1970)."""
    return [
        each
        for each in found
        if (scenario is None or (each.headline is not None and each.headline.scenario == scenario))
        and (verdict is None or (each.headline is not None and each.headline.verdict == verdict))
        and (since is None or each.written >= since)
    ]


def moment(text: str, now: float) -> float:
    """What `--since` means, in seconds since 1970: a time ago (`2h`, `3d`) or a date (`2026-03-01`).

    Raises:
        StoreError: if it is neither.
    """
    try:
        return now - parse_duration(text)
    except ValueError:
        pass
    try:
        # A date without a time zone is one of the place where one is, as those of the table are.
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        message = "expected a time ago such as `2h` or `3d`, or a date such as `2026-03-01`"
        raise StoreError(f"--since {text}: {message}") from None


def in_order(found: Iterable[Found], by: str) -> list[Found]:
    """By a column, the least first; with `-` in front of it the greatest first. What has none comes last.

    Raises:
        StoreError: if there is no such column.
    """
    column = by.removeprefix("-")
    if column not in KEYS:
        hint = nearest(column, KEYS) or f"; expected {listed(list(KEYS))}"
        raise StoreError(f"--sort {by}: there is no such column{hint}")
    key, ordered = KEYS[column], sorted(found, key=lambda each: each.name)
    known = [each for each in ordered if key(each) is not None]
    known.sort(key=lambda each: key(each) or 0, reverse=by.startswith("-"))
    return known + [each for each in ordered if key(each) is None]


def _total(found: Found) -> TrafficFigures | None:
    return None if found.headline is None else found.headline.total


def _of_total(pick: Callable[[TrafficFigures], float | None]) -> Callable[[Found], Value | None]:
    def key(found: Found) -> Value | None:
        total = _total(found)
        return None if total is None else pick(total)

    return key


def _of_headline(name: str) -> Callable[[Found], Value | None]:
    return lambda found: None if found.headline is None else getattr(found.headline, name)


KEYS: Final[Mapping[str, Callable[[Found], Value | None]]] = {
    "name": lambda found: found.name,
    "scenario": _of_headline("scenario"),
    "seed": _of_headline("seed"),
    "duration": _of_headline("duration"),
    "verdict": _of_headline("verdict"),
    "availability": _of_total(lambda total: total.availability),
    "p99": _of_total(lambda total: total.latency.p99),
    "goodput": _of_total(lambda total: total.goodput),
    "when": lambda found: found.written,
}
"""The columns that one may sort by."""


def listing(found: Sequence[Found], width: int) -> list[RenderableType]:
    """The table of what is whole, and a line for each of the others, which says why it is not."""
    whole = [each for each in found if each.kind in (RUN, COMPARISON)]
    parts: list[RenderableType] = [_table(whole, width)] if whole else []
    for each in found:
        if each not in whole:
            line = Text(f"{each.name}: ")
            line.append(f"{each.kind}: ", style="yellow").append(each.problem or "")
            parts.append(line)
    return parts


def _table(found: Sequence[Found], width: int) -> Table:
    table = new_table("Results")
    roomy = width >= ROOMY
    name_column(table, "name", [each.name for each in found], width)
    table.add_column("scenario", overflow="fold")
    table.add_column("seed", justify="right", no_wrap=True)
    if roomy:
        table.add_column("duration", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for title in ("avail", "p99", *(("goodput",) if roomy else ())):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("digest", no_wrap=True)
    table.add_column("when", no_wrap=True)
    for each in found:
        line = each.headline
        assert line is not None
        total = line.total
        verdict = line.verdict or each.kind
        duration = MISSING if line.duration is None else format_duration(line.duration)
        goodput = rate(None if total is None else total.goodput)
        table.add_row(
            each.name,
            line.scenario,
            str(line.seed),
            *((duration,) if roomy else ()),
            Text(verdict, style=STYLES.get(verdict, "dim")),
            share(None if total is None else total.availability),
            seconds(None if total is None else total.latency.p99),
            *((goodput,) if roomy else ()),
            each.digest[:SHOWN] or MISSING,
            _when(each.written),
        )
    return table


def _when(written: float) -> str:
    """In the time of the place, to the minute."""
    return f"{datetime.fromtimestamp(written, UTC).astimezone():%m-%d %H:%M}"
