"""Writes docs/command-reference.md from the command line itself: every command and option."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from cli.main import app

PAGE = Path(__file__).with_name("command-reference.md")
NAME = "aftershock"


def reference() -> str:
    """The page."""
    parts = [
        "# Commands, option by option",
        "Written by `docs/make_command_reference.py` from the commands, so that none is missing; "
        "`aftershock COMMAND --help` prints the same. What commands have in common, and examples, are in "
        "[commands](cli.md).",
    ]
    for path, command in _commands(NAME, get_command(app)):
        parts += _section(path, command)
    return "\n\n".join(parts) + "\n"


def _commands(path: str, command: object) -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    """All that do something, in the order of the help."""
    if isinstance(command, TyperGroup):
        if path != NAME and command.invoke_without_command:
            yield path, command
        for name, each in command.commands.items():
            yield from _commands(f"{path} {name}", each)
    elif isinstance(command, TyperCommand):
        yield path, command


def _section(path: str, command: TyperCommand | TyperGroup) -> Iterator[str]:
    yield f"## {path}"
    arguments = [each for each in command.params if isinstance(each, TyperArgument)]
    options = [each for each in command.params if isinstance(each, TyperOption)]
    names = "".join(f" {_argument(each)}" for each in arguments)
    yield f"`{path}{' [OPTIONS]' if options else ''}{names}`"
    yield _joined(command.help or "")
    rows = [f"| `{_argument(each)}` | {_joined(each.help or '')} |" for each in arguments]
    rows += [f"| {_names(each)} | {_meaning(each)} |" for each in options]
    if rows:
        yield "\n".join(["| argument or option | meaning |", "|---|---|", *rows])


def _argument(argument: TyperArgument) -> str:
    name = argument.metavar or (argument.name or "").upper()
    return f"{name}..." if argument.nargs == -1 else name


def _names(option: TyperOption) -> str:
    takes = "" if option.is_flag else f" {option.metavar or 'VALUE'}"
    return ", ".join(f"`{name}{takes}`" for name in (*option.opts, *option.secondary_opts))


def _meaning(option: TyperOption) -> str:
    said = _joined(option.help or "").replace("|", "\\|")
    default = option.default
    if default in (None, False, ()) or callable(default) or not option.show_default:
        return said
    return f"{said} Default: `{default}`."


def _joined(text: str) -> str:
    """Paragraphs on a line each, without what tells terminals how to break them."""
    paragraphs = re.split(r"\n\s*\n", text.replace("\b", "").strip())
    return "\n\n".join(" ".join(each.split()) for each in paragraphs)


if __name__ == "__main__":
    PAGE.write_text(reference(), "utf-8")
