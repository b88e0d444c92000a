"""What is to be seen in a chart, for who cannot see it: a sentence from the figures that it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reports.quantity import rate, seconds, share
from reports.stored import StoredComparison, StoredRun
from reports.story import policies, scaling
from reports.story.comparison import headline
from reports.story.words import after, counted, listed, time
from simulator.experiment.measures import imbalance
from simulator.experiment.result import FaultFigures, Result, Trace

MOST = 8


def described(kind: str, stored: StoredRun | StoredComparison) -> str:
    """The sentence for a chart of a kind; what all charts have in common for a kind without its own."""
    if isinstance(stored, StoredComparison):
        return f"{stored.comparison.scenario}: {headline(stored.comparison)}"
    result = stored.result
    return f"{result.scenario}: {OF_RUNS.get(kind, _overview)(result)}"


def _overview(result: Result) -> str:
    total = result.total
    text = (
        f"from {time(result.warmup)} to {time(result.simulated)} {rate(total.throughput)} ended, "
        f"{rate(total.goodput)} of them right and in time"
    )
    if total.latency.p99 is not None:
        text += f", with a p99 latency of {seconds(total.latency.p99)}"
    begun = [each for each in result.faults if each.start is not None]
    if begun:
        parts = [f"{each.name} at {time(each.start or 0.0)}" for each in begun]
        text += f"; {counted(len(begun), 'fault')}: {listed(parts, MOST)}"
    return f"{text}."


def _latency(result: Result) -> str:
    latency = result.total.latency
    if latency.p50 is None:
        return "there was no useful answer."
    return (
        f"half of the useful answers came within {seconds(latency.p50)}, 95 % within "
        f"{seconds(latency.p95)}, 99 % within {seconds(latency.p99)}, the slowest within "
        f"{seconds(latency.max)}."
    )


def _recovery(result: Result) -> str:
    told = [_of_fault(each) for each in result.faults if each.steady is not None]
    return f"{listed(told, MOST)}." if told else _overview(result)


def _of_fault(fault: FaultFigures) -> str:
    if fault.unharmed:
        return f"users felt nothing of {fault.name}"
    text = f"{fault.name} brought goodput to {share(fault.depth)} of what was to be expected, "
    if fault.depth is None or fault.depth >= 1.0:
        text = f"users felt {fault.name}, and were "
    else:
        text += "and users were "
    if fault.recovered_after is None:
        return f"{text}not back to normal within the run"
    return f"{text}back to normal {after(fault.recovered_after)}"


def _topology(result: Result) -> str:
    calls = [f"{each.caller} asks {each.callee}" for each in result.edges]
    text = f"{counted(len(result.services), 'service')}"
    return f"{text}; {listed(calls, MOST)}." if calls else f"{text}, and no calls."


def _imbalance(result: Result) -> str:
    uneven = imbalance(result.services)
    if uneven is None:
        return _overview(result)
    return (
        "the loads of the instances of the most uneven service differ from their mean by "
        f"{share(uneven)} of it (standard deviation)."
    )


def _breakers(result: Result) -> str:
    return policies.of_kind(result, "breaker") or "no circuit breaker opened."


def _scaling(result: Result) -> str:
    return " ".join(scaling.sentences(result)) or "the number of instances stayed the same."


def _waterfall(result: Result) -> str:
    ended = [each for each in result.traces if each.ended is not None]
    if not ended:
        return "no sampled request ended."
    slowest = max(ended, key=_took)
    return (
        f"of {counted(len(ended), 'sampled request')} the slowest, {slowest.endpoint}, took "
        f"{seconds(_took(slowest))} and {counted(len(slowest.spans), 'attempt')}."
    )


def _took(trace: Trace) -> float:
    assert trace.ended is not None
    return trace.ended - trace.started


OF_RUNS: Mapping[str, Callable[[Result], str]] = {
    "overview": _overview,
    "latency": _latency,
    "recovery": _recovery,
    "topology": _topology,
    "imbalance": _imbalance,
    "breakers": _breakers,
    "scaling": _scaling,
    "waterfall": _waterfall,
}
"""By the kind of a chart."""
