"""What is left to say when a simulation has failed."""

from __future__ import annotations

import traceback

from simulator.errors import SimulatorError
from simulator.live.commands import Failure
from simulator.live.kept import leave_replay
from simulator.live.session import Session


def failure_of(error: Exception, session: Session | None) -> Failure:
    """Tell what went wrong, and leave a scenario that plays to the same failure of a `session`.

    What was asked for and cannot be simulated has no details.
    """
    replay = leave_replay(None if session is None else _written(session))
    if isinstance(error, SimulatorError):
        return Failure(str(error), "", replay)
    message = f"{type(error).__name__}: {error}".partition("\n")[0]
    return Failure(message, "".join(traceback.format_exception(error)), replay)


def _written(session: Session) -> str | None:
    try:
        return session.written()
    except Exception:  # noqa: BLE001  a second failure must not hide the first
        return None
