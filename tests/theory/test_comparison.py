"""The comparison that `aftershock theory` makes: its cases, its verdicts, its second look."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite

import pytest

from simulator.experiment.run import simulate
from simulator.experiment.theory import comparison
from simulator.experiment.theory.case import Case, Figure, Lost, Measure
from simulator.experiment.theory.cases import cases
from simulator.experiment.theory.cases.markov import mm1
from simulator.experiment.theory.comparison import compare_with_theory, judge
from simulator.experiment.theory.replicate import replicate
from simulator.observe.histogram import RESOLUTION
from simulator.scenario import parse

CASES = cases()
MEAN = Measure("mean time", 10.0, Figure("traffic.jobs.latency.mean"))
P99 = Measure("p99", 10.0, Figure("traffic.jobs.latency.p99"))
NEAR = [[9.99], [10.01], [10.0], [10.0]]
FAR = [[10.14], [10.16], [10.15], [10.15]]
WILD = [[9.0], [11.0], [9.5], [10.5]]


@pytest.mark.parametrize("case", CASES, ids=[case.model for case in CASES])
def test_cases_can_be_played(case):
    """Each case is a right scenario without doubts, and each of its figures is found in a result."""
    loaded = parse(case.text)
    assert loaded.warnings == ()
    short = parse(case.text, settings=["duration=25s"]).scenario
    result = simulate(short, seed=1, check=True)
    for measure in case.measures:
        value = measure.reading(result)
        assert value is not None
        assert isfinite(value)
        assert value == pytest.approx(measure.theory, rel=0.7)


def test_cases_are_independent():
    """No two cases share the name of a class, hence none their random streams; names are unique."""
    names = [name for case in CASES for name in parse(case.text).scenario.traffic]
    assert len(set(names)) == len(names)
    assert len({case.model for case in CASES}) == len(CASES)


def test_issue_is_covered():
    """Every model that was asked for is in the table."""
    wanted = ("M/M/1", "M/M/4", "M/M/4/8", "Erlang B", "M/D/1", "M/G/1, lognormal", "sharing")
    wanted += ("tandem", "slowest of", "fork-join", "machine repair", "closed network", "priority")
    models = " | ".join(case.model for case in CASES)
    assert [name for name in wanted if name not in models] == []


@pytest.mark.parametrize(
    ("measure", "values", "inside", "agrees"),
    [
        (MEAN, NEAR, True, True),
        (MEAN, FAR, False, False),
        (MEAN, WILD, True, False),
        (P99, NEAR, True, True),
        # 1.5 % off is outside this narrow interval even less the resolution; 0.7 % is not.
        (P99, FAR, False, False),
        (P99, [[10.06], [10.08], [10.07], [10.07]], False, True),
    ],
)
def test_verdicts(measure, values, inside, agrees):
    """A figure agrees if theory is inside and the interval narrow; percentiles have a resolution."""
    (row,) = judge(Case("model", "", (measure,)), values)
    assert row.inside == inside
    assert row.agrees == agrees
    assert row.resolution == (RESOLUTION if measure is P99 else 0.0)
    assert row.low < row.simulated < row.high
    assert row.width == pytest.approx((row.high - row.low) / row.theory)


@pytest.mark.parametrize(
    ("second", "agrees"),
    [([9.99, 10.01, 10.0, 10.0], True), ([10.09, 10.11, 10.1, 10.1], False)],
)
def test_second_look(monkeypatch, second, agrees):
    """Only figures that miss are looked at again, with fresh replications and by those alone."""
    asked = []
    firsts = [[10.0, 10.1], [10.01, 10.11], [9.99, 10.09], [10.0, 10.1]]

    def fake(chosen, seed, numbers, jobs, progress):
        asked.append(list(numbers))
        progress(1.0)
        if len(asked) == 1:
            return [firsts for _ in chosen]
        return [[[99.0, value] for value in second] for _ in chosen]

    monkeypatch.setattr(comparison, "replicate", fake)
    told = []
    measures = (MEAN, replace(MEAN, name="other"))
    rows = compare_with_theory(4, progress=told.append, chosen=[Case("model", "", measures)])
    assert asked == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert [row.looks for row in rows] == [1, 2]
    assert rows[0].agrees
    assert rows[1].agrees == agrees
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_processes_do_not_matter():
    """Replications come out the same in this process and in others."""
    case = replace(mm1(), text=mm1().text.replace("14000s", "40s"))
    here = replicate([case], 1, range(3), jobs=1)
    assert replicate([case], 1, range(3), jobs=2) == here
    assert len({tuple(values) for values in here[0]}) == 3


def test_nothing_measured_is_an_error():
    """A case whose figure does not apply is wrong, and says so."""
    text = mm1().text.replace("14000s", "30s").replace("50/s", "0/s")
    nothing = Case("nothing", text, (Measure("share lost", 0.1, Lost("mm1")),))
    with pytest.raises(ValueError, match="nothing: nothing to read for share lost"):
        replicate([nothing], 1, range(2))
