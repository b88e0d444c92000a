"""The charts of a comparison: that they can be read at every size, and what they show."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from legible import faults_of_reading

from reports.charts.formats import FORMATS, drawn
from reports.charts.house import SIZES, look
from reports.charts.kinds import draw
from reports.charts.nothing import NothingToDraw
from reports.languages.language import LANGUAGES
from reports.stored import StoredComparison
from simulator.experiment.comparison import Compared, Comparison, Difference, Summary
from simulator.experiment.measures import MEASURES
from simulator.experiment.statistics import Interval

BALANCERS = {
    "round_robin": (0.120, 7.0, "baseline"),
    "random": (0.190, 7.0, "worse"),
    "least_requests": (0.081, 7.1, "better"),
    "power_of_two_choices": (0.085, 7.0, "better"),
    "least_time_of_weighted_ewma_with_decay": (0.083, 7.2, "better"),
    "consistent_hash_with_bounded_load": (0.118, 7.3, "no difference shown"),
    "prequal": (0.079, 8.4, "better"),
    "join_idle_queue": (0.080, 7.05, "better"),
}
"""p99 in seconds, cost, and the verdict."""


def interval(mean: float) -> Interval:
    """4 % to each side."""
    return Interval(mean, 0.96 * mean, 1.04 * mean)


def compared(factor: float = 1.0, path: str = "defaults.balancer") -> StoredComparison:
    """Eight candidates, with long names; the worst has `factor` times its p99."""
    candidates = []
    for name, (p99, cost, verdict) in BALANCERS.items():
        mean = p99 * factor if name == "random" else p99
        found = {"p99": interval(mean), "cost": interval(cost)}
        measures = {key: Summary((each.mean,) * 10, each) for key, each in found.items()}
        difference = None
        if verdict != "baseline":
            difference = Difference(interval(mean - 0.12), 0.01, 0.02, verdict)
        candidates.append(Compared(name, {path: name}, {path: name}, measures, difference))
    comparison = Comparison(
        "a-shop-with-a-rather-long-name", "", 7, 10, MEASURES["p99"], "round_robin",
        tuple(candidates), None, 1.0, MEASURES["cost"],
    )  # fmt: skip
    return StoredComparison(Path(), comparison)


@pytest.mark.parametrize("kind", ["comparison", "pareto"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_can_be_read(kind: str, size: str, lang: str) -> None:
    """Eight candidates with long names: nothing is cut, and no word lies upon another."""
    assert faults_of_reading(draw(kind, compared(), look(size, lang))) == []


@pytest.mark.parametrize("kind", ["comparison", "pareto"])
def test_values_far_apart_can_be_read(kind: str) -> None:
    """All but one in a corner of a narrow chart."""
    assert faults_of_reading(draw(kind, compared(300.0), look("column"))) == []


@pytest.mark.parametrize("kind", ["comparison", "pareto"])
def test_the_same_comparison_gives_the_same_file(kind: str) -> None:
    first, second = (draw(kind, compared(), look("column", "es")) for _ in range(2))
    for form in FORMATS:
        assert drawn(first, form) == drawn(second, form)


def test_values_far_apart_have_a_logarithmic_axis() -> None:
    near, far = (draw("comparison", compared(factor), look()).axes[0] for factor in (1.0, 300.0))
    assert (near.get_xscale(), far.get_xscale()) == ("linear", "log")
    assert draw("pareto", compared(300.0), look()).axes[0].get_yscale() == "log"


def test_the_best_is_on_top_and_figures_stand_beside() -> None:
    axes = draw("comparison", compared(), look("poster")).axes[0]
    names = [each.get_text() for each in axes.get_yticklabels()]
    assert (names[0], names[-1]) == ("prequal", "random")
    assert "round_robin (baseline)" in names
    assert axes.texts[0].get_text() == "79.0 ± 3.2 ms"


def test_words_are_in_the_language() -> None:
    figure = draw("comparison", compared(), look("slide", "es"))
    assert "latencia p99 según balancer" in figure.get_suptitle().replace("\n", " ")
    assert figure.axes[0].get_xlabel().replace("\n", " ") == "latencia p99 (ms), menos es mejor"


def test_the_front_is_filled() -> None:
    """Each name stands once, and what none beats is a full dot."""
    stored = compared()
    figure = draw("pareto", stored, look("poster"))
    axes = figure.axes[0]
    assert sorted(each.get_text().replace("\n", "") for each in axes.texts) == sorted(BALANCERS)
    dots = [each for each in axes.get_lines() if each.get_marker() == "o"]
    assert len(dots) == len(stored.comparison.front) > 1


def test_one_measure_alone_has_no_front() -> None:
    stored = compared()
    one = replace(stored, comparison=replace(stored.comparison, against=None))
    with pytest.raises(NothingToDraw, match="--against cost"):
        draw("pareto", one, look())
