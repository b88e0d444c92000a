"""An edge of the call graph, and one place in a caller's steps that uses it."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from simulator.outcome import OUTCOMES

if TYPE_CHECKING:
    from simulator.call.patience import Patience
    from simulator.kernel.kernel import Kernel
    from simulator.network.link import Link
    from simulator.observe.ledger import Ledger
    from simulator.service.endpoint import Endpoint


class Edge:
    """All calls from one caller (an endpoint, or a traffic class) to one endpoint.

    What ends on an edge is written down under a *lane*: the edge and the instance that was asked.
    `codes[n]` is the first code of the lane to instance number `n`; the outcome is added to it.
    `attempts` counts what was sent, `denied` the calls that ended without anything being sent.
    """

    __slots__ = (
        "attempts",
        "callee",
        "caller",
        "codes",
        "denied",
        "kernel",
        "ledger",
        "link",
        "no_lane",
        "number",
    )

    def __init__(
        self, number: int, caller: str, callee: Endpoint, link: Link, kernel: Kernel, ledger: Ledger
    ) -> None:
        self.number = number
        self.kernel = kernel
        self.caller = caller
        self.callee = callee
        self.link = link
        self.ledger = ledger
        self.denied = 0
        self.attempts = 0
        self.codes: list[int] = []
        # What is not counted, such as probes, has a negative number and no lane.
        self.no_lane = ledger.lane(number, -1) * OUTCOMES if number >= 0 else 0

    @property
    def counted(self) -> bool:
        """Whether what goes this way is traffic, and not probes."""
        return self.number >= 0

    @property
    def calls(self) -> int:
        """How many calls were begun."""
        return self.attempts + self.denied

    def code_to(self, number: int) -> int:
        """The first code of the lane to instance `number` of the callee's service."""
        codes = self.codes
        while len(codes) <= number:
            codes.append(self.ledger.lane(self.number, len(codes)) * OUTCOMES)
        return codes[number]


class CallPoint:
    """One call in the steps of an endpoint, or the entry call of a traffic class: whom, and how.

    `plain` says that it has neither timeout nor deadline, and so needs no look at either.

    Attributes:
        name: tells it apart from the other calls of the same endpoint; part of stream names.
        route: the place of the callee's service in the caller's list of routes.
        patience: who wakes an attempt whose timeout has passed; None to wait for ever.
        deadline: seconds that the call with all it causes may take; infinity for no bound.
        cancel: whether the callee is told when the caller gives up.
        optional: whether the steps go on when the call fails.
    """

    __slots__ = ("cancel", "deadline", "edge", "name", "optional", "patience", "plain", "route")

    def __init__(
        self,
        name: str,
        edge: Edge,
        route: int,
        patience: Patience | None = None,
        deadline: float = inf,
        cancel: bool = False,
        optional: bool = False,
    ) -> None:
        self.name = name
        self.edge = edge
        self.route = route
        self.patience = patience
        self.deadline = deadline
        self.cancel = cancel
        self.optional = optional
        self.plain = patience is None and deadline == inf
