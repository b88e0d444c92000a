"""Every kind of fault: what it does, its fields and defaults, and how it looks in a scenario."""

from __future__ import annotations

from typing import TypedDict

from simulator.scenario.docstring import story_of
from simulator.scenario.faults.kinds import FAULTS
from simulator.scenario.fields import FieldSummary, fields_of, written
from simulator.scenario.model.fault.fault import KINDS, Fault


class Summary(TypedDict):
    """One kind: what it does, the fields that are its own, and how it looks in a scenario."""

    name: str
    summary: str
    fields: list[FieldSummary]
    example: str


def summary_of(kind: str) -> Summary:
    """What there is to say of a kind of fault, as data."""
    return {
        "name": kind,
        "summary": explained(kind).partition("\n")[0],
        "fields": fields_of(FAULTS[kind].model),
        "example": example_of(kind),
    }


def common_fields() -> list[FieldSummary]:
    """The fields of every fault, beside its kind: what it is called, and when it is."""
    return [each for each in fields_of(Fault) if each["name"] not in KINDS]


def explained(kind: str) -> str:
    """What a kind of fault is in the real world, what it is here, and what is left out."""
    return story_of(FAULTS[kind].explained_by)


def example_of(kind: str) -> str:
    """A fault of this kind, to be pasted into a scenario."""
    lines = FAULTS[kind].example.strip().splitlines()
    return "\n".join(["faults:", *(f"  {line}" for line in lines)]) + "\n"


def explain(kind: str) -> str:
    """All there is to say of a kind of fault, to be read."""
    parts = [f"{kind}: a kind of fault", explained(kind)]
    for variant, explained_by in FAULTS[kind].variants.items():
        parts.append(f"With `{variant}`:\n\n{story_of(explained_by)}")
    own = fields_of(FAULTS[kind].model)
    if own:
        parts.append(_listed(f"Fields of `{kind}`, with their defaults:", own))
    parts.append(_listed("Fields of every fault:", common_fields()))
    parts.append(f"For example:\n\n{example_of(kind).rstrip()}")
    return "\n\n".join(parts) + "\n"


def _listed(title: str, fields: list[FieldSummary]) -> str:
    lines = [f"  {each['name']} ({written(each['default'])}): {each['meaning']}" for each in fields]
    return "\n".join([title, *lines])
