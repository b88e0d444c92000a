"""What a lesson says to its reader: in the language of the notebook, with figures that were computed.

The notebooks in `notebooks/` use it, and a notebook of yours can:

    from simulator.api.lesson import Lesson

    lesson = Lesson("en")
    lesson.say(en=f"It took **{run.latency.p99:.2f} s**.", es=f"Tardó **{run.latency.p99:.2f} s**.")

It shows Markdown where there is a notebook, and so needs IPython, which every notebook has.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from io import BytesIO
from math import isfinite
from typing import IO, Literal, Protocol, TypedDict, cast

from simulator.errors import SimulatorError
from simulator.scenario.problem import listed

LANGUAGES = ("en", "es")

Answer = float | str | bool
"""What a reader writes down."""


class Words(TypedDict):
    """The same text in both languages, in Markdown."""

    en: str
    es: str


class Picture(Protocol):
    """A figure of matplotlib, or anything else that can be saved as a PNG."""

    def savefig(self, fname: IO[bytes], *, format: str, dpi: float) -> None: ...


class LessonError(SimulatorError):
    """A lesson cannot be held like that."""


class Lesson:
    """One lesson in one language, `en` or `es`.

    Raises:
        LessonError: if there are no lessons in that language.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise LessonError(f"lesson: no language {language!r}; there are {listed(LANGUAGES)}")
        self.language = cast("Literal['en', 'es']", language)

    def words(self, *, en: str, es: str) -> str:
        """The text of the lesson's language: for the axis of a chart, the column of a table."""
        return Words(en=en, es=es)[self.language]

    def say(self, *, en: str, es: str) -> None:
        """Show a text, in Markdown, below the cell."""
        notebook = import_module("IPython.display")
        notebook.display(notebook.Markdown(self.words(en=en, es=es)))

    def show(self, picture: Picture, dpi: float = 110.0) -> None:
        """Show a chart below the cell, with `dpi` pixels per inch."""
        notebook = import_module("IPython.display")
        png = BytesIO()
        picture.savefig(png, format="png", dpi=dpi)
        notebook.display(notebook.Image(png.getvalue()))

    def reveal(self, guess: Answer | None, actual: Answer, unit: str = "") -> None:
        """Put what the reader predicted beside what came out; both in `unit`.

        A guess of None, which is what a notebook begins with, is one that the reader has skipped.
        """
        came = _shown(actual, unit)
        if guess is None:
            self.say(
                en=f"Outcome: **{came}**. You made no guess: a wrong one teaches more than none.",
                es=f"Resultado: **{came}**. No has apostado: una apuesta fallida enseña más que ninguna.",
            )
            return
        remark = Words(en="", es="")
        if _number(guess) and _number(actual):
            times = _factor(float(guess), float(actual))
            if times is not None:
                remark = Words(
                    en=f", {times:.3g} times your guess", es=f", {times:.3g} veces tu apuesta"
                )
        elif _same(guess, actual, 0.0):
            remark = Words(en=": well guessed", es=": bien visto")
        mine = _shown(guess, unit)
        self.say(
            en=f"Your guess: **{mine}**. Outcome: **{came}**{remark['en']}.",
            es=f"Tu apuesta: **{mine}**. Resultado: **{came}**{remark['es']}.",
        )

    def check(
        self,
        answer: Answer | None,
        expected: Answer | Callable[[Answer], bool],
        *,
        why: Words,
        hint: Words,
        within: float = 0.0,
        unit: str = "",
    ) -> bool | None:
        """Judge an answer, and say why it is right, or give a hint; returns whether it is right.

        What is expected is a text, a number (in `unit`, and right if it is at most `within` off), or a
        condition that the answer must meet. None, which is what a notebook begins with, is no answer:
        then it says how to answer, and returns None.
        """
        if answer is None:
            text = isinstance(expected, str)
            number = f"a number in {unit}, " if unit else ""
            self.say(
                en="✎ Write your answer in place of `None`, "
                + ("in quotes, " if text else number)
                + "and run this cell again.",
                es="✎ Escribe tu respuesta en lugar de `None`, "
                + ("entre comillas, " if text else number.replace("a number in", "un número en"))
                + "y ejecuta otra vez esta celda.",
            )
            return None
        right = expected(answer) if callable(expected) else _same(answer, expected, within)
        mine = _shown(answer, unit)
        if right:
            self.say(
                en=f"✓ **{mine}** is right. {why['en']}",
                es=f"✓ **{mine}** es correcto. {why['es']}",
            )
        else:
            if callable(expected) or not (_number(answer) and _number(expected)):
                side = Words(en="", es="")
            elif float(answer) > float(expected):
                side = Words(en=" It is too high.", es=" Te has pasado.")
            else:
                side = Words(en=" It is too low.", es=" Te has quedado corto.")
            self.say(
                en=f"✗ **{mine}** is not it.{side['en']} {hint['en']}",
                es=f"✗ **{mine}** no es la respuesta.{side['es']} {hint['es']}",
            )
        return right


def _number(value: object) -> bool:
    """Whether it is a number; True and False are answers of another kind."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _same(answer: Answer, expected: Answer, within: float) -> bool:
    """Whether an answer is what was expected: texts whatever their case, numbers up to `within`."""
    if _number(answer) and _number(expected):
        return abs(float(answer) - float(expected)) <= within
    if isinstance(answer, str) and isinstance(expected, str):
        return answer.strip().casefold() == expected.strip().casefold()
    return type(answer) is type(expected) and answer == expected


def _factor(guess: float, actual: float) -> float | None:
    """How many times the guess it is; None where that says nothing."""
    if guess <= 0.0 or actual <= 0.0 or not isfinite(guess):
        return None
    return actual / guess


def _shown(value: Answer, unit: str) -> str:
    """A value with its unit, and three digits."""
    if isinstance(value, (bool, str)):
        return str(value)
    digits = f"{value:,.0f}" if abs(value) >= 100.0 else f"{value:.3g}"
    return f"{digits} {unit}".rstrip()
