"""What the terminal showed, kept in a file: as a cast for asciinema, or as a moving picture (SVG).

Both look over the shoulder of Textual's driver: whenever it writes to the terminal, a recording is told.
A file is there whole, once the app has ended, or not at all.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from simulator.errors import SimulatorError
from simulator.whole_file import why_not, write_whole_file
from tui.film import Film, Screen, lines_of

if TYPE_CHECKING:
    from textual.app import App
    from textual.driver import Driver

Clock = Callable[[], float]

LARGEST = 64 * 1024 * 1024
"""Bytes of a cast; what comes after is left out."""
LONGEST_PAUSE = 2.0
"""Seconds; a player of a cast passes over what is longer."""
BETWEEN = 0.25
"""Seconds between two frames of a film at least."""


class RecordingError(SimulatorError):
    """A recording cannot be written where it was asked for."""


class Recording(ABC):
    """Something that keeps what a terminal shows.

    The file is made beside its place and moved there at the end, so that a recording that was cut
    short leaves nothing half done, and an earlier one stays until the new one is whole.
    """

    def __init__(self, path: Path, clock: Clock = time.monotonic) -> None:
        self.path = path
        self.clock = clock
        self.note = ""
        """What is missing from it, in words."""

    @abstractmethod
    def wrote(self, app: App[None], data: str) -> None:
        """The app has written this to its terminal."""

    @abstractmethod
    def close(self) -> None:
        """Put the file in its place; may be called again.

        Raises:
            RecordingError: if that cannot be done.
        """

    def attach(self, app: App[None]) -> None:
        """Have the app, which does not run yet, tell this recording what it writes."""
        app.driver_class = _overheard(app.driver_class, self)


def recording(path: Path, clock: Clock = time.monotonic) -> Recording:
    """A recording of the kind that the ending of `path` names, `.cast` or `.svg`.

    Raises:
        RecordingError: if it is neither, or cannot be written there.
    """
    if path.suffix not in (".cast", ".svg"):
        raise RecordingError(f"--record {path}: expected a name that ends in `.cast` or `.svg`")
    if why := why_not(path):
        raise RecordingError(f"--record {path}: {why}")
    if path.is_dir():
        raise RecordingError(f"--record {path}: a folder, not a file")
    if path.exists() and not path.is_file():
        raise RecordingError(f"--record {path}: not a plain file")
    return CastRecording(path, clock) if path.suffix == ".cast" else FilmRecording(path, clock)


class CastRecording(Recording):
    """Every byte that the terminal got, with its time: asciicast, version 2.

    Source: docs.asciinema.org/manual/asciicast/v2.
    """

    def __init__(self, path: Path, clock: Clock = time.monotonic, largest: int = LARGEST) -> None:
        super().__init__(path, clock)
        self.largest = largest
        self._file: TextIO | None = None
        self._fresh: Path | None = None
        self._began = 0.0
        self._size = (0, 0)
        self._bytes = 0
        self._full = False

    def wrote(self, app: App[None], data: str) -> None:
        """Write it down with its time."""
        size = (app.size.width, app.size.height)
        if self._file is None:
            if self._full or not all(size):
                return
            self._begin(size)
        now = self.clock() - self._began
        if size != self._size:
            self._size = size
            self._event(now, "r", f"{size[0]}x{size[1]}")
        self._event(now, "o", data)

    def close(self) -> None:
        """Put the file in its place."""
        if self._file is None or self._fresh is None:
            return
        file, self._file = self._file, None
        try:
            file.close()
            self._fresh.chmod(0o644)
            self._fresh.replace(self.path)
        except OSError as error:
            self._fresh.unlink(missing_ok=True)
            raise RecordingError(f"{self.path}: cannot be written: {error.strerror}") from None

    def _begin(self, size: tuple[int, int]) -> None:
        self._began = self.clock()
        self._size = size
        folder = self.path.absolute().parent
        number, name = tempfile.mkstemp(prefix=f".{self.path.name}-", dir=folder)
        self._fresh = Path(name)
        self._file = os.fdopen(number, "w", encoding="utf-8", newline="\n")
        header = {
            "version": 2,
            "width": size[0],
            "height": size[1],
            "idle_time_limit": LONGEST_PAUSE,
            "env": {"TERM": "xterm-256color"},
        }
        self._line(json.dumps(header))

    def _event(self, moment: float, code: str, data: str) -> None:
        if not self._full:
            self._line(json.dumps([round(moment, 3), code, data], ensure_ascii=False))

    def _line(self, text: str) -> None:
        if self._file is None:
            return
        self._bytes += len(text.encode("utf-8", "surrogatepass")) + 1
        if self._bytes > self.largest:
            self._full = True
            self.note = f"it ends where it had grown to {self.largest // 1024**2} MiB"
            return
        try:
            self._file.write(text + "\n")
        except OSError as error:
            # A full disk must not end what is being watched: the recording ends instead.
            self._full = True
            self.note = f"it ends early: {error.strerror}"


class FilmRecording(Recording):
    """A few frames a second, as one picture that moves."""

    def __init__(self, path: Path, clock: Clock = time.monotonic) -> None:
        super().__init__(path, clock)
        self.film = Film()
        self._due: float | None = None
        self._waiting = False

    def wrote(self, app: App[None], data: str) -> None:
        """Take a frame soon: when enough time has passed since the last one."""
        if self._waiting:
            return
        now = self.clock()
        wait = 0.0 if self._due is None else max(0.0, self._due - now)
        self._waiting = True
        if wait > 0.0:
            app.set_timer(wait, lambda: self.take(app))
        else:
            app.call_later(self.take, app)

    def take(self, app: App[None]) -> None:
        """Take a frame now."""
        self._waiting = False
        now = self.clock()
        self._due = now + max(BETWEEN, self.film.between)
        screen = picture(app)
        if screen is not None:
            self.film.add(now, screen)

    def close(self) -> None:
        """Put the film in its place."""
        text, self.film = self.film.svg(), Film()
        if not text:
            return
        try:
            write_whole_file(self.path, text.encode())
        except OSError as error:
            raise RecordingError(f"{self.path}: cannot be written: {error.strerror}") from None


def picture(app: App[None]) -> Screen | None:
    """What the app shows now, with the screens that lie under a dialog."""
    update = app.screen._compositor.render_update(
        full=True, screen_stack=app._background_screens, simplify=True
    )
    if update is None:
        return None
    ground = app.screen.styles.background.hex6
    return lines_of(app.console.render(update), app.size.width, app.size.height, ground)


def _overheard(base: type[Driver], listener: Recording) -> type[Driver]:
    """The same driver, which tells a recording what it writes."""

    class Overheard(base):  # type: ignore[valid-type, misc]
        def write(self, data: str) -> None:
            super().write(data)
            listener.wrote(self._app, data)

    return Overheard
