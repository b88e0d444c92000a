"""A run as OpenMetrics: the rules of the format, and what Prometheus makes of it."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby, pairwise
from math import inf
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from exported import played

from reports.exports import EPOCH, pieces
from reports.exports.metrics import METRICS, sample
from reports.exports.openmetrics import name_of
from reports.stored import StoredRun

DOCS = Path(__file__).parents[2] / "docs"
SAMPLE = re.compile(r'([a-z_]+)\{((?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)*)\} (\S+) (\d+(?:\.\d+)?)')
LABEL = re.compile(r'([a-z]+)="((?:[^"\\]|\\.)*)"')
BUCKETS = "aftershock_request_duration_seconds_bucket"
prometheus_is_there = pytest.mark.skipif(
    not (shutil.which("promtool") and shutil.which("prometheus")),
    reason="needs promtool and prometheus (Debian package `prometheus`)",
)
Ask = Callable[[str], list[float]]
Series = dict[str, list[tuple[float, float]]]


def text_of(run: StoredRun) -> str:
    """The file."""
    return b"".join(pieces("openmetrics", run)).decode()


@pytest.fixture(scope="module")
def text() -> str:
    """The file of the run that all exports share."""
    return text_of(played())


def read(text: str) -> tuple[dict[str, str], Series]:
    """The type of each family, and each series as (time, value); fails where a line is neither."""
    families: dict[str, str] = {}
    series: Series = {}
    order: list[str] = []
    for line in text.removesuffix("# EOF\n").splitlines():
        if line.startswith("# TYPE "):
            _, _, family, kind = line.split(" ")
            assert family not in families
            families[family] = kind
        elif line.startswith("# "):
            assert line.split(" ")[2] == family
        else:
            found = SAMPLE.fullmatch(line)
            assert found, line
            assert found[1] in names_of(family, families[family])
            key = f"{found[1]}{{{found[2]}}}"
            series.setdefault(key, []).append((float(found[4]), float(found[3])))
            order.append(family + re.sub(r',(le|quantile)="[^"]*"', "", found[2]))
    # What belongs to one metric stands together.
    metrics = [key for key, _ in groupby(order)]
    assert len(metrics) == len(set(metrics))
    return families, series


def names_of(family: str, kind: str) -> set[str]:
    """The names that samples of a family may have."""
    endings = {
        "counter": ("_total",), "info": ("_info",), "gauge": ("",),
        "histogram": ("_bucket", "_count", "_sum"), "summary": ("", "_count", "_sum"),
    }  # fmt: skip
    return {family + each for each in endings[kind]}


def labels(key: str) -> dict[str, str]:
    """The labels of a series."""
    return dict(LABEL.findall(key))


def test_it_is_openmetrics(text: str) -> None:
    """Families are announced once and not mixed, times ascend, and it ends as it must."""
    families, series = read(text)
    assert text.endswith("\n# EOF\n")
    assert text.count("# EOF") == 1
    assert families == {n: m.kind for n, m in METRICS.items()}
    for points in series.values():
        assert all(one[0] < other[0] for one, other in pairwise(points))
        assert all(1704067200 <= moment <= 1704067230 for moment, _ in points)


def test_units_end_names(text: str) -> None:
    """A family with a unit says so, in its name too."""
    units = dict(re.findall(r"# UNIT (\S+) (\S+)", text))
    assert units == {name: each.unit for name, each in METRICS.items() if each.unit}
    assert all(name.endswith(f"_{unit}") for name, unit in units.items())


def test_labels_are_those_of_the_table(text: str) -> None:
    """Each sample has the documented labels, the run among them, and no others."""
    families, series = read(text)
    for key in series:
        name = key.partition("{")[0]
        family = next(each for each in families if name in names_of(each, families[each]))
        expected = {"run", *METRICS[family].labels} | ({"le"} if name == BUCKETS else set())
        if name.endswith(("_count", "_sum")):
            expected -= {"quantile"}
        assert set(labels(key)) == expected
        assert labels(key)["run"] == name_of(played().result)


def test_counters_begin_with_nothing_and_end_with_all(text: str) -> None:
    """They never fall; the last value is the sum of the series."""
    families, series = read(text)
    counters = {sample(each) for each, kind in families.items() if kind == "counter"}
    for key, points in series.items():
        if key.partition("{")[0] in counters:
            values = [value for _, value in points]
            assert values[0] == 0
            assert values[-1] > 0 or "_seconds_total" in key
            assert all(one <= other for one, other in pairwise(values))
    columns = played().result.series["traffic"].columns
    for traffic in ("shoppers", "buyers"):
        mine = [name == traffic for name in columns["name"]]
        found = {
            labels(key)["outcome"]: points[-1][1]
            for key, points in series.items()
            if key.startswith("aftershock_requests_total") and labels(key)["traffic"] == traffic
        }
        assert len(found) > 1
        for outcome, count in found.items():
            assert count == sum(columns[outcome][mine])


def test_histograms_add_up(text: str) -> None:
    """Buckets are cumulative, the last is everything, and everything is the usable answers."""
    _, series = read(text)
    ends: dict[str, list[tuple[float, float]]] = {}
    for key, points in series.items():
        if key.startswith(BUCKETS):
            of = labels(key)
            le = inf if of["le"] == "+Inf" else float(of["le"])
            ends.setdefault(of["traffic"], []).append((le, points[-1][1]))
    assert set(ends) == {"shoppers", "buyers"}
    columns = played().result.series["traffic"].columns
    for traffic, buckets in ends.items():
        counts = [count for _, count in sorted(buckets)]
        assert all(one <= other for one, other in pairwise(counts))
        mine = [name == traffic for name in columns["name"]]
        usable = sum(columns["ok"][mine])
        run = name_of(played().result)
        of = f'{{run="{run}",traffic="{traffic}"}}'
        assert (
            counts[-1] == usable == series[f"aftershock_request_duration_seconds_count{of}"][-1][1]
        )
        means, oks = columns["latency_mean"][mine], columns["ok"][mine]
        total = sum(mean * ok for mean, ok in zip(means, oks, strict=True) if ok)
        assert series[f"aftershock_request_duration_seconds_sum{of}"][-1][1] == pytest.approx(total)


def test_a_fault_is_on_from_its_start_to_its_end(text: str) -> None:
    """`aftershock_fault_active` is 1 in between, and 0 else."""
    _, series = read(text)
    found = {
        labels(key)["fault"]: dict(points) for key, points in series.items() if "_fault_" in key
    }
    on = {moment - EPOCH.timestamp() for moment, value in found["outage"].items() if value}
    assert on == {10.0, 11.0, 12.0, 13.0, 14.0}


def test_without_latencies_there_are_no_histograms() -> None:
    """A folder of an earlier version has no series of latencies, and yet its metrics are complete else."""
    result = played().result
    series = {kind: table for kind, table in result.series.items() if kind != "latency"}
    families, _ = read(text_of(replace(played(), result=replace(result, series=series))))
    assert set(METRICS) - set(families) == {"aftershock_request_duration_seconds"}


@pytest.mark.parametrize(
    ("simulated", "last"), [(30.0, 30.0), (29.4, 29.4), (29.0004, 29.0), (0.0, 0.001)]
)
def test_a_run_may_end_at_any_time(simulated: float, last: float) -> None:
    """The last interval of a run that was stopped is a short one; no moment comes twice."""
    result = replace(played().result, simulated=simulated)
    _, series = read(text_of(replace(played(), result=result)))
    for points in series.values():
        assert all(one[0] < other[0] for one, other in pairwise(points))
        assert points[-1][0] == pytest.approx(EPOCH.timestamp() + last, abs=1e-6)


def test_names_are_escaped() -> None:
    """What a name may hold does not end its label."""
    result = replace(played().result, scenario='a "quoted" \\ name\n')
    _, series = read(text_of(replace(played(), result=result)))
    info = next(key for key in series if key.startswith("aftershock_run_info"))
    assert r'scenario="a \"quoted\" \\ name\n"' in info


def ready(address: str) -> bool:
    """Whether a server answers, and does not say that it is still starting."""
    try:
        urlopen(address, timeout=5).close()
    except HTTPError as error:
        error.close()
        return False
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def ask(text: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """A real Prometheus with the run in it: the values that answer a query, at the end of the run."""
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "run.txt").write_text(text)
    (folder / "prometheus.yml").write_text("global: {}\n")
    subprocess.run(
        [
            "promtool",
            "tsdb",
            "create-blocks-from",
            "openmetrics",
            folder / "run.txt",
            folder / "data",
        ],
        check=True,
        capture_output=True,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        "--storage.tsdb.retention.time=100y",
        f"--web.listen-address={address}",
    ]

    def query(question: str) -> list[float]:
        asked = urlencode({"query": question, "time": EPOCH.timestamp() + 30})
        with urlopen(f"http://{address}/api/v1/query?{asked}", timeout=10) as answer:
            result = json.load(answer)["data"]["result"]
        return [float(each["value"][1]) for each in result]

    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(100):
                assert server.poll() is None, "prometheus has ended"
                if ready(f"http://{address}/-/ready"):
                    break
                time.sleep(0.2)
            else:
                pytest.fail("prometheus is not ready after twenty seconds")
            yield query
        finally:
            server.terminate()


@prometheus_is_there
def test_prometheus_finds_the_throughput(ask: Ask) -> None:
    """`rate` over the time after the warm-up is the throughput of the summary.

    That counts what started after the warm-up, and Prometheus what ended: a few requests differ.
    """
    result = played().result
    [found] = ask("sum(rate(aftershock_requests_total[25s]))")
    assert found == pytest.approx(result.total.throughput, rel=0.01)
    [good] = ask('sum(rate(aftershock_requests_total{outcome="ok",traffic="shoppers"}[25s]))')
    assert good == pytest.approx(result.traffic["shoppers"].outcomes["ok"] / 25.0, rel=0.01)
    [errors] = ask(
        'sum(increase(aftershock_service_attempts_total{service="bank",outcome!="ok"}[25s]))'
    )
    outcomes = result.services["bank"].outcomes
    assert errors == pytest.approx(sum(outcomes.values()) - outcomes["ok"], rel=0.02)


@prometheus_is_there
@pytest.mark.parametrize("traffic", ["shoppers", "buyers"])
def test_prometheus_finds_the_percentiles(ask: Ask, traffic: str) -> None:
    """`histogram_quantile` is within a bucket, a quarter at most, of the percentile of the summary."""
    for share in (0.5, 0.99):
        buckets = f'sum by (le) (rate({BUCKETS}{{traffic="{traffic}"}}[25s]))'
        [found] = ask(f"histogram_quantile({share}, {buckets})")
        latency = played().result.traffic[traffic].latency
        expected = latency.p50 if share == 0.5 else latency.p99
        assert found == pytest.approx(expected, rel=0.15)


@prometheus_is_there
def test_prometheus_finds_levels(ask: Ask) -> None:
    """Work, instances and faults are there as well."""
    result = played().result
    [work] = ask('sum(increase(aftershock_instance_work_seconds_total{service="bank"}[25s]))')
    assert work == pytest.approx(result.services["bank"].work, rel=0.01)
    [ready] = ask('avg_over_time(aftershock_service_ready_instances{service="stock"}[24s])')
    assert ready == pytest.approx(result.services["stock"].scaling.mean, rel=0.02)
    assert ask('max_over_time(aftershock_fault_active{fault="outage"}[30s])') == [1]
    assert ask("count(aftershock_run_info)") == [1]


@prometheus_is_there
def test_promtool_has_nothing_against_the_names(text: str) -> None:
    """`promtool check metrics` lints names, units and help texts.

    It reads the older text format, of which a moment's samples without `# UNIT` and `# EOF` are an
    example; there a counter has the name of its samples.
    """
    lines, last = [], text.rstrip().splitlines()[-2].split(" ")[-1]
    for line in text.splitlines():
        if line.startswith(("# TYPE", "# HELP")):
            _, word, family, rest = line.split(" ", 3)
            name = sample(family) if METRICS[family].kind in ("counter", "info") else family
            lines.append(f"# {word} {name} {'gauge' if rest == 'info' else rest}")
        elif line.endswith(f" {last}"):
            lines.append(line.rpartition(" ")[0])
    checked = subprocess.run(
        ["promtool", "check", "metrics"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def documented_queries() -> list[str]:
    """The queries of docs/exports.md."""
    page = DOCS.joinpath("exports.md").read_text().split("## Prometheus\n")[1].split("\n## ")[0]
    found = re.findall(r"^\| [^|`]+ \| `((?:[^`|]|\\\|)+)` \|$", page, re.MULTILINE)
    return [each.replace(r"\|", "|") for each in found]


@prometheus_is_there
def test_documented_queries_have_answers(ask: Ask) -> None:
    """Each query of the documentation finds something, and all of it is a number of a sane size."""
    queries = documented_queries()
    assert len(queries) >= 8
    for query in queries:
        found = ask(query)
        assert found, query
        assert all(0 <= each < 1000 for each in found), query
