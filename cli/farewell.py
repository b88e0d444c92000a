"""What is printed when the dashboard has closed: what was seen, and how to get back to it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from math import floor
from typing import TYPE_CHECKING

from cli.remembered import Remembered
from simulator.live.snapshot import Snapshot
from simulator.units import format_duration
from tui.text import clock, count, latency, rate, share

if TYPE_CHECKING:
    from pathlib import Path

MOST_TOLD = 8
"""Things that were done; of more, the last."""


def farewell(remembered: Remembered, kept: Path | None) -> Iterator[str]:
    """The lines of it; `kept` is where what was done is kept, if it is."""
    snapshot = remembered.snapshot
    if snapshot is not None:
        yield from _summary(snapshot)
        yield from _done(snapshot)
    failure = remembered.failure
    if failure is not None:
        yield f"the simulation failed: {failure.message}"
        if failure.replay:
            yield f"to see it fail again: aftershock run {shlex.quote(failure.replay)} --check"
        return
    yield f"back to where you were: {way_back(remembered, kept)}"


def way_back(remembered: Remembered, kept: Path | None) -> str:
    """The command that shows the same again, at the same time."""
    opening, snapshot = remembered.opening, remembered.snapshot
    branch = remembered.branch
    file = remembered.file or (None if kept is None else str(kept))
    words = ["aftershock", "live"]
    if branch is None or not branch.done or file is None:
        words.append(opening.scenario)
        for setting in opening.settings:
            words += ["--set", setting]
    else:
        words.append(file)
    if snapshot is not None and snapshot.now >= 0.1:
        # Tenths are enough to find the place, and never later than it.
        words += ["--at", format_duration(floor(snapshot.now * 10.0) / 10.0)]
    if opening.check:
        words.append("--check")
    return shlex.join(words)


def _summary(snapshot: Snapshot) -> Iterator[str]:
    end = clock(snapshot.duration)
    head = f"{snapshot.scenario}, seed {snapshot.seed}: {clock(snapshot.now)} of {end}"
    if snapshot.verdict is not None:
        head += f", {snapshot.verdict.upper()}"
    yield head
    figures = snapshot.figures
    yield (
        f"  at last: {rate(figures.throughput)} answered, {rate(figures.goodput)} of it good, "
        f"{share(figures.failed)} failed; p50 {latency(figures.p50)}, p99 {latency(figures.p99)}"
    )
    if snapshot.state == "stopped":
        yield f"  stopped: {snapshot.note}"
    if snapshot.digest is not None:
        yield f"  digest {snapshot.digest}"


def _done(snapshot: Snapshot) -> Iterator[str]:
    mine = [event for event in snapshot.events if event.kind == "you"]
    if mine:
        yield f"you did {count(len(mine), 'thing')}:"
        if len(mine) > MOST_TOLD:
            yield f"  … {len(mine) - MOST_TOLD} before"
        for event in mine[-MOST_TOLD:]:
            said = event.detail or event.subject
            yield f"  {clock(event.time, tenths=True):>8}  {said}"
    faults = [fault for fault in snapshot.faults if fault.mine and fault.state == "active"]
    if faults:
        yield f"still at work: {'; '.join(f'{fault.kind} {fault.what}' for fault in faults)}"
    if len(snapshot.branches) > 1:
        yield f"{len(snapshot.branches)} branches in all; this is number {snapshot.branch}"
