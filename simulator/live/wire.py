"""Messages between two processes, over a socket that never makes anybody wait."""

from __future__ import annotations

import pickle
import select
import socket
from collections.abc import Sequence

HEADER = 8
"""Bytes that tell the length of the message behind them."""
PIECE = 1 << 18
"""Bytes to read at once."""


class Wire:
    """One end of a connection between two processes of the same program.

    What cannot be sent at once waits here, and goes on its way with the next call. `arrived` and
    `leaving` are the bytes of messages that were under way when another process had this end.
    """

    def __init__(self, end: socket.socket, arrived: bytes = b"", leaving: bytes = b"") -> None:
        end.setblocking(False)
        self.end = end
        self.arrived = bytearray(arrived)
        self.leaving = bytearray(leaving)
        self.closed = False
        """Whether there is nobody at the other end."""

    def send(self, message: object) -> None:
        """Put a message on its way."""
        data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        self.leaving += len(data).to_bytes(HEADER)
        self.leaving += data
        self.flush()

    def flush(self) -> None:
        """Send what waits here, as far as the other end takes it."""
        while self.leaving and not self.closed:
            try:
                sent = self.end.send(self.leaving)
            except BlockingIOError:
                return
            except OSError:
                self.closed = True
                return
            del self.leaving[:sent]

    def receive(self) -> list[object]:
        """The messages that have come."""
        self.flush()
        self.read()
        messages = []
        while (message := self.first()) is not None:
            messages.append(message)
        return messages

    def first(self) -> object | None:
        """The first of the messages that have come and been read; None if there is none."""
        if len(self.arrived) < HEADER:
            return None
        end = HEADER + int.from_bytes(self.arrived[:HEADER])
        if len(self.arrived) < end:
            return None
        message: object = pickle.loads(self.arrived[HEADER:end])
        del self.arrived[:end]
        return message

    def read(self) -> None:
        """Read what has come, for `first`."""
        while not self.closed:
            try:
                piece = self.end.recv(PIECE)
            except BlockingIOError:
                return
            except OSError:
                piece = b""
            self.closed = not piece
            self.arrived += piece

    def wait(self, seconds: float | None) -> None:
        """Wait until something comes, or what waits here can go; at most so long, if not for ever."""
        writers: Sequence[socket.socket] = (self.end,) if self.leaving else ()
        select.select((self.end,), writers, (), seconds)

    def close(self) -> None:
        """Let go of this end; another process that has it keeps it."""
        self.closed = True
        self.end.close()
