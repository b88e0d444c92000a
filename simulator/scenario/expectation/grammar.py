"""Expectations: `shop.checkout.p99 <= 800ms during [1m, 2m]`, `recovery of crash <= 20s`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.scenario.expectation.measures import (
    MEASURES,
    OF_FAULTS,
    OF_RUNS,
    OF_SLOS,
    READERS,
    SHARES,
    TABLE,
)
from simulator.scenario.expectation.phases import WORDS, Phase, parse_phase
from simulator.scenario.expectation.words import ExpectationError, tolerance, value
from simulator.scenario.problem import few, found, nearest

LONGEST = 300
"""Characters of an expectation."""

NEARLY = 1e-9
"""A value that is off by this part of the bound is at it: measures are sums, and sums round."""

EXAMPLES = "such as `availability >= 99%` or `shop.p99 <= 800ms`"

_WORD = re.compile(r"\S+")
_OP = re.compile(r"[<>=!~]+")
_OF = re.compile(r"(\S+)\s+of\s+(\S+)$")
_TOLERANCE = re.compile(r"\+-|±")
_OPS = (">=", "<=", ">", "<", "~")


@dataclass(frozen=True, slots=True)
class Expectation:
    """One steady-state hypothesis.

    `subject` is a traffic class, a service or `service.endpoint`; None is all traffic together.
    `bound` and `tolerance` are in seconds, per second, a share of 1 or a plain number, as the measure
    has it. `window` are seconds from the start of the run, and `phase` what an expectation has
    instead whose times are not its own: what started in it counts. `fault` names the one that
    `recovery`, `detection` or `lost_requests` is about, `slo` the objective that `budget` or a burn
    rate is about; None is the worst of all.
    """

    text: str
    subject: str | None
    measure: str
    op: str
    bound: float
    window: tuple[float, float] | None
    fault: str | None = None
    slo: str | None = None
    phase: Phase | None = None
    tolerance: float = 0.0

    def holds(self, value: float | None) -> bool:
        """Whether `value` meets the bound; a value that was not measured meets nothing."""
        if value is None:
            return False
        low, high = self.bound - self.tolerance, self.bound + self.tolerance
        near = NEARLY * self.bound
        if self.op == "~":
            return low - near <= value <= high + near
        if self.op == ">=":
            return value >= low - near
        if self.op == "<=":
            return value <= high + near
        return value > low + near if self.op == ">" else value < high - near

    def missed_by(self, value: float) -> float:
        """How far `value` is on the wrong side of what the bound and its tolerance allow."""
        low, high = self.bound - self.tolerance, self.bound + self.tolerance
        short, over = max(0.0, low - value), max(0.0, value - high)
        if self.op == "~":
            return max(short, over)
        return short if self.op.startswith(">") else over

    def badness(self, value: float) -> float:
        """Greater the less `value` is what is expected, whether or not it is met."""
        if self.op == "~":
            return abs(value - self.bound)
        return -value if self.op.startswith(">") else value


def parse_expectation(text: str) -> Expectation:
    """Read one expectation.

    Raises:
        ExpectationError: with what was expected, and where in the text.
    """
    if len(text) > LONGEST:
        raise ExpectationError(f"longer than {LONGEST} characters", 0, len(text))
    op = _OP.search(text)
    if op is None:
        message = f"expected a measure, a comparison and a bound, {EXAMPLES}"
        raise ExpectationError(message, 0, len(text))
    subject, measure, of = _measured(text, op.start())
    if op[0] not in _OPS:
        message = f"expected `>=`, `<=`, `>`, `<` or `~`, found `{op[0]}`"
        raise ExpectationError(message, op.start(), len(op[0]))
    word = WORDS.search(text, op.end())
    end = word.start() if word else len(text)
    bound, within = _bound(text, op, end, measure)
    window: tuple[float, float] | None = None
    phase: Phase | None = None
    if word:
        parsed = parse_phase(text, word.start())
        _phased(text, word.start(), measure, subject, parsed)
        if isinstance(parsed, Phase):
            phase = parsed
        else:
            window = parsed
    return Expectation(
        text=text,
        subject=subject,
        measure="p99.9" if measure == "p999" else measure,
        op=op[0],
        bound=bound,
        window=window,
        fault=of if measure in OF_FAULTS else None,
        slo=of if measure in OF_SLOS else None,
        phase=phase,
        tolerance=within,
    )


def _bound(text: str, op: re.Match[str], end: int, measure: str) -> tuple[float, float]:
    """The bound and its tolerance, between the comparison and column `end`."""
    reader = READERS[TABLE[measure].unit]
    sign = _TOLERANCE.search(text, op.end(), end)
    bound = value(text, op.end(), sign.start() if sign else end, reader)
    if sign:
        points = measure in SHARES
        return bound, tolerance(text, sign.end(), end, bound, reader, points=points)
    if op[0] == "~":
        message = "expected a tolerance after `~`, as in `goodput ~ 200/s +- 5%`"
        raise ExpectationError(message, op.start(), end - op.start())
    return bound, 0.0


def _phased(
    text: str, start: int, measure: str, subject: str | None, phase: Phase | tuple[float, float]
) -> None:
    """Raises what is wrong with a phase, which stands at `start`, for a measure."""
    kind, length = TABLE[measure], len(text) - start
    if not kind.phased and measure in OF_FAULTS:
        message = f"`{measure}` has no phase: it counts from the start of a fault"
        raise ExpectationError(message, start, length)
    if measure in OF_RUNS:
        message = f"`{measure}` has no phase: it is that of the whole run after the warm-up"
        raise ExpectationError(message, start, length)
    if not kind.phased:
        message = f"`{measure}` has no phase: it is the worst of the whole run"
        raise ExpectationError(message, start, length)
    if measure == "attempts_per_request" and subject is not None:
        message = "only all traffic has `attempts_per_request` by phase"
        raise ExpectationError(message, start, length)
    if isinstance(phase, Phase) and phase.kind == "always" and not kind.by_interval:
        why = "it only grows" if measure == "budget" else "the series has none"
        raise ExpectationError(f"`{measure}` cannot be asked for `always`: {why}", start, length)


def _measured(text: str, end: int) -> tuple[str | None, str, str | None]:
    """The subject, the measure, and the fault or objective: what stands before the comparison."""
    words = text[:end].strip()
    at = text.find(words)
    if not words:
        raise ExpectationError(f"expected a measure before `{text[end]}`, {EXAMPLES}", end, 1)
    of = _OF.match(words)
    if of and of[1] in (*OF_FAULTS, *OF_SLOS):
        return None, of[1], of[2]
    if " " in words:
        second = _WORD.search(words, words.index(" "))
        assert second is not None
        message = f"expected a comparison such as `>=` before {found(second[0])}"
        raise ExpectationError(message, at + second.start(), len(second[0]))
    subject, _, measure = words.rpartition(".")
    if words == "p99.9" or words.endswith(".p99.9"):
        subject, measure = words[: -len(".p99.9")], "p99.9"
    if measure not in MEASURES:
        hint = nearest(measure, MEASURES) or few(MEASURES, len(MEASURES))
        column = at + len(words) - len(measure)
        raise ExpectationError(f"unknown measure `{measure}`{hint}", column, len(measure))
    if words.startswith("."):
        raise ExpectationError("expected a name before the `.`", at, 1)
    if subject and measure in (*OF_FAULTS, *OF_SLOS):
        whose, bound = ("a fault", "20s") if measure in OF_FAULTS else ("an objective", "1")
        message = f"`{measure}` is that of {whose}, as in `{measure} of NAME <= {bound}`"
        raise ExpectationError(message, at, len(subject))
    if subject and measure in OF_RUNS:
        message = f"`{measure}` is that of the whole run, as in `{measure} <= 5`"
        raise ExpectationError(message, at, len(subject))
    return subject or None, measure, None
