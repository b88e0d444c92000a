"""What every way of shedding load is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mypy_extensions import mypyc_attr

if TYPE_CHECKING:
    from simulator.call.attempt import Attempt
    from simulator.service.instance import Instance


@mypyc_attr(allow_interpreted_subclasses=True)
class Shedder:
    """One reason for which an instance turns attempts away: on arrival, or when their turn comes.

    Attributes:
        name: what it is called in the counters.
        timed: whether it wants to know how long an attempt has waited.
        shed: how many it has turned away; kept by the gate.
    """

    __slots__ = ("name", "shed", "timed")

    def __init__(self, name: str, timed: bool = False) -> None:
        self.name = name
        self.timed = timed
        self.shed = 0

    def refuses(self, instance: Instance, attempt: Attempt, now: float) -> bool:
        """Whether an attempt that has just come to `instance` is not let in."""
        return False

    def drops(self, attempt: Attempt, waited: float, now: float) -> bool:
        """Whether an attempt whose turn has come after `waited` seconds is not begun."""
        return False
