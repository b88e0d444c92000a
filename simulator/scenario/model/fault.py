"""What goes wrong, with whom, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, Discriminator, Field, Tag

from simulator.scenario.model.base import (
    Duration,
    Mistake,
    Model,
    Name,
    PositiveDuration,
    Share,
    whole,
)


class Fixed(Model):
    fixed: Annotated[int, whole(1, 100_000)] = Field(description="So many, drawn at random.")


class Percent(Model):
    percent: Share = Field(description="Such a share of them, rounded up.")


def _mode(value: object) -> str:
    if isinstance(value, (dict, BaseModel)):
        keys = value if isinstance(value, dict) else type(value).model_fields
        return "<percent>" if "percent" in keys else "<fixed>"
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


class Kill(Selector):
    """Processes die."""

    grace: Duration = Field(
        0.0, description="They are told so long before, deregister, and serve until then."
    )


class Slow(Selector):
    """Instances work more slowly."""

    speed: Share | None = Field(None, description="What is left of their speed, such as 20%.")
    add: PositiveDuration | None = Field(
        None, description="For `registry`: what each of its answers takes longer."
    )

    def rules(self) -> Iterator[Mistake]:
        yield from super().rules()
        wanted = "add" if self.service == "registry" else "speed"
        other = "speed" if wanted == "add" else "add"
        if getattr(self, wanted) is None:
            yield Mistake(f"expected `{wanted}`")
        if getattr(self, other) is not None:
            yield Mistake(f"`{self.service}` is slowed by `{wanted}`", (other,))
        if self.speed == 0.0:
            yield Mistake("expected a speed above 0", ("speed",))


class Partition(Selector):
    """Instances of a service, or servers of the registry, cannot be reached from somewhere."""

    from_: Annotated[tuple[str, ...], Field(min_length=1, strict=False)] = Field(
        alias="from", description="The services and traffic classes that are cut off from them."
    )


class Fault(Model):
    """One harm, with its time."""

    name: Name | None = Field(None, description="What it is called; left out: its kind.")
    at: Duration = Field(description="When it begins, from the start of the run.")
    for_: PositiveDuration | None = Field(
        None, alias="for", description="How long it lasts; left out: to the end."
    )
    kill: Kill | None = Field(None, description="Processes die, and start again at the end.")
    slow: Slow | None = Field(None, description="Instances work more slowly.")
    partition: Partition | None = Field(None, description="Messages are lost.")

    def rules(self) -> Iterator[Mistake]:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            kinds = ", ".join(f"`{kind}`" for kind in KINDS)
            yield Mistake(f"expected one of {kinds}")
        if self.kill is not None and self.for_ is not None and self.kill.grace >= self.for_:
            message = "expected less than `for`, at whose end the processes start again"
            yield Mistake(message, ("kill", "grace"))

    @property
    def kind(self) -> str:
        """Which harm it is."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def selector(self) -> Selector:
        """Whom it hits."""
        selector: Selector = getattr(self, self.kind)
        return selector


KINDS = ("kill", "slow", "partition")
