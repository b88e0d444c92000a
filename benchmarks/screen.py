"""How the dashboard itself answers, and what it takes: `aftershock live` in a terminal of 120 x 40.

The load is that of `live.py`. What counts is what the terminal gets to see; prints the figure that is
asked for.

.venv/bin/python benchmarks/screen.py keys|idle|opens
"""

from __future__ import annotations

import fcntl
import os
import pty
import random
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from live import busy_settings, fields, ticks

COLUMNS, LINES = 120, 40
CONTROL = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
SELECTED = re.compile(rb"([a-z]+) (?:ok|busy|failing|partial|down|idle) \xc2\xb7 p50")
"""The lower edge of the drawing tells of the selected service."""
LEFT, RIGHT, DOWN = b"\x1b[D", b"\x1b[C", b"\x1b[B"
TIMES = 40
"""How often each kind of key is pressed."""
WATCHED = 15.0
"""Seconds for which what it takes at a speed of 1 is watched."""
PATIENCE = 30.0


class Terminal:
    """A terminal with the dashboard in it."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.began = time.perf_counter()
        self.process, self.end = pty.fork()
        if self.process == 0:
            os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            program = "from cli.main import main; main()"
            os.execv(sys.executable, [sys.executable, "-c", program, "live", *arguments])
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))

    def read(self, until: float) -> bytes:
        """What is written next; nothing if there is nothing by then."""
        left = max(0.0, until - time.perf_counter())
        ready, _, _ = select.select((self.end,), (), (), left)
        return os.read(self.end, 1 << 16) if ready else b""

    def watch(self, seconds: float) -> bytes:
        """What is written in the next seconds, without colours."""
        until = time.perf_counter() + seconds
        seen = b""
        while time.perf_counter() < until:
            seen += self.read(until)
        return CONTROL.sub(b"", seen)

    def wait(self, shows: Callable[[bytes], bool]) -> float:
        """The moment at which something was written that shows what is waited for."""
        seen = b""
        until = time.perf_counter() + PATIENCE
        while time.perf_counter() < until:
            seen += self.read(until)
            if shows(CONTROL.sub(b"", seen)):
                return time.perf_counter()
        raise SystemExit(f"nothing of the kind was shown in {PATIENCE:g} s")

    def press(self, key: bytes, shows: Callable[[bytes], bool]) -> float:
        """Milliseconds from a key to what it does being written."""
        began = time.perf_counter()
        os.write(self.end, key)
        return 1000.0 * (self.wait(shows) - began)

    def close(self) -> None:
        """End it as if the terminal had been closed."""
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGTERM)
        until = time.perf_counter() + PATIENCE
        while time.perf_counter() < until:
            with suppress(OSError):
                self.read(time.perf_counter() + 0.05)
            if os.waitpid(self.process, os.WNOHANG)[0]:
                return
        os.kill(self.process, signal.SIGKILL)


def keys(terminal: Terminal) -> list[float]:
    """Milliseconds from a key to the screen while it plays flat out: 50 %, 95 %.

    A third of the keys stop and start the simulation, which has to answer; a third select another
    service; a third change to another view, whose details the simulation has to send.
    """
    chance = random.Random(3)
    terminal.wait(lambda seen: b"playing" in seen)
    terminal.watch(3.0)
    found = []
    for number in range(TIMES):
        terminal.watch(chance.uniform(0.05, 0.35))
        word = b"playing" if number % 2 else b"paused"
        found.append(terminal.press(b" ", lambda seen, word=word: word in seen))  # type: ignore[misc]
    terminal.press(DOWN, lambda seen: SELECTED.search(seen) is not None)
    name = b""
    for number in range(TIMES):
        names = SELECTED.findall(terminal.watch(chance.uniform(0.25, 0.5)))
        name = names[-1] if names else name
        found.append(
            terminal.press(
                LEFT if number % 2 else RIGHT,
                lambda seen, name=name: any(each != name for each in SELECTED.findall(seen)),  # type: ignore[misc]
            )
        )
    for number in range(TIMES):
        terminal.watch(chance.uniform(0.25, 0.5))
        key, mark = (b"1", b"goodput") if number % 2 else (b"2", b"few to most")
        found.append(terminal.press(key, lambda seen, mark=mark: mark in seen))  # type: ignore[misc]
    found.sort()
    return [found[len(found) // 2], found[int(0.95 * len(found))]]


def idle(terminal: Terminal) -> list[float]:
    """The share of a core, in percent, at a speed of 1: of all, of the dashboard, of the simulation."""
    terminal.wait(lambda seen: b"playing" in seen)
    terminal.watch(4.0)
    processes = family(terminal.process)
    began, before = time.perf_counter(), [ticks(each) for each in processes]
    terminal.watch(WATCHED)
    seconds = (time.perf_counter() - began) * os.sysconf("SC_CLK_TCK")
    spent = [
        100.0 * (ticks(each) - was) / seconds for each, was in zip(processes, before, strict=True)
    ]
    return [sum(spent), spent[0], sum(spent[1:])]


def opens(terminal: Terminal) -> list[float]:
    """Seconds from the command to the first picture of the simulation."""
    return [terminal.wait(lambda seen: b"playing" in seen) - terminal.began]


def family(process: int) -> list[Path]:
    """A process and all that come from it."""
    parents = {}
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            with suppress(OSError):
                parents[each] = fields(each)[1]
    found = [Path("/proc") / str(process)]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one.name]
    return found


MEASURES = {"keys": keys, "idle": idle, "opens": opens}


def main() -> None:
    """Print the figures."""
    (what,) = sys.argv[1:]
    arguments = ["online-store", "--speed", "max" if what == "keys" else "1"]
    if what != "opens":
        arguments += [word for each in busy_settings("10h") for word in ("--set", each)]
    terminal = Terminal(arguments)
    try:
        found = MEASURES[what](terminal)
    finally:
        terminal.close()
    print(*found)


if __name__ == "__main__":
    main()
