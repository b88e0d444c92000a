"""What a service can be asked to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.call.edge import CallPoint
    from simulator.service.strand import Op


class Endpoint:
    """One endpoint: its steps as operations, the calls they make and the quantities they draw.

    Attributes:
        label: `service.endpoint`.
        program: the first operation.
        calls: the calls in its steps, by slot.
        quantities: the names of what its steps draw, by slot.
    """

    __slots__ = ("calls", "label", "name", "number", "program", "quantities", "service")

    program: Op

    def __init__(self, number: int, service: str, name: str) -> None:
        self.number = number
        self.service = service
        self.name = name
        self.label = f"{service}.{name}"
        self.calls: list[CallPoint] = []
        self.quantities: list[str] = []
