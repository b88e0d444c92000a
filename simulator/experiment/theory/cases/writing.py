"""Scenarios of theory in few words; work takes 10 ms on average in most of them."""

from __future__ import annotations

from typing import Final

MEAN: Final = 0.01
"""Seconds of work on average."""
SPEED: Final = 100.0
"""Pieces of such work per second that one server can do."""
CV: Final = 1.3108324944320862
"""Standard deviation over mean of the lognormal law whose logarithm has a deviation of 1."""
EXPONENTIAL: Final = "{exponential: 10ms}"
LOGNORMAL: Final = f"{{lognormal: {{mean: 10ms, cv: {CV}}}}}"


def scenario(
    name: str,
    duration: str,
    traffic: str,
    *services: str,
    warmup: str = "20s",
    interval: str = "100s",
) -> str:
    """A scenario in YAML; `traffic` and `services` are lines of it.

    A class's name is part of the names of its random streams, so classes that are called otherwise
    in every case keep the cases independent of each other.
    """
    lines = [
        f"scenario: {name}",
        f"duration: {duration}",
        f"warmup: {warmup}",
        f"interval: {interval}",
        "traces: 0",
        "traffic:",
        *(f"  {line}" for line in traffic.splitlines()),
        "services:",
        *(f"  {line}" for line in services),
    ]
    return "\n".join(lines) + "\n"


def server(settings: str, work: str = EXPONENTIAL) -> str:
    """A service called `server`, whose only endpoint does one piece of work."""
    return f"server: {{{settings}, endpoints: {{answer: [{{work: {work}}}]}}}}"


def station(name: str, work: str = EXPONENTIAL, concurrency: int = 1) -> str:
    """A service that others visit, and that does one piece of work at a time, or a few."""
    return f"{name}: {{concurrency: {concurrency}, endpoints: {{visit: [{{work: {work}}}]}}}}"


def way(*steps: str) -> str:
    """A service without limits that does no work and leads requests through the stations."""
    return f"way: {{endpoints: {{go: [{', '.join(steps)}]}}}}"
