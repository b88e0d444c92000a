"""Faults of the network between callers and instances."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.fault.fault import Fault, Schedule
from simulator.kernel.kernel import Kernel
from simulator.network.disturbance import Toxic
from simulator.service.instance import Instance


class LinkFault(Fault):
    """Puts a toxic on the messages of some instances, and takes it away at the end.

    Several at once add up, and the end of one leaves the others. `make` makes the toxic.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        kind: str,
        schedule: Schedule,
        choose: Callable[[], list[Instance]],
        make: Callable[[], Toxic],
    ) -> None:
        super().__init__(kernel, name, kind, schedule)
        self.choose = choose
        self.make = make
        self.put: list[tuple[Instance, Toxic]] = []

    def begin(self) -> Sequence[str]:
        for instance in self.choose():
            toxic = self.make()
            instance.disturb(toxic)
            self.put.append((instance, toxic))
        return [instance.name for instance, _ in self.put]

    def vacated(self, name: str) -> None:
        for each in [pair for pair in self.put if pair[0].name == name]:
            self.put.remove(each)
            each[0].calm(each[1])

    def undo(self) -> None:
        for instance, toxic in self.put:
            instance.calm(toxic)
        self.put.clear()
