"""An edge of the call graph, and one place in a caller's steps that uses it."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final

from simulator.outcome import OUTCOMES

if TYPE_CHECKING:
    from simulator.call.patience import Patience
    from simulator.kernel.kernel import Kernel
    from simulator.network.link import Link
    from simulator.observe.ledger import Ledger
    from simulator.service.endpoint import Endpoint


NO_GUARD: Final = -1


class Edge:
    """All calls from one caller (an endpoint, or a traffic class) to one endpoint.

    What ends on an edge is written down under a *lane*: the edge and the instance that was asked.
    `codes[n]` is the first code of the lane to instance number `n`; the outcome is added to it.
    `caller` belongs to `party`, a service or a traffic class.
    `attempts` counts what was sent, `denied` the calls that ended without anything being sent.

    A call that is guarded may make any number of attempts, so such calls have two edges: the
    attempts go by one, and the calls are written down on its `whole`, under the lane without an
    instance. `begun` counts them.

    Where what is asked is mirrored, the copies go by a `shadow` edge of their own, which is `mirrored`.
    """

    __slots__ = (
        "attempts",
        "begun",
        "callee",
        "caller",
        "codes",
        "denied",
        "kernel",
        "ledger",
        "link",
        "mirrored",
        "no_lane",
        "number",
        "party",
        "shadow",
        "whole",
    )

    def __init__(
        self, number: int, caller: str, callee: Endpoint, link: Link, kernel: Kernel, ledger: Ledger
    ) -> None:
        self.number = number
        self.kernel = kernel
        self.caller = caller
        self.party = caller.partition(".")[0]
        self.callee = callee
        self.link = link
        self.ledger = ledger
        self.denied = 0
        self.attempts = 0
        self.begun = 0
        self.whole: Edge | None = None
        self.shadow: Edge | None = None
        self.mirrored = False
        self.codes: list[int] = []
        # What is not counted, such as probes, has a negative number and no lane.
        self.no_lane = ledger.lane(number, -1) * OUTCOMES if number >= 0 else 0

    @property
    def counted(self) -> bool:
        """Whether what goes this way is traffic, and not probes."""
        return self.number >= 0

    @property
    def asker(self) -> str:
        """The caller, as reports name it: what is mirrored is not what it asked."""
        return f"{self.caller} (mirror)" if self.mirrored else self.caller

    @property
    def calls(self) -> int:
        """How many calls were begun, on an edge on which calls are written down."""
        return self.begun + self.attempts + self.denied

    def code_to(self, number: int) -> int:
        """The first code of the lane to instance `number` of the callee's service."""
        codes = self.codes
        while len(codes) <= number:
            codes.append(self.ledger.lane(self.number, len(codes)) * OUTCOMES)
        return codes[number]


class CallPoint:
    """One call in the steps of an endpoint, or the entry call of a traffic class: whom, and how.

    `plain` says that it has no policy at all, and so needs no look at any.

    Attributes:
        name: tells it apart from the other calls of the same endpoint; part of stream names.
        route: the place of the callee's service in the caller's list of routes.
        patience: who wakes an attempt whose timeout has passed; None to wait for ever.
        deadline: seconds that the call with all it causes may take; infinity for no bound.
        cancel: whether the callee is told when the caller gives up.
        optional: whether the steps go on when the call fails.
        idempotent: whether it does no harm when the callee does it twice.
        guard: the place of its policies in its route's list of guards; `NO_GUARD` if it has none.
    """

    __slots__ = (
        "cancel",
        "deadline",
        "edge",
        "guard",
        "idempotent",
        "name",
        "optional",
        "patience",
        "plain",
        "route",
    )

    def __init__(
        self,
        name: str,
        edge: Edge,
        route: int,
        patience: Patience | None = None,
        deadline: float = inf,
        cancel: bool = False,
        optional: bool = False,
        idempotent: bool = True,
        guard: int = NO_GUARD,
    ) -> None:
        self.name = name
        self.edge = edge
        self.route = route
        self.patience = patience
        self.deadline = deadline
        self.cancel = cancel
        self.optional = optional
        self.idempotent = idempotent
        self.guard = guard
        self.plain = patience is None and deadline == inf and guard == NO_GUARD

    @property
    def whole(self) -> Edge | None:
        """The edge on which its calls are written down, if its attempts have one of their own."""
        return self.edge.whole

    @property
    def calls_edge(self) -> Edge:
        """The edge on which its calls are written down."""
        return self.edge if self.edge.whole is None else self.edge.whole
