"""A real terminal, in which a test drives the dashboard as a person does: by keys, and by what is to be seen.

It is tmux: the app has a terminal of its own with a size, colours and a screen that can be read. There is
no sleeping: a test presses keys and waits for what they bring about.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from uuid import uuid4

from processes import children_of, descendants_of

COMMAND = [sys.executable, "-c", "from cli.main import main; main()"]
PATIENCE = 100.0
"""Seconds of wall time for anything to appear: far more than it takes, for machines that are busy."""
BETWEEN = 0.05
HAS_TMUX = shutil.which("tmux") is not None
NO_TMUX = "needs tmux: a terminal that can be driven and read"
ENDED = "[the command has ended with status "


def seconds_on(screen: str) -> float:
    """The simulated time that the first line shows; less than nothing before there is one."""
    found = re.search(r"(\d+):(\d\d\.\d) / ", screen.partition("\n")[0])
    return -1.0 if found is None else 60.0 * int(found[1]) + float(found[2])


def played_to(seconds: float) -> Callable[[str], bool]:
    """For `wait_for`: the clock shows at least so much."""
    return lambda screen: seconds_on(screen) >= seconds


class Terminal:
    """One command of `aftershock` in a terminal of its own, with a home of its own in `folder`."""

    def __init__(
        self,
        *words: str,
        folder: Path,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.socket = f"aftershock-{uuid4().hex[:12]}"
        variables = {"XDG_STATE_HOME": str(folder / "state"), **(environment or {})}
        settings = [f"{name}={value}" for name, value in variables.items()]
        command = shlex.join(["env", *settings, *COMMAND, *words])
        # What is printed at the end stays to be read, and the status with it.
        script = f'{command}; echo "{ENDED}$?]"; exec sleep 600'
        width, height = size
        self._tmux(
            *("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height)),
            *("-c", str(folder), f"exec sh -c {shlex.quote(script)}"),
        )
        self._tmux("set-option", "-g", "status", "off")
        self._tmux("set-option", "-g", "remain-on-exit", "on")
        self.pane = int(self._tmux("display-message", "-p", "#{pane_pid}"))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def keys(self, *names: str) -> None:
        """Press keys, by tmux's names for what is no character: `Enter`, `Escape`, `Space`, `C-c`."""
        for name in names:
            # One character is itself, whatever tmux would take it for.
            self._tmux("send-keys", *(("-l", name) if len(name) == 1 else (name,)))

    def type(self, text: str) -> None:
        """Type a text."""
        self._tmux("send-keys", "-l", text)

    def clear_line(self, before: str) -> None:
        """Empty the line that one types into, and wait until what stood there is gone.

        A key that is bound takes its way through the whole app, and what is typed meanwhile overtakes it.
        """
        self.wait_for(re.escape(before))
        self.keys("C-u")
        self.wait_for(lambda screen: before not in screen)

    def screen(self) -> str:
        """What is to be seen."""
        return self._tmux("capture-pane", "-p")

    def screen_with_colours(self) -> str:
        """The same with its escape sequences."""
        return self._tmux("capture-pane", "-p", "-e")

    def wait_for(self, wanted: str | Callable[[str], bool], patience: float = PATIENCE) -> str:
        """Wait until a text (a regular expression) is on the screen, or the screen is as wanted.

        Raises:
            AssertionError: with the screen as it was, if that does not come to pass.
        """
        until = time.monotonic() + patience
        while True:
            screen = self.screen()
            fits = re.search(wanted, screen) if isinstance(wanted, str) else wanted(screen)
            if fits:
                return screen
            if time.monotonic() > until:
                raise AssertionError(
                    f"waited {patience:g} s for {wanted!r}; the screen is\n{screen}"
                )
            time.sleep(BETWEEN)

    def wait_for_end(self, patience: float = PATIENCE) -> tuple[int, str]:
        """Wait until the command has ended: its exit status, and what stands on the screen then."""
        screen = self.wait_for(re.escape(ENDED), patience)
        found = re.search(re.escape(ENDED) + r"(\d+)", screen)
        assert found is not None
        return int(found[1]), screen

    def app_process(self) -> int:
        """The number of the process that draws the dashboard."""
        found = children_of(self.pane)
        assert len(found) == 1, found
        return found[0]

    def simulation_processes(self) -> set[int]:
        """The numbers of all that the dashboard has started, and what those have started."""
        return descendants_of(self.app_process())

    def hang_up(self) -> None:
        """Close the terminal under the app, as somebody does who closes a window."""
        self._tmux("kill-server")

    def close(self) -> None:
        """End it all; may be called again."""
        subprocess.run(
            ["tmux", "-L", self.socket, "kill-server"], capture_output=True, check=False, timeout=60
        )

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self.socket, *words],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env={**os.environ, "TMUX": "", "TERM": "xterm-256color"},
        )
        return done.stdout
