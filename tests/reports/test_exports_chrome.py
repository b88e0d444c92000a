"""A run as trace events: slices that nest, arrows that land, levels that add up."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest
from exported import played
from odd_traces import odd

from reports.exports import pieces

RUNS = pytest.mark.parametrize("run", [played, odd], ids=["played", "odd"])
Event = dict[str, Any]


def events(run: Any) -> list[Event]:
    """The events of the file."""
    found: list[Event] = json.loads(b"".join(pieces("chrome", run())))["traceEvents"]
    return found


def lanes(found: list[Event]) -> dict[tuple[int, int], list[Event]]:
    """The slices of each thread, in the order of the file."""
    by = defaultdict(list)
    for each in found:
        if each["ph"] == "X":
            by[each["pid"], each["tid"]].append(each)
    return by


@RUNS
def test_slices_nest(run: Any) -> None:
    """In a lane, slices lie apart or one within the other, and what is within belongs to the outer one."""
    for slices in lanes(events(run)).values():
        open_: list[Event] = []
        for each in slices:
            while open_ and open_[-1]["ts"] + open_[-1]["dur"] <= each["ts"]:
                open_.pop()
            assert each["ts"] >= 0
            assert each["dur"] >= 0
            if open_:
                assert each["ts"] + each["dur"] <= open_[-1]["ts"] + open_[-1]["dur"]
                assert each["cat"] == "client"
                assert open_[-1]["args"]["trace"] == each["args"]["trace"]
            open_.append(each)


def test_what_overlaps_has_lanes_of_its_own() -> None:
    """Three attempts at one instance at once, of which two overlap without nesting."""
    found = events(odd)
    names = {
        each["args"]["name"]
        for each in found
        if each["ph"] == "M" and each["name"] == "thread_name"
    }
    assert {"stock-1", "stock-1 (2)"} <= names
    assert "stock-1 (3)" not in names


@RUNS
def test_every_attempt_is_a_slice(run: Any) -> None:
    """Of each request, each attempt and whatever was served; and of each fault."""
    result = run().result
    kinds = [each["cat"] for each in events(run) if each["ph"] == "X"]
    attempts = [each for trace in result.traces for each in trace.spans]
    assert kinds.count("internal") == len(result.traces)
    assert kinds.count("client") == len(attempts)
    assert kinds.count("server") == sum(each.served_from is not None for each in attempts)
    assert kinds.count("fault") == len(result.faults)


@RUNS
def test_arrows_lead_from_calls_to_work(run: Any) -> None:
    """Each end of an arrow lies in a slice: it begins in a call, and ends in what that caused."""
    found = events(run)
    begun = {each["id"]: each for each in found if each["ph"] == "s"}
    ended = [each for each in found if each["ph"] == "f"]
    servers = [each for each in found if each["ph"] == "X" and each["cat"] == "server"]
    assert len(ended) == len(servers) > 0
    starts = {
        (each["pid"], each["tid"], each["ts"], each["cat"]) for each in found if each["ph"] == "X"
    }
    for each in ended:
        source = begun[each["id"]]
        assert each["bp"] == "e"
        assert source["ts"] <= each["ts"]
        assert (source["pid"], source["tid"], source["ts"], "client") in starts
        assert (each["pid"], each["tid"], each["ts"], "server") in starts


def test_processes_are_services_and_threads_have_names() -> None:
    """Each process and each thread with a slice is named; a process is numbered once."""
    found = events(played)
    named = [each for each in found if each["ph"] == "M"]
    processes = {e["pid"]: e["args"]["name"] for e in named if e["name"] == "process_name"}
    assert set(processes.values()) == {"run", "shoppers", "buyers", "web", "stock", "bank"}
    threads = {(e["pid"], e["tid"]): e["args"]["name"] for e in named if e["name"] == "thread_name"}
    assert set(lanes(found)) <= set(threads)
    assert all(
        name.startswith(processes[pid]) or processes[pid] == "run"
        for (pid, _), name in threads.items()
    )


def test_levels_are_those_of_the_series() -> None:
    """The counters of a service sum up its instances, interval by interval."""
    found = [each for each in events(played) if each["ph"] == "C" and each["name"] == "busy"]
    gauge = played().result.series["gauge"].columns
    total = sum(each["args"]["requests"] for each in found)
    assert total == pytest.approx(sum(gauge["busy"]))
    assert {each["ts"] for each in found} == {round(time * 1e6) for time in gauge["time"]}
    assert total > 0


def test_the_log_is_there() -> None:
    """Every entry is an instant."""
    instants = [each for each in events(played) if each["ph"] == "i"]
    assert len(instants) == len(played().result.log) > 0
