"""The retries of one caller instance: its settings, its budget, and what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.call.budget.base import RetryBudget
    from simulator.call.retry import RetrySettings


class Retries:
    """How calls of a kind are retried, and how often that was.

    Attributes:
        sent: attempts beyond a call's first.
        succeeded: calls that a retry has saved.
        exhausted: calls that failed although they had all their attempts.
        refused: retries that the budget did not pay for.
        too_late: retries not made because the deadline would have passed.
        unsafe: retries not made because the call may have run, and is not idempotent.
    """

    __slots__ = (
        "budget",
        "exhausted",
        "refused",
        "sent",
        "settings",
        "succeeded",
        "too_late",
        "unsafe",
    )

    def __init__(self, settings: RetrySettings, budget: RetryBudget | None) -> None:
        self.settings = settings
        self.budget = budget
        self.sent = 0
        self.succeeded = 0
        self.exhausted = 0
        self.refused = 0
        self.too_late = 0
        self.unsafe = 0

    def counters(self, now: float) -> dict[str, float]:
        """All of the counts, and those of the budget."""
        found: dict[str, float] = {
            "sent": self.sent,
            "succeeded": self.succeeded,
            "exhausted": self.exhausted,
            "refused": self.refused,
            "too_late": self.too_late,
            "unsafe": self.unsafe,
        }
        if self.budget is not None:
            found.update(self.budget.counters(now))
        return found
