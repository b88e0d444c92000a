"""What the policies did, all callers together: a sentence for each kind of policy that did something."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reports.quantity import share
from reports.story.words import counted, listed, time, times, were
from simulator.experiment.result import PolicyFigures, Result

Counters = Mapping[str, float]


def sentences(result: Result) -> list[str]:
    """What was retried, rejected, cached, and so on."""
    if not result.policies:
        return []
    told = [of_kind(result, policy) for policy in KINDS]
    busy = [each for each in told if each]
    return busy or ["The policies of the scenario had nothing to do."]


def of_kind(result: Result, policy: str) -> str:
    """What all policies of one kind did; empty if that is nothing."""
    return KINDS[policy](_Sum([each for each in result.policies if each.policy == policy]))


class _Sum:
    """The counters of one kind of policy, summed over callers."""

    def __init__(self, figures: list[PolicyFigures]) -> None:
        self.figures = figures

    def __getitem__(self, counter: str) -> int:
        return round(self.exact(counter))

    def exact(self, counter: str) -> float:
        return sum(each.counters.get(counter, 0.0) for each in self.figures)

    def most(self, counter: str) -> str:
        """Between whom most of it was, where there are several: ` (most from a to b)`."""
        guilty = [each for each in self.figures if each.counters.get(counter)]
        if len(guilty) < 2:
            return ""
        worst = max(guilty, key=lambda each: each.counters[counter])
        if worst.caller is None:
            return f" (most at {worst.callee})"
        caller = "all callers" if worst.caller == "*" else worst.caller
        return f" (most from {caller} to {worst.callee})"


def _retry(done: _Sum) -> str:
    sent, saved = done["sent"], done["succeeded"]
    refused, late, unsafe = done["refused"], done["too_late"], done["unsafe"]
    if not (sent or refused or late or unsafe):
        return ""
    text = f"Retries sent {counted(sent, 'further attempt')}{done.most('sent')}, and saved "
    text += counted(saved, "call")
    less = [f"{refused:,} refused by their budgets"] if refused else []
    less += [f"{late:,} not made for want of time"] if late else []
    less += [f"{unsafe:,} not made because doing it twice would do harm"] if unsafe else []
    return f"{text}; {listed(less)}." if less else f"{text}."


def _hedge(done: _Sum) -> str:
    copies, won = done["copies"], done["won"]
    if not copies:
        return ""
    return f"Hedging sent {counted(copies, 'copy', 'copies')}, of which {won:,} answered first."


def _breaker(done: _Sum) -> str:
    opened, rejected = done["opened"], done["rejected"]
    if not (opened or rejected):
        return ""
    deeds = [f"opened {times(opened)}{done.most('opened')}"] if opened else []
    deeds += [f"turned {counted(rejected, 'attempt')} away"] if rejected else []
    text = f"Circuit breakers {listed(deeds)}"
    open_for = done.exact("open_seconds")
    return f"{text}; together they were open for {time(open_for)}." if open_for else f"{text}."


def _turning_away(name: str) -> Callable[[_Sum], str]:
    """Of policies that only let some in, and have others wait."""

    def tell(done: _Sum) -> str:
        rejected, waited = done["rejected"], done["waited"]
        if not (rejected or waited):
            return ""
        text = f"{name} turned {counted(rejected, 'attempt')} away{done.most('rejected')}"
        return f"{text}, and had {waited:,} wait." if waited else f"{text}."

    return tell


def _cache(done: _Sum) -> str:
    served = done["hits"] + done["stale"]
    asked = served + done["misses"]
    if not asked:
        return ""
    return f"Caches answered {share(served / asked)} of {counted(asked, 'question')}."


def _fallback(done: _Sum) -> str:
    used, failed = done["used"], done["failed"]
    if not (used or failed):
        return ""
    text = f"Fallbacks answered {counted(used, 'call')}{done.most('used')}"
    return f"{text}, and {failed:,} failed themselves." if failed else f"{text}."


def _call(done: _Sum) -> str:
    twice = done["duplicates"]
    if not twice:
        return ""
    return f"Callees did {counted(twice, 'thing')} again that they had done for the same call."


def _gate(done: _Sum) -> str:
    counters: dict[str, float] = {}
    for each in done.figures:
        for reason, number in each.counters.items():
            counters[reason] = counters.get(reason, 0.0) + number
    reasons = [
        f"{round(number):,} by {reason.replace('_', ' ')}"
        for reason, number in counters.items()
        if number
    ]
    return f"Services turned requests away themselves: {listed(reasons)}." if reasons else ""


def _cpu_limit(done: _Sum) -> str:
    throttled, periods = done["throttled_periods"], done["periods"]
    if not throttled:
        return ""
    return (
        f"CPU limits stopped instances in {throttled:,} of {counted(periods, 'period')}; together "
        f"they {were(2)} stopped for {time(done.exact('throttled_seconds'))}."
    )


KINDS: Mapping[str, Callable[[_Sum], str]] = {
    "retry": _retry,
    "hedge": _hedge,
    "breaker": _breaker,
    "bulkhead": _turning_away("Bulkheads"),
    "rate_limit": _turning_away("Rate limits"),
    "concurrency_limit": _turning_away("Concurrency limits"),
    "cache": _cache,
    "fallback": _fallback,
    "call": _call,
    "gate": _gate,
    "cpu_limit": _cpu_limit,
}
"""By `PolicyFigures.policy`."""
