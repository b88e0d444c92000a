"""What a run costs, and candidates that are weighed against what they cost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.charts.formats import FORMATS, drawn
from reports.charts.house import look
from reports.charts.kinds import draw
from reports.stored import StoredComparison
from simulator.errors import SimulatorError
from simulator.experiment.candidates import Vary, load_candidates
from simulator.experiment.comparison import Comparison, compare
from simulator.experiment.measures import MEASURES, measure_named
from simulator.experiment.pareto import pareto_front
from simulator.experiment.result import CostFigures
from simulator.experiment.run import simulate
from simulator.experiment.scaling_figures import Count, without
from simulator.observe.deaths import Death
from simulator.scenario import ScenarioError, parse

PRICED = """
scenario: priced
duration: 100s
warmup: 10s
traffic:
  users: {rate: 20/s, arrivals: constant, target: shop.home}
platform:
  nodes:
    small: {count: 2, price: 36}
    large: {count: 1}
services:
  shop: {replicas: 3, concurrency: 4, price: 72, endpoints: {home: [{work: 100ms}]}}
  idle: {replicas: 2, price: 36, endpoints: {none: [{work: 1ms}]}}
"""


def cost_of(text: str, *settings: str) -> CostFigures:
    found = simulate(parse(text, settings=settings).scenario).cost
    assert found is not None
    return found


def test_instances_and_nodes_are_paid_by_the_hour() -> None:
    """From the warm-up to the end: 90 s of 3 at 72, of 2 at 36, and of 2 nodes at 36 an hour."""
    cost = cost_of(PRICED)
    hours = 90 / 3600
    assert cost.instance_hours == pytest.approx({"shop": 3 * hours, "idle": 2 * hours})
    assert cost.node_hours == pytest.approx({"small": 2 * hours})
    assert cost.services == pytest.approx({"shop": 5.4, "idle": 1.8})
    assert cost.nodes == pytest.approx({"small": 1.8})
    assert cost.total == pytest.approx(9.0)
    assert cost.per_hour == pytest.approx(360.0)
    # 20/s for 90 s are 1,800 answers, but for those that are still on their way at the end.
    assert cost.per_million_good == pytest.approx(9.0 / 1798 * 1e6, rel=2e-3)


def test_what_is_wasted_is_what_capacity_nobody_used() -> None:
    """Two of twelve slots are busy; what has no capacity to be used cannot waste any."""
    assert cost_of(PRICED).wasted == pytest.approx(10 / 12, rel=1e-6)


def test_without_prices_there_is_no_cost() -> None:
    """And none can be expected."""
    free = "scenario: free\nduration: 9s\ntraffic: {a: {rate: 1/s, target: b.c}}\nservices: {b: {endpoints: {c: [{work: 1ms}]}}}\n"
    assert simulate(parse(free).scenario).cost is None
    with pytest.raises(ScenarioError, match="no service and no node has a `price`"):
        parse(free, settings=["expect=[cost <= 3]"])
    with pytest.raises(ScenarioError, match="`cost` is that of the whole run"):
        parse(PRICED, settings=["expect=[shop.cost <= 3]"])
    with pytest.raises(ScenarioError, match="`cost` has no phase"):
        parse(PRICED, settings=["expect=['cost <= 3 during [20s, 30s]']"])


LOWER = (MEASURES["cost"], MEASURES["p99"])


def test_the_front_by_hand() -> None:
    """C is dearer and slower than b, d as dear as a and slower."""
    points = {"a": (1.0, 9.0), "b": (2.0, 5.0), "c": (3.0, 6.0), "d": (1.0, 10.0), "e": (9.0, 1.0)}
    assert pareto_front(points, LOWER) == ("a", "b", "e")
    # Where more is better in one of them, the best is c, which has most for its price, and so on.
    more = (MEASURES["cost"], MEASURES["goodput"])
    assert pareto_front(points, more) == ("d",)


@given(
    st.dictionaries(
        st.text("abcdefgh", min_size=1, max_size=2),
        st.tuples(st.integers(0, 9), st.integers(0, 9)),
        min_size=1,
        max_size=12,
    )
)
def test_whoever_is_not_on_the_front_is_beaten_by_somebody_on_it(
    given_: dict[str, tuple[int, int]],
) -> None:
    points = {name: (float(one), float(two)) for name, (one, two) in given_.items()}
    front = pareto_front(points, LOWER)
    assert front
    for name, (one, two) in points.items():
        beaten = [
            other
            for other in front
            if points[other][0] <= one and points[other][1] <= two and points[other] != (one, two)
        ]
        assert bool(beaten) != (name in front)


def test_how_many_at_once() -> None:
    """Of spans from 0 to 10, 2 to 6 and 6 to 8: one, two, two, one, none."""
    count = Count([(0.0, 10.0), (2.0, 6.0), (6.0, 8.0)])
    assert (count.least(0.0, 10.0), count.most(0.0, 10.0), count.least(0.0, 11.0)) == (1, 2, 0)
    assert count.area(1.0, 9.0) == 8 + 4 + 2
    assert (count.at(10.0), count.at(11.0), count.most(5.0, 5.0)) == (1, 0, None)


def test_the_dead_do_not_count() -> None:
    dead = Death("shop-1", 3.0, 0)
    dead.back = 5.0
    gone = Death("shop-1", 8.0, 0)
    assert without((1.0, 10.0), [dead, gone]) == [(1.0, 3.0), (5.0, 8.0)]


def two_sizes() -> Comparison:
    path = Path(__file__).parents[2] / "scenarios" / "mm4.yaml"
    candidates = load_candidates(
        str(path),
        [Vary.parse("services.server.replicas=1,2,3")],
        ["duration=12s", "warmup=2s", "expect=[]", "services.server.price=1"],
    )
    return compare(candidates, against=MEASURES["cost"], replications=2)


def test_a_comparison_against_the_cost() -> None:
    """More instances cost more and are no slower; the file and the chart say who is on the front."""
    comparison = two_sizes()
    means = [each.measures["cost"].interval for each in comparison.candidates]
    assert [each.mean for each in means if each] == pytest.approx([1.0, 2.0, 3.0])
    written = comparison.to_json()
    assert written["against"] == "cost"
    assert written["front"] == list(comparison.front)
    assert comparison.front[0] == "1"
    stored = StoredComparison(Path(), comparison)
    charts = {kind: drawn(draw("pareto", stored, look()), kind) for kind in FORMATS}
    assert all(charts.values())
    assert drawn(draw("pareto", stored, look()), "svg") == charts["svg"]
    for name in ("cost per hour, lower is better", "p99 latency"):
        # The letters of a chart are drawn; what they say stands beside them.
        assert name in charts["svg"].decode()


def test_the_flag_is_named_in_the_message() -> None:
    with pytest.raises(SimulatorError, match="--against cots: unknown measure"):
        measure_named("cots", "--against")
