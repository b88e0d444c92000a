"""What autoscalers that go by one figure go by."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from simulator.scenario.model.base import Mistake, Model, PositiveNumber, Rate, Share


class OneMetric(Model):
    """A figure of a service, the mean of its instances, with a value: one of these."""

    cpu: Share | None = Field(
        None, description="The share of their cores in use, or of their slots without `cores`."
    )
    concurrency: PositiveNumber | None = Field(
        None, description="Requests inside each instance, worked on or waiting."
    )
    rps: Rate | None = Field(None, description="Requests that each instance is done with.")
    queue: PositiveNumber | None = Field(None, description="Requests that wait in each instance.")

    def rules(self) -> Iterator[Mistake]:
        given = [each for each in METRICS if getattr(self, each) is not None]
        if len(given) != 1:
            kinds = ", ".join(f"`{each}`" for each in METRICS)
            found = " and ".join(f"`{each}`" for each in given)
            yield Mistake(f"expected one of {kinds}{f', found {found}' if given else ''}")
        elif self.value <= 0.0:
            yield Mistake("expected more than 0", (given[0],))

    @property
    def kind(self) -> str:
        """Which figure it is."""
        return next(each for each in METRICS if getattr(self, each) is not None)

    @property
    def value(self) -> float:
        """Its value: a share, a number, or per second."""
        return float(getattr(self, self.kind))


METRICS = tuple(OneMetric.model_fields)
