"""The part of a run that an expectation is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from simulator.scenario.expectation.words import ExpectationError, value
from simulator.scenario.problem import found
from simulator.units import parse_duration

WORDS = re.compile(r"\b(during|before|after|always)\b")
EXAMPLES = "such as `during [1m, 2m]`, `during crash`, `before crash`, `after crash` or `always`"


@dataclass(frozen=True, slots=True)
class Phase:
    """Before, during or after a fault, or in every interval of the series.

    `fault` is its name. None stands for any of them: `before` is then up to the first begin of any
    fault, and `after` from the end of the last one on.
    """

    kind: Literal["before", "during", "after", "always"]
    fault: str | None = None


def parse_phase(text: str, start: int) -> Phase | tuple[float, float]:
    """The phase that begins with its word at `start`: of a fault, or from when to when in seconds.

    Raises:
        ExpectationError: with what was expected.
    """
    word = WORDS.match(text, start)
    assert word is not None
    kind, rest = word[1], text[word.end() :].strip()
    if kind == "during" and (rest.startswith("[") or len(rest.split()) != 1):
        return _window(text, start, word.end())
    if kind == "always" and rest:
        message = f"expected nothing after `always`, found {found(rest)}"
        raise ExpectationError(message, text.index(rest, word.end()), len(rest))
    if " " in rest:
        message = f"expected the name of one fault after `{kind}`, found {found(rest)}"
        raise ExpectationError(message, text.index(rest, word.end()), len(rest))
    if kind == "before":
        return Phase("before", rest or None)
    if kind == "after":
        return Phase("after", rest or None)
    return Phase("always") if kind == "always" else Phase("during", rest)


def _window(text: str, word: int, start: int) -> tuple[float, float]:
    """The times after `during`, which stands at `word`."""
    opening, comma, closing = (text.find(char, start) for char in "[,]")
    if not start <= opening < comma < closing or text[start:opening].strip():
        raise ExpectationError(f"expected a phase {EXAMPLES}", word, len(text) - word)
    if text[closing + 1 :].strip():
        rest = text[closing + 1 :].strip()
        message = f"expected nothing after the phase, found {found(rest)}"
        raise ExpectationError(message, text.index(rest, closing + 1), len(rest))
    begin = value(text, opening + 1, comma, parse_duration)
    end = value(text, comma + 1, closing, parse_duration)
    if end <= begin:
        message = "expected a phase that ends after it begins"
        raise ExpectationError(message, opening, closing - opening + 1)
    return begin, end
