"""From the network faults of a scenario to what they do to messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.balancing.chance import Chance
from simulator.distribution.distribution import Distribution
from simulator.kernel.kernel import Kernel
from simulator.network.disturbance import Toxic
from simulator.network.senders import Senders
from simulator.scenario.model.fault import link as model
from simulator.service.instance import Instance

Whom = tuple[str, frozenset[str] | None, frozenset[str] | None, float]
"""What every toxic is told first: its name, the parties, the endpoints, and the share."""


@dataclass(frozen=True, slots=True)
class ToxicMaker:
    """What toxics are made with.

    `quantities` collects what is drawn, by name; `chance` makes streams of uniform numbers; `folder`
    is where the files of the scenario lie.
    """

    kernel: Kernel
    quantities: dict[str, Distribution]
    chance: Callable[[str], Chance]
    folder: Path | None


MakeToxic = Callable[[ToxicMaker, Any, Whom], Callable[[], Toxic]]
"""Makes, for the model of a fault, what makes its toxic for one instance."""


def maker_of(
    tools: ToxicMaker,
    harm: model.OnTheWay | model.Partition,
    name: str,
    make: MakeToxic,
    instances: Mapping[str, Sequence[Instance]],
    clients: Mapping[str, str],
) -> Callable[[], Toxic]:
    """What makes the toxic of one fault for one instance.

    `instances` are by service; `clients` are the zones of the traffic classes.
    """
    callers, endpoints, share = harm.from_, None, 1.0
    if isinstance(harm, model.OnTheWay):
        callers, share = harm.callers, harm.toxicity
        if harm.asked is not None:
            endpoints = frozenset({harm.asked})
    parties = frozenset(
        each for each in callers if each.partition(".")[0] in (*instances, *clients)
    )
    singles = frozenset(callers) - parties
    if not singles and not harm.from_zones:
        return make(tools, harm, (name, parties or None, endpoints, share))
    everybody = {each.name: each for members in instances.values() for each in members}
    zones = frozenset(harm.from_zones) or None
    senders = Senders(parties, singles, zones, everybody, clients)
    made = make(tools, harm, (name, None, endpoints, share))

    def narrowed() -> Toxic:
        toxic = made()
        toxic.senders = senders
        return toxic

    return narrowed


def ways(harm: model.TwoWays | model.Partition) -> tuple[bool, bool]:
    """Whether questions suffer, and whether answers."""
    return harm.direction != "from", harm.direction != "to"
