"""One scenario through the whole product path, measuring on: print finished requests a second.

With `calls` as last argument, finished calls at all hops are counted instead of requests; with
`memory`, the peak of the process in MiB is printed.
"""

from __future__ import annotations

import resource
import sys
import time

from simulator.experiment.run import simulate
from simulator.scenario import load


def main(scenario: str, duration: str, *settings: str) -> None:
    """Load, play and summarize; the clock runs from the first event to the finished result."""
    what = settings[-1] if settings and "=" not in settings[-1] else ""
    changes = [each for each in settings if "=" in each]
    loaded = load(scenario, [f"duration={duration}", *changes])
    began = time.perf_counter()
    result = simulate(loaded.scenario, folder=loaded.folder)
    spent = time.perf_counter() - began
    if what == "memory":
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, result.total.finished)
    elif what == "calls":
        print(sum(each.calls for each in result.services.values()) / spent, spent)
    else:
        print(result.total.finished / spent, result.total.latency.mean)


main(*sys.argv[1:])
