"""What faults cost while none is active: the M/M/4 queue with and without them, in turn.

Both runs are played in one process, pair after pair. The faults begin in the last second, so that all
that is measured before is what waiting for them costs: their events, the arrivals counted by
interval, the windows of the verdict on metastability and the search for an aftermath.
"""

from __future__ import annotations

import sys
import time
from statistics import median

from simulator.experiment.run import simulate
from simulator.scenario import load

PAIRS = 9
FAULTS = (
    "[{{at: {begin}s, for: 100ms, latency: {{service: server, add: 5ms}}}}, "
    "{{at: {begin}s, for: 100ms, kill: {{service: server}}}}]"
)


def speed(*settings: str) -> float:
    """Finished requests for each second of processor time, from the first event to the result."""
    loaded = load("mm4", settings)
    began = time.process_time()
    result = simulate(loaded.scenario, folder=loaded.folder)
    return result.total.finished / (time.process_time() - began)


def main(seconds: str) -> None:
    """Print the medians of both, and that of the ratio in pairs."""
    duration = f"duration={seconds}s"
    faults = f"faults={FAULTS.format(begin=float(seconds) - 0.5)}"
    speed(duration)
    found = [(speed(duration, faults), speed(duration)) for _ in range(PAIRS)]
    with_faults, without = (median(each) for each in zip(*found, strict=True))
    print(with_faults, without, median(a / b for a, b in found))


main(*sys.argv[1:])
