"""A sum over the last while, kept in slices."""

from __future__ import annotations


class WindowedAdder:
    """What was added in about the last `span` seconds.

    There are `slices` slices: one that is written to, and the ones before it. When the current one
    is older than a slice should be, the next operation moves on, by as many slices as have passed.
    So what was added is remembered for the span, less a slice at most; and a slice begins when it
    is first used, not at a multiple of its length.

    Source: twitter/util, WindowedAdder.scala.
    """

    __slots__ = ("begun", "current", "past", "place", "window")

    def __init__(self, span: float, slices: int, now: float) -> None:
        self.window = span / slices
        self.past = [0] * (slices - 1)
        self.place = 0
        self.current = 0
        self.begun = now

    def add(self, amount: int, now: float) -> None:
        """Add to the current slice."""
        if now - self.begun >= self.window:
            self.move_on(now)
        self.current += amount

    def sum(self, now: float) -> int:
        """The sum over all slices."""
        if now - self.begun >= self.window:
            self.move_on(now)
        return self.current + sum(self.past)

    def move_on(self, now: float) -> None:
        """Begin a new slice."""
        past = self.past
        past[self.place] = self.current
        self.current = 0
        self.place = (self.place + 1) % len(past)
        skipped = min(int((now - self.begun) / self.window - 1.0), len(past))
        for _ in range(skipped):
            past[self.place] = 0
            self.place = (self.place + 1) % len(past)
        self.begun = now
