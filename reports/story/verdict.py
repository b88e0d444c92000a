"""How a run ended, and whether it came back to what it was."""

from __future__ import annotations

from reports.quantity import digits, rate
from reports.story.words import counted, time, were
from reports.tables.verdict import of_measure
from simulator.experiment.result import Metastability, Result


def sentences(result: Result) -> list[str]:
    """What figures of a part are worth, and whether trouble outlived its cause; `why` stands above."""
    told = []
    if result.stopped is None and not result.complete:
        told.append(
            "The figures are of the part that was played, and nothing is said of what was expected."
        )
    if result.metastability is not None:
        told.append(metastable(result.metastability))
    return told


def why(result: Result) -> str:
    """The verdict's reason, in one sentence."""
    stopped = result.stopped
    if stopped is not None:
        return (
            f"The run stopped itself at {time(stopped.time)} of {time(result.duration)}, because of "
            f"\u201c{stopped.condition}\u201d: it was {of_measure(stopped)}."
        )
    if not result.complete:
        return f"The run was interrupted at {time(result.simulated)} of {time(result.duration)}."
    total = len(result.expectations)
    missed = sum(not each.met for each in result.expectations)
    if not total:
        return "Nothing was expected of the run, so nothing could be missed."
    if missed:
        return f"{missed} of {counted(total, 'expectation')} {were(missed)} not met."
    return (
        "The one expectation was met."
        if total == 1
        else f"All {counted(total, 'expectation')} were met."
    )


def metastable(found: Metastability) -> str:
    """Whether the system came back once its triggers were over."""
    goodput = f"{rate(found.goodput_after)}, against {rate(found.goodput_before)} before"
    if not found.metastable:
        return (
            f"The trigger was over at {time(found.trigger_to)}, and the system came back: goodput "
            f"at the end was {goodput}."
        )
    text = (
        f"The system is metastable: its trigger was over at {time(found.trigger_to)}, and yet it "
        f"stayed down, with a goodput of {goodput}"
    )
    if found.attempts_before is not None and found.attempts_after is not None:
        text += (
            f"; a request made {digits(found.attempts_after)} attempts in the mean at the end, and "
            f"{digits(found.attempts_before)} before"
        )
    return f"{text}."
