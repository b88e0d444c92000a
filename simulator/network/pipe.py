"""A line between two regions that carries only so many bytes a second."""

from __future__ import annotations


class Pipe:
    """One direction of a line with a bandwidth: messages pass one after another.

    In the real world: a leased line, a peering or a VPN tunnel between regions. As long as it is
    hardly used a message takes its size divided by the rate; near the rate a queue builds up.

    Here: first in, first out, without a bound. For messages of one size that come as a Poisson
    stream it is an M/D/1 queue: the mean wait is s rho / (2 (1 - rho)), with s = size / rate.

    Left out: buffers that are full, and drop; packets of several messages that share the line;
    flows that back off (TCP).

    Source: Linux tc-tbf(8), `rate`; theory as for `simulator/network/toxic/bandwidth.py`.

    Args:
        rate: bytes per second, above 0.

    Attributes:
        free: from when on the line is free, in seconds.
    """

    __slots__ = ("free", "rate")

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self.free = 0.0

    def through(self, now: float, size: float) -> float:
        """Seconds until a message of `size` bytes that is given up now has gone through."""
        begin = self.free if self.free > now else now
        self.free = begin + size / self.rate
        return self.free - now
