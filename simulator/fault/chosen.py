"""Faults that do the same to each of those they choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from simulator.fault.fault import Fault, Schedule, Victim
from simulator.kernel.kernel import Kernel

Whom = TypeVar("Whom", bound=Victim)


class ChosenFault(Fault, Generic[Whom]):
    """A harm to each of those that `choose` finds when it begins, made good for each at its end."""

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        kind: str,
        schedule: Schedule,
        choose: Callable[[], list[Whom]],
    ) -> None:
        super().__init__(kernel, name, kind, schedule)
        self.choose = choose
        self.victims: list[Whom] = []

    def begin(self) -> Sequence[str]:
        self.victims = self.choose()
        for victim in self.victims:
            self.harm(victim)
        return [each.name for each in self.victims]

    def undo(self) -> None:
        for victim in self.victims:
            self.heal(victim)
        self.victims = []

    def vacated(self, name: str) -> None:
        for victim in [each for each in self.victims if each.name == name]:
            self.victims.remove(victim)
            self.heal(victim)

    def harm(self, victim: Whom) -> None:
        """Do it to one of them."""
        raise NotImplementedError

    def heal(self, victim: Whom) -> None:
        """Make it good again."""
        raise NotImplementedError
