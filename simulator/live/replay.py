"""A scenario that is left in the user's folder, so that a failure can be played again."""

from __future__ import annotations

from datetime import datetime

from platformdirs import user_state_path

from simulator.live.files import write_text
from simulator.live.refused import Refused

MOST = 50
"""Files; the oldest goes when there are more."""


def leave_replay(scenario: str | None) -> str:
    """Write a scenario down; returns its path, empty if that cannot be done."""
    if scenario is None:
        return ""
    try:
        folder = user_state_path("aftershock", appauthor=False) / "failures"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{datetime.now():%Y-%m-%d-%H%M%S-%f}.yaml"
        write_text(path, scenario, replace=False)
        # Their names are times.
        for old in sorted(folder.glob("*.yaml"))[:-MOST]:
            old.unlink(missing_ok=True)
    except (OSError, Refused):
        return ""
    return str(path)
