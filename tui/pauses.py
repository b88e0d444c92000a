"""What keys would wait for in Python itself: garbage to be found, and threads that take turns."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = 1000
"""Collections of the middle generation before all that is there is looked through."""
TURN = 0.001
"""Seconds for which a thread goes on while another one waits for its turn."""


@contextmanager
def short_pauses() -> Iterator[None]:
    """Inside, neither the garbage collector nor another thread holds up a key for long.

    To look through everything for garbage takes a quarter of a second on a busy machine, and Python would
    do so about once a second: a screen is drawn from thousands of small objects that live for a moment.
    What has been loaded so far is not looked through again, all the rest seldom.

    A key goes from the thread that reads to the one that draws, and from there to the one that writes;
    each of them would be kept waiting for 5 ms while something is drawn.
    """
    thresholds, turn = gc.get_threshold(), sys.getswitchinterval()
    gc.freeze()
    gc.set_threshold(*thresholds[:2], SELDOM)
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(turn)
        gc.set_threshold(*thresholds)
