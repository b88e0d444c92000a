"""What there is to one kind of fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.fault.fault import Fault, Schedule
from simulator.scenario.faults.reach import Reach
from simulator.scenario.model.base import Model

Make = Callable[[Reach, Any, str, Schedule], Fault]
"""Makes a fault from its model, under a name, and puts it on the clock."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its model, what makes it, the class that explains it, and an example.

    Kinds that are carried out by the same class are explained by their models. `example` is one
    entry of the list `faults`, for a shop that asks payments; `variants` have a text of their own.
    """

    model: type[Model]
    make: Make
    explained_by: type
    example: str
    variants: Mapping[str, type] = field(default_factory=dict)
