"""Files that are written whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from simulator.live.refused import Refused


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
        number, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        fresh = Path(name)
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            fresh.chmod(0o644)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    except (OSError, ValueError, RuntimeError) as error:
        # The last two are a path with a NUL in it, and the home of nobody.
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise Refused(f"{path}: cannot be written: {why}") from None
    return f"written to {path}"
