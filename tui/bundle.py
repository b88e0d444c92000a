"""What there is to say of a bundled scenario, for whoever looks for one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

from simulator.scenario import bundled, load
from simulator.scenario.text import read_text
from simulator.units import format_duration
from tui.text import count


@dataclass(frozen=True, slots=True)
class Entry:
    """One of them.

    Attributes:
        name: by which it is opened.
        description: what it is, in a line.
        has: how large it is, and what happens in it.
        story: the comment at the head of its file, without the `#`.
    """

    name: str
    description: str
    has: str
    story: str


@cache
def entry_of(name: str) -> Entry:
    """What there is to say of one, which is read for it once."""
    scenario = load(name).scenario
    kinds = Counter(fault.kind for fault in scenario.faults)
    faults = [kind if times == 1 else f"{times} {kind}" for kind, times in kinds.items()]
    has = [
        format_duration(scenario.duration),
        count(len(scenario.services), "service"),
        f"faults: {', '.join(faults)}" if faults else "no faults",
        count(len(scenario.expect), "expectation"),
    ]
    return Entry(name, scenario.description or "", " · ".join(has), _story(name))


def _story(name: str) -> str:
    """The comment at the head of a file: each paragraph on one line, what is drawn as it stands."""
    lines: list[str] = []
    goes_on = False
    for line in read_text(bundled()[name], name).splitlines():
        if not line.startswith("#"):
            break
        text = line.removeprefix("#").removeprefix(" ").rstrip()
        prose = bool(text) and not text.startswith(" ")
        if prose and goes_on:
            lines[-1] += f" {text}"
        else:
            lines.append(text)
        # A line that ends in a colon has what it announces below it.
        goes_on = prose and not text.endswith(":")
    return "\n".join(lines).strip("\n")
