"""From a service that may have no instance to who stands in for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from simulator.balancing.chance import Chance
from simulator.kernel.kernel import Kernel
from simulator.observe.ledger import Ledger
from simulator.scenario.model.autoscaler.keda import Keda
from simulator.scenario.model.autoscaler.kpa import DEPTH, Kpa
from simulator.scenario.model.service import Service
from simulator.service.activator import Activator
from simulator.service.instance import UNLIMITED, Instance


def make_activator(
    kernel: Kernel,
    ledger: Ledger,
    service: str,
    model: Service,
    instances: Sequence[Instance],
    chance: Callable[[str], Chance],
) -> Activator | None:
    """What holds the requests of a service while it has no instance; None if it never holds any.

    `chance` makes a stream of uniform numbers by its name.
    """
    settings = None if model.autoscaler is None else model.autoscaler.settings
    depth: int | None = None
    limit: int | None
    if isinstance(settings, Kpa):
        name = f"{service}-activator"
        limit = settings.container_concurrency
        depth = None if limit is None else DEPTH
    elif isinstance(settings, Keda):
        name = f"{service}-queue"
        limit = settings.prefetch or model.concurrency
    else:
        return None
    activator = Activator(
        kernel,
        ledger,
        name,
        len(instances),
        depth=UNLIMITED if depth is None else depth,
        limit=UNLIMITED if limit is None else limit,
        chance=chance(f"service/{name}"),
    )
    activator.zone = instances[0].zone
    return activator
