"""How many instances more, and how many less, a rolling update may have."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

Allowance = int | float
"""A number of instances, or, as a float, a share of those wanted."""


class Fenceposts(NamedTuple):
    """How many instances there may be beyond those wanted, and how many of them may be missing."""

    surge: int
    unavailable: int


def resolve_fenceposts(
    surge: Allowance | None, unavailable: Allowance | None, wanted: int
) -> Fenceposts:
    """The two bounds of a rolling update of so many instances.

    In the real world: a share of the surge is rounded up, one of the unavailable down, so that a
    small Deployment rather has one more than one less. Where both come to 0 nothing could ever move;
    then one may be unavailable.

    Source: Kubernetes, pkg/controller/deployment/util, `ResolveFenceposts`.
    """
    more = ceil(_of(surge, wanted))
    less = floor(_of(unavailable, wanted))
    if more == 0 and less == 0:
        less = 1
    return Fenceposts(more, less)


def _of(allowance: Allowance | None, wanted: int) -> Fraction:
    """A number, or a share of those wanted, without the errors of floats: 7 % of 100 are 7."""
    if allowance is None:
        return Fraction(0)
    if isinstance(allowance, int):
        return Fraction(allowance)
    return Fraction(str(allowance)) * wanted
