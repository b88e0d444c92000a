"""Profiles: the defaults of a real library, by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel

from simulator.outcome import NAMES, TIMEOUT, UNREACHABLE
from simulator.scenario.model.base import Model

FailureName = Literal[
    "error",
    "timeout",
    "deadline",
    "refused",
    "reset",
    "unreachable",
    "queue_full",
    "shed",
    "rate_limited",
    "bulkhead_full",
    "breaker_open",
    "no_instance",
    "unauthorized",
    "cancelled",
]
"""An outcome that is a failure."""

ALL_FAILURES: tuple[FailureName, ...] = (
    "error",
    "timeout",
    "deadline",
    "refused",
    "reset",
    "unreachable",
    "queue_full",
    "shed",
    "rate_limited",
    "bulkhead_full",
    "breaker_open",
    "no_instance",
    "unauthorized",
)
"""Every failure that a caller can be told of."""


class Profiled(Model):
    """A policy whose defaults may be those of a real library: what is written wins, field by field.

    A subclass has a field `profile`, and in `profiles` the values by which each profile differs from
    the fields' own defaults, as the model holds them (durations in seconds, shares of 1).
    """

    profiles: ClassVar[Mapping[str, Mapping[str, object]]] = {}

    def settled(self) -> dict[str, Any]:
        """Every field but `profile`: as written, else as the profile has it, else its default."""
        values = {key: getattr(self, key) for key in type(self).model_fields if key != "profile"}
        profile = getattr(self, "profile", None)
        if profile is not None:
            theirs = self.profiles[profile]
            values.update({key: theirs[key] for key in theirs.keys() - self.model_fields_set})
        return values


M = TypeVar("M", bound=Profiled)
T = TypeVar("T", bound=Model)


def options_or_name(value: object) -> str:
    """Tells a mapping of options from the bare name of a profile."""
    return "<options>" if isinstance(value, (dict, BaseModel)) else "<bare>"


def with_profile(model: Callable[..., M]) -> Callable[[str], M]:
    """What makes a policy of the bare name of a profile."""

    def make(profile: str) -> M:
        return model(profile=profile)

    return make


def outcome_mask(names: Sequence[str]) -> int:
    """A set of outcomes as a number: bit `outcome` is set for each.

    A caller cannot tell a slow callee from a network that ate the message: `timeout` and
    `unreachable` are two words for us and one for it, so either stands for both.
    """
    mask = 0
    for name in names:
        mask |= 1 << NAMES.index(name)
    alike = (1 << TIMEOUT) | (1 << UNREACHABLE)
    return mask | alike if mask & alike else mask


def the(model: type[T], given: object) -> T:
    """A policy that a bare name may have stood for, as the model that validation made of it."""
    assert isinstance(given, model), given
    return given
