"""What an endpoint does, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Discriminator, Field, Tag

from simulator.scenario.model.base import Mistake, Model, Share, Target, Weight, one_of
from simulator.scenario.model.distribution import Count, Dist
from simulator.scenario.model.policy import NamedPolicy


class Work(Model):
    """Compute."""

    work: Dist = Field(description="For how long, on a core of its own.")


class Call(NamedPolicy):
    """Ask another endpoint and wait for the answer."""

    call: Target = Field(description="Whom: `service.endpoint`.")
    optional: bool = Field(False, description="Go on when the call fails.")


class Together(Model):
    """Do several things at the same time and wait for all of them."""

    together: Annotated[tuple[Step, ...], Field(min_length=1, strict=False)] = Field(
        description="The branches; a branch of several steps is a `steps` group."
    )
    fail_fast: bool = Field(
        False, description="End at the first failure instead of waiting for the other branches."
    )


class Branch(Model):
    weight: Weight = Field(description="How often this branch is taken, relative to the others.")
    steps: Annotated[tuple[Step, ...], Field(strict=False)] = Field(description="What it does.")


class Either(Model):
    """Take one of several branches."""

    either: Annotated[tuple[Branch, ...], Field(min_length=1, strict=False)] = Field(
        description="The branches with their weights."
    )

    def rules(self) -> Iterator[Mistake]:
        if sum(each.weight for each in self.either) <= 0:
            yield Mistake("the weights sum to 0: no branch could be taken", ("either",))


class Maybe(Model):
    """Take some steps with a chance."""

    maybe: Share = Field(description="The chance.")
    steps: Annotated[tuple[Step, ...], Field(strict=False)] = Field(description="The steps.")


class Repeat(Model):
    """Take some steps several times, one after another."""

    repeat: Count = Field(description="How often.")
    steps: Annotated[tuple[Step, ...], Field(strict=False)] = Field(description="The steps.")


class Fail(Model):
    """Fail with a chance: the endpoint ends in `error`."""

    fail: Share = Field(description="The chance.")


class Group(Model):
    """Several steps as one."""

    steps: Annotated[tuple[Step, ...], Field(strict=False)] = Field(description="The steps.")


STEPS = ("work", "call", "together", "either", "maybe", "repeat", "fail", "steps")

Step = Annotated[
    Annotated[Work, Tag("<work>")]
    | Annotated[Call, Tag("<call>")]
    | Annotated[Together, Tag("<together>")]
    | Annotated[Either, Tag("<either>")]
    | Annotated[Maybe, Tag("<maybe>")]
    | Annotated[Repeat, Tag("<repeat>")]
    | Annotated[Fail, Tag("<fail>")]
    | Annotated[Group, Tag("<steps>")],
    Discriminator(one_of(*STEPS), custom_error_type="step", custom_error_message="a step"),
]
AnyStep = Work | Call | Together | Either | Maybe | Repeat | Fail | Group

for _model in (Together, Branch, Either, Maybe, Repeat, Group):
    _model.model_rebuild()
