"""What every view is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, cast

from textual.containers import Container

from simulator.live.commands import Focus
from simulator.live.snapshot import Snapshot

if TYPE_CHECKING:
    from tui.desk import Desk


class View(Container):
    """One way to look at the simulation, which has the screen to itself but for header and footer.

    The app calls `show` with every new snapshot while the view is visible, and once when it becomes so.
    It must be cheap, and showing the same snapshot twice must change nothing.
    """

    ident: ClassVar[str]
    """By which keys and other views name it; also the id of the widget."""
    title: ClassVar[str]
    """In the words of the header."""
    help: ClassVar[str]
    """Markdown for the help screen: what is to be seen here, and what the numbers are."""
    keys: ClassVar[tuple[str, ...]] = ()
    """Identifiers of bindings for the footer, the most useful first."""
    words: ClassVar[Mapping[str, str]] = {}
    """What some of them do here, for the footer."""

    DEFAULT_CSS = """
    View { width: 1fr; height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__(id=self.ident)

    @property
    def desk(self) -> Desk:
        """The app, with its driver and what all views share."""
        return cast("Desk", self.app)

    def focus_wanted(self) -> Focus:
        """What the snapshots must have the details of, for this view."""
        return Focus()

    def show(self, snapshot: Snapshot) -> None:
        """Draw a snapshot."""

    def opened(self) -> None:
        """It has become visible; a place to put the keyboard's focus where it belongs."""

    def enter(self) -> None:
        """The enter key, where no widget has taken it: go into what is selected."""

    def back(self) -> bool:
        """The escape key: whether it meant something within this view."""
        return False

    def filter(self) -> None:
        """The `/` key."""
        self.desk.warn("there is nothing to filter in this view")
