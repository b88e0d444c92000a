"""The formats of documents, by the names that `aftershock report --format` knows."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from reports.export import ExportError
from reports.stored import StoredComparison, StoredRun
from simulator.scenario.problem import listed, nearest

ENDINGS: Mapping[str, str] = {"html": ".html", "md": ".md", "junit": ".xml"}
"""By format, how the name of a file in it ends."""
MODULES: Mapping[str, str] = {"html": "page", "md": "markdown", "junit": "junit"}
"""By format the module beside this one, with a function `document(stored) -> str`."""


def format_of(path: Path | None, asked: str | None) -> str:
    """The format that was asked for, or else that of the file's name; HTML if nothing tells.

    Raises:
        ExportError: if there is no such format, or if the name tells none.
    """
    if asked is not None:
        if asked in ENDINGS:
            return asked
        hint = nearest(asked, tuple(ENDINGS)) or f"; expected {listed(tuple(ENDINGS))}"
        raise ExportError(f"--format {asked}: there is no such format{hint}")
    if path is None:
        return "html"
    for form, ending in ENDINGS.items():
        if path.suffix.lower() == ending:
            return form
    known = tuple(ENDINGS.values())
    hint = nearest(path.suffix, known) or f"; expected {listed(known)}, or a `--format`"
    found = f"`{path.suffix}`" if path.suffix else "a name without an ending"
    raise ExportError(f"{path}: reports are not written as {found}{hint}")


def document(stored: StoredRun | StoredComparison, form: str) -> bytes:
    """The content of a file in a format; the same folder gives the same bytes."""
    text: str = import_module(f"reports.documents.{MODULES[form]}").document(stored)
    return text.encode("utf-8")
