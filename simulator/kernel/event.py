"""The thing that happens: an object with a moment and a method the kernel calls."""

from __future__ import annotations

from typing import Final

from mypy_extensions import mypyc_attr

URGENT: Final = 0
NORMAL: Final = 1
LATE: Final = 2

IDLE: Final = -1
"""The key of an event that is in no queue."""


@mypyc_attr(allow_interpreted_subclasses=True)
class Event:
    """Something that can be scheduled on a kernel, and may be scheduled again once it has fired.

    An event is in the queue of one kernel at most, and there once. Unlike an event of SimPy it
    carries no value and no list of callbacks: whoever has something to do at a moment subclasses it
    and does it in `fire`. That is what makes the per-request path cheap.

    `time` and `key` order the queue (`key` holds the priority above the sequence number) and
    belong, with `position`, to the kernel; they mean nothing while `key` is `IDLE`.
    """

    __slots__ = ("key", "position", "time")

    time: float
    key: int
    position: int

    def __init__(self) -> None:
        self.key = IDLE

    def fire(self) -> None:
        """Do what was to happen now. The event is out of the queue and may be scheduled again."""
        raise NotImplementedError(f"{type(self).__name__} does not say what happens when it fires")

    @property
    def pending(self) -> bool:
        """Whether the event is in the queue."""
        return self.key != IDLE
