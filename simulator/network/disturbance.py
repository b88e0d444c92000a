"""What befalls messages on their way to an instance and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mypy_extensions import mypyc_attr

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt

EATEN: Final = -1.0
"""Instead of a delay: the message never arrives."""
REPLACED: Final = -2.0
"""Instead of a delay: somebody on the way has answered the question."""


@mypyc_attr(allow_interpreted_subclasses=True)
class Toxic:
    """One harm to the messages between some callers and some instances.

    Named after Toxiproxy's. It touches a share of the attempts, each of them by its own number, so
    that a policy that sends more or fewer shifts no other draw: with a toxicity of 10 % the same
    requests are hit in both candidates of a comparison.

    Attributes:
        name: the fault's, under which its draws are found.
        parties: the callers whose messages are touched; None for all.
        endpoints: the endpoints, as `service.endpoint`; None for all.
        share: the part of the attempts that is touched.
        forth, back: whether it is the questions that suffer, and whether the answers.
    """

    __slots__ = ("back", "endpoints", "forth", "name", "parties", "share")

    def __init__(
        self,
        name: str,
        parties: frozenset[str] | None = None,
        endpoints: frozenset[str] | None = None,
        share: float = 1.0,
        *,
        forth: bool = True,
        back: bool = True,
    ) -> None:
        self.name = name
        self.parties = parties
        self.endpoints = endpoints
        self.share = share
        self.forth = forth
        self.back = back

    def touches(self, attempt: Attempt) -> bool:
        """Whether the messages of this attempt are among those that suffer."""
        edge = attempt.site.point.edge
        if self.parties is not None and edge.party not in self.parties:
            return False
        if self.endpoints is not None and edge.callee.label not in self.endpoints:
            return False
        return self.share >= 1.0 or self.drawn(attempt, "touched") < self.share

    def drawn(self, attempt: Attempt, what: str) -> float:
        """A uniform number in [0, 1) that belongs to this fault and this attempt."""
        return attempt.site.fate(f"{self.name}/{what}", "uniform", attempt.request.index)

    def question(self, attempt: Attempt) -> float:
        """Seconds that the question takes longer; or `EATEN`, or `REPLACED`."""
        return self.way(attempt, "to") if self.forth else 0.0

    def answer(self, attempt: Attempt) -> float:
        """Seconds that the answer takes longer; or `EATEN`."""
        return self.way(attempt, "from") if self.back else 0.0

    def cancellation(self, attempt: Attempt) -> float:
        """Seconds that a cancellation, which goes the way of the question, takes longer; or `EATEN`."""
        return self.question(attempt)

    def way(self, attempt: Attempt, direction: str) -> float:
        """The same for a message in either direction, `to` or `from`."""
        raise NotImplementedError


class Disturbances:
    """All that befalls the messages of one instance; delays add up, and a loss is a loss."""

    __slots__ = ("toxics",)

    def __init__(self) -> None:
        self.toxics: list[Toxic] = []

    def question(self, attempt: Attempt) -> float:
        """Seconds that a question takes longer; or `EATEN`, or `REPLACED`."""
        total = 0.0
        for toxic in self.toxics:
            if toxic.touches(attempt):
                extra = toxic.question(attempt)
                if extra < 0.0:
                    return extra
                total += extra
        return total

    def cancellation(self, attempt: Attempt) -> float:
        """Seconds that a cancellation takes longer; or `EATEN`."""
        total = 0.0
        for toxic in self.toxics:
            if toxic.touches(attempt):
                extra = toxic.cancellation(attempt)
                if extra < 0.0:
                    return extra
                total += extra
        return total

    def answer(self, attempt: Attempt) -> float:
        """Seconds that an answer takes longer; or `EATEN`."""
        total = 0.0
        for toxic in self.toxics:
            if toxic.touches(attempt):
                extra = toxic.answer(attempt)
                if extra < 0.0:
                    return extra
                total += extra
        return total
