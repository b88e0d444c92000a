"""A terminal whose size is in the test's hands: a pseudo-terminal of the system, and an emulator that draws.

The system itself tells the app of each size, at once and in order, as it does when somebody drags the
corner of a window. tmux, with which the other tests drive the app, has its own mind about sizes.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

import pyte
from terminal import COMMAND, PATIENCE

READ_AT_ONCE = 1 << 16
BETWEEN = 0.05


class PseudoTerminal:
    """One command of `aftershock` in a terminal of its own, with a home of its own in `folder`."""

    def __init__(
        self,
        *words: str,
        folder: Path,
        size: tuple[int, int],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        command = [*COMMAND, *words]
        variables = {
            **os.environ,
            "TERM": "xterm-256color",
            "XDG_STATE_HOME": str(folder / "state"),
            **(environment or {}),
        }
        self._emulator = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._emulator)
        # The app starts once its window has a size.
        ready, start = os.pipe()
        self.process, self._wire = pty.fork()
        if self.process == 0:
            os.close(start)
            os.read(ready, 1)
            os.chdir(folder)
            os.execve(command[0], command, variables)
        os.close(ready)
        self.resize(*size)
        os.close(start)
        self._status: int | None = None

    def __enter__(self) -> PseudoTerminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._status is None:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self._wire)

    def keys(self, text: str) -> None:
        """Press keys, as the characters that a terminal sends for them."""
        os.write(self._wire, text.encode())

    def resize(self, width: int, height: int) -> None:
        """Give it another size; the system tells the app."""
        self._emulator.resize(height, width)
        fcntl.ioctl(self._wire, termios.TIOCSWINSZ, struct.pack("4H", height, width, 0, 0))

    def wait_for(self, wanted: Callable[[str], bool]) -> str:
        """Wait until the screen is as wanted; returns it.

        Raises:
            AssertionError: with the screen as it was, if that does not come to pass.
        """
        until = time.monotonic() + PATIENCE
        while True:
            open_still = self._draw()
            screen = "\n".join(self._emulator.display)
            if wanted(screen):
                return screen
            if not open_still or time.monotonic() > until:
                raise AssertionError(f"waited for {wanted!r}; the screen is\n{screen}")

    def wait_for_end(self) -> tuple[int, str]:
        """Wait until the command has ended: its exit status, and what stands on the screen then."""
        until = time.monotonic() + PATIENCE
        while self._draw():
            assert time.monotonic() < until, "it does not end"
        _, status = os.waitpid(self.process, 0)
        self._status = os.waitstatus_to_exitcode(status)
        return self._status, "\n".join(self._emulator.display)

    def _draw(self) -> bool:
        """Draw what has come, or wait a little for it; says whether the app still holds the window."""
        readable, _, _ = select.select([self._wire], [], [], BETWEEN)
        if readable:
            try:
                come = os.read(self._wire, READ_AT_ONCE)
            except OSError:
                # So Linux says that nobody is at the other end any more.
                return False
            self._stream.feed(come)
            return bool(come)
        return True
