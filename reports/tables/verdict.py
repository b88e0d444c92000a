"""The first and the last line of a report."""

from __future__ import annotations

from rich.text import Text

from reports.quantity import count, digits, seconds
from simulator.experiment.result import Result


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
    if not total:
        return Text("PASS  nothing was expected", style="bold green")
    if result.verdict == "pass":
        return Text(f"PASS  all {total} expectations met", style="bold green")
    return Text(f"FAIL  {total - met} of {total} expectations not met", style="bold red")
