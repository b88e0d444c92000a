"""What befalls messages on their way to an instance and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mypy_extensions import mypyc_attr

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.network.senders import Senders

QUESTION: Final = 0
ANSWER: Final = 1
CANCELLATION: Final = 2
"""The kinds of messages."""

EATEN: Final = -1.0
"""Instead of a delay: the message never arrives."""
REPLACED: Final = -2.0
"""Instead of a delay: somebody on the way has answered the question."""
DAMAGED: Final = -3.0
"""Instead of a delay: the message arrives, and nobody can read it."""


@mypyc_attr(allow_interpreted_subclasses=True)
class Toxic:
    """One harm to the messages between some callers and some instances.

    Named after Toxiproxy's. It touches a share of the attempts, each of them by its own number, so
    that a policy that sends more or fewer shifts no other draw: with a toxicity of 10 % the same
    requests are hit in both candidates of a comparison.

    Attributes:
        name: the fault's, under which its draws are found.
        parties: the callers whose messages are touched: services, traffic classes or endpoints;
            None for all.
        endpoints: the endpoints, as `service.endpoint`; None for all.
        senders: which of the callers' instances; None for all.
        share: the part of the attempts that is touched.
        forth, back: whether it is the questions that suffer, and whether the answers.
        nearest: whether it befalls a caller before anything else on the way can.
    """

    __slots__ = (
        "back",
        "endpoints",
        "forth",
        "name",
        "nearest",
        "parties",
        "senders",
        "share",
    )

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
        self.senders: Senders | None = None
        self.nearest = False

    def touches(self, attempt: Attempt) -> bool:
        """Whether the messages of this attempt are among those that suffer."""
        edge = attempt.site.point.edge
        parties = self.parties
        if parties is not None and edge.party not in parties and edge.caller not in parties:
            return False
        if self.endpoints is not None and edge.callee.label not in self.endpoints:
            return False
        if self.senders is not None and not self.senders.include(attempt):
            return False
        return self.share >= 1.0 or self.drawn(attempt, "touched") < self.share

    def drawn(self, attempt: Attempt, what: str) -> float:
        """A uniform number in [0, 1) that belongs to this fault and this attempt."""
        return attempt.site.fate(f"{self.name}/{what}", "uniform", attempt.request.index)

    def befall(self, attempt: Attempt, message: int) -> float:
        """What happens to one message of an attempt: seconds that it takes longer, or `EATEN` or so."""
        if message == QUESTION:
            return self.question(attempt)
        if message == ANSWER:
            return self.answer(attempt)
        return self.cancellation(attempt)

    def question(self, attempt: Attempt) -> float:
        """Seconds that the question takes longer; or `EATEN`, `DAMAGED`, or `REPLACED`."""
        return self.way(attempt, "to") if self.forth else 0.0

    def answer(self, attempt: Attempt) -> float:
        """Seconds that the answer takes longer; or `EATEN`, or `DAMAGED`."""
        return self.way(attempt, "from") if self.back else 0.0

    def cancellation(self, attempt: Attempt) -> float:
        """Seconds that a cancellation, which goes the way of the question, takes longer; or `EATEN`."""
        return self.question(attempt)

    def way(self, attempt: Attempt, direction: str) -> float:
        """The same for a message in either direction, `to` or `from`."""
        raise NotImplementedError

    def reply(self, attempt: Attempt, extra: float) -> None:
        """Send off the answer that was given instead, which takes `extra` seconds on its way."""
        raise NotImplementedError


class Disturbances:
    """All that befalls the messages of one instance; delays add up, and a loss is a loss.

    They lie on the way one behind the other, the first next to the callers. What one of them answers
    goes back through those before it.

    Attributes:
        damaged: whether the message that was looked at last cannot be read any more.
    """

    __slots__ = ("damaged", "toxics")

    def __init__(self) -> None:
        self.toxics: list[Toxic] = []
        self.damaged = False

    def add(self, toxic: Toxic) -> None:
        """One more, behind all others, or before them."""
        if toxic.nearest:
            self.toxics.insert(0, toxic)
        else:
            self.toxics.append(toxic)

    def befall(self, attempt: Attempt, message: int) -> float:
        """Seconds that a message takes longer; or `EATEN`, or, for a question, `REPLACED`."""
        total = 0.0
        self.damaged = False
        for toxic in self.toxics:
            if toxic.touches(attempt):
                extra = toxic.befall(attempt, message)
                if extra >= 0.0:
                    total += extra
                elif extra == DAMAGED:
                    self.damaged = True
                elif extra == REPLACED:
                    return self.turn_back(attempt, toxic, total)
                else:
                    return extra
        return total

    def turn_back(self, attempt: Attempt, replier: Toxic, total: float) -> float:
        """Send the answer of `replier`, which the question has reached after `total` seconds, back."""
        for toxic in self.toxics:
            if toxic is replier:
                break
            if toxic.touches(attempt):
                extra = toxic.befall(attempt, ANSWER)
                if extra == EATEN:
                    return EATEN
                if extra >= 0.0:
                    total += extra
        replier.reply(attempt, total)
        return REPLACED
