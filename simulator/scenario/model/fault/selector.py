"""Whom a fault hits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, Discriminator, Field, Tag

from simulator.scenario.model.base import Mistake, Model, Share, whole


class Fixed(Model):
    fixed: Annotated[int, whole(1, 100_000)] = Field(description="So many, drawn at random.")


class Percent(Model):
    percent: Share = Field(description="Such a share of them, rounded up.")


def _mode(value: object) -> str:
    if isinstance(value, (dict, BaseModel)):
        keys = value if isinstance(value, dict) else type(value).model_fields
        return "<percent>" if "percent" in keys and "fixed" not in keys else "<fixed>"
    return "<bare>"


Mode = Annotated[
    Annotated[Fixed, Tag("<fixed>")]
    | Annotated[Percent, Tag("<percent>")]
    | Annotated[Literal["one", "all"], Tag("<bare>")],
    Discriminator(_mode),
]


class Selector(Model):
    """Whom a fault hits."""

    service: str = Field(description="A service, or `registry` for the registry's servers.")
    instance: str | None = Field(None, description="One instance of it, such as `shop-2`.")
    mode: Mode = Field("one", description="How many of its instances: which ones is drawn.")

    def rules(self) -> Iterator[Mistake]:
        if self.instance is not None and "mode" in self.model_fields_set:
            yield Mistake("`instance` and `mode` do not go together", ("mode",))
