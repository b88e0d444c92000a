"""Files that are written whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path


def write_whole_file(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Write a file beside its place and move it there, so that what was there stays until then.

    What comes in pieces is written piece by piece.

    Raises:
        OSError: if it cannot be written; nothing of it is left.
    """
    number, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.absolute().parent)
    fresh = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.writelines((content,) if isinstance(content, bytes) else content)
            file.flush()
            os.fsync(file.fileno())
        fresh.chmod(0o644)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def why_not(path: Path) -> str:
    """Why nothing can be written to a place, in words; empty if something can.

    A file is made beside it and taken away: nothing else tells for sure.
    """
    folder = path.absolute().parent
    try:
        number, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=folder)
        os.close(number)
        Path(name).unlink()
    except OSError as error:
        lost = isinstance(error, (FileNotFoundError, NotADirectoryError))
        if lost and not folder.is_dir():
            return f"there is no folder {folder}"
        return f"{folder} cannot be written to: {error.strerror}"
    return ""
