"""M/M/4 as anyone would write it in SimPy: a process for each customer."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Generator
from typing import Any

import simpy


def main(customers: int) -> None:
    """Print customers a second, and the mean time in the system."""
    rng = random.Random(1)
    env = simpy.Environment()
    servers = simpy.Resource(env, capacity=4)
    times: list[float] = []

    def customer() -> Generator[Any, Any, None]:
        arrived = env.now
        with servers.request() as request:
            yield request
            yield env.timeout(rng.expovariate(100.0))
        times.append(env.now - arrived)

    def source() -> Generator[Any, Any, None]:
        while True:
            yield env.timeout(rng.expovariate(320.0))
            env.process(customer())

    env.process(source())
    began = time.perf_counter()
    env.run(until=customers / 320.0)
    print(len(times) / (time.perf_counter() - began), sum(times) / len(times))


main(int(sys.argv[1]))
