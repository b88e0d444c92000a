"""What views and actions may ask of the app."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from textual.app import App
from textual.notifications import SeverityLevel

from simulator.live.commands import Answer, Command
from simulator.live.driver import Driver, Opening, Results
from tui.watching import Selection, Then, Watching

if TYPE_CHECKING:
    from tui.views.view import View

SomeView = TypeVar("SomeView", bound="View")

Drive = Callable[[Opening], Driver]
"""Starts a simulation."""


class Desk(App[None]):
    """An app with a simulation, and what is known from it.

    Attributes:
        opening: what is open.
        drive: starts another simulation, as the library and a comparison do.
        driver: the simulation that shows.
        watching: the newest snapshot of it, what is selected, and the like.
        chart_pause: seconds of wall time at least between two drawings of a chart.
    """

    def __init__(self, opening: Opening, drive: Drive) -> None:
        super().__init__()
        self.opening = opening
        self.drive = drive
        self.driver = drive(opening)
        self.watching = Watching()
        self.chart_pause = 0.2

    def ask(self, command: Command, then: Then | None = None) -> None:
        """Ask the simulation for something.

        What comes of it is shown in a toast, and as a warning if it was refused; unless `then` is given,
        which is then called with the answer.
        """
        if self.watching.failure is not None:
            self.warn("the simulation has failed: there is nothing left to ask; q quits")
            return
        number = self.driver.send(command)
        if then is not None:
            self.watching.waiting[number] = then

    def answered(self, answer: Answer) -> None:
        """An answer has come."""
        then = self.watching.waiting.pop(answer.number, None)
        if then is not None:
            then(answer)
        elif not answer.done:
            self.warn(answer.text)
        elif answer.text:
            self.say(answer.text)

    def say(self, text: str, beside: bool = False) -> None:
        """A toast in place of those before it, or beside them."""
        self._toast(text, "information", 4.0, beside)

    def warn(self, text: str, beside: bool = False) -> None:
        """A toast about what cannot be done."""
        self._toast(text, "warning", 6.0, beside)

    def _toast(self, text: str, severity: SeverityLevel, seconds: float, beside: bool) -> None:
        # A key that is pressed again and again would cover the screen with what it has to say.
        if not beside:
            self.clear_notifications()
        self.notify(text, severity=severity, markup=False, timeout=seconds)

    def results_came(self, results: Results) -> None:
        """The results so far have come, as `Export` asked."""

    @abstractmethod
    def open_scenario(self, opening: Opening) -> None:
        """Close the simulation that shows, and open another."""

    @abstractmethod
    def receive(self) -> None:
        """Take what the simulation has sent."""

    @abstractmethod
    def select(self, kind: str, name: str) -> None:
        """Select something for keys to act on: see `Selection`."""

    @abstractmethod
    def view_of(self, kind: type[SomeView]) -> SomeView:
        """One of the views, which may not have been opened yet."""

    @abstractmethod
    def open_view(self, name: str) -> None:
        """Show another view; escape comes back."""

    @abstractmethod
    def refocus(self) -> None:
        """What the visible view looks at has changed: have the snapshots follow."""

    @property
    def selection(self) -> Selection | None:
        """What is selected."""
        return self.watching.selection
