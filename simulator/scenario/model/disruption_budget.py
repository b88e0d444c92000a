"""How many instances of a service may be taken down on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from simulator.platform.disruption_budget import Amount
from simulator.scenario.model.base import Mistake, Model, Reads
from simulator.units import SHARE_PATTERN, format_share, parse_share

MOST = 100_000


def _amount(given: object) -> Amount:
    if isinstance(given, Amount):
        return given
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= MOST:
        return Amount(count=given)
    if isinstance(given, str) and given.rstrip().endswith("%"):
        return Amount(share=parse_share(given))
    raise ValueError(
        "expected a number of instances, such as `2`, or a share of them, such as `50%`"
    )


def _written(amount: Any) -> object:
    return amount.count if amount.share is None else format_share(amount.share)


AmountField = Annotated[
    Amount,
    Reads(
        _amount,
        _written,
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": MOST},
                {"type": "string", "pattern": SHARE_PATTERN},
            ],
            "description": "A number of instances, such as 2, or a share of those there should be, "
            "such as 50%.",
        },
    ),
]


class DisruptionBudget(Model):
    """How many instances evictions must leave, as a PodDisruptionBudget of Kubernetes says it."""

    min_available: AmountField | None = Field(
        None, description="So many must stay healthy; a share is rounded up."
    )
    max_unavailable: AmountField | None = Field(
        None, description="So many may be missing of those there should be; a share is rounded up."
    )

    def rules(self) -> Iterator[Mistake]:
        given = [each for each in (self.min_available, self.max_unavailable) if each is not None]
        if len(given) != 1:
            found = ", found both" if given else ""
            yield Mistake(f"expected one of `min_available`, `max_unavailable`{found}")
