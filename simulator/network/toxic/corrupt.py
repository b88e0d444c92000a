"""Messages that arrive damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.network.disturbance import DAMAGED, EATEN
from simulator.network.toxic.by_chance import ByChance
from simulator.outcome import ERROR, REFUSED, RESET

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt


class Corrupt(ByChance):
    """Each message is damaged with a chance, so that whoever gets it cannot read it.

    In the real world: a proxy that truncates bodies, two versions that do not agree on a format, bad
    memory in a switch. Checksums of TCP miss about one bad packet in 65,536, those of TLS none.

    Here: a message is a whole question or a whole answer. The callee answers a damaged question at
    once with `error`, without any work. A damaged answer is an `error` for the caller, who does not
    know that all was done: a retry has it done twice. A damaged cancellation is not heeded.

    Left out: single packets, which TCP finds out and sends again: to calls that is a delay. Damage
    that nobody notices. A callee that is frozen answers damaged questions all the same.

    With `correlation` draws hang together as those of `loss` do.

    Source: Linux tc-netem(8), `corrupt`; Chaos Mesh, NetworkChaos `corrupt`; Stone and Partridge,
    "When the CRC and TCP Checksum Disagree" (SIGCOMM 2000).
    """

    __slots__ = ()

    def question(self, attempt: Attempt) -> float:
        return DAMAGED if self.forth and self.happens(attempt, "to") else 0.0

    def answer(self, attempt: Attempt) -> float:
        # A connection that is refused or reset carries nothing that could be damaged.
        if not self.back or attempt.outcome in (REFUSED, RESET):
            return 0.0
        if not self.happens(attempt, "from"):
            return 0.0
        attempt.outcome = ERROR
        attempt.origin = attempt.site.point.edge.caller
        return DAMAGED

    def cancellation(self, attempt: Attempt) -> float:
        return EATEN if self.forth and self.happens(attempt, "cancellation") else 0.0
