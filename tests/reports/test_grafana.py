"""The dashboard for Grafana: that it asks only for what the export for Prometheus writes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from exported import played

from reports.exports import pieces
from reports.exports.grafana import COLUMNS, uid_of
from reports.exports.openmetrics import name_of
from reports.stored import StoredRun

NAME = re.compile(r"aftershock_[a-z_]+")
SELECTOR = re.compile(r"(aftershock_[a-z_]+)\{([^}]*)\}")
BY = re.compile(r"by \(([^)]*)\)")
LEGEND = re.compile(r"\{\{(\w+)\}\}")


def dashboard(run: StoredRun, **options: Any) -> dict[str, Any]:
    """The dashboard of a run, read back."""
    found: dict[str, Any] = json.loads(b"".join(pieces("grafana", run, **options)))
    return found


@pytest.fixture(scope="module")
def written() -> dict[str, set[str]]:
    """The names of samples that the export for Prometheus writes, with the labels of each."""
    found: dict[str, set[str]] = {}
    for line in b"".join(pieces("openmetrics", played())).decode().splitlines():
        if not line.startswith("#"):
            name, _, rest = line.partition("{")
            found.setdefault(name, set()).update(re.findall(r'([a-z]+)="', rest.rpartition("}")[0]))
    return found


def queries(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """All expressions in PromQL, each with its legend."""
    for panel in found["panels"]:
        for target in panel["targets"]:
            yield target["expr"], target["legendFormat"]
    for each in found["annotations"]["list"]:
        yield each["expr"], each["titleFormat"] + each["textFormat"]


def test_it_asks_only_for_what_is_there(written: dict[str, set[str]]) -> None:
    """Metrics, labels in selectors, in groups and in legends."""
    found = dashboard(played())
    asked = list(queries(found))
    assert len(asked) > 10
    for query, legend in asked:
        selected = SELECTOR.findall(query)
        assert {name for name, _ in selected} == set(NAME.findall(query))
        for name, labels in selected:
            assert name in written, query
            known = written[name]
            assert set(re.findall(r"(\w+)=", labels)) <= known, query
            groups = {each.strip() for part in BY.findall(query) for each in part.split(",")}
            assert groups <= known
            assert set(LEGEND.findall(legend)) <= (groups if "by (" in query else known)


def test_variables_take_their_values_from_there(written: dict[str, set[str]]) -> None:
    """Each query is chosen by variables that there are, whose values are those of a label."""
    found = dashboard(played())
    variables = {each["name"]: each for each in found["templating"]["list"]}
    assert list(variables) == ["datasource", "run", "traffic", "service"]
    for name in ("run", "traffic", "service"):
        query = variables[name]["query"]["query"]
        asked = re.fullmatch(r"label_values\((\w+)\{.*\}, (\w+)\)", query)
        assert asked, query
        assert asked[2] == name
        assert name in written[asked[1]]
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(found))) - {"__rate_interval", "__all"}
    assert used == set(variables)
    assert variables["run"]["current"]["value"] == name_of(played().result)


def test_panels_do_not_overlap() -> None:
    """All lie in the grid, none upon another, and have ids of their own."""
    panels = dashboard(played())["panels"]
    assert len({each["id"] for each in panels}) == len(panels)
    places = [each["gridPos"] for each in panels]
    for each in places:
        assert each["x"] >= 0 and each["x"] + each["w"] <= COLUMNS
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below


def test_it_opens_with_the_run() -> None:
    """Its time is that of the run, wherever this is put; samples are as far apart as they are."""
    start = datetime(2026, 5, 1, 12, tzinfo=UTC)
    found = dashboard(played(), start=start)
    assert found["time"] == {"from": "2026-05-01T12:00:00.000Z", "to": "2026-05-01T12:00:30.000Z"}
    assert {each["interval"] for each in found["panels"]} == {"1000ms"}
    assert dashboard(played())["time"]["from"] == "2024-01-01T00:00:00.000Z"


def test_it_is_always_the_same() -> None:
    first, second = (b"".join(pieces("grafana", played())) for _ in range(2))
    assert first == second


def test_a_run_without_histograms_or_faults_has_no_panels_for_them() -> None:
    """Nothing is shown that would stay empty."""
    run = played()
    series = {name: table for name, table in run.result.series.items() if name != "latency"}
    less = replace(run, result=replace(run.result, series=series, faults=()))
    gone = {each["title"] for each in dashboard(run)["panels"]} - {
        each["title"] for each in dashboard(less)["panels"]
    }
    assert gone == {"Latency, all classes together", "Faults"}


def test_the_uid_is_that_of_the_scenario() -> None:
    """Grafana takes 40 letters at most; two long names that begin alike differ."""
    found = dashboard(played())["uid"]
    assert found == uid_of("small-shop")
    assert found.startswith("aftershock-small-shop-")
    long = [uid_of(f"a scenario / with a very, very long name {n}") for n in (1, 2)]
    assert long[0] != long[1]
    for uid in (found, *long, uid_of("ñ")):
        assert re.fullmatch(r"[a-z0-9-]{8,40}", uid)


@pytest.mark.skipif(
    not shutil.which("promtool"), reason="needs promtool (Debian package `prometheus`)"
)
def test_prometheus_can_read_every_query(tmp_path: Path) -> None:
    """As rules, with the variables filled in as Grafana does."""
    rules = [
        {"record": f"asked:{number}", "expr": query.replace("$__rate_interval", "4s")}
        for number, (query, _) in enumerate(queries(dashboard(played())))
    ]
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"groups": [{"name": "all", "rules": rules}]}))
    command = ["promtool", "check", "rules", "--lint=none", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules)} rules found" in done.stdout
