"""A widget that is drawn a few times a second at most, however often there is something new."""

from __future__ import annotations

from time import monotonic

from textual.timer import Timer
from textual.widget import Widget

from tui.desk import Desk


class Calm(Widget):
    """Draws what is new at once if it has not drawn for a while, and else when the while is over.

    What its user does is answered at once all the same: that is an ordinary `refresh`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._drawn_at = 0.0
        self._later: Timer | None = None

    def renew(self) -> None:
        """There is something new."""
        if self._later is not None:
            return
        pause = self.app.chart_pause if isinstance(self.app, Desk) else 0.0
        wait = pause - (monotonic() - self._drawn_at)
        if wait <= 0.0:
            self._draw()
        else:
            self._later = self.set_timer(wait, self._draw)

    def _draw(self) -> None:
        self._later = None
        self._drawn_at = monotonic()
        self.refresh()
