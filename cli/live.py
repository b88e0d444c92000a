"""`aftershock live`."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import (
    DurationOption,
    ScenarioArgument,
    SeedOption,
    SettingsOption,
    all_settings,
)
from simulator.errors import SimulatorError

if TYPE_CHECKING:
    from cli.remembered import Remembered
    from simulator.live.driver import Opening
    from tui.recording import Recording

FRAMES = 120
"""A second at most, twice as many as Textual has otherwise: what a key does waits half as long for one."""


def complete_theme(incomplete: str) -> list[str]:
    """Names of themes, for the shell."""
    return [name for name in theme_names() if name.startswith(incomplete)]


def theme_names() -> list[str]:
    """Of our own and of Textual's."""
    from textual.theme import BUILTIN_THEMES

    from tui.themes import OWN

    return [*(theme.name for theme in OWN), *sorted(BUILTIN_THEMES)]


def live(
    scenario: ScenarioArgument,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="Open at this time: 90s, 1:30, 40%.")
    ] = None,
    speed: Annotated[
        str,
        typer.Option(
            "--speed",
            metavar="N",
            help="Simulated seconds for each second: 0.1 to 1000, or max for flat out.",
        ),
    ] = "1",
    paused: Annotated[bool, typer.Option("--paused", help="Stand still at first.")] = False,
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="FILE", help="Keep what is shown, as .cast or .svg."),
    ] = None,
    theme: Annotated[
        str | None,
        typer.Option(
            "--theme",
            metavar="NAME",
            help="Colours: aftershock, projector (light, high contrast), or another of Textual's.",
            autocompletion=complete_theme,
        ),
    ] = None,
    settings: SettingsOption = None,
    seed: SeedOption = None,
    duration: DurationOption = None,
    check: Annotated[
        bool, typer.Option("--check", help="Check the laws of the model while it plays.")
    ] = False,
) -> None:
    """Watch a scenario play, hurt it, and go back in time.

    What you do is kept as a scenario: the last line that is printed brings you back to where you
    were. Exits with status 0, 1 if the simulation itself has failed, 2 if the scenario or the call is
    wrong or there is no terminal.

    For example: aftershock live online-store --speed 5
    """
    # Read when Textual is loaded, for the names of themes at the latest.
    os.environ.setdefault("TEXTUAL_FPS", str(FRAMES))
    opening = opening_for(
        scenario, all_settings(settings, seed, duration), at, speed, paused, check
    )
    kept = None if record is None else _recording(record)
    chosen = _theme(theme)
    if not in_browser():
        need_terminal()
    raise typer.Exit(_watch(opening, kept, chosen))


def opening_for(
    scenario: str,
    settings: list[str],
    at: str | None = None,
    speed: str = "1",
    paused: bool = False,
    check: bool = False,
) -> Opening:
    """What to open, once it is known to be right; warnings are printed.

    Raises:
        SimulatorError: if the scenario or one of the values is wrong.
    """
    from simulator.live.driver import Opening
    from simulator.scenario import load

    loaded = load(scenario, settings)
    for warning in loaded.warnings:
        typer.echo(f"warning: {warning}", err=True)
    return Opening(
        scenario=scenario,
        settings=tuple(settings),
        at=_at(at, loaded.scenario.duration),
        speed=_speed(speed),
        paused=paused,
        check=check,
    )


def need_terminal() -> None:
    """A dashboard has to be shown somewhere.

    Raises:
        SimulatorError: if there is no terminal to show it in.
    """
    for name, stream in (
        ("input", sys.__stdin__),
        ("output", sys.__stdout__),
        ("error", sys.__stderr__),
    ):
        if stream is None or not stream.isatty():
            raise SimulatorError(
                f"a dashboard needs a terminal, and standard {name} is none; "
                "`aftershock run` plays a scenario without one"
            )
    if os.environ.get("TERM") == "dumb":
        raise SimulatorError(
            "a dashboard needs a terminal with a cursor, and TERM is `dumb`; "
            "`aftershock run` plays a scenario without one"
        )


def _at(text: str | None, duration: float) -> float:
    from simulator.live.typed_time import typed_time

    if text is None:
        return 0.0
    try:
        return typed_time(text, 0.0, duration)
    except ValueError as error:
        raise SimulatorError(f"--at {text}: {error}") from None


def _speed(text: str) -> float:
    from simulator.live.driver import FLAT_OUT
    from simulator.live.pace import FASTEST, SLOWEST

    if text == "max":
        return FLAT_OUT
    try:
        speed = float(text.removesuffix("x"))
    except ValueError:
        speed = -1.0
    if not SLOWEST <= speed <= FASTEST:
        raise SimulatorError(
            f"--speed {text}: expected a number from {SLOWEST:g} to {FASTEST:g}, or `max`"
        )
    return speed


def _recording(path: Path) -> Recording:
    from tui.recording import recording

    return recording(path)


def _theme(name: str | None) -> str:
    from simulator.scenario.problem import few, nearest
    from tui.themes import AFTERSHOCK

    known = theme_names()
    if name is None:
        return AFTERSHOCK.name
    if name not in known:
        hint = nearest(name, known) or few(known)
        raise SimulatorError(f"--theme {name}: there is no such theme{hint}")
    return name


def in_browser() -> bool:
    """Whether it is a visitor of a web site who watches, and no user of this machine."""
    return "WebDriver" in os.environ.get("TEXTUAL_DRIVER", "")


def drive(opening: Opening, visitor: bool) -> Remembered:
    """A simulation in a process of its own; one of a `visitor` leaves nothing on this machine."""
    from cli.remembered import Remembered
    from simulator.live.process import ProcessDriver

    return Remembered(opening, ProcessDriver(replace(opening, keeps=not visitor)), visitor)


def _watch(opening: Opening, recording: Recording | None, theme: str) -> int:
    """Show it until whoever watches has seen enough; returns the exit status."""
    from cli.leaving import ends_by_signals
    from cli.remembered import Remembered

    visitor = in_browser()
    # The simulation opens while the dashboard is loaded, which takes each of them a second.
    first = drive(opening, visitor)
    from tui.app import AftershockApp
    from tui.pauses import short_pauses

    app = AftershockApp(
        opening, lambda each: first if each is opening else drive(each, visitor), theme
    )
    if recording is not None:
        recording.attach(app)
    try:
        with ends_by_signals(app) as ended_by, short_pauses():
            app.run()
    finally:
        app.driver.close()
        if recording is not None:
            recording.close()
    driver = app.driver
    assert isinstance(driver, Remembered)
    if not visitor:
        # A terminal that has been closed has nobody to say goodbye to.
        with suppress(OSError):
            _say_farewell(driver, recording)
    if ended_by:
        return 128 + ended_by[0]
    failed = driver.failure is not None or bool(app.return_code)
    return 1 if failed else 0


def _say_farewell(remembered: Remembered, recording: Recording | None) -> None:
    from datetime import datetime

    from cli.farewell import farewell
    from simulator.live.kept import keep, state_folder

    kept = None
    if remembered.text and remembered.file is None and remembered.snapshot is not None:
        name = remembered.snapshot.scenario
        kept = keep(remembered.text, name, datetime.now(), state_folder("sessions"))
    if recording is not None:
        note = f"; {recording.note}" if recording.note else ""
        typer.echo(f"recorded in {recording.path}{note}")
    for line in farewell(remembered, kept):
        typer.echo(line)
