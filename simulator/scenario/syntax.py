"""What is wrong with a text that is not YAML, in words for people who did not write the parser."""

from __future__ import annotations

import re
from collections.abc import Sequence

import yaml

_PRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Spot = tuple[int, int, str]
"""Line and column (from 0) and what is wrong there."""


def unreadable(text: str) -> Spot | None:
    """The first character that no text file should have, if any."""
    match = _PRINTABLE.search(text)
    if match is None:
        return None
    before = text[: match.start()]
    line = before.count("\n")
    column = match.start() - (before.rfind("\n") + 1)
    return line, column, f"not a text: the character U+{ord(match[0]):04X} cannot stand in YAML"


def explain_syntax(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> Spot:
    """Where the parser stopped, or where what it stopped at began, and what is wrong."""
    problem, context = error.problem or "", error.context or ""
    at = error.problem_mark or error.context_mark
    line, column = (at.line, at.column) if at else (0, 0)
    if line >= len(lines) or not lines[line][column:].strip():
        line, column = _last_of(lines, line, column)
    text = lines[line] if line < len(lines) else ""
    before, char = text[:column], text[column : column + 1]
    opened = error.context_mark
    if "cannot start any token" in problem:
        return line, column, _bad_start(char)
    if "mapping values" in problem:
        return _stray_colon(line, column, before)
    if "quoted scalar" in context and "escape" not in problem and opened:
        return opened.line, opened.column, "the quote that opens here is never closed"
    if "flow" in context and opened and ("',' or" in problem or "expected" in problem):
        return _unclosed(context, line, column, opened)
    if "block mapping" in context and opened:
        return line, column, _out_of_line(before, opened.column, "keys")
    if "block collection" in context and opened:
        return line, column, _out_of_line(before, opened.column, "`- ` entries")
    if "expected ':'" in problem and opened:
        return opened.line, opened.column, "expected `key: value`, found no `:`"
    if "block scalar" in context and opened:
        starter = lines[opened.line][opened.column : opened.column + 1]
        message = f"`{starter}` begins a block of text; put a value that starts with it in quotes"
        return opened.line, opened.column, message
    return line, column, _other(problem, context, char)


def _last_of(lines: Sequence[str], line: int, column: int) -> tuple[int, int]:
    """The end of the last line with something in it, for what ends too early."""
    for number in range(min(line, len(lines) - 1), -1, -1):
        if lines[number].strip():
            return number, len(lines[number].rstrip()) - 1
    return line, column


def _bad_start(char: str) -> str:
    if char == "\t":
        return "a tab cannot indent; use spaces"
    return f"a value cannot begin with `{char}`; put it in quotes"


def _stray_colon(line: int, column: int, before: str) -> Spot:
    if ":" in before:
        return line, column, "a second `:` in one line; a text with `: ` in it needs quotes"
    indent = len(before) - len(before.lstrip())
    message = "this key is indented deeper than the line above, which has a value already"
    return line, indent, message


def _unclosed(context: str, line: int, column: int, opened: yaml.Mark) -> Spot:
    opening, closing = ("{", "}") if "mapping" in context else ("[", "]")
    if opened.line == line:
        return line, column, f"expected `,` or `{closing}` after what stands before"
    return opened.line, opened.column, f"this `{opening}` is not closed: a `{closing}` is missing"


def _out_of_line(before: str, column: int, what: str) -> str:
    if before.strip():
        return "expected the line to end after the value; put the whole value in quotes"
    if len(before) == column:
        wanted = "a key" if what == "keys" else "a `- ` entry"
        return f"expected {wanted}, as in the lines above"
    return f"this line is not in line with the {what} above, which begin in column {column + 1}"


def _other(problem: str, context: str, char: str) -> str:
    if "escape" in problem:
        return "an unknown escape in double quotes; write `\\\\` for a backslash"
    if "node content" in problem:
        return f"a value cannot begin with `{char}`; put it in quotes"
    if "scanning an alias" in context or "scanning an anchor" in context:
        return "expected a name after `*` or `&`; put a value that starts with it in quotes"
    if "sequence entries" in problem:
        return "a `- ` entry needs a line of its own"
    if "document start" in problem:
        return "more text after the end of the document (`...`)"
    return f"not YAML: {problem}" + (f" {context}" if context else "")
