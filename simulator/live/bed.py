"""Sleeping at a socket until somebody hands over a connection, and work to do with it."""

from __future__ import annotations

import os
import select
import socket
from contextlib import suppress
from pathlib import Path

QUIT, WAKE, UP = b"q", b"w", b"u"
LENGTH = 8
"""Bytes that tell how long what follows is."""
PATIENCE = 10.0
"""Seconds after which a copy that does not stir is taken for dead."""


class Bed:
    """A socket with a path at which one process sleeps, to be woken by any other that knows the path.

    Raises:
        OSError: if there can be no such socket.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.listener = socket.socket(socket.AF_UNIX)
        try:
            self.listener.bind(str(path))
            self.listener.listen(1)
        except OSError:
            self.listener.close()
            raise

    def sleep(self, lifeline: int) -> tuple[socket.socket, bytes, int]:
        """Wait to be woken; returns who wakes, what they hand over, and their connection.

        The process ends here when it is told to, or when nobody holds the other end of `lifeline`.
        """
        while True:
            either = (self.listener.fileno(), lifeline)
            ready, _, _ = select.select(either, (), ())
            if lifeline in ready:
                os._exit(0)
            caller, _ = self.listener.accept()
            descriptors: list[int] = []
            with suppress(OSError):
                head, descriptors, _, _ = socket.recv_fds(caller, 1, 1)
                if head == QUIT:
                    os._exit(0)
                packed = _read(caller)
                if descriptors:
                    return caller, packed, descriptors[0]
            # Whoever called has died over it. A connection that is held here would never seem closed.
            for each in descriptors:
                os.close(each)
            caller.close()

    def leave(self) -> None:
        """Have no part in it any more; whoever else sleeps here sleeps on."""
        self.listener.close()

    def remove(self) -> None:
        """Let nobody sleep here any more."""
        self.leave()
        self.path.unlink(missing_ok=True)


def wake(path: Path, packed: bytes, connection: int) -> bool:
    """Wake whoever sleeps at `path`, and hand over; returns whether they are up."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(PATIENCE)
        try:
            caller.connect(str(path))
            socket.send_fds(caller, [WAKE], [connection])
            caller.sendall(len(packed).to_bytes(LENGTH) + packed)
            return caller.recv(1) == UP
        except OSError:
            return False


def dismiss(path: Path) -> None:
    """Tell whoever sleeps at `path` to end."""
    with socket.socket(socket.AF_UNIX) as caller:
        try:
            caller.connect(str(path))
            caller.sendall(QUIT)
        except OSError:
            return
        finally:
            path.unlink(missing_ok=True)


def _read(caller: socket.socket) -> bytes:
    """What is handed over.

    Raises:
        OSError: if it ends too early.
    """
    with caller.makefile("rb") as stream:
        length = int.from_bytes(stream.read(LENGTH))
        packed = stream.read(length)
    if len(packed) < length or not length:
        raise OSError("cut short")
    return packed
