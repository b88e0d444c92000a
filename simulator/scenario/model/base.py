"""What all models share, and the units of the language as field types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, core_schema

from simulator.scenario.read import scalar
from simulator.units import (
    DURATION_PATTERN,
    RATE_PATTERN,
    SHARE_PATTERN,
    SIZE_PATTERN,
    format_duration,
    format_rate,
    format_share,
    format_size,
    parse_duration,
    parse_rate,
    parse_share,
    parse_size,
)

LONGEST = 36_500 * 86_400.0
"""Seconds; beyond a century the clock's floats grow coarse."""
FASTEST = 1e9
"""Per second."""
NAME_PATTERN = "^[A-Za-z][A-Za-z0-9_-]*$"


class Mistake(NamedTuple):
    """Values that do not go together; `at` leads to the one to point at, from the model down."""

    message: str
    at: tuple[str | int, ...] = ()


class Model(BaseModel):
    """A mapping of the language: its keys are known, its values checked, nothing changes later."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, populate_by_name=True
    )

    def rules(self) -> Iterator[Mistake]:
        """What must hold between the values of the mapping, each of which is right by itself."""
        yield from ()

    @model_validator(mode="after")
    def _obey(self) -> Self:
        errors = [
            InitErrorDetails(type=_mistake(each), loc=each.at, input=self) for each in self.rules()
        ]
        if errors:
            raise ValidationError.from_exception_data(type(self).__name__, errors)
        return self


def _mistake(rule: Mistake) -> PydanticCustomError:
    context = {"message": rule.message, "inside": bool(rule.at)}
    return PydanticCustomError("mistake", "{message}", context)


@dataclass(frozen=True, slots=True, eq=False)
class Reads:
    """A field type: how what is written is read, how it is written back, and what editors are told.

    `read` raises ValueError with what was expected; what was found is added here.
    """

    read: Callable[[object], object]
    write: Callable[[Any], object]
    schema: dict[str, Any]

    def validate(self, value: object) -> object:
        try:
            return self.read(value)
        except ValueError as error:
            raise PydanticCustomError("unfit", "{message}", {"message": str(error)}) from None

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.validate,
            serialization=core_schema.plain_serializer_function_ser_schema(self.write),
        )

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, __: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return dict(self.schema)


def _same(value: object) -> object:
    return value


def _shortest(value: float) -> int | float:
    """A number to be written: 9, not 9.0."""
    return int(value) if value.is_integer() else value


def _duration(given: object) -> float:
    seconds = parse_duration(given)
    if seconds > LONGEST:
        raise ValueError("expected a duration of at most a century")
    return seconds


def _positive_duration(given: object) -> float:
    seconds = _duration(given)
    if seconds <= 0.0:
        raise ValueError("expected a duration above 0")
    return seconds


def _rate(given: object) -> float:
    rate = parse_rate(given)
    if rate > FASTEST:
        raise ValueError(f"expected a rate of at most {FASTEST:,.0f}/s")
    return rate


def _size(given: object) -> int:
    size = parse_size(given)
    if size <= 0:
        raise ValueError("expected a size above 0")
    return size


@dataclass(frozen=True, slots=True)
class PartOfRun:
    """A moment that is told as a share of the run, or `later` seconds after that."""

    share: float
    later: float = 0.0


def _moment(given: object) -> float | PartOfRun:
    if isinstance(given, PartOfRun):
        return given if given.share else given.later
    if isinstance(given, str) and given.rstrip().endswith("%"):
        return PartOfRun(parse_share(given))
    if isinstance(given, str) and "%" in given and "+" in given:
        share, _, later = given.partition("+")
        return PartOfRun(parse_share(share.strip()), _duration(later.strip()))
    return _duration(given)


def _format_moment(moment: float | PartOfRun) -> object:
    if not isinstance(moment, PartOfRun):
        return format_duration(moment)
    later = f" + {format_duration(moment.later)}" if moment.later else ""
    return f"{format_share(moment.share)}{later}"


def later_by(moment: float | PartOfRun, other: float | PartOfRun) -> float | PartOfRun:
    """A moment that is so much later than another."""
    parts = [
        each if isinstance(each, PartOfRun) else PartOfRun(0.0, each) for each in (moment, other)
    ]
    return _moment(PartOfRun(sum(each.share for each in parts), sum(each.later for each in parts)))


def _share_key(given: object) -> float:
    """A share that stands as a key, which is always a text."""
    return parse_share(scalar(given) if isinstance(given, str) else given)


def _name(given: object) -> str:
    if isinstance(given, str) and re.fullmatch(NAME_PATTERN, given):
        return given
    raise ValueError("expected a name of letters, digits, `_` and `-` that begins with a letter")


def _names(given: object) -> tuple[str, ...]:
    if not isinstance(given, (list, tuple)):
        return (_name(given),)
    if not given:
        raise ValueError("expected a name, or several")
    return tuple(map(_name, given))


def _one_or_list(names: tuple[str, ...]) -> object:
    return names[0] if len(names) == 1 else names


def whole(least: int, most: int, or_else: str = "") -> Reads:
    """Whole numbers between two bounds; `or_else` says what else may stand there."""

    def read(given: object) -> int:
        if isinstance(given, float) and given.is_integer():
            given = int(given)
        if isinstance(given, int) and not isinstance(given, bool):
            if least <= given <= most:
                return given
            if given > most:
                raise ValueError(f"expected a whole number of at most {most:,}")
        at_least = f" of at least {least:,}" if least > -(10**9) else ""
        raise ValueError(f"expected a whole number{at_least}{or_else}")

    return Reads(read, _same, {"type": "integer", "minimum": least, "maximum": most})


def number(least: float = 0.0, *, above: bool = False, most: float = 1e12) -> Reads:
    """Numbers from `least` (or above it) to `most`."""

    def read(given: object) -> float:
        if isinstance(given, (int, float)) and not isinstance(given, bool):
            if given > most:
                raise ValueError(f"expected a number of at most {most:,.0f}")
            if given > least or (given == least and not above):
                return float(given)
        raise ValueError(f"expected a number {'above' if above else 'of at least'} {least:g}")

    low = {"exclusiveMinimum" if above else "minimum": least}
    return Reads(read, _shortest, {"type": "number", **low, "maximum": most})


def _unit_schema(pattern: str, what: str) -> dict[str, Any]:
    return {"anyOf": [{"type": "string", "pattern": pattern}, {"const": 0}], "description": what}


_DURATION_SCHEMA = _unit_schema(DURATION_PATTERN, "A duration, such as 250ms, 5s, 2m or 1m30s.")
Duration = Annotated[float, Reads(_duration, format_duration, _DURATION_SCHEMA)]
PositiveDuration = Annotated[
    float,
    Reads(
        _positive_duration,
        format_duration,
        {
            "type": "string",
            "pattern": DURATION_PATTERN,
            "description": "A duration above 0, such as 250ms, 5s, 2m or 1m30s.",
        },
    ),
]
Moment = Annotated[
    float | PartOfRun,
    Reads(
        _moment,
        _format_moment,
        {
            "anyOf": [
                {"type": "string", "pattern": DURATION_PATTERN},
                {"type": "string", "pattern": SHARE_PATTERN},
                {"type": "string", "pattern": f"{SHARE_PATTERN[:-1]} *[+] *{DURATION_PATTERN[1:]}"},
                {"const": 0},
            ],
            "description": "A duration, such as 250ms or 2m, or a share of the run, such as 40% "
            "or 40% + 10s.",
        },
    ),
]
Rate = Annotated[
    float,
    Reads(_rate, format_rate, _unit_schema(RATE_PATTERN, "A rate, such as 200/s or 30/m.")),
]
Size = Annotated[
    int,
    Reads(_size, format_size, _unit_schema(SIZE_PATTERN, "A size, such as 64KiB or 2MB.")),
]
_SHARE_SCHEMA = {
    "anyOf": [
        {"type": "string", "pattern": SHARE_PATTERN},
        {"type": "number", "minimum": 0, "maximum": 1},
    ],
    "description": "A share of the whole, such as 5% or 0.05.",
}
Share = Annotated[float, Reads(parse_share, format_share, _SHARE_SCHEMA)]
ShareKey = Annotated[
    float, Reads(_share_key, format_share, {"type": "string", "description": "A share."})
]
Name = Annotated[
    str,
    Reads(
        _name,
        _same,
        {
            "type": "string",
            "pattern": NAME_PATTERN,
            "description": "Letters, digits, _ and -, beginning with a letter.",
        },
    ),
]
Names = Annotated[
    tuple[str, ...],
    Reads(
        _names,
        _one_or_list,
        {
            "anyOf": [
                {"type": "string", "pattern": NAME_PATTERN},
                {
                    "type": "array",
                    "items": {"type": "string", "pattern": NAME_PATTERN},
                    "minItems": 1,
                },
            ],
            "description": "A name, or a list of names.",
        },
    ),
]
Target = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "pattern": f"{NAME_PATTERN[:-1]}[.]{NAME_PATTERN[1:]}"},
    ),
]
"""`service.endpoint`; that there is one is checked once all are known."""
Weight = Annotated[float, number()]
PositiveNumber = Annotated[float, number(above=True)]


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
