"""What all models share, and the units of the language as field types."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from simulator.scenario.problem import found
from simulator.units import (
    DURATION_PATTERN,
    RATE_PATTERN,
    SHARE_PATTERN,
    format_duration,
    format_rate,
    parse_duration,
    parse_rate,
    parse_share,
)


class Model(BaseModel):
    """A mapping of the language: its keys are known, its values checked, nothing changes later."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, populate_by_name=True
    )


def mistake(message: str) -> PydanticCustomError:
    """A mistake with a message of our own, which is shown as it stands."""
    return PydanticCustomError("mistake", "{message}", {"message": message})


def _reading(read: Callable[[object], float]) -> Callable[[object], float]:
    def validate(value: object) -> float:
        try:
            return read(value)
        except (ValueError, ArithmeticError) as error:
            raise mistake(f"{error}, found {found(value)}") from None

    return validate


def _above_zero(value: float) -> float:
    if value <= 0.0:
        raise mistake("expected more than 0")
    return value


Duration = Annotated[
    float,
    BeforeValidator(_reading(parse_duration)),
    PlainSerializer(format_duration),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "pattern": DURATION_PATTERN}, {"const": 0}],
            "description": "A duration, such as 250ms, 5s, 2m or 1m30s.",
        }
    ),
]
PositiveDuration = Annotated[Duration, AfterValidator(_above_zero)]
Rate = Annotated[
    float,
    BeforeValidator(_reading(parse_rate)),
    PlainSerializer(format_rate),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "pattern": RATE_PATTERN}, {"const": 0}],
            "description": "A rate, such as 200/s or 30/m.",
        }
    ),
]
Share = Annotated[
    float,
    BeforeValidator(_reading(parse_share)),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": SHARE_PATTERN},
                {"type": "number", "minimum": 0, "maximum": 1},
            ],
            "description": "A share of the whole, such as 5% or 0.05.",
        }
    ),
]


def one_of(*keys: str) -> Callable[[object], str | None]:
    """Tells apart mappings by the one of `keys` that they have; anything else has no tag."""

    def tag(value: object) -> str | None:
        if isinstance(value, dict):
            for key in keys:
                if key in value:
                    return f"<{key}>"
            return None
        if isinstance(value, BaseModel):
            fields = {field.alias or name: name for name, field in type(value).model_fields.items()}
            return next((f"<{key}>" for key in keys if key in fields), "<bare>")
        return "<bare>"

    return tag
