"""The charts of one run: what they show, that they can be read, and that they are always the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from charted import plain, shop
from legible import faults_of_reading
from made_results import fault, made
from matplotlib.axes import Axes

from reports.charts.formats import FORMATS, drawn
from reports.charts.house import SIZES, look
from reports.charts.kinds import draw
from reports.charts.kinds.latency import objectives_of
from reports.charts.latencies import Buckets, lower, percentiles
from reports.charts.nothing import NothingToDraw
from reports.charts.series import lengths, middles
from reports.languages.language import LANGUAGES
from reports.stored import StoredRun
from simulator.experiment.result import FaultFigures, Result
from simulator.observe.histogram import EDGES

KINDS = ("overview", "latency", "recovery")


def changed(stored: StoredRun, **figures: object) -> StoredRun:
    """The same run with other figures."""
    return replace(stored, result=replace(stored.result, **figures))  # type: ignore[arg-type]


def panel(axes: list[Axes], words: str) -> Axes:
    """The panel whose y axis says some words."""
    return next(each for each in axes if words in each.get_ylabel().replace("\n", " "))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_can_be_read(kind: str, size: str, lang: str) -> None:
    """Nothing is cut, no words lie upon others, all axes say what they show, lines differ in grey."""
    assert faults_of_reading(draw(kind, shop(), look(size, lang))) == []


@pytest.mark.parametrize("kind", ["overview", "latency"])
def test_a_run_of_one_class_can_be_read(kind: str) -> None:
    """It has no faults, no events and no slo."""
    assert faults_of_reading(draw(kind, plain(), look("column"))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_run_gives_the_same_file(kind: str) -> None:
    """Byte for byte, in each format."""
    first, second = (draw(kind, shop(), look("column")) for _ in range(2))
    for form in FORMATS:
        content = drawn(first, form)
        assert content == drawn(second, form)
        assert len(content) > 5000


def test_the_overview_shows_the_series() -> None:
    """Throughput and goodput are what ended in each interval; p99 of each class is that of the run."""
    result = shop().result
    figure = draw("overview", shop(), look())
    lines = panel(figure.axes, "answers per second").get_lines()
    shown = {str(each.get_label()): np.asarray(each.get_ydata()) for each in lines}
    table = result.series["traffic"].columns
    for label, column in (
        ("throughput: all answers", "finished"),
        ("goodput: right answers", "ok"),
    ):
        assert shown[label].sum() == pytest.approx(np.sum(table[column]))
    by_class = figure.axes[-1].get_lines()
    assert [each.get_label() for each in by_class[:2]] == ["p99, buyers", "p99, readers"]
    places = [n for n, name in enumerate(table["name"]) if name == "buyers"]
    expected = 1000 * np.asarray(table["latency_p99"], dtype=float)[places]
    found = np.asarray(by_class[0].get_ydata())
    np.testing.assert_allclose(found[np.isfinite(found)], expected[np.isfinite(expected)])


def test_the_overview_tells_of_faults_and_events() -> None:
    """Faults are numbered and named below; breakers and instances have rows of their own."""
    figure = draw("overview", shop(), look())
    assert "1 payments-gone (blackhole): 20 s to 28 s" in str(figure.get_supxlabel())
    strip = next(each for each in figure.axes if each.get_yticklabels()[0].get_text() == "breaker")
    rows = [each.get_positions() for each in strip.collections if hasattr(each, "get_positions")]
    told = [each.time for each in shop().result.log if each.kind == "breaker"]
    assert sorted(rows[0]) == pytest.approx(sorted(told))


def test_an_overview_of_a_run_that_was_stored_before() -> None:
    """Without histograms the percentiles are those of the busiest class, and say so."""
    series = {k: v for k, v in shop().result.series.items() if k != "latency"}
    figure = draw("overview", changed(shop(), series=series), look())
    labels = [str(each.get_label()) for axes in figure.axes for each in axes.get_lines()]
    assert "p99, readers" in labels
    assert "p99, all classes" not in labels


def test_an_overview_of_nothing() -> None:
    """A run that ended before any request did has none."""
    with pytest.raises(NothingToDraw, match="no request ended"):
        draw("overview", changed(plain(), series={}), look())


def test_a_last_interval_that_was_cut_short() -> None:
    """Its rate is that of the time it had, and its figure stands in its middle."""
    result = replace(shop().result, simulated=59.25)
    assert lengths(result)[-1] == pytest.approx(0.25)
    assert middles(result)[-1] == pytest.approx(59.125)
    assert middles(result)[0] == pytest.approx(0.5)


def test_lower_edges_of_buckets() -> None:
    """They are the upper edges of the buckets below, also where a doubling begins."""
    edges = EDGES[::4]
    np.testing.assert_array_equal(lower(edges[1:]), edges[:-1])


def test_shares_are_those_of_the_run() -> None:
    """The percentiles of the summary lie on the line, by the width of a bucket."""
    result = shop().result
    buckets = Buckets.of(result)
    assert buckets is not None
    warm = buckets.since(5)
    assert warm is not None
    xs, ys = warm.shares()
    assert ys[0] == 0.0
    assert ys[-1] == 1.0
    assert (np.diff(xs) >= 0).all()
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        value = getattr(result.total.latency, name)
        assert np.interp(value * 0.93, xs, ys) <= share <= np.interp(value * 1.07, xs, ys)


def test_percentiles_of_one_class_are_those_of_its_series() -> None:
    """Read from coarser buckets, they are off by half of one at most."""
    result = plain().result
    buckets = Buckets.of(result)
    assert buckets is not None
    table = result.series["traffic"].columns
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        found = percentiles(result, buckets, share)
        np.testing.assert_allclose(found, np.asarray(table[f"latency_{name}"]), rtol=0.05)


def test_the_latency_chart_marks_the_slo_of_each_class() -> None:
    """At the share of its answers that took less, and tells the percentiles of all."""
    assert objectives_of(shop()) == {"buyers": 0.2, "readers": 0.08}
    figure = draw("latency", shop(), look())
    labels = [each.get_text() for each in figure.axes[0].get_legend().get_texts()]
    assert labels[0] == "all classes"
    assert any(each.replace("\n", " ").startswith("buyers (slo 200 ms: ") for each in labels)
    assert any("p99 " in each.get_text() for each in figure.axes[0].texts)
    other = replace(shop(), scenario="scenario: of another time\nunknown: 1\n")
    assert objectives_of(other) == {}


def test_a_heat_map_has_every_answer() -> None:
    """Rates times the time they lasted are the counts of the run."""
    result = plain().result
    mesh = draw("latency", plain(), look()).axes[1].collections[0]
    total = float(np.ma.sum(mesh.get_array()))  # intervals of a second
    assert total == pytest.approx(sum(result.series["latency"].columns["count"]))


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"series": {}}, "no usable answer"),
        (
            {"series": {"traffic": shop().result.series["traffic"]}},
            "no series-latency.parquet in the folder",
        ),
    ],
)
def test_no_latencies(figures: dict[str, object], words: str) -> None:
    """A run without them says why."""
    with pytest.raises(NothingToDraw, match=words):
        draw("latency", changed(shop(), **figures), look())


def test_the_recovery_chart_tells_what_came_of_a_fault() -> None:
    """Whom it hit, what was lost, and when it was noticed and over."""
    figure = draw("recovery", shop(), look())
    first = figure.axes[0]
    assert "payments-gone (blackhole" in first.get_title("left")
    words = " ".join(each.get_text() for each in first.texts)
    gone = shop().result.faults[0]
    for each in ("begins at 20.0 s", "departs +", "(breaker)", "over +8.00 s", "as usual +9.00 s"):
        assert each in words
    assert f"{gone.lost_goodput:.0f} right answers lost" in first.get_title("left").replace(
        "\n", " "
    )
    assert first.get_xlim()[0] < 20.0
    assert first.get_xlim()[1] > 29.0


def told(*faults: FaultFigures) -> str:
    """What a recovery chart says of faults that a run might have had."""
    stored = StoredRun(plain().folder, made(faults=faults), "")
    figure = draw("recovery", stored, look("column"))
    titles = [each.get_title("left").replace("\n", " ") for each in figure.axes]
    return " ".join([*titles, str(figure.get_supxlabel()).replace("\n", " ")])


def some(**figures: object) -> FaultFigures:
    """A fault with a time in the run that `made` makes."""
    return fault(**{"start": 20.0, "end": 30.0, **figures})


def test_faults_of_other_kinds() -> None:
    """One that did no harm, one that stayed down, and one that only latency told of."""
    assert "never left" in told(some(departed_after=None, departed_by=None, recovered_after=None))
    assert "stayed down" in told(some(recovered_after=None, stayed_down=True))
    assert "not over by the end" in told(some(recovered_after=None, end=None))
    assert "and 2 more)" in told(some(targets=tuple("abcde")))
    stored = StoredRun(plain().folder, made(faults=(some(departed_by="latency"),)), "")
    figure = draw("recovery", stored, look())
    assert figure.axes[0].get_ylabel().replace("\n", " ") == "p99 of buyers (ms)"


def test_the_worst_of_many_faults() -> None:
    """Are shown in the order of time, those that stayed before those that lost most."""
    faults = [some(name=f"f{n}", start=20.0 + n, lost_goodput=10.0 * n) for n in range(1, 5)]
    faults[0] = some(name="f1", start=21.0, recovered_after=None)
    shown = told(*reversed(faults))
    assert [each for each in ("f1", "f2", "f3", "f4") if f"{each} (kill" in shown] == [
        "f1",
        "f3",
        "f4",
    ]
    assert shown.index("f1 (") < shown.index("f3 (") < shown.index("f4 (")
    assert "The 3 worst of 4 faults." in shown


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ((), "the run had no faults"),
        ((some(start=None, steady=None),), "no fault of the run has begun"),
        ((some(steady=None),), "at least five intervals"),
    ],
)
def test_no_recovery(faults: tuple[FaultFigures, ...], words: str) -> None:
    """A run without one says what it would need."""
    result: Result = made(faults=faults)
    with pytest.raises(NothingToDraw, match=words):
        draw("recovery", StoredRun(plain().folder, result, ""), look())
