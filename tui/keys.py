"""All keys, in one place: what they do is in `tui.actions`.

The identifiers are stable: whoever wants other keys names them by it. Keys that act on time, on the
system and on files are the same in every view.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from textual.binding import Binding, BindingType

VIEWS: Final = Binding.Group("Views")
TIME: Final = Binding.Group("Time")
HARM: Final = Binding.Group("Harm")
CHANGE: Final = Binding.Group("Change")
FILES: Final = Binding.Group("Files")
GENERAL: Final = Binding.Group("General")

Row = tuple[str, str, str, str, str]
"""Keys, identifier, action, description and tooltip."""


def _bindings(group: Binding.Group, rows: Iterable[Row]) -> list[BindingType]:
    return [
        Binding(keys, action, description, id=name, tooltip=tooltip, group=group)
        for keys, name, action, description, tooltip in rows
    ]


BINDINGS: Final[list[BindingType]] = [
    *_bindings(
        VIEWS,
        (
            ("1", "view.overview", "view('overview')", "Overview", "The whole system at a glance"),
            ("2", "view.service", "view('service')", "Service", "The selected service"),
            ("3", "view.requests", "view('requests')", "Requests", "Sampled requests, one by one"),
            ("4", "view.timeline", "view('timeline')", "Timeline", "The run from start to end"),
            ("5", "view.compare", "view('compare')", "Compare", "Two simulations side by side"),
            ("6", "view.library", "view('library')", "Library", "Scenarios to open"),
            ("enter", "view.enter", "enter", "Look inside", "Go into what is selected"),
            ("escape", "view.back", "leave", "Back", "Back to where you came from"),
            (
                "/",
                "view.filter",
                "filter",
                "Filter",
                "List only what has a word, or with !word what has not",
            ),
        ),
    ),
    *_bindings(
        TIME,
        (
            ("space", "time.pause", "pause", "Pause", "Pause, or play on"),
            (".", "time.step", "step", "Step", "Play one simulated second, and pause"),
            ("+,=", "time.faster", "faster", "Faster", "Speed up: at most flat out"),
            ("-,_", "time.slower", "slower", "Slower", "Slow down: at least a tenth of real time"),
            (
                "[",
                "time.earlier",
                "earlier",
                "Back in time",
                "Go back in time, by a step that fits the timeline",
            ),
            (
                "]",
                "time.later",
                "later",
                "Forth in time",
                "Go forth in time, by a step that fits the timeline",
            ),
            ("{", "time.event_before", "event_before", "Event before", "Go to the event before"),
            ("}", "time.event_after", "event_after", "Event after", "Go to the event after"),
            ("g", "time.go_to", "go_to", "Go to", "Go to a time: 90s, 40%, -10s"),
            ("home", "time.start", "to_start", "Start", "Go to the start of the run"),
            (
                "end",
                "time.newest",
                "to_newest",
                "Newest",
                "Go to the farthest point that you have seen",
            ),
        ),
    ),
    *_bindings(
        HARM,
        (
            ("k", "harm.kill", "kill", "Kill", "Kill an instance of the selected service"),
            (
                "r",
                "harm.restart",
                "restart",
                "Restart",
                "Restart an instance of the selected service",
            ),
            (
                "l",
                "harm.latency",
                "latency",
                "Latency",
                "Delay all messages to the selected service",
            ),
            (
                "e",
                "harm.errors",
                "errors",
                "Errors",
                "Fail half of the calls to the selected service",
            ),
            (
                "c",
                "harm.cpu",
                "cpu",
                "CPU",
                "Slow the selected service down to a quarter of its speed",
            ),
            (
                "n",
                "harm.partition",
                "partition",
                "Partition",
                "Cut the selected service off from its callers",
            ),
            (
                "B",
                "harm.breaker",
                "breaker",
                "Breaker",
                "Force its circuit breakers open, closed, or off",
            ),
            ("F", "harm.fault", "fault", "All faults", "Any fault, with all of its fields"),
            (
                "K",
                "harm.kill_several",
                "kill(True)",
                "Kill several",
                "The same as k, but asks how many",
            ),
            (
                "L",
                "harm.latency_by",
                "latency(True)",
                "Latency by",
                "The same as l, but asks by how much",
            ),
            (
                "E",
                "harm.errors_of",
                "errors(True)",
                "Errors of",
                "The same as e, but asks for the share",
            ),
            (
                "C",
                "harm.cpu_to",
                "cpu(True)",
                "CPU to",
                "The same as c, but asks what is left of the speed",
            ),
            ("u", "harm.undo", "undo", "Undo", "Take back the last thing that you did"),
            (
                "U",
                "harm.undo_all",
                "undo_all",
                "Undo all",
                "Take back all that you did, and end every fault",
            ),
        ),
    ),
    *_bindings(
        CHANGE,
        (
            (
                "s",
                "change.scale",
                "scale",
                "Scale",
                "Give the selected service more or fewer instances",
            ),
            (
                "b",
                "change.balancer",
                "balancer",
                "Balancer",
                "Another balancer for the calls to it",
            ),
            (
                "t",
                "change.traffic",
                "traffic",
                "Traffic",
                "More or fewer requests of a class of users",
            ),
        ),
    ),
    *_bindings(
        FILES,
        (
            ("w", "files.write", "write", "Write", "Write what you did as a scenario"),
            (
                "x",
                "files.export",
                "export",
                "Export",
                "Export the screen, charts and the results so far",
            ),
        ),
    ),
    *_bindings(
        GENERAL,
        (
            ("?,f1", "general.help", "help", "Help", "What you see, and which keys there are"),
            (
                ":,ctrl+p",
                "general.palette",
                "command_palette",
                "Commands",
                "Find anything by its name",
            ),
            ("q", "general.quit", "quit", "Quit", "Quit, and print a summary"),
        ),
    ),
]

KEYS: Final[dict[str, Binding]] = {
    each.id: each for each in BINDINGS if isinstance(each, Binding) and each.id
}
"""By identifier."""

SHOWN: Final[dict[str, str]] = {"escape": "esc", "enter": "⏎", "space": "space"}


def shown(name: str) -> str:
    """The key of a binding, as people write it."""
    first = KEYS[name].key.split(",")[0]
    return SHOWN.get(first, first)


ALWAYS: Final[Sequence[str]] = ("general.help", "general.quit")
"""Identifiers of what every footer shows, at its right end."""
