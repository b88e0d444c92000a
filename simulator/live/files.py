"""Files that somebody has asked for by name."""

from __future__ import annotations

from pathlib import Path

from simulator.live.refused import Refused
from simulator.whole_file import write_whole_file


def write_text(path: Path, text: str, replace: bool) -> str:
    """Write a file, and say so.

    Raises:
        Refused: if it cannot be written, or is there and may not be replaced.
    """
    try:
        path = path.expanduser().absolute()
        if path.is_dir():
            raise Refused(f"{path}: a folder, not a file")
        if path.exists() and not path.is_file():
            # A device or a pipe would be gone, and a plain file in its place.
            raise Refused(f"{path}: not a plain file")
        if path.exists() and not replace:
            raise Refused(f"{path}: there already")
        write_whole_file(path, text.encode())
    except (OSError, ValueError, RuntimeError) as error:
        # The last two are a path with a NUL in it, and the home of nobody.
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise Refused(f"{path}: cannot be written: {why}") from None
    return f"written to {path}"
