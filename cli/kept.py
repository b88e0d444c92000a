"""What was done in the dashboard is kept for a while, so that it can be taken up again."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from pathlib import Path

from platformdirs import user_state_path

MOST = 50
"""Files; the oldest goes when there are more."""


def keeping_place() -> Path:
    """Where they lie: a folder of the user's."""
    return user_state_path("aftershock", appauthor=False) / "sessions"


def keep(text: str, name: str, when: datetime, folder: Path, most: int = MOST) -> Path | None:
    """Keep a scenario; None if there is no place for it.

    A full disk or a home that cannot be written to is no reason to end in an error: what was watched
    has been watched.
    """
    stem = f"{_plain(name)}-{when:%Y%m%d-%H%M%S}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number, fresh = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                file.write(text)
            path = _free(folder, stem)
            Path(fresh).replace(path)
        finally:
            Path(fresh).unlink(missing_ok=True)
        _tidy(folder, most)
    except OSError:
        return None
    return path


def _free(folder: Path, stem: str) -> Path:
    path = folder / f"{stem}.yaml"
    number = 2
    while path.exists():
        path = folder / f"{stem}-{number}.yaml"
        number += 1
    return path


def _plain(name: str) -> str:
    """As a part of a file's name anywhere."""
    kept = "".join(each if each.isalnum() or each in "-_" else "-" for each in name)
    return kept.strip("-")[:60] or "scenario"


def _tidy(folder: Path, most: int) -> None:
    files = sorted(folder.glob("*.yaml"), key=lambda file: (file.stat().st_mtime_ns, file.name))
    for file in files[: max(0, len(files) - most)]:
        file.unlink(missing_ok=True)
