"""Where the process of a simulation begins."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from simulator.experiment.run import rare_collections
from simulator.live.checkpoints import Checkpoints
from simulator.live.desk import Desk
from simulator.live.driver import Opening
from simulator.live.failure import failure_of
from simulator.live.letters import Open
from simulator.live.past import Past
from simulator.live.wire import Wire

LAST_WORDS = 5.0
"""Seconds that a last message has to leave."""
FORKS = hasattr(os, "fork") and os.environ.get("AFTERSHOCK_LIVE_FORK") != "0"
"""Whether copies of this process are the way back."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a process stands: a folder of its own, and the descriptors that it has been given.

    Where there are none to give, the connection comes over the standard input.
    """

    folder: str
    connection: int = -1
    lifeline: int = -1


def main(place: Place) -> None:
    """Open what is asked for, and play it until nobody watches any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    folder = Path(place.folder)
    wire = Wire(_connection(place))
    opening = _opening(wire)
    if opening is not None:
        _work(wire, opening, place)
    shutil.rmtree(folder, ignore_errors=True)
    # Nothing else is to be cleaned up, and a large world takes its time to be taken apart.
    os._exit(0)


def _work(wire: Wire, opening: Opening, place: Place) -> None:
    desk: Desk | None = None
    try:
        if FORKS:
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            past = Checkpoints(Path(place.folder), place.lifeline)
            desk = past.office = Desk(wire, opening, past)
        else:
            desk = Desk(wire, opening, Past())
        # Between two bits of play there is no rubbish either, and they are many.
        with rare_collections():
            desk.work()
    except Exception as error:  # noqa: BLE001  whatever it is, whoever watches is to be told
        # By now this may be another process, with another wire.
        wire = wire if desk is None else desk.wire
        session = desk.player.session if desk is not None and opening.keeps else None
        wire.send(failure_of(error, session))
        limit = monotonic() + LAST_WORDS
        while wire.leaving and not wire.closed and monotonic() < limit:
            wire.wait(0.1)
            wire.receive()


def _connection(place: Place) -> socket.socket:
    if sys.platform == "win32":
        return socket.fromshare(sys.stdin.buffer.read())
    return socket.socket(fileno=place.connection)


def _opening(wire: Wire) -> Opening | None:
    """What to open; None if whoever watches has gone already."""
    while not wire.closed:
        wire.wait(None)
        wire.read()
        if (message := wire.first()) is not None:
            assert isinstance(message, Open)
            return message.opening
    return None
