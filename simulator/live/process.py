"""A simulation in a process of its own, seen from whoever watches."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from simulator.live.commands import Command, Failure
from simulator.live.driver import Message, Opening
from simulator.live.kept import leave_replay
from simulator.live.letters import Ask, Kept, Open, Seen
from simulator.live.snapshot import Snapshot
from simulator.live.wire import Wire

PROGRAM = "import sys; sys.path[:] = {}; from simulator.live.serve import Place, main; main({})"
SINGLE = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Who has more than one thread cannot be copied; there is nothing here for more to do."""
LAST_WORDS = 4000
"""Characters of what it left in its log that are told."""


class ProcessDriver:
    """A simulation that plays in a process of its own, so that whoever watches is never kept waiting.

    The process hears no Ctrl-C, has no part in the terminal, and ends with whoever watches, however
    that ends. After a `Failure` nothing more comes.
    """

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self.sent = 0
        self.kept: str | None = None
        self.failed = self.closed = False
        self.folder = Path(tempfile.mkdtemp(prefix="aftershock-"))
        self.log = (self.folder / "log").open("w+b")
        ours, theirs = socket.socketpair()
        self.wire = Wire(ours)
        with theirs:
            if sys.platform == "win32":
                self.process = self._start(f"Place({str(self.folder)!r})", ())
                assert self.process.stdin is not None
                self.process.stdin.write(theirs.share(self.process.pid))
                self.process.stdin.close()
            else:
                lifeline, self.lifeline = os.pipe()
                place = f"Place({str(self.folder)!r}, {theirs.fileno()}, {lifeline})"
                self.process = self._start(place, (theirs.fileno(), lifeline))
                os.close(lifeline)
        self.wire.send(Open(opening))

    def _start(self, place: str, descriptors: Sequence[int]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format(sys.path, place)],
            stdin=subprocess.PIPE if sys.platform == "win32" else subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            env=os.environ | SINGLE,
            pass_fds=descriptors,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )

    def send(self, command: Command) -> int:
        """Ask for something, without waiting."""
        self.sent += 1
        if not self.closed:
            self.wire.send(Ask(self.sent, command))
        return self.sent

    def poll(self) -> Sequence[Message]:
        """What has come since the last time, without waiting."""
        if self.failed or self.closed:
            return ()
        found: list[Message] = []
        for message in self.wire.receive():
            if isinstance(message, Kept):
                self.kept = message.scenario
                continue
            if isinstance(message, Snapshot):
                self.wire.send(Seen(message.number))
            elif isinstance(message, Failure):
                self.failed = True
            assert isinstance(message, Message)
            found.append(message)
        if self.wire.closed and not self.failed:
            self.failed = True
            found.append(self._died())
        return found

    def fileno(self) -> int | None:
        """The descriptor of the connection; None on Windows, where nobody can wait for a socket."""
        return None if sys.platform == "win32" or self.closed else self.wire.end.fileno()

    def close(self) -> None:
        """End the simulation with all its copies; may be called again."""
        if self.closed:
            return
        self.closed = True
        self.wire.close()
        self._kill()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _kill(self) -> None:
        if sys.platform == "win32":
            self.process.kill()
        else:
            os.close(self.lifeline)
            # All copies are of one group, which has the number of the first as long as that one has
            # not been waited for.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _died(self) -> Failure:
        """What to say of a process that has ended without a word."""
        self.log.seek(0)
        words = self.log.read().decode("utf-8", "replace")[-LAST_WORDS:]
        message = "the process of the simulation has ended without a word"
        if not words:
            message += ": it was killed, perhaps because the memory was used up"
        return Failure(message, words, leave_replay(self.kept if self.opening.keeps else None))
