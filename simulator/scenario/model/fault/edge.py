"""One edge of the call graph, as the results name it."""

from __future__ import annotations

import re
from typing import Annotated, NamedTuple

from simulator.scenario.model.base import NAME_PATTERN, Reads

_END = rf"{NAME_PATTERN[1:-1]}([.]{NAME_PATTERN[1:-1]})?"
EDGE_PATTERN = f"^{_END} > {_END}$"


class Ends(NamedTuple):
    """The two ends of an edge: each a service or an endpoint, the caller perhaps a traffic class."""

    caller: str
    callee: str


def ends_of(edge: str) -> Ends:
    """Who calls, and who is called."""
    caller, _, callee = edge.partition(" > ")
    return Ends(caller, callee)


def _edge(given: object) -> str:
    if isinstance(given, str):
        edge = " > ".join(each.strip() for each in given.split(">"))
        if re.fullmatch(EDGE_PATTERN, edge):
            return edge
    raise ValueError("expected an edge such as `shop > payments` or `shop.buy > payments.charge`")


def _same(value: str) -> object:
    return value


EdgeName = Annotated[
    str,
    Reads(
        _edge,
        _same,
        {
            "type": "string",
            "description": "An edge such as shop > payments, or shop.buy > payments.charge.",
        },
    ),
]
