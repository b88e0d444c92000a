"""What faults do and have done, in words for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.scenario.model.fault.fault import Fault

WHOM = ("service", "traffic", "instance", "zone", "node", "label", "edge", "endpoint")
"""The settings that say whom a fault hits, in the order in which they are told."""
TOLD_BY_VALUE = ("service", "traffic", "instance")
"""Those of them whose values speak for themselves."""
NAMED = 3
"""So many of those that were hit are told by name."""


def seconds(time: float) -> str:
    """A time of the simulated clock, in seconds."""
    return f"{time:.6g} s"


def done_to(fault: Fault, hit: Sequence[str]) -> str:
    """What a fault has done to whom: `killed shop-1`, `latency on shop-1, shop-2`."""
    whom = ", ".join(hit[:NAMED]) or "nobody"
    if len(hit) > NAMED:
        whom += f" and {len(hit) - NAMED} more"
    if fault.kill is not None:
        return f"{'killed' if fault.kill.restart is None else 'restarted'} {whom}"
    return f"{_kind(fault)} on {whom}"


def undone(fault: Fault) -> str:
    """That a fault was ended: `undone: latency on shop`."""
    subject = subject_of(fault)
    return f"undone: {_kind(fault)}" + (f" on {subject}" if subject else "")


def subject_of(fault: Fault) -> str:
    """Whom a fault is aimed at: the one setting of it that says most; empty if none does."""
    harm = _dumped(fault)
    for key in ("instance", "service", "traffic", "zone", "node", "edge", "label"):
        if key in harm:
            return _inline(harm[key])
    return ""


def harm_in_words(fault: Fault) -> str:
    """What a fault does and to whom: whom, how many of them, and then whatever else was set."""
    harm = _dumped(fault)
    parts = [
        _inline(harm[key]) if key in TOLD_BY_VALUE else f"{key} {_inline(harm[key])}"
        for key in WHOM
        if key in harm
    ]
    if "mode" in type(fault.harm).model_fields and "instance" not in harm:
        parts.append(_how_many(fault.harm.model_dump()["mode"]))
    parts += [f"{key} {_inline(harm[key])}" for key in harm if key not in (*WHOM, "mode")]
    return ", ".join(parts)


def _how_many(mode: Any) -> str:
    if isinstance(mode, Mapping):
        ((key, number),) = mode.items()
        if key == "fixed":
            return "one instance" if number == 1 else f"{number} instances"
        return f"{'up to ' if key == 'random_max_percent' else ''}{number} of instances"
    return "one instance" if mode == "one" else "all instances"


def _kind(fault: Fault) -> str:
    return fault.kind.replace("_", " ")


def _dumped(fault: Fault) -> dict[str, Any]:
    return fault.harm.model_dump(by_alias=True, exclude_unset=True)


def _inline(value: Any) -> str:
    """A value in one line, with as few signs as can be."""
    if isinstance(value, Mapping):
        return " ".join(f"{key} {_bracketed(inner)}" for key, inner in value.items())
    if isinstance(value, (list, tuple)):
        return " ".join(map(_bracketed, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _bracketed(value: Any) -> str:
    whole = isinstance(value, (Mapping, list, tuple))
    return f"({_inline(value)})" if whole else _inline(value)
