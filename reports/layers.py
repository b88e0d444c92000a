"""Who stands where in a drawing of who calls whom.

The drawing has a column for each layer of the system, callers left of those they call. Within
a column the order is chosen so that few lines cross (by barycentres, swept forth and back), and each
place so that lines run straight where they can. Lines that pass a column take a place of their own in it.

Source: K. Sugiyama, S. Tagawa, M. Toda, "Methods for Visual Understanding of Hierarchical System
Structures", IEEE Transactions SMC 11(2), 1981; the places are found by pooling adjacent violators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Link = tuple[str, str]
"""Caller and callee."""

SWEEPS = 8


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a column: for something by its name, or for a line that passes that column."""

    name: str
    passing: Link | None = None
    column: int | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """The part of a line between two neighbouring columns, or beside one.

    Attributes:
        column: the one that it leaves, to the right.
        start: where in it.
        end: where it arrives: in the next column, or for `beside` in the same.
        link: who calls whom.
        backwards: whether the callee is at the start of it.
        beside: whether it leads to the same column.
    """

    column: int
    start: Spot
    end: Spot
    link: Link
    backwards: bool
    beside: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """Columns from the users on, each from top to bottom, and the hops between them."""

    columns: tuple[tuple[Spot, ...], ...]
    hops: tuple[Hop, ...]


def arrange(layers: Mapping[str, int], links: Iterable[Link]) -> Graph:
    """Put everything that `layers` names into columns; the same input gives the same drawing.

    Links to and from what has no layer, and of something to itself, are left out.
    """
    numbers = {layer: index for index, layer in enumerate(sorted(set(layers.values())))}
    columns: list[list[Spot]] = [[] for _ in numbers]
    for name, layer in layers.items():
        columns[numbers[layer]].append(Spot(name))
    hops: list[Hop] = []
    for link in links:
        caller, callee = link
        if caller == callee or caller not in layers or callee not in layers:
            continue
        first, last = numbers[layers[caller]], numbers[layers[callee]]
        backwards = first > last
        if first == last:
            hops.append(Hop(first, Spot(caller), Spot(callee), link, False, True))
            continue
        here, there = (callee, caller) if backwards else (caller, callee)
        first, last = min(first, last), max(first, last)
        chain = [Spot(here), *(_passing(link, columns[at], at) for at in range(first + 1, last))]
        chain.append(Spot(there))
        for at, (start, end) in enumerate(pairwise(chain), first):
            hops.append(Hop(at, start, end, link, backwards, False))
    return Graph(tuple(map(tuple, _ordered(columns, hops))), tuple(hops))


def _passing(link: Link, column: list[Spot], number: int) -> Spot:
    spot = Spot(f"{link[0]} > {link[1]}", link, number)
    column.append(spot)
    return spot


def _ordered(columns: list[list[Spot]], hops: Sequence[Hop]) -> list[list[Spot]]:
    """The order within each column that had the fewest crossings of all that were tried."""
    right: dict[Spot, list[Spot]] = {}
    left: dict[Spot, list[Spot]] = {}
    for hop in hops:
        if not hop.beside:
            right.setdefault(hop.start, []).append(hop.end)
            left.setdefault(hop.end, []).append(hop.start)
    best = [list(each) for each in columns]
    fewest = _crossings(best, right)
    current = [list(each) for each in columns]
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        neighbours = left if forth else right
        order = range(1, len(current)) if forth else range(len(current) - 2, -1, -1)
        for at in order:
            fixed = current[at - 1 if forth else at + 1]
            place = {spot: index for index, spot in enumerate(fixed)}
            _sort_by_barycentre(current[at], neighbours, place)
        found = _crossings(current, right)
        if found < fewest:
            fewest = found
            best = [list(each) for each in current]
    return best


def _sort_by_barycentre(
    column: list[Spot], neighbours: Mapping[Spot, Sequence[Spot]], place: Mapping[Spot, int]
) -> None:
    """Those without neighbours stay near where they are."""
    keys: dict[Spot, float] = {}
    scale = max(len(place), 1) / max(len(column), 1)
    for index, spot in enumerate(column):
        places = [place[each] for each in neighbours.get(spot, ())]
        keys[spot] = sum(places) / len(places) if places else index * scale
    column.sort(key=keys.__getitem__)


def _crossings(columns: Sequence[Sequence[Spot]], right: Mapping[Spot, Sequence[Spot]]) -> int:
    total = 0
    for here, there in pairwise(columns):
        place = {spot: index for index, spot in enumerate(there)}
        ends = [
            sorted(place[each] for each in right.get(spot, ()) if each in place) for spot in here
        ]
        flat = [end for each in ends for end in each]
        total += sum(
            1 for index, end in enumerate(flat) for later in flat[index + 1 :] if later < end
        )
    return total


def rows_of(graph: Graph, height: int, size: Callable[[Spot], int]) -> dict[Spot, int] | None:
    """The middle row of every spot, such that lines run straight where they can.

    `size` says how many rows one takes. None where the rows are not enough.
    """
    if any(sum(map(size, column)) > height for column in graph.columns):
        return None
    neighbours: dict[Spot, list[Spot]] = {}
    for hop in graph.hops:
        if not hop.beside:
            neighbours.setdefault(hop.start, []).append(hop.end)
            neighbours.setdefault(hop.end, []).append(hop.start)
    rows: dict[Spot, float] = {}
    for column in graph.columns:
        share = height / max(len(column), 1)
        wanted = [share * (index + 0.5) for index in range(len(column))]
        rows.update(_spread(column, wanted, height, size))
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        for column in graph.columns if forth else reversed(graph.columns):
            wanted = []
            for spot in column:
                near = [rows[each] for each in neighbours.get(spot, ())]
                wanted.append(sum(near) / len(near) if near else rows[spot])
            rows.update(_spread(column, wanted, height, size))
    return {
        spot: row for column in graph.columns for spot, row in _whole(column, rows, height, size)
    }


def _spread(
    column: Sequence[Spot], wanted: Sequence[float], height: int, size: Callable[[Spot], int]
) -> dict[Spot, float]:
    """Middles as near as can be to those wanted, in order and without overlap (least squares)."""
    sizes = [size(each) for each in column]
    tops: list[float] = []
    before = 0
    for middle, rows in zip(wanted, sizes, strict=True):
        tops.append(middle - rows / 2.0 - before)
        before += rows
    blocks: list[tuple[float, int]] = []
    for top in tops:
        blocks.append((top, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (upper, many), (lower, more) = blocks[-2:]
            blocks[-2:] = [((upper * many + lower * more) / (many + more), many + more)]
    flat = [value for value, many in blocks for _ in range(many)]
    room = height - before
    middles: dict[Spot, float] = {}
    used = 0
    for spot, top, rows in zip(column, flat, sizes, strict=True):
        middles[spot] = min(max(top, 0.0), float(room)) + used + rows / 2.0
        used += rows
    return middles


def _whole(
    column: Sequence[Spot],
    rows: Mapping[Spot, float],
    height: int,
    size: Callable[[Spot], int],
) -> list[tuple[Spot, int]]:
    """Middles as whole rows: rounded from the top, then pushed up from the bottom."""
    tops: list[int] = []
    least = 0
    for spot in column:
        top = max(least, round(rows[spot] - size(spot) / 2.0))
        tops.append(top)
        least = top + size(spot)
    most = height
    for index in range(len(column) - 1, -1, -1):
        tops[index] = min(tops[index], most - size(column[index]))
        most = tops[index]
    return [(spot, top + size(spot) // 2) for spot, top in zip(column, tops, strict=True)]
