"""Charts as files: which formats there are, and how a figure becomes one."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from reports.export import ExportError
from simulator.scenario.problem import listed, nearest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("png", "svg", "pdf")
DPI = 200
"""Dots per inch of a PNG: sharp on a projector."""


def format_of(path: Path) -> str:
    """The format that a file's name asks for.

    Raises:
        ExportError: if it asks for none that can be written.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix in FORMATS:
        return suffix
    names = [f".{each}" for each in FORMATS]
    hint = nearest(path.suffix, names) or f"; expected {listed(names)}"
    found = f"`{path.suffix}`" if path.suffix else "a name without an ending"
    raise ExportError(f"{path}: charts are not written as {found}{hint}")


def drawn(figure: Figure, kind: str) -> bytes:
    """The content of a file with the figure in it; the same figure gives the same content."""
    import matplotlib as mpl

    buffer = BytesIO()
    undated = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    # The names of an SVG's parts must not depend on chance; a PDF's text can be searched and copied.
    settings = {"svg.hashsalt": "aftershock", "pdf.fonttype": 42}
    with mpl.rc_context(settings), warnings.catch_warnings():  # type: ignore[arg-type]
        # A name may have letters that the font lacks: they show as boxes, which is warning enough.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(buffer, format=kind, dpi=DPI, metadata=undated[kind])
    return buffer.getvalue()
