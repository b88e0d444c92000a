"""A table that is not yet on a page: what its cells say, not how they look."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column with its heading; figures stand to the right."""

    title: str
    figures: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. The first cell of a row names it; `note` says below what nobody could guess."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def words(*titles: str) -> tuple[Column, ...]:
    """Columns of words."""
    return tuple(Column(title) for title in titles)


def figures(*titles: str) -> tuple[Column, ...]:
    """Columns of figures."""
    return tuple(Column(title, figures=True) for title in titles)
