"""The phases of a run that hang on its faults: open and shut as those begin and end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from math import inf, isclose

from simulator.fault.fault import Fault
from simulator.kernel.kernel import Kernel
from simulator.observe.census import Phase as OpenWindow
from simulator.scenario.expectation import Phase


class PhaseWindow:
    """The window of one phase; `about` are the names of the faults that it hangs on."""

    def __init__(self, phase: Phase, about: Collection[str], warmup: float) -> None:
        self.phase = phase
        self.about = about
        self.on: set[str] = set()
        self.window = OpenWindow(warmup, inf)
        if phase.kind == "before":
            self.window.spans_so_far.append((warmup, inf))

    def began(self, name: str, now: float) -> None:
        """A fault begins."""
        spans = self.window.spans_so_far
        if self.phase.kind == "before":
            if spans and spans[0][1] == inf:
                begin = spans.pop()[0]
                spans.append((begin, max(begin, now)))
        elif self.phase.kind == "after":
            # What was after the fault is between two of its times.
            self.window.clear()
        elif not self.on:
            spans.append((now, inf))
        self.on.add(name)

    def ended(self, name: str, now: float) -> None:
        """A fault ends."""
        self.on.discard(name)
        if self.on:
            return
        spans = self.window.spans_so_far
        if self.phase.kind == "after":
            spans.append((now, inf))
        elif self.phase.kind == "during" and spans:
            spans.append((spans.pop()[0], now))


class FaultTimes:
    """When each fault was on, and which phases hang on it.

    `spans` are in seconds, by name; one that has not ended ends at infinity. What happens at once is
    over at once. `mark` is called at each begin and end, before anything changes.
    """

    def __init__(
        self,
        kernel: Kernel,
        faults: Sequence[Fault],
        mark: Callable[[float], None],
    ) -> None:
        self.kernel = kernel
        self.mark = mark
        self.momentary: set[str] = set()
        self.spans: dict[str, list[tuple[float, float]]] = {}
        self.phases: list[PhaseWindow] = []
        for each in faults:
            self.join(each)

    def join(self, fault: Fault) -> None:
        """One more fault is to be watched, from now on."""
        self.spans[fault.name] = []
        if fault.momentary:
            self.momentary.add(fault.name)
        for each in self.phases:
            if each.phase.fault is None:
                each.about = {*each.about, fault.name}
        fault.onlooker = self

    def began(self, name: str) -> None:
        """The fault of this name begins."""
        now, spans = self.kernel.now, self.spans[name]
        if not spans or spans[-1][1] != inf:
            spans.append((now, inf))
        hanging = [each for each in self.phases if name in each.about]
        for each in hanging:
            each.began(name, now)
        if hanging:
            self.mark(now)
        if name in self.momentary:
            self.ended(name)

    def ended(self, name: str) -> None:
        """It ends."""
        now, spans = self.kernel.now, self.spans[name]
        spans.append((spans.pop()[0], now))
        hanging = [each for each in self.phases if name in each.about]
        for each in hanging:
            each.ended(name, now)
        if hanging:
            self.mark(now)

    def during(self, begin: float, end: float) -> tuple[str, ...]:
        """The faults that were on between two moments, or that came and went at the first of them."""
        return tuple(
            name
            for name, spans in self.spans.items()
            if any(
                first < end and (last > begin or (first == last and isclose(first, begin)))
                for first, last in spans
            )
        )
