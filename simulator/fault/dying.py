"""The death of an instance, and who knows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.call.route import Route
from simulator.observe.deaths import Death
from simulator.service.instance import Instance
from simulator.service.lifecycle import Lifecycle


def end(
    instance: Instance,
    now: float,
    lifecycle: Lifecycle,
    callers: Mapping[str, Sequence[Route]],
    deaths: list[Death],
) -> None:
    """An instance that lives dies; noted in `deaths`, with the callers that still send to it.

    `callers` are the routes by which each instance is asked, by its name.
    """
    knew = [route for route in callers[instance.name] if sends_to(route, instance)]
    instance.crash()
    death = instance.death
    assert death is not None
    deaths.append(death)
    death.waiting.update(route for route in knew if sends_to(route, instance))
    if not death.waiting:
        death.callers_knew = now
    if not lifecycle.lists(instance):
        death.delisted(now)


def sends_to(route: Route, instance: Instance) -> bool:
    """Whether a caller would ask an instance, as far as it knows."""
    return any(each.instance is instance and each.usable for each in route.members)
