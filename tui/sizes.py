"""How large the window is: what its terminal says, and of many sizes in a row the last one."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from textual import events
from textual.driver import Driver
from textual.geometry import Size


def true_sizes(kind: type[Driver]) -> type[Driver]:
    """The driver of a terminal that tells the app the sizes that its terminal has, one after the other.

    Textual looks at the size within the handler of the signal. Signals that come fast interrupt the
    handlers of those before, and the first one, which has looked first, is then the last to tell: the app
    would stay at a size that the window has long left. Here the loop of events is woken and looks at the
    size itself, when it is at it.

    And where COLUMNS and LINES are exported, Textual believes them for ever. Some shells export them, and a
    Python that has loaded `readline` does so for all that it starts.
    """
    if sys.platform == "win32":
        return kind
    from textual.drivers.linux_driver import LinuxDriver

    if not issubclass(kind, LinuxDriver):
        return kind

    class TrueSizes(kind):  # type: ignore[misc, valid-type]
        def start_application_mode(self) -> None:
            super().start_application_mode()
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGWINCH, self._tell_size)

        def _get_terminal_size(self) -> tuple[int, int]:
            try:
                width, height = os.get_terminal_size(self.fileno)
            except OSError:
                width = height = 0
            # A terminal may not know; a serial line is one.
            return (width, height) if width and height else super()._get_terminal_size()

        def _tell_size(self) -> None:
            # A terminal that writes its sizes among the keys does so in turn by itself.
            if not self._in_band_window_resize:
                size = Size(*self._get_terminal_size())
                self.send_message(events.Resize(size, size))

    return TrueSizes
