"""How a request, a call or an attempt ends: one code each, and what a real caller would see.

The codes are small integers, because one is recorded for everything that happens; `NAMES[code]` is
the word used in scenarios, results and docs. The HTTP and gRPC statuses follow what Envoy and the
gRPC libraries answer in the same situation (Envoy response flags; gRPC "Status codes and their use").
"""

from __future__ import annotations

from typing import Final

OK: Final = 0
DEGRADED: Final = 1
ERROR: Final = 2
TIMEOUT: Final = 3
DEADLINE: Final = 4
REFUSED: Final = 5
RESET: Final = 6
UNREACHABLE: Final = 7
QUEUE_FULL: Final = 8
SHED: Final = 9
RATE_LIMITED: Final = 10
BULKHEAD_FULL: Final = 11
BREAKER_OPEN: Final = 12
NO_INSTANCE: Final = 13
UNAUTHORIZED: Final = 14
CANCELLED: Final = 15

OUTCOMES: Final = 16
"""How many outcomes there are; recorded codes are `lane * OUTCOMES + outcome`."""

NAMES: Final = (
    "ok",
    "degraded",
    "error",
    "timeout",
    "deadline",
    "refused",
    "reset",
    "unreachable",
    "queue_full",
    "shed",
    "rate_limited",
    "bulkhead_full",
    "breaker_open",
    "no_instance",
    "unauthorized",
    "cancelled",
)

USABLE: Final = ("ok", "degraded")
"""By name, those that have an answer in them."""


def is_failure(name: str) -> bool:
    """Whether an outcome, by its name, is neither usable nor what the caller itself took back.

    The loser of a hedge is `cancelled`: no answer, and no failure.
    """
    return name not in USABLE and name != NAMES[CANCELLED]


MEANINGS: Final = (
    "answered, and right",
    "a fallback answered",
    "the callee failed",
    "the caller's patience ran out",
    "no time was left, so it was not even tried",
    "nothing listens there",
    "the instance died while it worked",
    "the network ate it",
    "the instance's queue was full",
    "the callee dropped it to protect itself",
    "a rate limit said no",
    "the caller's bulkhead was full",
    "the caller's breaker was open",
    "no instance is known",
    "the callee did not accept the credentials",
    "the caller no longer wanted it",
)

HTTP: Final = (200, 200, 500, 504, 504, 503, 503, 504, 503, 503, 429, 503, 503, 503, 401, 499)

GRPC: Final = (
    "OK",
    "OK",
    "INTERNAL",
    "DEADLINE_EXCEEDED",
    "DEADLINE_EXCEEDED",
    "UNAVAILABLE",
    "UNAVAILABLE",
    "DEADLINE_EXCEEDED",
    "RESOURCE_EXHAUSTED",
    "RESOURCE_EXHAUSTED",
    "RESOURCE_EXHAUSTED",
    "RESOURCE_EXHAUSTED",
    "UNAVAILABLE",
    "UNAVAILABLE",
    "UNAUTHENTICATED",
    "CANCELLED",
)
