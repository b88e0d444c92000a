"""Paths that somebody types."""

from __future__ import annotations

from pathlib import Path


def typed(name: str) -> tuple[Path, str]:
    """The path that a text names, and what is wrong with it; empty if nothing is.

    Even to ask whether something is there fails where one may not look, where a name is too long, and in
    the home of nobody.
    """
    path = Path(name)
    try:
        path = path.expanduser().absolute()
        path.exists()
        path.parent.exists()
    except (OSError, ValueError, RuntimeError) as error:
        return path, f"{name}: {error.strerror if isinstance(error, OSError) else error}"
    return path, ""
