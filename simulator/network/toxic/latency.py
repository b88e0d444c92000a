"""Messages that take longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.network.correlated import Correlated
from simulator.network.disturbance import Toxic

if TYPE_CHECKING:
    from simulator.balancing.chance import Chance
    from simulator.call.attempt import Attempt


class Latency(Toxic):
    """Each message takes longer by a time that is drawn for it.

    In the real world: a congested link, a detour, a machine between that is busy. What takes long is
    not lost: callers wait, hold their threads, and time out while the callee works for nobody.

    Here: it is added to the latency of the network, once for the question and once for the answer; a
    probe of a health check takes longer too. What is drawn belongs to the number of the request.

    With `jitter` it is spread evenly over `add` - `jitter` to `add` + `jitter`, but never below
    nothing, as netem has it without a table. With `correlation` each draw is a mixture of a fresh
    number and the draw before it in the same direction, so that slow messages come in runs, and
    extremes are rarer: the variance falls by a factor of (1 - c) / (1 + c). That is what tc-netem(8)
    says; the kernel takes the remainder of that mixture by the width of the jitter, in nanoseconds,
    by which the correlation is all but lost again (sch_netem.c, `tabledist`).

    Left out: the handshake of a new connection, which would take several such times; messages of one
    connection may overtake each other.

    Source: Chaos Mesh, NetworkChaos `delay`; Toxiproxy, `latency`; Linux tc-netem(8), `delay`.

    Args:
        quantity: the name of what is drawn, in seconds.
        constant: the time, or its mean with a jitter; negative where it is drawn otherwise.
        jitter: seconds that it may differ from its mean.
        correlation: how much of a draw of the jitter is the one before it; 0 for independent draws.
        uniforms: where correlated draws come from, if there are any.
    """

    __slots__ = ("coming", "constant", "going", "jitter", "quantity")

    def __init__(
        self,
        name: str,
        parties: frozenset[str] | None,
        endpoints: frozenset[str] | None,
        share: float,
        *,
        forth: bool,
        back: bool,
        quantity: str,
        constant: float,
        jitter: float = 0.0,
        correlation: float = 0.0,
        uniforms: Chance | None = None,
    ) -> None:
        super().__init__(name, parties, endpoints, share, forth=forth, back=back)
        self.quantity = quantity
        self.constant = constant
        self.jitter = jitter
        self.going: Correlated | None = None
        self.coming: Correlated | None = None
        if uniforms is not None and correlation > 0.0:
            self.going = Correlated(uniforms, correlation)
            self.coming = Correlated(uniforms, correlation)

    def way(self, attempt: Attempt, direction: str) -> float:
        if self.constant >= 0.0:
            if self.jitter == 0.0:
                return self.constant
            draws = self.going if direction == "to" else self.coming
            drawn = self.drawn(attempt, direction) if draws is None else draws.next()
            return max(0.0, self.constant + self.jitter * (2.0 * drawn - 1.0))
        index = attempt.request.index
        return attempt.site.fate(f"{self.name}/{direction}", self.quantity, index)
