"""What `--record` leaves: the screen as it was, whole or not at all, and no larger than it may be."""

from __future__ import annotations

import asyncio
import json
import os
import xml.etree.ElementTree as ElementTree
from itertools import count
from pathlib import Path

import pyte
import pytest
from rich.segment import Segment
from rich.style import Style
from stage import screen_text
from textual import events
from textual.driver import Driver
from textual.geometry import Size

from simulator.live.driver import Opening
from simulator.live.stepped import SteppedDriver
from tui.app import AftershockApp
from tui.film import Film, Screen, lines_of
from tui.recording import CastRecording, FilmRecording, Recording, RecordingError, recording

SIZE = (80, 24)


class Wire(Driver):
    """A terminal that takes everything and shows nothing."""

    def write(self, data: str) -> None:
        pass

    def start_application_mode(self) -> None:
        size = Size(*SIZE)
        self.send_message(events.Resize(size, size))

    def disable_input(self) -> None:
        pass

    def stop_application_mode(self) -> None:
        pass


def record(kept: Recording) -> str:
    """Play a little in an app that is recorded; returns its last screen."""
    last = []

    async def whole() -> None:
        app = AftershockApp(Opening("online-store"), SteppedDriver)
        app.driver_class = Wire
        kept.attach(app)

        async def play(pilot: object) -> None:
            driver = app.driver
            assert isinstance(driver, SteppedDriver)
            for _ in range(3):
                driver.play(5.0)
                app.receive()
                await pilot.pause()  # type: ignore[attr-defined]
            await pilot.press("4")  # type: ignore[attr-defined]
            await pilot.pause()  # type: ignore[attr-defined]
            last.append(screen_text(app))
            app.exit()

        await app.run_async(size=SIZE, auto_pilot=play)

    asyncio.run(whole())
    kept.close()
    return last[0]


def ticking(step: float):  # type: ignore[no-untyped-def]
    """A clock that goes on by `step` whenever somebody looks."""
    numbers = count()
    return lambda: next(numbers) * step


def test_a_cast_plays_to_the_screen_that_was_there(tmp_path: Path) -> None:
    """A terminal that gets the recorded bytes shows at the end what the app showed."""
    path = tmp_path / "x.cast"
    expected = record(CastRecording(path, ticking(0.01)))
    lines = path.read_text().splitlines()
    header = json.loads(lines[0])
    assert (header["version"], header["width"], header["height"]) == (2, *SIZE)
    played = [json.loads(line) for line in lines[1:]]
    times = [moment for moment, _, _ in played]
    assert times == sorted(times)
    assert {code for _, code, _ in played} == {"o"}
    screen = pyte.Screen(*SIZE)
    stream = pyte.Stream(screen)
    shown = set()
    for _, _, data in played:
        # What leaves the alternate screen clears nothing in pyte, so the last frame stays.
        stream.feed(data)
        shown.add("\n".join(line.rstrip() for line in screen.display))
    assert expected in shown
    assert list(tmp_path.iterdir()) == [path]


def test_a_cast_that_grows_too_large_ends_early(tmp_path: Path) -> None:
    """It is still a whole file of whole lines, and says that something is missing."""
    path = tmp_path / "x.cast"
    kept = CastRecording(path, ticking(0.01), largest=20_000)
    record(kept)
    assert 10_000 < path.stat().st_size <= 20_000
    for line in path.read_text().splitlines():
        json.loads(line)
    assert "it ends where it had grown" in kept.note


def test_a_recording_of_nothing_leaves_what_was_there(tmp_path: Path) -> None:
    """An app that never showed anything replaces no earlier recording, and leaves no file of its own."""
    path = tmp_path / "x.cast"
    path.write_text("earlier")
    kept = CastRecording(path, ticking(0.01))
    kept.close()
    assert path.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_a_film_is_a_picture_with_what_was_shown(tmp_path: Path) -> None:
    """It is XML that browsers draw: every frame in it, and the texts of the last one."""
    path = tmp_path / "x.svg"
    expected = record(FilmRecording(path, ticking(0.3)))
    root = ElementTree.fromstring(path.read_text())
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    texts = "".join(root.itertext())
    assert "timeline" in texts
    assert "seed\u00a02024" in texts
    assert "store" in expected
    assert list(tmp_path.iterdir()) == [path]


def screen(*lines: str) -> Screen:
    segments = [Segment(f"{line:<10}\n", Style(color="#ff0000")) for line in lines]
    return lines_of(segments, 10, len(lines), "#000000")


def test_the_same_frames_give_the_same_film() -> None:
    """Nothing in it hangs on time, order of hashing or names that are drawn."""
    films = []
    for _ in range(2):
        film = Film()
        for moment in range(5):
            film.add(float(moment), screen("head", f"line {moment}"))
        films.append(film.svg())
    assert films[0] == films[1]
    assert films[0].count("head") == 1, "a line that stays is written once"
    assert films[0].count('href="#l0"') == 5


def test_a_long_film_is_thinned() -> None:
    """There are never more frames than there may be; the last one and the first one stay."""
    film = Film(most=10)
    for moment in range(95):
        film.add(float(moment), screen(f"line {moment}"))
    assert len(film.frames) <= 10
    assert film.frames[0][0] == 0.0
    assert film.frames[-1][0] == 94.0
    assert film.between > 1.0
    text = film.svg()
    assert "line\u00a094" in text


def test_a_large_film_is_cut_to_its_size() -> None:
    """A film loses frames until it is as small as it has to be, and stays a whole one."""
    film = Film(largest=6_000)
    for moment in range(60):
        film.add(float(moment), screen(*(f"{moment} {row}" for row in range(8))))
    text = film.svg()
    assert len(text) <= 6_000
    assert ElementTree.fromstring(text) is not None


def test_what_shows_nothing_new_is_no_frame() -> None:
    """A screen that stands still is one frame, however long."""
    film = Film()
    for moment in range(5):
        film.add(float(moment), screen("same"))
    assert len(film.frames) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("x.gif", "expected a name that ends in `.cast` or `.svg`"),
        ("nowhere/x.svg", "there is no folder"),
        ("folder.svg", "a folder, not a file"),
        (f"{'a' * 300}.cast", "cannot be written to: File name too long"),
    ],
)
def test_a_recording_that_cannot_be_is_refused(tmp_path: Path, name: str, message: str) -> None:
    """What is wrong with a file's name is said before the screen is touched."""
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(RecordingError, match=message):
        recording(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_is_no_plain_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.cast")
    with pytest.raises(RecordingError, match="not a plain file"):
        recording(tmp_path / "pipe.cast")
