"""A simulation that is remembered when it has been closed: what was done to it, and how far it went."""

from __future__ import annotations

import select
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from simulator.live.commands import Answer, Command, Export, Failure, Inject, Write
from simulator.live.driver import Driver, Message, Opening
from simulator.live.snapshot import BranchView, Snapshot
from simulator.scenario.write import named_files

PATIENCE = 3.0
"""Seconds that the simulation has, at the end, for writing down what was done."""
NOT_HERE = "in a browser nothing is written to the disk of the server; download it instead"
NO_FILES = "in a browser no file of the server can be named"


@dataclass(frozen=True, slots=True)
class Written:
    """A scenario file that somebody had written, and how much had been done by then."""

    path: str
    branch: int
    done: int


class Remembered:
    """A driver that lets everything pass, and keeps what is needed once it is closed.

    Attributes:
        opening: what was opened.
        snapshot: the newest, if there was one.
        failure: why there were no more, if the simulation failed.
        written: the file that was written last, if any.
        text: what was done, as a scenario; empty where nothing was done, and until it is closed.
    """

    def __init__(self, opening: Opening, driver: Driver, visitor: bool = False) -> None:
        """With `visitor`, what would read a file of this machine or write one is refused."""
        self.opening = opening
        self.driver = driver
        self.visitor = visitor
        self.snapshot: Snapshot | None = None
        self.failure: Failure | None = None
        self.written: Written | None = None
        self.text = ""
        self._writing: dict[int, str] = {}
        self._refused: dict[int, str] = {}
        self._closed = False

    @property
    def branch(self) -> BranchView | None:
        """The branch that was played last."""
        if self.snapshot is None:
            return None
        number = self.snapshot.branch
        return next((each for each in self.snapshot.branches if each.number == number), None)

    @property
    def file(self) -> str | None:
        """A file that holds all that was done, if there is one."""
        branch, written = self.branch, self.written
        if branch is None or written is None:
            return None
        whole = (written.branch, written.done) == (branch.number, branch.done)
        return written.path if whole else None

    def send(self, command: Command) -> int:
        """Ask for something."""
        refusal = _refusal(command) if self.visitor else ""
        if refusal:
            # Something is sent all the same, so that its answer, which becomes a refusal, wakes us.
            number = self.driver.send(Write(None))
            self._refused[number] = refusal
            return number
        number = self.driver.send(command)
        if isinstance(command, Write) and command.path is not None and command.until is None:
            self._writing[number] = command.path
        return number

    def poll(self) -> Sequence[Message]:
        """What has come."""
        return [self._note(message) for message in self.driver.poll()]

    def fileno(self) -> int | None:
        """As of the driver."""
        return self.driver.fileno()

    def close(self) -> None:
        """End the simulation, once it has said what was done."""
        if self._closed:
            return
        self._closed = True
        try:
            self.poll()
            branch = self.branch
            if branch is not None and branch.done and self.failure is None and not self.visitor:
                self.text = self._ask_for_text()
        except OSError:
            # The simulation has gone already, and what was done with it.
            pass
        finally:
            self.driver.close()

    def _ask_for_text(self) -> str:
        number = self.driver.send(Write(None))
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.failure is None:
            for message in self.poll():
                if isinstance(message, Answer) and message.number == number:
                    return message.payload
            waiting_for = self.fileno()
            if waiting_for is None:
                time.sleep(0.01)
            else:
                select.select([waiting_for], [], [], 0.1)
        return ""

    def _note(self, message: Message) -> Message:
        match message:
            case Snapshot():
                self.snapshot = message
            case Failure():
                self.failure = message
            case Answer(number) if number in self._refused:
                refusal = self._refused.pop(number)
                return replace(message, done=False, text=refusal, payload="")
            case Answer(number) if number in self._writing:
                path = self._writing.pop(number)
                branch = self.branch
                if message.done and branch is not None:
                    self.written = Written(path, branch.number, branch.done)
            case _:
                pass
        return message


def _refusal(command: Command) -> str:
    """Why a visitor may not have that done; empty if they may."""
    match command:
        case Export():
            return NOT_HERE
        case Write(path) if path is not None:
            return NOT_HERE
        case Inject(fault) if any(True for _ in named_files(dict(fault))):
            return NO_FILES
        case _:
            return ""
