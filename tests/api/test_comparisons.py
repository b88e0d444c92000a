"""A comparison as Python has it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import simulator as sim


def test_the_figures_are_those_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    from cli.main import app

    words = ["--replications", "2", "--duration", "35s", "--jobs", "1", "--seed", "4", "--json"]
    app(
        ["compare", "mm4", "--vary", "services.server.concurrency=4,5", *words],
        standalone_mode=False,
    )
    told = json.loads(capsys.readouterr().out)
    compared = sim.compare(
        "mm4",
        vary={"services.server.concurrency": [4, 5]},
        replications=2,
        duration="35s",
        seed=4,
        jobs=1,
    )
    mine = compared.comparison.to_json()
    assert {**mine, "wall_seconds": 0} == {**told, "wall_seconds": 0}


def test_candidates_by_name(compared: sim.Compared) -> None:
    assert [each.name for each in compared] == ["2", "4"]
    assert len(compared) == 2
    assert compared["4"] is compared[4]
    assert compared["4"].settings == {"services.db.concurrency": 4}
    assert "4" in compared
    assert 5 not in compared
    assert compared.baseline.name == "2"
    assert compared.best is compared["4"]
    assert compared.measure.key == "mean"
    assert compared.scenarios["4"].model.services["db"].concurrency == 4
    with pytest.raises(sim.SimulatorError, match="no candidate `5`; expected `2` or `4`"):
        compared["5"]


def test_frames_have_means_and_runs(compared: sim.Compared) -> None:
    frame = compared.frame()
    assert list(frame.index) == ["2", "4"]
    assert frame.loc["2", "verdict"] == "baseline"
    assert pd.isna(frame.loc["2", "difference"])
    interval = compared["4"].measures["mean"].interval
    assert interval is not None
    assert frame.loc["4", "mean"] == interval.mean
    assert frame.loc["4", "difference"] < 0.0
    assert frame.attrs["units"]["mean"] == frame.attrs["units"]["difference"] == "s"
    runs = compared.replications()
    assert list(runs["candidate"]) == ["2", "2", "4", "4"]
    assert runs.groupby("candidate")["mean"].mean()["4"] == pytest.approx(interval.mean)
    assert runs["cost"].isna().all()


def test_texts_and_mappings_can_be_varied(shop: sim.Scenario) -> None:
    vary: dict[str, list[Any]] = {
        "defaults.balancer": ["random", "round_robin"],
        "services.db.endpoints.read": [[{"work": "1ms"}], [{"work": {"exponential": "2ms"}}]],
    }
    compared = sim.compare(shop, vary=vary, replications=2, duration="28s", jobs=1)
    names = [each.name for each in compared]
    assert names[1] == "random,[{work: {exponential: 2ms}}]"
    assert compared.best is not None
    assert compared.best.settings["services.db.endpoints.read"] == [{"work": "1ms"}]


def test_a_comparison_is_kept_and_opened(compared: sim.Compared, tmp_path: Path) -> None:
    opened = sim.open(compared.save(tmp_path / "kept"))
    assert isinstance(opened, sim.Compared)
    assert opened.comparison.to_json() == compared.comparison.to_json()
    assert opened.scenarios == compared.scenarios
    assert repr(opened) == repr(compared)


def test_a_comparison_shows_itself(compared: sim.Compared) -> None:
    assert repr(compared).startswith("<Comparison of shop, mean latency: 2: ")
    page = compared._repr_html_()
    assert '<th scope="row" style="text-align: left">4</th>' in page
    assert "<td>baseline</td>" in page


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"vary": {"services.server.concurrency": [4]}}, "there is nothing to compare"),
        ({"vary": {"services.server.concurrency": [4, 4]}}, "vary services.server.concurrency: the value `4` stands here twice"),
        ({"vary": {"services.server.concurrency": 4}}, "vary services.server.concurrency: expected a list of values, found 4"),
        ({"vary": {"seed": [1, 2]}}, "vary seed: all candidates play the same seeds"),
        ({"vary": ["a"]}, "vary: expected a dict such as"),
        ({"measure": "p98"}, "measure p98: unknown measure; did you mean"),
        ({"baseline": 7}, "no such candidate; expected `4` or `5`"),
        ({"vary": {"services.server.concurency": [4, 5]}}, "did you mean `concurrency`?"),
        ({"replications": 1}, "expected 2 or more"),
    ],
)  # fmt: skip
def test_mistakes_are_told(options: dict[str, Any], message: str) -> None:
    asked: dict[str, Any] = {"vary": {"services.server.concurrency": [4, 5]}, "jobs": 1, **options}
    with pytest.raises(sim.SimulatorError) as caught:
        sim.compare("mm4", **asked)
    assert message in str(caught.value)
