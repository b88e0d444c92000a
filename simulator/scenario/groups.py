"""Groups of faults laid out flat, so that nothing else has to know of them.

`serial` and `parallel` say when faults begin; so do `at` and `after`. Here the one becomes the
other: a fault of a group waits for the ends of those before it, and what the file says of it is
found where it stands in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from simulator.scenario.explain import data_path, explain
from simulator.scenario.model.base import Moment, PartOfRun, later_by
from simulator.scenario.model.fault.fault import KINDS, MOMENTARY
from simulator.scenario.model.fault.group import ORDERS, Group, is_group
from simulator.scenario.problem import Problem
from simulator.scenario.source import DataPath, Source

_MOMENT: TypeAdapter[float | PartOfRun] = TypeAdapter(Moment)


def lay_flat(source: Source) -> list[Problem]:
    """Put the faults of all groups into one list, with their places; returns what is wrong with them."""
    faults = source.at(("faults",))
    if not isinstance(faults, list) or not any(map(is_group, faults)):
        return []
    layout = _Layout(source)
    for number, member in enumerate(faults):
        layout.lay(member, ("faults", number), _Wait(), ())
    layout.settle()
    layout.move()
    assert isinstance(source.data, dict)
    source.data = {**source.data, "faults": [each.data for each in layout.leaves]}
    return layout.problems


@dataclass(frozen=True, slots=True)
class _Wait:
    """What a member of a group waits for: the ends of leaves, by number, and a time from there.

    `named` are further faults and groups, by name, each with its place in the file.
    """

    leaves: tuple[int, ...] = ()
    named: tuple[tuple[object, DataPath], ...] = ()
    at: float | PartOfRun | None = None
    places: tuple[tuple[str, DataPath], ...] = ()
    """The fields of groups that say when, each with its place in the file."""


@dataclass(slots=True)
class _Leaf:
    """One fault: what is said of it, where it stands, what it waits for, and the groups it is in."""

    data: Any
    origin: DataPath
    wait: _Wait
    groups: tuple[DataPath, ...]
    places: dict[DataPath, DataPath] = field(default_factory=dict)
    """Where in the file stands what was added to it."""


class _Layout:
    """The flat list, while it grows."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.leaves: list[_Leaf] = []
        self.ends: dict[str, tuple[int, ...]] = {}
        """For each group with a name, the leaves with whose ends it ends."""
        self.problems: list[Problem] = []

    def lay(
        self, member: object, origin: DataPath, wait: _Wait, groups: tuple[DataPath, ...]
    ) -> tuple[int, ...]:
        """Add a fault or a group; returns the numbers of the leaves with whose ends it ends."""
        if not isinstance(member, dict) or not is_group(member):
            data = dict(member) if isinstance(member, dict) else member
            self.leaves.append(_Leaf(data, origin, wait, groups))
            return (len(self.leaves) - 1,)
        wait = self.begin(member, origin, wait, nested=bool(groups))
        groups = (*groups, origin)
        order = next(each for each in ORDERS if each in member)
        inner = member[order]
        ends: tuple[int, ...] = ()
        for number, each in enumerate(inner if isinstance(inner, list) else ()):
            path: DataPath = (*origin, order, number)
            if order == "parallel":
                ends += self.lay(each, path, wait, groups)
                continue
            ends = self.lay(each, path, wait, groups)
            if number < len(inner) - 1:
                known = tuple(leaf for leaf in ends if self.has_an_end(leaf))
                # What has a mistake of its own makes no mistake of what comes after it.
                wait = _Wait(known) if known else replace(wait, at=wait.at or 0.0)
        name = member.get("name")
        if isinstance(name, str):
            if name in self.ends:
                self.wrong((*origin, "name"), f"there is a group `{name}` above")
            self.ends[name] = ends
        return ends

    def begin(self, group: dict[str, Any], origin: DataPath, wait: _Wait, *, nested: bool) -> _Wait:
        """What the members of a group wait for; its own fields are looked at too."""
        wrong: set[object] = set()
        try:
            Group.model_validate(group)
        except ValidationError as error:
            for each in error.errors(include_url=False):
                path = (*origin, *data_path(each["loc"], group))
                self.problems.append(explain(each, path, self.source))
                wrong.add(path[len(origin)] if len(path) > len(origin) else None)
        places = wait.places
        at, named = wait.at, wait.named
        if "at" in group and "at" not in wrong:
            at = _later(at, group["at"])
            places = (*places, ("at", (*origin, "at")))
        if "after" in group and "after" not in wrong:
            if nested:
                self.no_after((*origin, "after"))
            else:
                named = tuple(_names(group["after"], (*origin, "after")))
                places = (*places, ("after", (*origin, "after")))
        return _Wait(wait.leaves, named, at, places)

    def has_an_end(self, number: int) -> bool:
        """Whether something can come after a leaf of a serial group; says why not."""
        leaf = self.leaves[number]
        data, origin = leaf.data, leaf.origin
        if self.name(number) is None:
            return False
        for key in ("every", "random"):
            if key in data:
                message = (
                    "this begins again and again: what comes after it in the group never begins"
                )
                self.wrong((*origin, key), message, key=True)
                return False
        if "when" in data:
            message = (
                "nobody knows beforehand when this ends: nothing can come after it in the group"
            )
            self.wrong((*origin, "when"), message, key=True)
            return False
        if "for" not in data and not any(kind in data for kind in MOMENTARY):
            message = (
                "this needs a `for`: what comes after it in the group begins when it has ended"
            )
            self.wrong(origin, message)
            return False
        return True

    def name(self, number: int) -> str | None:
        """What a leaf is called; None where that cannot be told."""
        data = self.leaves[number].data
        if not isinstance(data, dict):
            return None
        kinds = [kind for kind in KINDS if data.get(kind) is not None]
        name = data.get("name", f"{kinds[0]}-{number + 1}" if kinds else None)
        return name if isinstance(name, str) and len(kinds) == 1 else None

    def settle(self) -> None:
        """Give every leaf the `at` and `after` that its groups mean."""
        names = {self.name(number) for number in range(len(self.leaves))}
        for group in {group for leaf in self.leaves for group in leaf.groups}:
            name = self.source.at((*group, "name"))
            if name is not None and name in names:
                self.wrong((*group, "name"), f"there is a fault `{name}` too")
        for leaf in self.leaves:
            if isinstance(leaf.data, dict):
                self.settle_one(leaf)

    def settle_one(self, leaf: _Leaf) -> None:
        """The same for one leaf."""
        data, wait = leaf.data, leaf.wait
        named = wait.named
        if "after" in data and leaf.groups:
            self.no_after((*leaf.origin, "after"))
            del data["after"]
        elif "after" in data:
            named = tuple(_names(data["after"], (*leaf.origin, "after")))
        awaited: list[tuple[object, DataPath]] = [
            (self.name(number), leaf.origin) for number in wait.leaves
        ]
        for name, place in named:
            ends = self.ends.get(name) if isinstance(name, str) else None
            awaited += [(name, place)] if ends is None else [(self.name(n), place) for n in ends]
        awaited = [each for each in awaited if each[0] is not None]
        if awaited:
            data["after"] = [name for name, _ in awaited] if len(awaited) > 1 else awaited[0][0]
            leaf.places["after",] = awaited[0][1]
            for number, (_, place) in enumerate(awaited):
                leaf.places["after", number] = place
        for key, place in wait.places:
            if key not in data:
                leaf.places[key,] = place
        if wait.at is not None:
            data["at"] = _later(wait.at, data["at"]) if "at" in data else _whole(wait.at)

    def move(self) -> None:
        """Have the places of everything in the file where it is in the flat list."""
        source = self.source
        for known in (source.keys, source.values, source.written):
            self.move_all(known)
        settings = source.settings
        for path in sorted((each for each in settings if len(each) > 1), key=len):
            if path[0] != "faults":
                continue
            words = settings.pop(path)
            for number, leaf in enumerate(self.leaves):
                size = len(leaf.origin)
                if path[:size] == leaf.origin:
                    settings["faults", number, *path[size:]] = words
                elif path == leaf.origin[: len(path)]:
                    settings["faults", number] = words
                for added, place in leaf.places.items():
                    if place == path:
                        settings["faults", number, *added] = words

    def move_all(self, known: dict[DataPath, Any]) -> None:
        """Move what is known by paths of the file to where it is in the flat list."""
        numbers = {leaf.origin: number for number, leaf in enumerate(self.leaves)}
        before = {p: known.pop(p) for p in list(known) if len(p) > 1 and p[0] == "faults"}
        for path, what in before.items():
            for size in range(2, len(path) + 1):
                number = numbers.get(path[:size])
                if number is not None:
                    known["faults", number, *path[size:]] = what
        for number, leaf in enumerate(self.leaves):
            for added, place in leaf.places.items():
                if place in before:
                    known["faults", number, *added] = before[place]

    def no_after(self, path: DataPath) -> None:
        """Inside of a group, `after` is a mistake."""
        self.wrong(
            path, "inside of a group there is no `after`: the group says what comes when", key=True
        )

    def wrong(self, path: DataPath, message: str, *, key: bool = False) -> None:
        self.problems.append(Problem(self.source.place(path, key=key), message))


def _names(given: object, path: DataPath) -> Iterator[tuple[object, DataPath]]:
    """Each of one or several names, with its place."""
    if isinstance(given, list):
        yield from ((each, (*path, number)) for number, each in enumerate(given))
    elif given is not None:
        yield given, path


def _later(moment: float | PartOfRun | None, given: Any) -> Any:
    """A moment, as a file or a group has it, so much later; what is none stays what it is."""
    try:
        read = _MOMENT.validate_python(given)
    except ValidationError:
        return given
    return _whole(read if moment is None else later_by(moment, read))


def _whole(moment: float | PartOfRun) -> PartOfRun:
    """A moment as the models take it without a unit."""
    return moment if isinstance(moment, PartOfRun) else PartOfRun(0.0, moment)
