"""Who else suffers from a fault, in which order, and by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from simulator.experiment.recovery import Watch
from simulator.experiment.steady_state import Intervals, failures_beyond, latency_beyond, out


@dataclass(frozen=True, slots=True)
class Departure:
    """When something left its steady state, in seconds from the fault's start, and by which measure."""

    after: float
    by: str


def departure_of(figures: Intervals, watch: Watch, over: int) -> Departure | None:
    """When a service or an endpoint first had too many failures or too slow answers, as its
    callers saw it; None if never from the start of the fault up to interval `over`.
    """
    watched = slice(watch.first, over)
    measures = {
        "failures": out(failures_beyond(figures, watch.steady)[watched]),
        "latency": out(latency_beyond(figures.latency, watch.steady)[watched]),
    }
    found = np.flatnonzero(np.logical_or.reduce(list(measures.values())))
    if not len(found):
        return None
    first = int(found[0])
    by = next(name for name, each in measures.items() if each[first])
    return Departure(watch.after(watch.first + first), by)


def spread(
    roots: Sequence[str], departed: Mapping[str, float], calls: Mapping[str, Set[str]]
) -> Sequence[tuple[str, str | None]]:
    """The services that departed, each with the one from which the trouble came to it.

    The tree grows from the `roots`, which the fault hit and which have no parent. Trouble goes up to
    callers first: a service hangs on the callee it calls that departed first. If nobody is left who
    calls any of those in the tree, it goes down: retries overload what is called, and such a
    service hangs on the caller of it that departed first. Whoever is connected in neither way hangs
    on the first root. `calls` are the callees of each service.
    """
    times = {**departed, **dict.fromkeys(roots, 0.0)}
    tree: dict[str, str | None] = dict.fromkeys(roots)
    left = sorted(
        (name for name in departed if name not in tree), key=lambda name: (times[name], name)
    )
    callers = {name: {each for each, to in calls.items() if name in to} for name in departed}
    while left:
        for near in (calls, callers):
            reached = [name for name in left if not tree.keys().isdisjoint(near.get(name, ()))]
            if reached:
                chosen = reached[0]
                known = [each for each in tree if each in near[chosen]]
                # The first of those that departed at the same time is nearest to a root.
                tree[chosen] = min(known, key=lambda name: times[name])
                break
        else:
            chosen = left[0]
            tree[chosen] = roots[0]
        left.remove(chosen)
    return list(tree.items())
