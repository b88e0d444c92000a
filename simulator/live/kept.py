"""Scenarios that are kept for a while in a folder of the user's, so that they can be taken up again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from platformdirs import user_state_path

from simulator.whole_file import write_whole_file

MOST = 50
"""Files of a folder; the oldest goes when there are more."""


def state_folder(name: str) -> Path:
    """A folder of ours within that in which the user's programs keep what they come back to."""
    return user_state_path("aftershock", appauthor=False) / name


def keep(text: str, name: str, when: datetime, folder: Path, most: int = MOST) -> Path | None:
    """Keep a scenario; None if there is no place for it.

    A full disk or a home that cannot be written to is no reason to end in an error: what was watched
    has been watched.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = _free(folder, f"{_plain(name)}-{when:%Y%m%d-%H%M%S}")
        write_whole_file(path, text.encode())
        _tidy(folder, most)
    except OSError:
        return None
    return path


def leave_replay(scenario: str | None) -> str:
    """Keep a scenario that plays to a failure; returns its path, empty if there is none."""
    if scenario is None:
        return ""
    path = keep(scenario, "failure", datetime.now(), state_folder("failures"))
    return "" if path is None else str(path)


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
