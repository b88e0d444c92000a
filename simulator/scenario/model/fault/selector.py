"""Whom a fault hits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from simulator.scenario.model.base import Mistake, Model, Name, Reads, Share, whole
from simulator.scenario.model.label import Labels
from simulator.scenario.problem import listed


class Fixed(Model):
    fixed: Annotated[int, whole(1, 100_000)] = Field(description="So many, drawn at random.")


class Percent(Model):
    percent: Share = Field(description="Such a share of them, rounded up.")


class RandomMaxPercent(Model):
    random_max_percent: Share = Field(
        description="A share that is drawn each time, from none to this one, rounded down."
    )

    def rules(self) -> Iterator[Mistake]:
        if self.most < 1 or abs(self.random_max_percent * 100 - self.most) > 1e-9:
            message = "expected a whole percentage from 1% to 100%, of which each is as likely"
            yield Mistake(message, ("random_max_percent",))

    @property
    def most(self) -> int:
        """The highest percentage that can be drawn."""
        return round(self.random_max_percent * 100)


def _mode(value: object) -> str:
    if isinstance(value, (dict, BaseModel)):
        keys = value if isinstance(value, dict) else type(value).model_fields
        # Of two at once the second is the mistake; of none, `fixed` is missing.
        for key in ("fixed", "percent", "random_max_percent"):
            if key in keys:
                return f"<{key}>"
        return "<fixed>"
    return "<bare>"


def _word(given: object) -> str:
    if given in ("one", "all"):
        return str(given)
    raise ValueError(
        "expected `one`, `all`, `{fixed: 2}`, `{percent: 50%}` or `{random_max_percent: 50%}`"
    )


def _same(value: str) -> object:
    return value


Word = Annotated[str, Reads(_word, _same, {"type": "string", "enum": ["one", "all"]})]


Mode = Annotated[
    Annotated[Fixed, Tag("<fixed>")]
    | Annotated[Percent, Tag("<percent>")]
    | Annotated[RandomMaxPercent, Tag("<random_max_percent>")]
    | Annotated[Word, Tag("<bare>")],
    Discriminator(_mode),
]


NARROWING = ("service", "zone", "node", "label", "instance")
"""What narrows down whom a fault hits."""


def _some(schema: dict[str, Any]) -> None:
    """One of those must be there by which anybody is found; editors are told so, too."""
    keys = [key for key in (*NARROWING, "edge") if key in schema["properties"]]
    schema["anyOf"] = [{"required": [key]} for key in keys]


class Selector(Model):
    """Whom a fault hits: those for whom all that is given holds."""

    model_config = ConfigDict(json_schema_extra=_some)

    service: str | None = Field(
        None, description="Instances of a service; `registry` for the registry's servers."
    )
    zone: Name | None = Field(None, description="Instances that stand in this zone.")
    node: str | None = Field(
        None, description="Instances that stand on this node of the platform, such as `general-2`."
    )
    label: Labels | None = Field(
        None,
        description="Instances of services with this label, such as `tier=backend`; of a list, "
        "with all of them.",
    )
    instance: str | None = Field(None, description="One instance, such as `shop-2`.")
    mode: Mode = Field("one", description="How many of these: which ones is drawn.")

    def rules(self) -> Iterator[Mistake]:
        if self.instance is not None and "mode" in self.model_fields_set:
            yield Mistake("`instance` and `mode` do not go together", ("mode",))
        ways = [key for key in (*NARROWING, "edge") if key in type(self).model_fields]
        if all(getattr(self, each) is None for each in ways):
            yield Mistake(f"expected at least one of {listed(ways)}")
        if self.whose is None and getattr(self, "endpoint", None) is not None:
            yield Mistake("`endpoint` needs a `service`", ("endpoint",))
        if self.service == "registry":
            for key in ("zone", "node", "label"):
                if getattr(self, key) is not None:
                    yield Mistake(f"servers of the registry have no `{key}`", (key,))

    @property
    def whose(self) -> str | None:
        """The service whose instances are hit; None where it may be any."""
        return self.service
