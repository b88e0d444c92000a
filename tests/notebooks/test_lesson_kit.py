"""What a lesson says: in its language, to a guess, and to right, wrong and missing answers."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import IPython.display
import pytest

from simulator.api.lesson import Answer, Lesson, LessonError, Words

WHY = Words(en="For a reason.", es="Por algo.")
HINT = Words(en="Think.", es="Piensa.")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was displayed, one after another."""
    found: list[Any] = []
    monkeypatch.setattr(IPython.display, "display", found.append)
    return found


def test_language(shown: list[Any]) -> None:
    Lesson("en").say(en="two", es="dos")
    Lesson("es").say(en="two", es="dos")
    assert [each.data for each in shown] == ["two", "dos"]
    with pytest.raises(LessonError, match="no language 'fr'; there are `en` or `es`"):
        Lesson("fr")


@pytest.mark.parametrize(
    ("answer", "expected", "within", "right"),
    [
        (10, 10.4, 0.5, True),
        (10, 10.6, 0.5, False),
        (10, 10, 0.0, True),
        ("Least_Request ", "least_request", 0.0, True),
        ("random", "least_request", 0.0, False),
        (1, "1", 0.0, False),
        (True, True, 0.0, True),
        (1, True, 0.0, False),
        (True, 1, 0.5, False),
        (3, lambda answer: answer > 2, 0.0, True),
        (1, lambda answer: answer > 2, 0.0, False),
    ],
)
def test_check(shown: list[Any], answer: Answer, expected: Any, within: float, right: bool) -> None:
    judged = Lesson("en").check(answer, expected, within=within, why=WHY, hint=HINT)
    assert judged is right
    text = shown[-1].data
    assert text.startswith("✓" if right else "✗")
    assert (WHY["en"] in text, HINT["en"] in text) == (right, not right)


def test_too_high_or_too_low(shown: list[Any]) -> None:
    for answer in (4, 6):
        Lesson("es").check(answer, 5, unit="ms", why=WHY, hint=HINT)
    assert [each.data for each in shown] == [
        "✗ **4 ms** no es la respuesta. Te has quedado corto. Piensa.",
        "✗ **6 ms** no es la respuesta. Te has pasado. Piensa.",
    ]


def test_no_answer(shown: list[Any]) -> None:
    """It says how to answer, gives nothing away, and tries nothing."""

    def tried(_answer: Answer) -> bool:
        raise AssertionError

    lesson = Lesson("en")
    assert lesson.check(None, 5, unit="ms", why=WHY, hint=HINT) is None
    assert lesson.check(None, "five", why=WHY, hint=HINT) is None
    assert lesson.check(None, tried, why=WHY, hint=HINT) is None
    assert [each.data for each in shown] == [
        "✎ Write your answer in place of `None`, a number in ms, and run this cell again.",
        "✎ Write your answer in place of `None`, in quotes, and run this cell again.",
        "✎ Write your answer in place of `None`, and run this cell again.",
    ]


@pytest.mark.parametrize(
    ("guess", "actual", "text"),
    [
        (
            None,
            90.23,
            "Outcome: **90.2 ms**. You made no guess: a wrong one teaches more than none.",
        ),
        (45, 90.0, "Your guess: **45 ms**. Outcome: **90 ms**, 2 times your guess."),
        (0, 1234.5, "Your guess: **0 ms**. Outcome: **1,234 ms**."),
    ],
)
def test_reveal(shown: list[Any], guess: float | None, actual: float, text: str) -> None:
    Lesson("en").reveal(guess, actual, "ms")
    assert shown[-1].data == text


def test_reveal_words(shown: list[Any]) -> None:
    Lesson("es").reveal("random", "random")
    Lesson("es").reveal("random", "peak_ewma")
    assert [each.data for each in shown] == [
        "Tu apuesta: **random**. Resultado: **random**: bien visto.",
        "Tu apuesta: **random**. Resultado: **peak_ewma**.",
    ]


def test_show(shown: list[Any]) -> None:
    """A chart is a PNG, and need not be one of pyplot."""

    class Drawn:
        def savefig(self, fname: BytesIO, *, format: str, dpi: float) -> None:
            fname.write(b"\x89PNG\r\n\x1a\n" + f"{format} {dpi:.0f}".encode())

    Lesson("en").show(Drawn())
    assert shown[-1].format == "png"
    assert shown[-1].data.endswith(b"png 110")
