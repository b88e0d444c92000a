"""A chapter of the reference: all things of a kind in a list, or one of them explained."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import typer

from simulator.errors import SimulatorError

Row = tuple[str, str, Sequence[str]]
"""A name, what it is in a sentence, and what is said below that."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """All things of one kind that a scenario can name.

    Attributes:
        kind: what one of them is called in messages.
        names: theirs, in the order of the list.
        summary_of: all that is known of one, as data.
        explain: the same as text, which ends with a line.
        details: what the list says of one below its summary; an empty one is left out.
        notes: what the list says beside them, at its end.
    """

    kind: str
    names: Collection[str]
    summary_of: Callable[[str], Mapping[str, Any]]
    explain: Callable[[str], str]
    details: Callable[[Mapping[str, Any]], Sequence[str]]
    notes: Sequence[Row] = ()

    def tell(self, name: str | None, json_output: bool) -> None:
        """Explain one by its name, or list them all."""
        from simulator.scenario.problem import nearest

        if name is not None and name not in self.names:
            raise SimulatorError(f"unknown {self.kind} `{name}`{nearest(name, self.names)}")
        if json_output:
            summaries = [self.summary_of(each) for each in self.names]
            typer.echo(json.dumps(summaries if name is None else self.summary_of(name)))
        elif name is not None:
            typer.echo(self.explain(name), nl=False)
        else:
            self.list_all()

    def list_all(self) -> None:
        """Print the list."""
        width = max(len(each) for each in self.names)
        summaries = [self.summary_of(each) for each in self.names]
        rows = [
            (each, summary["summary"], self.details(summary))
            for each, summary in zip(self.names, summaries, strict=True)
        ]
        for title, summary, details in [*rows, *self.notes]:
            typer.echo(f"{title:<{width}}  {summary}")
            for line in filter(None, details):
                typer.echo(f"{'':<{width}}  {line}")
