"""Figures in words, and results as files."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet
import pytest

from reports import export
from reports.export import write_result
from reports.quantity import count, digits, rate, seconds, share
from reports.tables.log import together, who
from simulator.experiment.result import LogEntry, Result
from simulator.experiment.run import simulate
from simulator.scenario import load


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0.0, "0 s"),
        (0.0000004, "400 ns"),
        (0.00085, "850 us"),
        (0.0009999, "1.00 ms"),
        (0.0123, "12.3 ms"),
        (4.5612, "4.56 s"),
        (600.0, "600 s"),
    ],
)
def test_seconds(value: float | None, text: str) -> None:
    """A time has the unit that fits and three digits."""
    assert seconds(value) == text


def test_shares_are_not_rounded_to_all_or_nothing() -> None:
    """Almost all is not all, and almost nothing is not nothing."""
    assert share(1.0) == "100 %"
    assert share(0.99999) == ">99.99 %"
    assert share(0.9995) == "99.95 %"
    assert share(0.00001) == "<0.01 %"
    assert share(0.0) == "0 %"
    assert share(None) == "-"


def test_counts_and_rates() -> None:
    """Thousands are marked; small numbers keep three digits."""
    assert count(1234567) == "1,234,567"
    assert rate(1204.4) == "1,204/s"
    assert rate(0.5234) == "0.523/s"
    assert digits(0.0001) == "<0.001"


@pytest.fixture(scope="module")
def result() -> Result:
    """A short real run."""
    loaded = load("mm4", ["duration=20s", "warmup=0s"])
    return simulate(loaded.scenario)


def test_series_have_units(result: Result, tmp_path: Path) -> None:
    """Every column of a Parquet file says its unit."""
    write_result(result, "scenario: x\n", tmp_path / "out")
    schema = pyarrow.parquet.read_schema(tmp_path / "out" / "series-service.parquet")
    assert schema.field("latency_p99").metadata == {b"unit": b"s"}
    for kind in result.series:
        schema = pyarrow.parquet.read_schema(tmp_path / "out" / f"series-{kind}.parquet")
        for name in schema.names:
            assert name == "name" or b"unit" in schema.field(name).metadata


def test_a_failure_in_the_middle_leaves_the_old_result(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a file cannot be written, the folder is as it was and nothing lies beside it."""
    write_result(result, "scenario: old\n", tmp_path / "out")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export, "_sync", full)
    with pytest.raises(export.ExportError, match="No space left on device"):
        write_result(result, "scenario: new\n", tmp_path / "out")
    assert (tmp_path / "out" / "scenario.yaml").read_text() == "scenario: old\n"
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_instances_that_come_together_stand_in_one_row() -> None:
    """Within a second, of one service, and if nothing else happened between."""
    log = [
        LogEntry(1.0, "instance", "shop-1", "up"),
        LogEntry(1.5, "instance", "shop-2", "up"),
        LogEntry(2.1, "instance", "shop-3", "up"),
        LogEntry(2.1, "instance", "pay-1", "up"),
        LogEntry(2.1, "scale", "shop", "1 to 3: hpa"),
        LogEntry(2.2, "scale", "shop", "1 to 3: hpa"),
        LogEntry(2.2, "instance", "pay-2", "up"),
    ]
    groups = together(log)
    assert [who(each) for each in groups] == [
        "2 of shop",
        "shop-3",
        "pay-1",
        "shop",
        "shop",
        "pay-2",
    ]
