"""How long a platform waits before it tries again what has failed."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.fault.fault import NEARLY

FORGIVEN = 600.0
"""Seconds of running after which earlier failures are forgotten."""


@dataclass(frozen=True, slots=True)
class BackOff:
    """The wait after each failure in a row; times in seconds.

    In the real world: the kubelet starts a container that has exited again at once, and then ever
    more rarely (`CrashLoopBackOff`).

    Here: after the first failure there is no wait, after the second one of `initial`, and after
    each further one twice as long, up to `most`. It counts from the failure on.

    Source: Kubernetes 1.20, client-go/util/flowcontrol/backoff.go; pkg/kubelet/kubelet.go (10 s,
    `MaxContainerBackOff` 300 s).
    """

    initial: float = 10.0
    most: float = 300.0

    def wait(self, failures: int) -> float:
        """The wait after so many failures in a row, of which the last is counted."""
        if failures <= 1:
            return 0.0
        # A float of 2 ** 1100 would be too large; the cap is reached long before.
        return float(min(self.most, self.initial * 2.0 ** min(failures - 2, 60)))


class Failures:
    """How often in a row one container has failed.

    Source: flowcontrol/backoff.go, `hasExpired`: after twice the longest wait, 600 s, without a
    failure the count begins anew.
    """

    def __init__(self, back_off: BackOff) -> None:
        self.back_off = back_off
        self.in_a_row = 0

    def failed(self, ran: float) -> float:
        """It has failed after running for `ran` seconds; returns the seconds until the next start."""
        if ran >= FORGIVEN - NEARLY:
            self.in_a_row = 0
        self.in_a_row += 1
        return self.back_off.wait(self.in_a_row)
