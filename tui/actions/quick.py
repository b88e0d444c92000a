"""The harms that one key does: how much of them, and what a fault makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.scenario.read import read_value
from tui.actions.aim import Target
from tui.dialogs.fields import fault_of, plain_value


@dataclass(frozen=True, slots=True)
class Quick:
    """One of them.

    Attributes:
        title: what it is called.
        kind: which fault it is.
        field: the field of it that says how much.
        amount: how much, until somebody says otherwise.
        means: what an amount says, with its place as `{}`.
        hint: what may be said.
    """

    title: str
    kind: str
    field: str
    amount: str
    means: str
    hint: str

    def fault(self, target: Target, amount: str) -> dict[str, object]:
        """The fault, from now until it is undone."""
        return {self.kind: {**target, self.field: read_value(amount)}}

    def read(self, amount: str) -> str:
        """An amount as it is.

        Raises:
            ValueError: if it is none.
        """
        if not amount:
            raise ValueError(f"expected how much, such as {self.amount}")
        _, mistakes = fault_of(self.kind, {"service": "any", self.field: amount})
        if wrong := mistakes.get(self.field):
            raise ValueError(wrong)
        return amount


QUICK: Mapping[str, Quick] = {
    "latency": Quick(
        "slower messages",
        "latency",
        "add",
        "200ms",
        "longer by {}",
        "How much longer every message takes: 200ms, 1s, or a distribution such as "
        "exponential: 100ms.",
    ),
    "errors": Quick(
        "errors",
        "abort",
        "toxicity",
        "50%",
        "{} of the calls",
        "The share of the calls that are answered with an error at once: 10%, 50%, 100%.",
    ),
    "cpu": Quick(
        "slower work",
        "slow",
        "speed",
        "25%",
        "at a speed of {}",
        "What is left of the speed: 50%, 25%, 1%. Work takes so many times as long.",
    ),
}
"""By the action of the key."""
HOW_MANY = "How many of them: one, 2, 50% or all. Which ones is drawn from those that are alive."


def mode_of(text: str) -> object:
    """How many instances a text means: the `mode` of a fault.

    Raises:
        ValueError: if it means none.
    """
    if not text:
        raise ValueError("expected one, all, a number or a share")
    mode = plain_value(text)
    if isinstance(mode, int):
        mode = "one" if mode == 1 else {"fixed": mode}
    elif isinstance(mode, str) and mode.endswith("%"):
        mode = {"percent": mode}
    shown = mode if isinstance(mode, str) else str(mode).replace("'", "")
    _, mistakes = fault_of("kill", {"service": "any", "mode": shown})
    if wrong := mistakes.get("mode"):
        raise ValueError(wrong.replace("`fixed`: ", "").replace("`percent`: ", ""))
    return mode
