"""A run as trace events for Perfetto or chrome://tracing: sampled requests, faults, the log, levels.

A process is a service (or a traffic class), a thread is a lane of one of its instances. Arrows lead
from a call to the work that it caused. Times are microseconds from the start of the run.
Source: "Trace Event Format" (Google, 2016), and how Perfetto reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from reports.exports.grid import service_of
from reports.exports.lanes import Lanes, Slice
from reports.exports.spans import Recorded, Recorder
from reports.stored import StoredRun
from simulator.experiment.result import Result

Json = dict[str, object]
LEVELS = {"busy": "busy", "queue": "queue_mean", "cores": "cores_used"}
"""Counters of a service, and the columns of the series that they sum up."""
MOST_LANES = 10_000
"""How many lanes of one instance stand before those of the next."""
OF_THE_RUN = "run"
"""The process in which faults and the log stand."""


def pieces(run: StoredRun, start: datetime) -> Iterator[str]:  # noqa: ARG001  counts from 0
    """The file, event by event."""
    before = '{"displayTimeUnit":"ms","traceEvents":[\n'
    for event in Timeline(run.result).events():
        yield before + json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        before = ",\n"
    yield "\n]}\n"


@dataclass(slots=True)
class Placed:
    """A span and its slice."""

    span: Recorded
    slice: Slice


class Timeline:
    """Gives numbers to processes and threads, and makes the events."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.end = _microseconds(result.simulated)
        self.processes: dict[str, int] = {}
        self.threads: dict[tuple[str, str, int], int] = {}
        instances = [name for each in result.services.values() for name in each.instances]
        self.ranks = {instance: number for number, instance in enumerate(instances)}
        for name in (OF_THE_RUN, *result.traffic, *result.services):
            self.processes[name] = len(self.processes) + 1

    def events(self) -> Iterator[Json]:
        """All events: names and levels first, then what happened, by time."""
        for name, pid in self.processes.items():
            yield _about("process_name", pid, 0, {"name": name})
            yield _about("process_sort_index", pid, 0, {"sort_index": pid})
        yield from self.levels()
        yield from self.faults()
        yield from self.log()
        yield from self.requests()

    def thread(self, process: str, owner: str, lane: int = 1) -> tuple[int, Iterable[Json]]:
        """The number of a thread, and its name if it is new; those of one owner stand together."""
        key = (process, owner, lane)
        if key in self.threads:
            return self.threads[key], ()
        number = self.threads[key] = len(self.threads) + 1
        pid = self.processes[process]
        name = owner or process
        rank = self.ranks.get(owner, 0) * MOST_LANES + lane
        return number, (
            _about("thread_name", pid, number, {"name": name if lane == 1 else f"{name} ({lane})"}),
            _about("thread_sort_index", pid, number, {"sort_index": rank}),
        )

    def levels(self) -> Iterator[Json]:
        """How busy each service was, interval by interval."""
        table = self.result.series["gauge"]
        columns = {name: np.asarray(table.columns[key]).tolist() for name, key in LEVELS.items()}
        sums: dict[tuple[float, str], dict[str, float]] = {}
        times = np.asarray(table.columns["time"]).tolist()
        for row, (time, name) in enumerate(zip(times, table.columns["name"], strict=True)):
            total = sums.setdefault((time, service_of(str(name))), dict.fromkeys(LEVELS, 0.0))
            for level in LEVELS:
                total[level] += columns[level][row]
        for (time, service), total in sums.items():
            for level, value in total.items():
                yield {
                    "ph": "C",
                    "name": level,
                    "pid": self.processes[service],
                    "ts": _microseconds(time),
                    "args": {"cores" if level == "cores" else "requests": value},
                }

    def faults(self) -> Iterator[Json]:
        """A thread for each fault, from its first begin to its last end."""
        for each in self.result.faults:
            if each.start is not None:
                tid, names = self.thread(OF_THE_RUN, f"fault {each.name}")
                yield from names
                begun = _microseconds(each.start)
                ended = self.end if each.end is None else _microseconds(each.end)
                yield {
                    "ph": "X",
                    "cat": "fault",
                    "name": f"{each.kind} {each.name}",
                    "pid": self.processes[OF_THE_RUN],
                    "tid": tid,
                    "ts": begun,
                    "dur": ended - begun,
                    "args": {"targets": ", ".join(each.targets)},
                }

    def log(self) -> Iterator[Json]:
        """What is worth telling by itself."""
        for each in self.result.log:
            tid, names = self.thread(OF_THE_RUN, "log")
            yield from names
            yield {
                "ph": "i",
                "s": "t",
                "cat": each.kind,
                "name": f"{each.subject}: {each.detail}",
                "pid": self.processes[OF_THE_RUN],
                "tid": tid,
                "ts": _microseconds(each.time),
            }

    def requests(self) -> Iterator[Json]:
        """Every span as a slice, in the order in which they begin, and arrows between them."""
        places: dict[tuple[str, str | None], Lanes] = {}
        for each in self.placed():
            span, placed = each.span, each.slice
            lanes = places.setdefault((span.service, span.instance), Lanes())
            tid, names = self.thread(span.service, span.instance or "", lanes.place(placed).number)
            yield from names
            at = {"pid": self.processes[span.service], "tid": tid, "ts": placed.start}
            yield {
                "ph": "X",
                "cat": span.kind.lower(),
                "name": f"> {span.name}" if span.kind == "CLIENT" else span.name,
                **at,
                "dur": placed.end - placed.start,
                "args": {"trace": span.trace, **span.described()},
            }
            if span.kind == "CLIENT":
                yield {"ph": "s", "cat": "call", "name": "call", "id": span.id, **at}
            elif span.kind == "SERVER":
                yield {"ph": "f", "bp": "e", "cat": "call", "name": "call", "id": span.parent, **at}

    def placed(self) -> list[Placed]:
        """All spans with their slices; of those that begin together, the longer ones first."""
        found: list[Placed] = []
        for request in self.result.traces:
            slices: dict[str, Slice] = {}
            for span in Recorder(self.result, request).spans():
                # What an instance does for a call stands in its own lane, not in the caller's.
                above = None if span.kind == "SERVER" else slices.get(span.parent or "")
                ended = self.end if span.end is None else _microseconds(span.end)
                slices[span.id] = Slice(_microseconds(span.start), ended, above)
                found.append(Placed(span, slices[span.id]))
        return sorted(found, key=lambda each: (each.slice.start, -each.slice.end))


def _about(what: str, pid: int, tid: int, told: Json) -> Json:
    return {"ph": "M", "name": what, "pid": pid, "tid": tid, "args": told}


def _microseconds(time: float) -> int:
    return round(time * 1e6)
