"""What nodes have and instances ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """What one instance asks of its node, whatever it then uses.

    Whole numbers, as in Kubernetes: sums of them are exact, and what fits does not depend on the
    order in which it comes.

    Attributes:
        cpu: in millicores.
        memory: in bytes.
    """

    cpu: int = 0
    memory: int = 0


NOTHING = Request()
"""Fits on every node."""


@dataclass(frozen=True, slots=True)
class NodeKind:
    """What the nodes of one pool have.

    Attributes:
        pool: the name of the pool.
        cpu: millicores for instances; None for any number.
        memory: bytes for instances; None for any number.
        price: of one node for an hour, in any currency.
    """

    pool: str = ""
    cpu: int | None = None
    memory: int | None = None
    price: float = 0.0


def millicores(cores: float) -> int:
    """Cores as Kubernetes counts them: to the thousandth, and a part of one as a whole."""
    # A float's own error is no part of a thousandth: 0.29 * 1000 is a little more than 290.
    return -int(-round(cores * 1000.0, 6) // 1.0)
