"""The chart that the dashboard leaves of a run so far: what it shows, and that it can be read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from legible import faults_of_reading
from samples import STORE, fault, graph

from reports.charts.house import SIZES, look
from reports.charts.live import history_chart
from reports.languages.language import LANGUAGES
from simulator.live.snapshot import Snapshot


def picture() -> Snapshot:
    """A minute in which goodput fell and p99 rose when a second fault came."""
    sample = graph(STORE)
    times = np.arange(60) + 0.5
    late = times > 25.0
    history = replace(
        sample.history,
        times=times,
        throughput=100.0 + 10.0 * np.sin(times),
        goodput=90.0 + 8.0 * np.sin(times) - 30.0 * late,
        p50=np.full(60, 0.02),
        p95=np.full(60, 0.05),
        p99=np.where(late, 0.3, 0.1),
    )
    first = fault("kill-1", "kill", "payments-1")
    second = replace(
        fault("slow-1", "slow", "payments"), what="payments, 20 %", begins=25.0, ends=40.0
    )
    waiting = replace(fault("later", "kill", "store-1"), state="waiting", begins=90.0)
    return replace(sample, now=60.0, history=history, faults=(first, second, waiting))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_can_be_read(size: str, lang: str) -> None:
    assert faults_of_reading(history_chart(picture(), look(size, lang))) == []


def test_it_shows_the_history() -> None:
    """Latencies are in milliseconds; what has not begun is not told."""
    figure = history_chart(picture(), look())
    above, below = figure.axes
    assert [each.get_label() for each in below.get_lines()[:3]] == ["p50", "p95", "p99"]
    assert np.max(below.get_lines()[2].get_ydata()) == pytest.approx(300.0)
    assert below.get_ylabel() == "latency (ms)"
    assert above.get_lines()[1].get_label() == "goodput: right, and in time"
    told = figure.get_supxlabel()
    assert "2 payments, 20 % (slow): 25 s to 40 s" in told
    assert "store-1" not in told


def test_a_run_that_has_only_begun() -> None:
    """No time has passed and nothing was answered: axes without lines."""
    sample = picture()
    nothing = {
        name: np.zeros(0) for name in ("times", "throughput", "goodput", "p50", "p95", "p99")
    }
    begun = replace(sample, now=0.0, faults=(), history=replace(sample.history, **nothing))
    assert faults_of_reading(history_chart(begun, look("column"))) == []
