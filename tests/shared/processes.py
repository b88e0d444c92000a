"""Processes as the system lists them, where it has /proc."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

BETWEEN = 0.05
"""Seconds between two looks."""
needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks for processes in /proc"
)


def children_of(number: int) -> list[int]:
    """The processes that a process has started and that are alive."""
    return [each for each, (parent, alive) in _processes().items() if alive and parent == number]


def descendants_of(number: int) -> set[int]:
    """All that a process has started, and what those have started, as far as they are alive."""
    known = {each: parent for each, (parent, alive) in _processes().items() if alive}
    found: set[int] = set()
    waiting = [number]
    while waiting:
        parent = waiting.pop()
        children = [each for each, its in known.items() if its == parent]
        found.update(children)
        waiting += children
    return found


def wait_until_gone(numbers: set[int], patience: float, *, reaped: bool = True) -> set[int]:
    """Wait until there are none of these processes any more; those that there are after all.

    Unless they are to be `reaped`, those that have ended count as gone, even if nobody has taken note.
    """
    until = time.monotonic() + patience
    while True:
        states = {number: _state(number) for number in numbers}
        left = {each for each, (parent, alive) in states.items() if alive or (reaped and parent)}
        if not left or time.monotonic() > until:
            return left
        time.sleep(BETWEEN)


def _processes() -> dict[int, tuple[int, bool]]:
    """Of each: who has started it, and whether it is alive."""
    numbers = [int(each.name) for each in Path("/proc").iterdir() if each.name.isdecimal()]
    return {number: _state(number) for number in numbers}


def _state(number: int) -> tuple[int, bool]:
    try:
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return 0, False
    return int(fields[1]), fields[0] not in ("Z", "X")
