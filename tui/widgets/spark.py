"""A line of blocks that shows how a figure went."""

from __future__ import annotations

from math import isfinite

import numpy as np

from simulator.live.snapshot import FloatArray

BLOCKS = "▁▂▃▄▅▆▇█"


def spark(values: FloatArray, width: int, top: float | None = None) -> str:
    """The last values as blocks, one cell for each, or for several of which the largest counts.

    `top` is the value of a full block, the largest there is by default; what is not a number is blank.
    """
    if not len(values) or width < 1:
        return " " * max(width, 0)
    many = -(-len(values) // width)
    rest = len(values) % many
    padded = np.concatenate([np.full(many - rest if rest else 0, np.nan), values])
    groups = padded.reshape(-1, many)
    known = np.isfinite(groups)
    most = np.where(known.any(axis=1), np.where(known, groups, -np.inf).max(axis=1), np.nan)
    largest = top if top is not None else float(np.max(most, initial=0.0, where=np.isfinite(most)))
    cells = []
    for value in most.tolist():
        if not isfinite(value):
            cells.append(" ")
        elif largest <= 0.0:
            cells.append(BLOCKS[0])
        else:
            step = round(max(0.0, min(value / largest, 1.0)) * (len(BLOCKS) - 1))
            cells.append(BLOCKS[step])
    return "".join(cells).rjust(width)
