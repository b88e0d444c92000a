"""Every mistake a user can make in a scenario has a message that says where, and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.scenario import ScenarioError, bundled, parse

BROKEN = Path(__file__).with_name("broken")
NAMES = sorted(file.stem for file in BROKEN.glob("*.yaml"))


def test_there_are_enough_of_them() -> None:
    """At least forty broken files are kept, each with its message."""
    assert len(NAMES) >= 40
    assert sorted(file.stem for file in BROKEN.glob("*.txt")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_message(name: str) -> None:
    """A broken file has exactly this report."""
    with pytest.raises(ScenarioError) as caught:
        parse((BROKEN / f"{name}.yaml").read_text(), f"{name}.yaml")
    assert str(caught.value) + "\n" == (BROKEN / f"{name}.txt").read_text()


GOOD = [path.read_text("utf-8") for path in bundled().values()]
JUNK = st.sampled_from(
    [
        "",
        "null",
        "-1",
        "1e999",
        "[]",
        "{}",
        "yes",
        "010",
        "*a",
        "&a",
        "!!x",
        "\t",
        "\x00",
        ":",
        "- ",
        "'",
        "é" * 50,
    ]
)


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A good file with some lines dropped, doubled, moved, cut or filled with junk."""
    lines = draw(st.sampled_from(GOOD)).splitlines()
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(["drop", "double", "swap", "cut", "junk", "word"]))
        line = lines[at]
        if kind == "drop" and len(lines) > 1:
            del lines[at]
        elif kind == "double":
            lines.insert(at, line)
        elif kind == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], line
        elif kind == "cut":
            lines[at] = line[: draw(st.integers(0, len(line)))]
        elif kind == "junk":
            place = draw(st.integers(0, len(line)))
            lines[at] = line[:place] + draw(JUNK) + line[place:]
        else:
            lines[at] = line.partition(":")[0] + ": " + draw(JUNK)
    return "\n".join(lines)


@settings(max_examples=300)
@given(mutations())
def test_whatever_is_done_to_a_file_there_is_a_message(text: str) -> None:
    """A mutilated file loads, or is refused with a report; nothing else ever happens."""
    try:
        parse(text, "mutated.yaml", folder=next(iter(bundled().values())).parent)
    except ScenarioError as error:
        assert str(error)
        assert error.problems


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    """So is a file that is no scenario at all."""
    try:
        parse(data.decode("utf-8", "replace"), "bytes.yaml")
    except ScenarioError as error:
        assert str(error)
