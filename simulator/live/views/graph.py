"""Who calls whom, as far as a picture shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

import numpy as np

from simulator.call.edge import Edge
from simulator.observe.histogram import IntArray
from simulator.scenario.building.world import World

Pair = tuple[str, str]
"""A caller, a service or a traffic class, and the service that it calls."""


class Graph:
    """The services of a world and the calls between them.

    What is written down on an edge under an instance's name is of one *kind*, and what is under
    nobody's of another: kind `2 * edge + 1`, and `2 * edge`. Whatever is shown, but for the instances
    themselves, is summed up from kinds.

    Attributes:
        pairs: who calls whom, each pair once, in the order of the edges.
        layers: by service, how many calls it is away from the users at most.
        services: by kind, the number of the service whose attempts they are, mirrored copies left
            out; -1 for none.
        calls: by kind, the number of the pair whose calls they are; -1 for none.
        classes: by kind, the number of the class whose requests they are; -1 for none.
        objectives: by kind, within how many seconds an answer is in time; infinity for no bound.
        callees: by edge, the number of the service that is asked.
    """

    def __init__(self, world: World) -> None:
        edges = world.edges
        pairs: dict[Pair, int] = {}
        for edge in edges:
            pairs.setdefault((edge.party, edge.callee.service), len(pairs))
        self.pairs: tuple[Pair, ...] = tuple(pairs)
        self.layers = layers_of(self.pairs, list(world.sources), list(world.services))
        numbers = {name: number for number, name in enumerate(world.services)}
        self.callees = _array([numbers[each.callee.service] for each in edges])
        mirrored = np.array([each.mirrored for each in edges], dtype=np.bool_)
        self.services = np.full(2 * len(edges), -1)
        self.services[1::2] = np.where(mirrored, -1, self.callees)
        real = {(edge.party, edge.callee.service) for edge in edges if not edge.mirrored}
        self.calls = np.repeat(_array([_calls(edge, pairs, real) for edge in edges]), 2)
        names = {name: number for number, name in enumerate(world.sources)}
        self.classes = np.repeat(
            _array([names[each.caller] if each.number in world.entries else -1 for each in edges]),
            2,
        )
        slos = [each.slo for each in world.scenario.traffic.values()]
        in_time = np.array([inf if slo is None else slo for slo in slos])
        self.objectives = np.where(self.classes >= 0, in_time[self.classes], inf)


def _calls(edge: Edge, numbers: Mapping[Pair, int], real: set[Pair]) -> int:
    """The number of the pair whose calls are written down on an edge; -1 for none."""
    pair = (edge.party, edge.callee.service)
    if edge.whole is not None or (edge.mirrored and pair in real):
        return -1
    return numbers[pair]


def _array(values: Sequence[int]) -> IntArray:
    return np.array(values, dtype=np.int64)


def layers_of(
    pairs: Sequence[Pair], users: Sequence[str], services: Sequence[str]
) -> dict[str, int]:
    """By service, the length of the longest way to it from any of the `users`, at least 1.

    A call that closes a circle is no step further. A service that nobody calls stands in front.
    """
    callees: dict[str, list[str]] = {}
    for caller, callee in pairs:
        if callee != caller:
            callees.setdefault(caller, []).append(callee)
    order: list[str] = []
    onward: dict[str, list[str]] = {}
    done: set[str] = set()
    for start in (*users, *services):
        _visit(start, callees, onward, done, order)
    depths = {name: 0 if name in users else 1 for name in order}
    for name in reversed(order):
        for callee in onward[name]:
            depths[callee] = max(depths[callee], depths[name] + 1)
    return {name: depths[name] for name in services}


def _visit(
    start: str,
    callees: Mapping[str, Sequence[str]],
    onward: dict[str, list[str]],
    done: set[str],
    order: list[str],
) -> None:
    """Go down from one caller; `onward` has the calls that close no circle, `order` callees first."""
    if start in onward:
        return
    trail = [(start, iter(callees.get(start, ())))]
    onward[start] = []
    while trail:
        name, rest = trail[-1]
        callee = next(rest, None)
        if callee is None:
            trail.pop()
            done.add(name)
            order.append(name)
        elif callee not in onward:
            onward[name].append(callee)
            onward[callee] = []
            trail.append((callee, iter(callees.get(callee, ()))))
        elif callee in done:
            onward[name].append(callee)
