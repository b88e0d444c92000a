"""Online Boutique: what its file takes from the manifests and the load generator is what they say."""

from __future__ import annotations

import csv
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator.experiment.run import simulate
from simulator.scenario import load
from simulator.scenario.model.step import Call, Maybe, Repeat
from simulator.scenario.text import bundled

SCENARIO = load("online-boutique").scenario
TEXT = bundled()["online-boutique"].read_text("utf-8")

TASKS = {
    "home": (1, ["home"]),
    "setCurrency": (2, ["set_currency", "home"]),
    "product": (10, ["product"]),
    "addToCart": (2, ["product", "add_to_cart", "view_cart"]),
    "viewCart": (3, ["view_cart"]),
    "checkout": (1, ["product", "add_to_cart", "view_cart", "checkout"]),
}
"""The load generator's tasks: weight, and the requests of each, redirects followed."""


@pytest.fixture(scope="module")
def containers(published: Path) -> dict[str, dict[str, Any]]:
    """The deployments of the released manifests but for the load generator: their one container."""
    text = (published / "online-boutique" / "kubernetes-manifests.yaml").read_text("utf-8")
    found = {}
    for document in yaml.safe_load_all(text):
        if document and document["kind"] == "Deployment":
            (container,) = document["spec"]["template"]["spec"]["containers"]
            container["replicas"] = document["spec"].get("replicas", 1)
            found[document["metadata"]["name"]] = container
    found.pop("loadgenerator")
    return found


class TestManifests:
    def test_services(self, containers: dict[str, dict[str, Any]]) -> None:
        """The services are those that are deployed, ten and a Redis."""
        assert set(SCENARIO.services) == set(containers)
        assert len(containers) == 11

    def test_replicas(self, containers: dict[str, dict[str, Any]]) -> None:
        """Each has as many replicas as it is deployed with."""
        replicas = {name: service.replicas for name, service in SCENARIO.services.items()}
        assert replicas == {name: each["replicas"] for name, each in containers.items()}

    def test_cores(self, containers: dict[str, dict[str, Any]]) -> None:
        """The cores are the CPU limits."""
        for name, container in containers.items():
            limit = container["resources"]["limits"]["cpu"]
            assert SCENARIO.services[name].cores == int(limit.removesuffix("m")) / 1000

    def test_comments(self, containers: dict[str, dict[str, Any]]) -> None:
        """The comment at each service repeats its requests and limits."""
        for name, container in containers.items():
            words = re.search(rf"^  {name}:  # requests (.*); limits (.*)$", TEXT, re.MULTILINE)
            assert words is not None, name
            for told, kind in zip(words.groups(), ("requests", "limits"), strict=True):
                figures = container["resources"][kind]
                assert told == f"{figures['cpu']}, {figures['memory']}"


def requests_by_task() -> dict[str, int]:
    counts: dict[str, int] = {}
    for weight, requests in TASKS.values():
        for each in requests:
            counts[each] = counts.get(each, 0) + weight
    return counts


def test_mix() -> None:
    """The mix is what the load generator's tasks come to."""
    mix = SCENARIO.traffic["shoppers"].mix
    assert mix == {f"frontend.{name}": count for name, count in requests_by_task().items()}


def distinct_items(least: int) -> list[float]:
    """Chances of k different items after so many additions as there are since the last order.

    Of the tasks that matter, two in three add and one in three orders (which adds as well), so that
    n additions, `least` and more, have the chance 1/3 (2/3)^(n - least).
    """
    chances = [0.0] * 10
    held = [1.0] + [0.0] * 9
    for additions in range(200):
        if additions >= least:
            for items in range(10):
                chances[items] += held[items] / 3 * (2 / 3) ** (additions - least)
        fuller = [0.0] * 10
        for items in range(10):
            fuller[items] += held[items] * items / 9
            if items < 9:
                fuller[items + 1] += held[items] * (9 - items) / 9
        held = fuller
    return chances


@pytest.mark.parametrize("endpoint", ["frontend.view_cart", "checkoutservice.PlaceOrder"])
def test_items_in_the_cart(endpoint: str) -> None:
    """The numbers of items follow from the tasks, to a tenth of a percent."""
    after, before = distinct_items(1), distinct_items(0)
    expected = after
    if endpoint == "frontend.view_cart":
        expected = [(a + b) / 2 for a, b in zip(after, before, strict=True)]
    service, name = endpoint.split(".")
    steps = SCENARIO.services[service].endpoints[name]
    loop = next(s for s in steps if isinstance(s, Repeat) and not isinstance(s.repeat, int))
    weights = loop.repeat.choice  # type: ignore[union-attr]
    total = sum(weights.values())
    for items in range(10):
        assert weights.get(items, 0) / total == pytest.approx(expected[items], abs=0.001)


def test_curve(published: Path) -> None:
    """The curve is the recorded day in means of ten minutes."""
    table = bundled()["online-boutique"].parent / "data" / "worldcup98-june30.csv"
    recorded = (published / "traffic" / "worldcup98-day-june30.csv").read_text("utf-8")
    minutes = [float(row["rate_per_second"]) for row in csv.DictReader(recorded.splitlines())]
    lines = [line for line in table.read_text("utf-8").splitlines() if not line.startswith("#")]
    rows = [(int(row["second"]), float(row["rate_per_second"])) for row in csv.DictReader(lines)]
    assert [second for second, _ in rows] == list(range(0, 86_400, 600))
    for number, (_, rate) in enumerate(rows):
        assert rate == pytest.approx(sum(minutes[number * 10 : number * 10 + 10]) / 10, abs=0.051)
    assert {b - a for (a, _), (b, _) in pairwise(rows)} == {600}


def test_an_ad_is_not_waited_for() -> None:
    """The frontend gives an ad 100 ms and does without it otherwise (rpc.go)."""
    for name in ("home", "product"):
        steps = SCENARIO.services["frontend"].endpoints[name]
        (ad,) = (s for s in steps if isinstance(s, Call) and s.call == "adservice.GetAds")
        assert (ad.timeout, ad.cancel, ad.optional) == (0.1, True, True)


def test_every_price_is_converted() -> None:
    """The switch that would skip conversions is off, and each stands under its share."""
    shares = [
        step.maybe
        for steps in SCENARIO.services["frontend"].endpoints.values()
        for step in steps
        if isinstance(step, Maybe)
    ]
    assert shares == [1.0] * 3


def test_cpu_at_the_stock_load() -> None:
    """Ten users of the load generator cost the CPU that was measured, less 1m to 6m for idling."""
    # 10 users, 5.5 s between tasks, and 28 requests for 19 tasks.
    rate = 10 / 5.5 * 28 / 19
    settings = (
        f"traffic.shoppers={{rate: {rate}/s, mix: {{"
        + ", ".join(f"frontend.{name}: {count}" for name, count in requests_by_task().items())
        + "}}",
        "duration=20m",
        "expect=[]",
    )
    result = simulate(load("online-boutique", settings).scenario)
    measured = {"frontend": 19, "currencyservice": 11, "cartservice": 8, "adservice": 3}
    for name, millicores in measured.items():
        used = (result.services[name].utilization or 0) * (SCENARIO.services[name].cores or 0)
        assert millicores - 6.5 <= used * 1000 <= millicores - 1, name


def test_the_evening_match() -> None:
    """The frontend is the bottleneck, busy at the peak, and pages take several times as long."""
    phases = ("during [0m, 14m]", "during [20m, 22m]")
    measures = ("frontend.utilization <= 1", "shoppers.p95 <= 9s", "shoppers.p50 <= 9s")
    expect = [f"{measure} {phase}" for measure in measures for phase in phases]
    loaded = load("online-boutique")
    scenario = loaded.scenario.model_copy(update={"expect": tuple(expect)})
    result = simulate(scenario, folder=loaded.folder)
    values = [each.value or 0.0 for each in result.expectations]
    assert result.bottleneck == "frontend"
    assert values[0] < 0.15
    assert values[1] > 0.7
    assert values[3] > 2.5 * values[2]
    assert values[5] > 1.5 * values[4]
