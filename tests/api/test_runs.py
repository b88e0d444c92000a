"""A run as Python has it: the figures of the command line, frames, charts, folders."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from threading import Timer

import pandas as pd
import pytest
from matplotlib.figure import Figure

import simulator as sim
from reports.charts.kinds import KINDS
from reports.charts.nothing import NothingToDraw
from reports.stored import StoredComparison, StoredRun

RUN_KINDS = sorted(name for name, kind in KINDS.items() if kind.of is StoredRun)


def test_the_figures_are_those_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    from cli.main import app

    words = ["--seed", "7", "--duration", "40s", "--set", "services.server.concurrency=5"]
    app(["run", "mm4", *words, "--json"], standalone_mode=False)
    told = json.loads(capsys.readouterr().out)
    run = sim.run("mm4", set={"services.server.concurrency": 5}, seed=7, duration="40s")
    assert run.digest == told["digest"]
    assert run.latency.p99 == told["total"]["latency"]["p99"]
    assert run.goodput == told["total"]["goodput"]
    assert run.throughput == told["total"]["throughput"]
    assert run.availability == told["total"]["availability"]
    assert run.outcomes == told["total"]["outcomes"]
    assert run.verdict == told["verdict"]
    assert run.seed == told["seed"] == 7
    assert run.services["server"].utilization == told["services"]["server"]["utilization"]


def test_a_frame_has_the_series_with_units(run: sim.Run) -> None:
    frame = run.frame()
    assert isinstance(frame, pd.DataFrame)
    assert list(frame["name"].unique()) == ["users"]
    assert int(frame["finished"].sum()) == int(
        sum(run.result.series["traffic"].columns["finished"])
    )
    assert frame.attrs["units"]["latency_p99"] == "s"
    assert set(run.frame("gauge")["name"]) == {"web-1", "db-1"}
    for kind in run.result.series:
        assert len(run.frame(kind)) > 0
    with pytest.raises(sim.SimulatorError, match="no series `gauges`; did you mean `gauge`"):
        run.frame("gauges")


@pytest.mark.parametrize("name", RUN_KINDS)
def test_every_kind_of_chart_is_a_method(run: sim.Run, name: str) -> None:
    draw = getattr(run.plot, name.replace("-", "_"))
    try:
        figure = draw(size="column", lang="es")
    except NothingToDraw as nothing:
        assert str(nothing)
        assert name not in ("overview", "latency", "recovery")
        return
    assert isinstance(figure, Figure)
    assert figure.axes
    # Nothing of it is in the state of pyplot, which would show it once more.
    assert (
        "matplotlib.pyplot" not in sys.modules or not sys.modules["matplotlib.pyplot"].get_fignums()
    )


def test_a_chart_shows_itself_in_a_notebook(run: sim.Run) -> None:
    png, shown = run.plot.latency(size="column")._repr_png_()
    assert png.startswith(b"\x89PNG")
    assert 100 < shown["width"] < 600


def test_kinds_can_be_completed(run: sim.Run, compared: sim.Compared) -> None:
    assert dir(run.plot) == sorted(name.replace("-", "_") for name in RUN_KINDS)
    others = [name for name, kind in KINDS.items() if kind.of is StoredComparison]
    assert dir(compared.plot) == sorted(name.replace("-", "_") for name in others)
    assert "fault" in (run.plot.recovery.__doc__ or "")


def test_notebooks_complete_the_kinds(run: sim.Run) -> None:
    from IPython.core.completer import IPCompleter, provisionalcompleter

    completer = IPCompleter(namespace={"run": run}, use_jedi=False)
    with provisionalcompleter():
        found = [each.text for each in completer.completions("run.plot.rec", 12)]
    assert found == [".recovery"]


def test_a_chart_of_one_fault(run: sim.Run) -> None:
    both, one = run.plot.recovery(), run.plot.recovery(fault="slow-disk")
    assert len(both.axes) > len(one.axes)
    assert len(run.faults) == 2


def test_mistakes_with_charts_are_told(run: sim.Run) -> None:
    with pytest.raises(AttributeError, match="no chart `overvew`; did you mean `overview`"):
        run.plot.overvew  # noqa: B018
    with pytest.raises(sim.SimulatorError, match=r"size='slides'.*did you mean `slide`"):
        run.plot.overview(size="slides")
    with pytest.raises(sim.SimulatorError, match=r"lang='fr'.*expected `en` or `es`"):
        run.plot.overview(lang="fr")
    with pytest.raises(sim.SimulatorError, match=r"fault='slow-disc'.*did you mean `slow-disk`"):
        run.plot.overview(fault="slow-disc")
    assert not hasattr(run.plot, "_repr_html_")


def test_a_run_is_kept_and_opened(run: sim.Run, tmp_path: Path) -> None:
    opened = sim.open(run.save(tmp_path / "kept"))
    assert isinstance(opened, sim.Run)
    assert opened.digest == run.digest
    assert opened.scenario == run.scenario
    assert repr(opened) == repr(run)
    pd.testing.assert_frame_equal(opened.frame("service"), run.frame("service"))
    opened.save(tmp_path / "kept")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("")
    with pytest.raises(sim.SimulatorError, match="not empty, and not an earlier result"):
        run.save(tmp_path / "mine")
    with pytest.raises(sim.SimulatorError, match="there is no such folder"):
        sim.open(tmp_path / "nowhere")


def test_a_run_shows_itself(run: sim.Run) -> None:
    assert repr(run).startswith("<Run of shop, seed 0: availability ")
    assert "expectations not met" in repr(run)
    page = run._repr_html_()
    assert page.count("<table>") == page.count("<caption>") == 3
    assert '<th scope="col">p99</th>' in page
    assert '<th scope="row" style="text-align: left">slow-disk</th>' in page
    assert "p99 &lt;= 500ms" in page


def test_progress_is_told() -> None:
    told: list[tuple[float, float]] = []
    sim.run("mm4", duration="40s", progress=lambda now, all_: told.append((now, all_)))
    assert told[-1] == (40.0, 40.0)
    assert told == sorted(told)


def test_an_interrupted_run_is_what_was_played() -> None:
    def press() -> None:
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    timer = Timer(0.5, press)
    timer.start()
    with pytest.warns(UserWarning, match="interrupted at .* s of 36000 s"):
        run = sim.run("mm4", duration="10h")
    assert not run.complete
    assert run.verdict == "incomplete"
    assert 0.0 < run.result.simulated < 36_000.0
    assert signal.getsignal(signal.SIGINT) is before


def test_a_law_can_be_checked_and_doubts_are_kept() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = sim.run("mm4", duration="35s", check=True)
    assert run.complete
    assert run.result.warnings == run.scenario.warnings


PROGRAM = """
import sys
import simulator
import simulator.kernel.kernel, simulator.experiment.run, simulator.scenario
assert simulator.experiment.run.Run is not simulator.Run
assert not isinstance(simulator.scenario, type) and not callable(simulator.scenario)
assert {"run", "compare", "open", "load", "scenarios", "Scenario", "experiment"} <= set(dir(simulator))
try:
    simulator.compair
except AttributeError as error:
    assert "compair" in str(error)
else:
    raise SystemExit("no mistake")
from simulator import run
assert callable(run)
print("matplotlib" in sys.modules, "pandas" in sys.modules, "reports" in sys.modules)
"""


def test_the_names_shadow_no_module_and_load_nothing_heavy() -> None:
    played = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert played.stderr == ""
    assert played.stdout.split() == ["False", "False", "False"]


def test_parts_of_the_simulator_load_without_the_rest() -> None:
    program = "import sys, simulator.kernel.event; print('pydantic' in sys.modules, 'numpy' in sys.modules)"
    played = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert played.stdout.split()[0] == "False"


def test_a_missing_library_is_named(run: sim.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "reports.frames", raising=False)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(sim.SimulatorError, match=r"`pandas` is not installed; .*\[notebook\]"):
        run.frame()


def test_what_is_long_is_cut_and_counted(run: sim.Run) -> None:
    seen = {"<a>": run.total, "b": run.total}
    many = replace(run.result, faults=run.faults * 30, traffic=seen, warnings=("nobody calls <i>",))
    page = sim.Run(many, run.scenario)._repr_html_()
    assert '<tr><td colspan="6">and 40 more</td></tr>' in page
    assert page.count(">slow-disk<") == 10
    assert "&lt;a&gt;" in page
    assert "<a>" not in page
    assert ">all together</th>" in page
    assert ">nobody calls &lt;i&gt;</th>" in page
