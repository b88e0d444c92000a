"""What the policies did."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from reports.quantity import count, digits, seconds
from reports.tables.style import new_table
from simulator.experiment.result import Metastability, PolicyFigures, Result


def policies_table(result: Result) -> Table:
    """A row for each policy of each caller: whom it guards, and what it counted."""
    table = new_table("Policies")
    table.add_column("", overflow="fold")
    table.add_column("policy", no_wrap=True)
    table.add_column("what it did", overflow="fold")
    for each in result.policies:
        table.add_row(_ends(each), each.policy, counters(each) or "nothing")
    return table


def _ends(figures: PolicyFigures) -> str:
    """Caller and callee; a policy for some endpoints of the callee names the one there is."""
    callee = figures.endpoints[0] if len(figures.endpoints) == 1 else figures.callee
    if figures.caller is None:
        return figures.callee
    return f"{'all' if figures.caller == '*' else figures.caller} > {callee}"


def counters(figures: PolicyFigures) -> str:
    """The counters that are not 0, with their names."""
    shown = []
    for name, value in figures.counters.items():
        if value:
            amount = count(int(value)) if float(value).is_integer() else digits(value)
            if name.endswith("_seconds"):
                name, amount = name.removesuffix("_seconds"), seconds(value)
            shown.append(f"{name.replace('_', ' ')} {amount}")
    return ", ".join(shown)


def metastability_line(found: Metastability) -> Text:
    """Whether the system came back once what had brought it down was over."""
    was = (
        f"{digits(found.goodput_before)}/s good before, {digits(found.goodput_after)}/s at the end"
    )
    if found.attempts_before is not None and found.attempts_after is not None:
        was += (
            f"; {digits(found.attempts_before)} attempts per request before, "
            f"{digits(found.attempts_after)} at the end"
        )
    style = "red" if found.metastable else "green"
    text = Text(f"metastable: {'yes' if found.metastable else 'no'}", style=style)
    over = f" (the trigger was over at {seconds(found.trigger_to)}: {was})\n"
    return text.append(over, style="default")
