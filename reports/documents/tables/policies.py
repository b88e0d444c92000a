"""What the policies did, as a table."""

from __future__ import annotations

from reports.documents.grid import Grid, words
from reports.story.words import counted
from reports.tables.policies import counters
from simulator.experiment.policy_figures import LEVELS
from simulator.experiment.result import PolicyFigures, Result


def policies(result: Result) -> Grid:
    """A row for each policy of each caller that did something."""
    busy = [each for each in result.policies if _did_something(each)]
    rows = [
        (_caller(each), ", ".join(each.endpoints) or each.callee, each.policy,
         counters(each) or "nothing")
        for each in busy
    ]  # fmt: skip
    idle = len(result.policies) - len(busy)
    note = (
        f"Left out: {counted(idle, 'policy', 'policies')} that had nothing to do." if idle else ""
    )
    return Grid("Policies", words("caller", "of what", "policy", "what it did"), tuple(rows), note)


def _did_something(each: PolicyFigures) -> bool:
    # A level, such as what is left in a budget, is there without anything being done.
    return any(value for name, value in each.counters.items() if name not in LEVELS)


def _caller(each: PolicyFigures) -> str:
    if each.caller is None:
        return f"{each.callee} itself"
    return "all callers" if each.caller == "*" else each.caller
