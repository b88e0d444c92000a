"""What can be asked of a running simulation, and what it says to that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """Something that somebody wants of the simulation."""


@dataclass(frozen=True, slots=True)
class Pause(Command):
    """Stand still."""


@dataclass(frozen=True, slots=True)
class Resume(Command):
    """Go on."""


@dataclass(frozen=True, slots=True)
class Step(Command):
    """Play so many simulated seconds, and stand still."""

    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class SetSpeed(Command):
    """So many simulated seconds for each second, from 0.1 to 1000; infinite for flat out."""

    speed: float


@dataclass(frozen=True, slots=True)
class Focus(Command):
    """What whoever watches looks at: snapshots have the details of it, and of nothing else."""

    service: str | None = None
    instance: str | None = None
    requests: bool = False
    """Whether the list of sampled requests is wanted."""
    request: tuple[str, int] | None = None
    """The traffic class and the number of one of them."""


@dataclass(frozen=True, slots=True)
class Inject(Command):
    """Do harm from now on: `fault` is an entry of the scenario's list `faults`, without `at`.

    For example `{"latency": {"service": "payments", "add": "200ms"}, "for": "30s"}`.
    """

    fault: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class End(Command):
    """End one active fault, by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Undo(Command):
    """Take back the last thing that was done and still holds."""


@dataclass(frozen=True, slots=True)
class UndoAll(Command):
    """End every active fault, and take back all else that was done and still holds."""


@dataclass(frozen=True, slots=True)
class Scale(Command):
    """Have so many instances of a service from now on."""

    service: str
    replicas: int


@dataclass(frozen=True, slots=True)
class GoTo(Command):
    """Go to a time, back or forth; plays on from there if it was playing."""

    time: float


@dataclass(frozen=True, slots=True)
class SwitchBranch(Command):
    """Take up another branch, at the time that shows now or, if it is shorter, at its end."""

    number: int


@dataclass(frozen=True, slots=True)
class Write(Command):
    """Write what was done as a scenario: to `path`, or with None into the answer's `text`.

    With `until` the run of that scenario is cut there, in seconds; None keeps its duration.
    """

    path: str | None
    until: float | None = None
    replace: bool = False
    """Whether a file that is there already may be replaced."""
    branch: int | None = None
    """The number of the branch to be written; None for the one that plays."""


@dataclass(frozen=True, slots=True)
class Export(Command):
    """Leave the results so far in a folder, as `aftershock run --out` does.

    The simulation hands them up as `Results`, and whoever asked writes them.
    """

    folder: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one command."""

    number: int
    """Of the command."""
    done: bool
    text: str
    """What was done, or why not: one sentence for whoever asked."""
    payload: str = ""
    """The text that was asked for."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The simulation has failed, and there is no more of it."""

    message: str
    """In one line."""
    details: str
    """Where it happened, for a report."""
    replay: str
    """The path of a scenario file that plays to the same failure; empty if it could not be written."""
