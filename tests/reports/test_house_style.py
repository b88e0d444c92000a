"""The house style: words have room whatever they are, and every English text has a Spanish one."""

from __future__ import annotations

import ast
from itertools import combinations
from pathlib import Path
from string import Formatter

import pytest
from legible import ALIKE, brightness, faults_of_reading, texts
from matplotlib.figure import Figure

import reports
from reports.charts.fitting import columns, packed, width, wrapped
from reports.charts.house import (
    HATCHES,
    PERCENTILES,
    SERIES,
    SIZES,
    Sheet,
    legend,
    look,
    sheet,
    styled,
)
from reports.charts.outcomes import LOOKS
from reports.charts.scales import logarithmic, round_values, time_unit
from reports.languages.language import LANGUAGES, language
from simulator.experiment.measures import MEASURES
from simulator.outcome import NAMES

LONG = "rendimiento de todas las respuestas que han llegado"


def test_a_text_is_broken_where_it_must_be() -> None:
    """Lines are as long as there is room; a word that fits no line is broken at a joint."""
    room = width("a few words of", 10.0) / 0.97 + 0.1
    assert wrapped("a few words of text", 10.0, room) == "a few words of\ntext"
    assert wrapped("as\nit is", 10.0, room) == "as\nit is"
    for line in wrapped("payments-in-the-other-region-1", 10.0, room).split("\n"):
        assert width(line, 10.0) <= room
        assert line.endswith(("-", "1"))
    assert width("bold", 10.0, bold=True) > width("bold", 10.0)
    assert width("twice", 20.0) == pytest.approx(2 * width("twice", 10.0), rel=0.02)


def test_short_texts_share_a_line() -> None:
    """As many as fit, in their order."""
    assert packed(["one", "two"], 10.0, 500.0) == "one  |  two"
    assert packed(["one", "two"], 10.0, width("one  |  tw", 10.0)) == "one\ntwo"
    assert packed([], 10.0, 500.0) == ""


def test_a_legend_has_as_many_columns_as_fit() -> None:
    """All beside each other where there is room, below each other where there is none."""
    assert columns(["p50", "p95", "p99"], 10.0, 1000.0) == 3
    assert columns(["p50", "p95", "p99"], 10.0, 150.0) == 2
    assert columns([LONG, LONG], 10.0, 200.0) == 1


@pytest.mark.parametrize("size", SIZES)
def test_a_sheet_gives_room_to_long_words(size: str) -> None:
    """Long titles, labels and legends of several panels are broken, and nothing is cut."""
    with styled(SIZES[size]):
        figure = sheet(look(size), f"{LONG} " * 3, f"{LONG}, " * 4)
        panels = figure.subplots(2, 1)
        for axes in panels:
            for number, line in enumerate(SERIES):
                values = [1e6 * number, 2e6, 3e6]
                axes.plot(values, color=line.colour, ls=line.dash, label=f"{LONG} {number}")
            axes.set(title=f"{LONG}: {LONG}", xlabel=f"{LONG} (s)", ylabel=f"{LONG} (s)")
        legend(panels[0])
        figure.set_figheight(2.5 * figure.get_figheight())
        figure.settle()
    assert faults_of_reading(figure) == []
    labels = [each.get_text() for each in panels[0].get_legend().get_texts()]
    assert [each.replace("\n", " ") for each in labels] == [f"{LONG} {n}" for n in range(6)]
    for axes in panels:
        ticks = [each for each in axes.get_xticklabels() if each in texts(figure)]
        assert 2 <= len(ticks) <= SIZES[size].ticks + 1


def test_what_cannot_be_read_is_found() -> None:
    """Words that are cut or lie upon each other, axes without a label, lines that look the same."""
    figure = Figure(figsize=(4, 3))
    axes = figure.subplots()
    axes.set_xlabel("time (s)")
    axes.plot([1, 2], color="#b2182b", label="one")
    axes.plot([2, 1], color="#0b4f8a", label="two")
    axes.text(0.5, 1.5, "here")
    axes.text(0.5, 1.5, "there")
    figure.text(0.95, 0.5, "far too long for it")
    found = " ".join(faults_of_reading(figure))
    for each in (
        "cut: 'far",
        "one upon another: 'here' and 'there'",
        "no label on the y axis",
        "alike",
    ):
        assert each in found
    assert "x axis" not in found


def test_meanings_differ_in_grey() -> None:
    """No two lines of a legend have the same dash and nearly the same brightness, no two areas both."""
    for lines in (SERIES, tuple(PERCENTILES.values())):
        for one, other in combinations(lines, 2):
            apart = abs(brightness(one.colour) - brightness(other.colour))
            assert one.dash != other.dash or apart >= ALIKE
    for (one, hatch), (other, other_hatch) in combinations(LOOKS.values(), 2):
        assert hatch != other_hatch or abs(brightness(one) - brightness(other)) >= ALIKE
    assert len(set(HATCHES)) == len(HATCHES)


def test_every_outcome_has_a_look() -> None:
    """But `ok`, which is not shown among what was not."""
    assert set(LOOKS) == set(NAMES) - {"ok"}


def test_scales() -> None:
    """Units that suit the greatest value; a few round values within the limits of a logarithmic axis."""
    assert [time_unit(each)[1] for each in (12.0, 0.02, 2e-5)] == ["s", "ms", "us"]
    assert round_values(3.0, 120.0, 8) == [5.0, 10.0, 20.0, 50.0, 100.0]
    assert round_values(0.5, 2e6, 4) == [1.0, 100.0, 1e4, 1e6]
    axes = Sheet().subplots()
    logarithmic(axes.yaxis, 3.0, 2500.0, 4)
    axes.plot([5.0, 9999.0])
    assert axes.get_ylim() == (3.0, 2500.0)
    assert [each.get_text() for each in axes.get_yticklabels()] == ["10", "100", "1,000"]


def said() -> dict[str, str]:
    """Every text that a chart says, with the file that it is in; the titles of measures among them.

    What it says out of a table of its own, a test of that chart knows.
    """
    found = {measure.title: "measures.py" for measure in MEASURES.values()}
    for file in sorted((Path(reports.__file__).parent / "charts").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and "say" in (
                getattr(node.func, "id", ""),
                getattr(node.func, "attr", ""),
            ):
                for text in literals(node.args[0]):
                    if isinstance(text, ast.Constant):
                        found[str(text.value)] = file.name
    return found


def literals(node: ast.expr) -> list[ast.expr]:
    """What is said: one text, or one of two."""
    if isinstance(node, ast.IfExp):
        return [*literals(node.body), *literals(node.orelse)]
    return [node]


@pytest.mark.parametrize("code", [each for each in LANGUAGES if each != "en"])
def test_every_text_is_translated(code: str) -> None:
    """And has the same places to fill in."""
    known = language(code).texts
    assert len(said()) > 60
    missing = {text: file for text, file in said().items() if text not in known}
    assert not missing

    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

    for text, there in known.items():
        assert places(text) == places(there), text
        assert there.strip()
    keys = [each.lower() for each in known]
    assert keys == sorted(keys), "sorted by the English text"
