"""Who changes the number of a service's instances."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from simulator.scenario.model.autoscaler.bounds import Bounds
from simulator.scenario.model.autoscaler.hpa import Hpa
from simulator.scenario.model.autoscaler.keda import Keda
from simulator.scenario.model.autoscaler.kpa import Kpa
from simulator.scenario.model.autoscaler.predictive import Predictive
from simulator.scenario.model.autoscaler.scheduled import Scheduled
from simulator.scenario.model.autoscaler.step import StepScaling
from simulator.scenario.model.autoscaler.target_tracking import TargetTracking
from simulator.scenario.model.autoscaler.vertical import Vertical
from simulator.scenario.model.base import Mistake, Model
from simulator.scenario.problem import few, nearest


class Autoscaler(Model):
    """The autoscaler of a service: one of these."""

    hpa: Hpa | None = Field(None, description="The HorizontalPodAutoscaler of Kubernetes.")
    kpa: Kpa | None = Field(
        None, description="The autoscaler of Knative: by the requests at once, from none on."
    )
    keda: Keda | None = Field(None, description="KEDA: by the length of a queue, from none on.")
    target_tracking: TargetTracking | None = Field(
        None, description="Target tracking of AWS: one figure is kept near its target."
    )
    step: StepScaling | None = Field(
        None, description="Step scaling of AWS: the further beyond a threshold, the more."
    )
    scheduled: Scheduled | None = Field(None, description="By the clock.")
    predictive: Predictive | None = Field(None, description="By a forecast of the load.")
    vertical: Vertical | None = Field(
        None, description="The VerticalPodAutoscaler of Kubernetes: not more instances, but larger."
    )

    def rules(self) -> Iterator[Mistake]:
        given = [kind for kind in KINDS if getattr(self, kind) is not None]
        if len(given) != 1:
            kinds = ", ".join(f"`{kind}`" for kind in KINDS)
            found = " and ".join(f"`{kind}`" for kind in given)
            yield Mistake(f"expected one of {kinds}{f', found {found}' if given else ''}")

    @property
    def kind(self) -> str:
        """Which it is."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def settings(self) -> Model:
        """Its settings."""
        settings: Model = getattr(self, self.kind)
        return settings

    @property
    def bounds(self) -> Bounds | None:
        """The fewest and the most instances; None for one that leaves their number alone."""
        settings = self.settings
        return settings if isinstance(settings, Bounds) else None


@dataclass(frozen=True, slots=True)
class UnknownName:
    """What stands for an autoscaler where a name stood that is not among those `known`."""

    name: str
    known: tuple[str, ...]


def _known(given: object) -> object:
    if isinstance(given, UnknownName):
        hint = nearest(given.name, given.known) or few(given.known)
        message = f"there is no `{given.name}` among the `autoscalers`{hint}"
        if given.name in KINDS:
            message = f"expected the settings too, such as `{{{given.name}: {{max: 10}}}}`"
        raise PydanticCustomError("mistake", "{message}", {"message": message, "inside": False})
    return given


AutoscalerField = Annotated[Autoscaler | None, BeforeValidator(_known)]
"""An autoscaler; a name from the scenario's `autoscalers` has been replaced before."""
KINDS = tuple(Autoscaler.model_fields)
"""Every kind, in the order of the reference."""
