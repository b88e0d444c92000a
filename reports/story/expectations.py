"""What was expected, where it was not met."""

from __future__ import annotations

from reports.quantity import digits
from reports.story.words import counted, listed, time
from reports.tables.expectations import measured, quantity
from simulator.experiment.promises import ExpectationResult
from simulator.experiment.result import Result


def sentences(result: Result) -> list[str]:
    """Each expectation that was not met; the score where weights differ."""
    if not result.expectations or result.verdict == "incomplete":
        return []
    missed = [each for each in result.expectations if not each.met]
    met = len(result.expectations) - len(missed)
    told = [_missed(each) for each in missed]
    if missed and met:
        told.append(f"{counted(met, 'other')} {'was' if met == 1 else 'were'} met.")
    weights = {each.weight for each in result.expectations}
    if missed and len(weights) > 1 and result.score is not None:
        told.append(f"By their weights that is a score of {digits(result.score)} out of 100.")
    return told


def _missed(each: ExpectationResult) -> str:
    text = f"\u201c{each.expect}\u201d was not met: "
    if each.value is None:
        return f"{text}nothing was measured."
    text += f"it was {measured(each)}"
    if each.missed_by:
        text += f", off by {quantity(each, each.missed_by)}"
    if each.first_broken is not None:
        text += f"; first at {time(each.first_broken)}"
        if each.during:
            text += f", while {listed(each.during)} {'was' if len(each.during) == 1 else 'were'} on"
    return f"{text}."
