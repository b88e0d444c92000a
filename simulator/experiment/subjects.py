"""Of whom a measure is: the lanes whose figures make it up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.experiment.lanes import edges_to, of_attempts, of_calls
from simulator.observe.census import Lines
from simulator.scenario.building.world import World
from simulator.scenario.expectation.measures import OF_CALLS, OUTCOMES


@dataclass(frozen=True, slots=True)
class Subject:
    """The lanes of some edges; with `asked` only those on which an instance was asked."""

    edges: frozenset[int]
    asked: bool

    def has(self, edge: int, instance: int) -> bool:
        """Whether a lane is one of them."""
        return edge in self.edges and (instance >= 0 or not self.asked)


class Members:
    """Which lanes of the census are a subject's, as these become known."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.known = np.empty(0, dtype=np.bool_)

    def among(self, lines: Lines) -> NDArray[np.bool_]:
        """Which lines of a page are its."""
        known, lanes = len(self.known), len(lines.edges)
        if known < lanes:
            more = [
                self.subject.has(int(lines.edges[lane]), int(lines.instances[lane]))
                for lane in range(known, lanes)
            ]
            self.known = np.concatenate((self.known, np.array(more, dtype=np.bool_)))
        mine: NDArray[np.bool_] = self.known[lines.lanes]
        return mine


def subject_of(world: World, name: str | None, measure: str = "") -> Subject:
    """A traffic class, a service, `service.endpoint`, or with None all traffic.

    Of a service these are the attempts that reached it; the outcomes that its callers decide
    without asking it are those of the calls to it.
    """
    if name is None:
        return Subject(world.entries, False)
    if name in world.sources:
        entries = world.sources[name].every_entry()
        return Subject(frozenset(each.point.calls_edge.number for each in entries), False)
    service, _, endpoint = name.partition(".")
    edges = edges_to(world, service, endpoint or None)
    if OUTCOMES.get(measure) in OF_CALLS:
        return Subject(frozenset(of_calls(edges)), False)
    return Subject(frozenset(of_attempts(edges)), True)


def attempts_of_all(world: World) -> Subject:
    """Every attempt, at all hops."""
    edges = [each for each in world.edges if not each.mirrored]
    return Subject(frozenset(of_attempts(edges)), True)
