"""Writes docs/policy-reference.md from the models: every policy, its fields, defaults and profiles."""

from __future__ import annotations

from pathlib import Path

from simulator.scenario.fields import written
from simulator.scenario.guards.catalogue import ORDER, POLICIES, explained, summary_of

PAGE = Path(__file__).with_name("policy-reference.md")


def reference() -> str:
    """The page."""
    parts = [
        "# Policies, field by field",
        "Written by `docs/make_policy_reference.py` from the models; `aftershock policies NAME` prints the "
        "same. How policies are put on calls, and how they work together, is in [policies](policies.md).",
        f"The policies that wrap a call do so in this order, the outermost first: {_names(ORDER)}.",
    ]
    for name in POLICIES:
        summary = summary_of(name)
        parts.append(f"## {name}")
        parts.append(f"A key of {summary['stands_in']}. {explained(name)}")
        if summary["fields"]:
            rows = [
                f"| `{each['name']}` | {_cell(each['default'])} | {each['meaning']} |"
                for each in summary["fields"]
            ]
            parts.append("\n".join(["| field | default | meaning |", "|---|---|---|", *rows]))
        if summary["profiles"]:
            rows = [
                f"| `{profile}` | {_settings(values)} |"
                for profile, values in summary["profiles"].items()
            ]
            parts.append("\n".join(["| profile | sets |", "|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{each}`" for each in names)


def _cell(default: object) -> str:
    text = written(default)
    return text if text in ("none", "required") else f"`{text}`"


def _settings(values: dict[str, object]) -> str:
    listed = ", ".join(f"`{key}: {written(value)}`" for key, value in values.items())
    return listed or "the defaults above"


if __name__ == "__main__":
    PAGE.write_text(reference())
