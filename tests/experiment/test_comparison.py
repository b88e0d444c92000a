"""Comparisons: the statistics by hand, common random numbers, processes, precision."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from reports.charts.formats import FORMATS, drawn
from reports.charts.house import look
from reports.charts.kinds import draw
from reports.export import write_comparison
from reports.stored import StoredComparison
from simulator.errors import SimulatorError
from simulator.experiment.candidates import Candidate, Vary, load_candidates, split_values
from simulator.experiment.comparison import (
    Comparison,
    compare,
    differences,
    judge,
    precision_of,
    summarized,
)
from simulator.experiment.measures import MEASURES, figures_of, imbalance, measure_named
from simulator.experiment.replicate import Players, Task
from simulator.experiment.run import simulate
from simulator.experiment.statistics import (
    confidence_interval,
    holm,
    paired_differences,
    paired_t_test,
)
from simulator.scenario import ScenarioError, parse

SHORT = ["duration=12s", "warmup=2s", "expect=[]"]
WORKERS = "services.server.concurrency"
P99 = MEASURES["p99"]


def workers(values: str) -> list[Candidate]:
    """The bundled M/M/4, with other numbers of workers."""
    return load_candidates("mm4", [Vary.parse(f"{WORKERS}={values}")], SHORT)


def told(comparison: Comparison) -> dict[str, object]:
    """All that a comparison says, but for the time it took."""
    return {**comparison.to_json(), "wall_seconds": 0.0}


def test_holm_by_hand() -> None:
    """Four values sorted: 0.01 x 4, 0.02 x 3, 0.03 x 2 (the same), and 0.04 x 1, held up at 0.06."""
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.6, 0.001, 0.7]) == pytest.approx([1.0, 0.003, 1.0])
    assert holm([0.04]) == [0.04]
    assert holm([]) == []


def test_paired_t_by_hand() -> None:
    """Differences 1, 2, 3: mean 2, standard error 1/sqrt(3), t = 3.4641 with 2 degrees of freedom.

    For 2 degrees the distribution has a closed form, p = 1 - t / sqrt(2 + t^2) = 0.0742, and the
    quantile at 97.5 % is 4.3027.
    """
    pairs = paired_differences([11.0, 22.0, 33.0], [10.0, 20.0, 30.0])
    assert pairs == [1.0, 2.0, 3.0]
    assert paired_t_test(pairs) == pytest.approx(0.074180, abs=1e-6)
    interval = confidence_interval(pairs, 0.95)
    assert interval.half_width == pytest.approx(4.302653 / 3.0**0.5, rel=1e-6)
    assert interval.low == pytest.approx(2.0 - interval.half_width)


@pytest.mark.parametrize(("differences_", "p"), [([0.0, 0.0, 0.0], 1.0), ([0.5, 0.5, 0.5], 0.0)])
def test_differences_without_spread(differences_: list[float], p: float) -> None:
    """Where chance changes nothing, the test needs no distribution."""
    assert paired_t_test(differences_) == p


@pytest.mark.parametrize(
    ("name", "higher"),
    [("p99", "worse"), ("imbalance", "worse"), ("goodput", "better"), ("availability", "better")],
)
def test_directions(name: str, higher: str) -> None:
    """Lower latency and imbalance are better; more goodput and availability are."""
    baseline = summarized([1.0, 1.1, 0.9, 1.0])
    more = summarized([2.0, 2.1, 1.91, 2.0])
    (found,) = differences([more], baseline, MEASURES[name])
    assert found.verdict == higher
    (found,) = differences([baseline], more, MEASURES[name])
    assert found.verdict != higher
    assert found.verdict != "no difference shown"


def test_the_same_is_no_difference() -> None:
    """Differences that are all exactly 0 show nothing, and what is not measured is said to be so."""
    same = summarized([1.0, 2.0, 3.0])
    (found,) = differences([same], same, P99)
    assert (found.verdict, found.p) == ("no difference shown", 1.0)
    (found,) = differences([summarized([1.0, None, 3.0])], same, P99)
    assert (found.verdict, found.p, found.interval) == ("not measured", None, None)


def test_holm_decides_the_verdict() -> None:
    """A p value of 0.03 is enough for one candidate, and not for one of two."""
    baseline = summarized([0.0, 0.0, 0.0, 0.0])
    # t = 3.87 with 3 degrees of freedom.
    doubtful = summarized([1.0, 0.5, 0.4, 0.4])
    (alone,) = differences([doubtful], baseline, P99)
    assert alone.p is not None
    assert 0.025 < alone.p < 0.05
    assert alone.verdict == "worse"
    found = differences([doubtful, doubtful], baseline, P99)
    assert [each.verdict for each in found] == ["no difference shown"] * 2


def test_imbalance_is_of_the_worst_service() -> None:
    """Four instances that get 1/2, 1/6, 1/6, 1/6 of the work: the deviation by n over the mean."""
    lone = simulate(parse_mm4(["duration=5s", "warmup=0s"]))
    assert imbalance(lone.services) is None
    several = simulate(parse_mm4(["duration=5s", "warmup=0s", "services.server.replicas=4"]))
    busy = [each.busy for each in several.services["server"].instances.values()]
    mean = sum(busy) / 4
    expected = (sum((each - mean) ** 2 for each in busy) / 4) ** 0.5 / mean
    found = imbalance(several.services)
    assert found == pytest.approx(expected)
    assert 0.0 < found < 0.2


def parse_mm4(settings: list[str]):
    """The bundled scenario with changes."""
    (candidate, _) = load_candidates(
        "mm4", [Vary.parse("description=a,b")], [*settings, "expect=[]"]
    )
    return candidate.scenario


def test_every_measure_is_read() -> None:
    """Each measure has a figure, and a name by which it is found."""
    figures = figures_of(simulate(parse_mm4(["duration=5s", "warmup=0s"])))
    assert list(figures) == list(MEASURES)
    assert {key for key, value in figures.items() if value is None} == {
        "imbalance",
        "cost",
        "cost_per_million",
        "wasted_capacity",
        "replicas",
    }
    assert measure_named("p99.9") is measure_named("p999") is MEASURES["p999"]
    with pytest.raises(SimulatorError, match=r"--measure p98: unknown measure; did you mean `p9"):
        measure_named("p98")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,2", ["1", "2"]),
        (" a , b ", ["a", "b"]),
        ("{a: 1, b: 2},{a: 3, b: 4}", ["{a: 1, b: 2}", "{a: 3, b: 4}"]),
        ("[1, [2, 3]],[]", ["[1, [2, 3]]", "[]"]),
        ("'x,y',\"p,q\"", ["'x,y'", '"p,q"']),
        ("it's,fine", ["it's", "fine"]),
        ("{a: '}'},b", ["{a: '}'}", "b"]),
        ("a,", ["a", ""]),
    ],
    ids=["two", "spaces", "braces", "brackets", "quotes", "apostrophe", "brace in quotes", "end"],
)
def test_commas(text: str, values: list[str]) -> None:
    """Commas inside of braces, brackets and quotes separate nothing."""
    assert list(split_values(text)) == values


def test_a_grid() -> None:
    """Every combination, in the order of the flags, named by its values."""
    varied = [Vary.parse(f"{WORKERS}=4,5"), Vary.parse("services.server.queue=8,{capacity: 9}")]
    found = load_candidates("mm4", varied, SHORT)
    assert [each.name for each in found] == ["4,8", "4,{capacity: 9}", "5,8", "5,{capacity: 9}"]
    assert found[3].settings == {WORKERS: 5, "services.server.queue": {"capacity": 9}}
    assert found[3].scenario.services["server"].queue.capacity == 9
    assert found[3].scenario.duration == 12.0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nonsense"], "--vary nonsense: expected `path=value,value`"),
        (["a="], "--vary a=: expected `path=value,value`"),
        (["a=1,,2"], "expected a value before and after each comma"),
        (["a=1,1"], "the value `1` stands here twice"),
        (["seed=1,2"], "all candidates play the same seeds"),
        ([], "there is nothing to compare"),
        ([f"{WORKERS}=4"], "there is nothing to compare"),
        ([f"{WORKERS}=4,5", f"{WORKERS}=6,7"], "is varied twice"),
        (["services.sever.queue=1,2"], "--vary services.sever.queue=1: there is no `sever`"),
        ([f"{WORKERS}=4,x"], f"--vary {WORKERS}=x: expected a whole number"),
        ([f"{WORKERS}=4,[5"], f"--vary {WORKERS}=[5: the value cannot be read"),
    ],
    ids=lambda value: " ".join(value) or "none" if isinstance(value, list) else "message",
)
def test_mistakes(words: list[str], message: str) -> None:
    """What is wrong with a value or a path is said once, with the flag."""
    with pytest.raises(SimulatorError) as caught:
        load_candidates("mm4", [Vary.parse(text) for text in words], ["expect=[]"])
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_mistake_in_the_file_is_told_once(tmp_path: Path) -> None:
    """A mistake that all candidates have is told once; that of one says with which value it is."""
    with pytest.raises(ScenarioError) as caught:
        load_candidates("mm4", [Vary.parse(f"{WORKERS}=4,5")], ["duration=20s"])
    assert str(caught.value).count("expected less than the duration") == 1
    assert "(with" not in str(caught.value)
    with pytest.raises(ScenarioError) as caught:
        load_candidates("mm4", [Vary.parse("duration=20s,60s")])
    assert "(with --vary duration=20s)" in str(caught.value)


def test_processes_do_not_matter() -> None:
    """One process or four: the same figures in the same order."""
    candidates = workers("3,4,5")
    here = compare(candidates, replications=3, jobs=1)
    assert told(compare(candidates, replications=3, jobs=4)) == told(here)
    assert [each.name for each in here.candidates] == ["3", "4", "5"]
    values = here.candidates[1].measures["p99"].values
    alone = simulate(candidates[1].scenario, replication=2)
    assert values[2] == alone.total.latency.p99
    assert len(set(values)) == 3


def test_bundled_data_is_found_by_workers() -> None:
    """A worker finds the files that a bundled scenario names."""
    settings = ["duration=12s", "warmup=2s", "expect=[]"]
    varied = [Vary.parse("services.frontend.replicas=2,3")]
    candidates = load_candidates("online-boutique", varied, settings)
    found = compare(candidates, replications=2, jobs=2)
    assert found.candidates[0].measures["throughput"].interval is not None


def test_common_random_numbers_pay() -> None:
    """The same requests for both: the interval of the difference is much narrower.

    With six workers or seven at 53 % and 46 % load hardly anyone waits, so a request takes just its
    work, which is the same for both: nearly all that chance does cancels in the difference. With
    seeds of their own both means go up and down by themselves. Here it is six times as narrow.
    """
    candidates = workers("6,7")
    with Players(1) as players:

        def means(candidate: Candidate, first: int) -> list[float]:
            numbers = range(first, first + 8)
            tasks = [Task(candidate.scenario, None, 1, number) for number in numbers]
            found = [each["mean"] for each in players.play(tasks, lambda: None)]
            return [value for value in found if value is not None]

        baseline = means(candidates[0], 0)
        common = confidence_interval(paired_differences(means(candidates[1], 0), baseline), 0.95)
        separate = confidence_interval(
            paired_differences(means(candidates[1], 100), baseline), 0.95
        )
    assert separate.width > 1.5 * common.width


def test_precision_stops_rounds() -> None:
    """Rounds go on until intervals are narrow enough, and not further than allowed."""
    candidates = workers("4,8")
    progress: list[tuple[int, int]] = []
    found = compare(
        candidates,
        replications=3,
        precision=0.1,
        most=40,
        told=lambda done, total: progress.append((done, total)),
    )
    assert found.precision is not None
    assert found.precision.reached
    assert found.precision.widest is not None
    assert found.precision.widest <= 0.1
    assert 3 < found.replications < 40
    assert found.replications % 3 == 0
    assert progress[-1] == (2 * found.replications, 2 * found.replications)
    # A round earlier it was not good enough.
    figures = [
        [{"p99": value} for value in each.measures["p99"].values[:-3]] for each in found.candidates
    ]
    assert not precision_of(figures, P99, 0.1).reached
    short = compare(candidates, replications=2, precision=0.0001, most=5)
    assert short.precision is not None
    assert not short.precision.reached
    assert short.replications == 5


def test_precision_of_nothing_gives_up() -> None:
    """A measure that does not apply gets no narrower by playing on."""
    measure = MEASURES["imbalance"]
    found = compare(workers("4,5"), measure=measure, replications=2, precision=0.1)
    assert found.replications == 2
    assert found.precision is not None
    assert (found.precision.reached, found.precision.widest) == (False, None)


def test_too_few_and_no_such_baseline() -> None:
    """An interval needs two; a baseline is one of the candidates."""
    with pytest.raises(SimulatorError, match="--replications 1: expected 2 or more"):
        compare(workers("4,5"), replications=1)
    with pytest.raises(SimulatorError, match="--baseline 44: there is no such candidate; did you"):
        compare(workers("4,45"), baseline="44")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """A grid whose names are hard to draw, with a baseline in the middle."""
    varied = [Vary.parse("description=$a_b,'c $ d'"), Vary.parse(f"{WORKERS}=4,5")]
    candidates = load_candidates("mm4", varied, SHORT)
    return compare(candidates, replications=3, baseline="$a_b,5")


def test_a_baseline_in_the_middle(comparison: Comparison) -> None:
    """The baseline differs from nobody; the others differ from it, in their own direction."""
    verdicts = [each.difference and each.difference.verdict for each in comparison.candidates]
    assert verdicts[1] is None
    assert verdicts[3] == "no difference shown"
    mean = comparison.candidates[0].difference
    assert mean is not None
    assert mean.interval is not None
    assert mean.interval.mean > 0.0


@pytest.mark.parametrize("kind", FORMATS)
def test_charts_in_every_format(comparison: Comparison, kind: str) -> None:
    """The file begins as its format does, and is the same each time; `$` is no formula."""
    starts = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    found = drawn(chart_of(comparison), kind)
    assert found.startswith(starts[kind])
    assert drawn(chart_of(comparison), kind) == found


def chart_of(comparison: Comparison) -> Figure:
    """The chart of candidates, as for a slide."""
    return draw("comparison", StoredComparison(Path(), comparison), look())


def labels(figure: Figure) -> list[str]:
    """What stands at the rows, from top to bottom."""
    return [text.get_text() for text in figure.axes[0].get_yticklabels()]


def test_chart_says_what_it_shows(comparison: Comparison) -> None:
    """Title, unit, direction, rows sorted within groups, baseline, caption."""
    figure = chart_of(comparison)
    assert figure.get_suptitle() == "mm4: p99 latency by description and concurrency"
    assert figure.axes[0].get_xlabel() == "p99 latency (ms), lower is better"
    assert "3 replications with 95 % intervals, seed 1" in figure.get_supxlabel()
    rows = labels(figure)
    assert rows[0] == "description $a_b"
    assert rows[1:3] == ["concurrency 5 (baseline)", "concurrency 4"]


def test_chart_of_what_was_not_measured() -> None:
    """A candidate without a figure has a row that says so."""
    candidates = workers("4,5")
    nothing = dict.fromkeys(MEASURES)
    some = dict.fromkeys(MEASURES, 0.5)
    judged = judge(candidates, [[some, some], [nothing, nothing]], P99, 0)
    found = Comparison("x", "", 1, 2, P99, "4", judged, None, 1.0)
    texts = [text.get_text() for text in chart_of(found).axes[0].texts]
    assert texts == ["500 ± 0 ms", "not measured"]
    assert drawn(chart_of(found), "png")


def test_the_folder(comparison: Comparison, tmp_path: Path) -> None:
    """The object, every figure as a table, and the scenario of each candidate."""
    write_comparison(comparison, ["scenario: a\n", "scenario: b\n"], tmp_path / "left")
    names = {each.name for each in (tmp_path / "left").iterdir()}
    assert names == {"result.json", "replications.csv", "candidate-1.yaml", "candidate-2.yaml"}
    written = json.loads((tmp_path / "left" / "result.json").read_text())
    assert written == json.loads(json.dumps(comparison.to_json()))
    lines = (tmp_path / "left" / "replications.csv").read_text().splitlines()
    assert len(lines) == 1 + 4 * 3


def test_a_text_is_a_scenario_too() -> None:
    """What workers get is a checked model, which needs no file."""
    text = "scenario: x\nduration: 1s\ntraffic: {u: {rate: 5/s, target: s.e}}\n"
    scenario = parse(text + "services: {s: {endpoints: {e: [{work: 1ms}]}}}").scenario
    with Players(2) as players:
        first, again = players.play([Task(scenario, None, 1, 0)] * 2, lambda: None)
    assert first == again
