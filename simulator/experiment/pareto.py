"""Candidates of which no other is better in everything."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.experiment.measures import Measure

Point = tuple[float, float]


def pareto_front(points: Mapping[str, Point], measures: tuple[Measure, Measure]) -> tuple[str, ...]:
    """The names of the points that no other dominates, by their first figure, the best first.

    One dominates another if it is no worse in either measure, and better in one. It is means that
    are compared: whether a difference is more than luck is another question.

    Source: Miettinen, Nonlinear Multiobjective Optimization (1999), section 2.2.

    Args:
        points: what each candidate has of the two measures.
        measures: they say which way is better.
    """
    signs = [1.0 if each.lower_is_better else -1.0 for each in measures]
    costs = {name: (signs[0] * one, signs[1] * two) for name, (one, two) in points.items()}

    def dominated(mine: Point) -> bool:
        return any(
            other[0] <= mine[0] and other[1] <= mine[1] and other != mine
            for other in costs.values()
        )

    front = [name for name, mine in costs.items() if not dominated(mine)]
    return tuple(sorted(front, key=lambda name: costs[name]))
