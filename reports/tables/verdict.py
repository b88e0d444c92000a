"""The first and the last line of a report."""

from __future__ import annotations

from rich.text import Text

from reports.quantity import count, digits, rate, seconds, share
from simulator.experiment.result import Result, Stopped
from simulator.scenario.condition import parse_condition
from simulator.scenario.expectation.measures import TABLE


def heading(result: Result) -> Text:
    """What was run, for how long, and how fast."""
    text = Text(result.scenario, style="bold")
    if result.description:
        text.append(f": {result.description}", style="default")
    speed = result.simulated / result.wall_seconds if result.wall_seconds else 0.0
    figures = (
        f"\nseed {result.seed}, {seconds(result.simulated)} simulated in "
        f"{seconds(result.wall_seconds)} ({digits(speed)}x real time, "
        f"{count(result.events)} events); summary from {seconds(result.warmup)} on\n"
    )
    text.append(figures, style="dim")
    return text


def verdict_line(result: Result) -> Text:
    """`PASS`, `FAIL` or `INCOMPLETE`, and why."""
    met = sum(each.met for each in result.expectations)
    total = len(result.expectations)
    if result.verdict == "incomplete":
        reached = f"stopped at {seconds(result.simulated)} of {seconds(result.duration)}"
        return Text(f"INCOMPLETE  {reached}", style="bold yellow")
    if result.stopped is not None:
        return Text(stopped_line(result, result.stopped, met), style="bold red")
    if not total:
        return Text("PASS  nothing was expected", style="bold green")
    if result.verdict == "pass":
        said = "the one expectation" if total == 1 else f"all {total} expectations"
        return Text(f"PASS  {said} met", style="bold green")
    # Without weights the score says no more than the counts.
    weighted = len({each.weight for each in result.expectations}) > 1
    score = f", score {digits(result.score or 0.0)}" if weighted else ""
    return Text(f"FAIL  {total - met} of {total} expectations not met{score}", style="bold red")


def stopped_line(result: Result, stopped: Stopped, met: int) -> str:
    """Where and why a run has stopped itself, and how many expectations are met all the same."""
    line = (
        f"FAIL  stopped at {seconds(stopped.time)} of {seconds(result.duration)}: "
        f"{stopped.condition} (it was {of_measure(stopped)})"
    )
    total = len(result.expectations)
    return f"{line}; {total - met} of {total} expectations not met" if total else line


def of_measure(stopped: Stopped) -> str:
    """The value that stopped a run, in the unit of its measure."""
    unit = TABLE[parse_condition(stopped.condition).expectation.measure].unit
    if unit == "share":
        return share(stopped.value)
    if unit == "1/s":
        return rate(stopped.value)
    return seconds(stopped.value) if unit == "s" else digits(stopped.value)
