"""Harm that is asked for, made ready to be done."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.fault.fault import Fault as Running
from simulator.live.branch import Deed
from simulator.live.changes import names_of
from simulator.live.refused import Refused, reason_of
from simulator.live.words import done_to, subject_of
from simulator.scenario import ScenarioError
from simulator.scenario.check.addition import AdditionCheck
from simulator.scenario.model.fault.fault import Fault, lasting
from simulator.scenario.model.fault.group import is_group
from simulator.scenario.model.scenario import Scenario
from simulator.units import format_duration

BUILT_IN = ("surge", "config_push")
"""Kinds of faults whose harm is worked into the world when that is built."""
ONCE = ("at", "after", "when", "every", "random")
"""What a fault that is done now has no use for."""


@dataclass(frozen=True, slots=True)
class Harm:
    """A fault that is right, and can begin at any moment."""

    entry: Mapping[str, object]
    fault: Fault
    doubts: Sequence[str]
    """What looks doubtful about it, in a sentence each."""

    def deed(self, time: float, *, structural: bool) -> Deed:
        """That it begins at a time, in seconds."""
        entry = {**self.entry, "at": format_duration(time)}
        words = done_to(self.fault, [subject_of(self.fault)])
        name = str(entry["name"])
        return Deed(time, "inject", name, words, json.dumps(entry), structural=structural)

    def built_in(self, scenario: Scenario, running: Sequence[Running]) -> bool:
        """Whether a world of a scenario, with its faults, must be built anew for it."""
        fault = self.fault
        if fault.kind in BUILT_IN:
            return True
        joins = fault.abusive_client or fault.thundering_herd
        # Those who come beside would ask, too, for a key that is hot already.
        return joins is not None and any(
            other.hot_key is not None and other.hot_key.traffic == joins.traffic and each.active
            for other, each in zip(scenario.faults, running, strict=True)
        )


class HarmMaker:
    """Makes harm out of what somebody wants, with every check that a scenario's file is put to."""

    def __init__(self, base: Scenario, folder: Path | None) -> None:
        self.addition = AdditionCheck(base, folder)

    def harm(self, wanted: Mapping[str, object], scenario: Scenario, now: float) -> Harm:
        """A fault for a scenario: `wanted` is an entry of the list `faults` without its time.

        A fault without a name is given one; that is its own, whatever is added later.

        Raises:
            Refused: if it is wrong.
        """
        entry = _plain(wanted)
        if is_group(entry):
            raise Refused("a group of faults is none that can be done now: do them one by one")
        for key in ONCE:
            if key in entry:
                raise Refused(f"what is done now begins now, and once: leave out `{key}`")
        # Whether it goes with the rest does not hang on its moment.
        name = entry.pop("name", None)
        name = _free_name(entry, scenario) if name is None else name
        entry = {"name": name, **entry, "at": format_duration(now)}
        try:
            fault, warnings = self.addition.fault(scenario, entry)
        except ScenarioError as error:
            raise Refused(reason_of(error)) from None
        kill = fault.kill
        if kill is not None and kill.restart is not None and fault.for_ is None:
            # It is over when all are back.
            fault = lasting(fault, kill.grace + kill.restart)
            entry["for"] = format_duration(kill.grace + kill.restart)
        return Harm(entry, fault, [each.message for each in warnings])


def _plain(wanted: Mapping[str, object]) -> dict[str, object]:
    """A fault as plain data of its own."""
    try:
        plain = json.loads(json.dumps(dict(wanted)))
    except (TypeError, ValueError):
        raise Refused("a fault is plain data: texts, numbers, lists and mappings") from None
    assert isinstance(plain, dict)
    return plain


def _free_name(entry: Mapping[str, object], scenario: Scenario) -> str:
    """What a fault is called that was given no name: its kind with the next number."""
    taken = names_of(scenario.faults)
    kind = next((key for key in entry if key not in ("name", "for")), "fault")
    number = 1
    while f"{kind}-{number}" in taken:
        number += 1
    return f"{kind}-{number}"
