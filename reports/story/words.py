"""Figures and lists as they stand in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from reports import quantity


def counted(number: int, one: str, many: str = "") -> str:
    """`1 request`, `12,345 requests`."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def were(number: int) -> str:
    """`was` of one, `were` of none and of many."""
    return "was" if number == 1 else "were"


def times(number: int) -> str:
    """How often: `once`, `twice`, `5 times`."""
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def time(value: float) -> str:
    """A moment or a duration, without zeros that say nothing: `2 s`, `1.44 s`, `850 ms`."""
    if value < 1.0:
        number, unit = quantity.seconds(value).split()
        return f"{trimmed(number)} {unit}"
    return f"{trimmed(f'{value:,.{2 if value < 10.0 else 1}f}')} s"


def after(value: float) -> str:
    """How long something took to come: `at once`, `after 3.2 s`."""
    return "at once" if value == 0.0 else f"after {time(value)}"


def trimmed(number: str) -> str:
    """Without zeros behind the point at the end."""
    return number.rstrip("0").rstrip(".") if "." in number else number


def listed(parts: Sequence[str], most: int = 0) -> str:
    """`a`, `a and b`, `a, b and c`; with a bound `a, b and 5 more`."""
    shown = list(parts)
    if most and len(shown) > most:
        shown = [*shown[:most], f"{len(shown) - most} more"]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def sentence(text: str) -> str:
    """`text` with a great letter at its begin and a full stop at its end.

    A text that begins with a name, which is to be spelled as it is, is not passed through here.
    """
    return f"{text[0].upper()}{text[1:]}."
