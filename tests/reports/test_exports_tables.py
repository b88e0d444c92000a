"""A run as tables: what DuckDB finds in the files, and what the documentation says of them."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import duckdb
import pyarrow.parquet
import pytest
from exported import played

from reports.exports import fill
from reports.exports.tables import SERIES, SERIES_COLUMNS, TABLES

DOCS = Path(__file__).parents[2] / "docs"
WORDS = {"text": "VARCHAR", "whole": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same run as CSV and as Parquet."""
    found = {name: tmp_path_factory.mktemp(name) for name in ("csv", "parquet")}
    for name, folder in found.items():
        fill(name, played(), folder)
    return found


def documented() -> dict[str, list[tuple[str, str, str]]]:
    """Columns of each table of the summary with types and units, as docs/export-reference.md has them."""
    page = (
        (DOCS / "export-reference.md").read_text().split("## Tables\n")[1].split("## Series\n")[0]
    )
    parts = re.split(r"^### (\S+)$", page, flags=re.MULTILINE)[1:]
    return {
        name: re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]*?) ?\|", part, re.MULTILINE)
        for name, part in zip(parts[::2], parts[1::2], strict=True)
    }


def test_the_reference_is_of_today() -> None:
    """docs/export-reference.md is what docs/make_export_reference.py writes today."""
    script = runpy.run_path(str(DOCS / "make_export_reference.py"))
    assert (DOCS / "export-reference.md").read_text() == script["reference"]()


def test_parquet_has_the_columns_and_units_that_are_documented(folders: dict[str, Path]) -> None:
    """DuckDB finds each documented column with its type, and its unit in the metadata."""
    tables = documented()
    assert set(tables) == set(TABLES)
    for name, columns in tables.items():
        file = folders["parquet"] / f"{name}.parquet"
        found = duckdb.sql(f"DESCRIBE SELECT * FROM '{file}'").fetchall()
        assert [each[:2] for each in found] == [(title, WORDS[kind]) for title, kind, _ in columns]
        schema = pyarrow.parquet.read_schema(file)
        units = [(each.metadata or {}).get(b"unit", b"").decode() for each in schema]
        assert units == [unit for _, _, unit in columns]


def test_csv_holds_the_same_as_parquet(folders: dict[str, Path]) -> None:
    """Both have the same rows, in the same order."""
    names = sorted(each.stem for each in folders["parquet"].glob("*.parquet"))
    assert names == sorted(each.stem for each in folders["csv"].glob("*.csv"))
    for name in names:
        parquet = duckdb.sql(f"SELECT * FROM '{folders['parquet'] / name}.parquet'")
        types = dict(zip(parquet.columns, map(str, parquet.types), strict=True))
        csv = duckdb.sql(
            f"SELECT * FROM read_csv('{folders['csv'] / name}.csv', header=true, columns={types})"
        )
        assert str(csv.fetchall()) == str(parquet.fetchall()), name


def test_the_figures_are_those_of_the_result(folders: dict[str, Path]) -> None:
    """Questions in SQL have the answers of the result."""
    result, folder = played().result, folders["parquet"]

    def asked(question: str) -> list[tuple[object, ...]]:
        return duckdb.sql(re.sub(r"@([\w-]+)", rf"'{folder}/\1.parquet'", question)).fetchall()

    total = "SELECT finished, throughput, latency_p99 FROM @traffic WHERE level = 'total'"
    expected = (result.total.finished, result.total.throughput, result.total.latency.p99)
    assert asked(total) == [expected]
    by_outcome = "SELECT outcome, sum(count) FROM @outcomes WHERE level = 'traffic' GROUP BY ALL"
    assert dict(asked(by_outcome)) == dict(result.total.outcomes)
    assert asked("SELECT instance, attempts FROM @instances WHERE service = 'web'") == [
        (name, each.attempts) for name, each in result.services["web"].instances.items()
    ]
    assert asked("SELECT name, start, targets FROM @faults") == [
        (each.name, each.start, ", ".join(each.targets)) for each in result.faults
    ]
    assert asked("SELECT met FROM @expectations") == [(each.met,) for each in result.expectations]
    assert asked("SELECT count(*), sum(lost) FROM @deaths") == [(1, result.deaths[0].lost)]
    assert asked("SELECT service FROM @services WHERE scaling_most > 0") == [("stock",)]
    assert asked("SELECT name, cost FROM @costs") == [("web", result.cost.services["web"])]
    assert asked("SELECT name, bad FROM @slos") == [("shopping", result.slos["shopping"].bad)]
    joined = "SELECT count(*) FROM @spans JOIN @traces USING (traffic, request)"
    assert asked(joined) == [(sum(len(each.spans) for each in result.traces),)]
    finished = sum(result.series["traffic"].columns["finished"])
    assert asked("SELECT sum(finished) FROM @series-traffic") == [(finished,)]


def test_everything_is_described(folders: dict[str, Path]) -> None:
    """`datapackage.json` names every file, every column with its meaning, and its unit."""
    for form, folder in folders.items():
        package = json.loads((folder / "datapackage.json").read_text())
        listed = {each["path"]: each for each in package["resources"]}
        assert set(listed) == {each.name for each in folder.iterdir()} - {"datapackage.json"}
        for path, resource in listed.items():
            names = [each["name"] for each in resource["schema"]["fields"]]
            assert names == duckdb.sql(f"SELECT * FROM '{folder / path}'").columns
            assert all(each["description"] for each in resource["schema"]["fields"])
        series = listed[f"series-gauge.{form}"]["schema"]["fields"]
        assert {each["name"]: each.get("unit") for each in series}["cores_used"] == "cores"


def test_every_series_is_explained() -> None:
    """No kind of series and no column of one lacks a meaning."""
    series = played().result.series
    assert set(series) <= set(SERIES)
    assert {column for each in series.values() for column in each.columns} <= set(SERIES_COLUMNS)


def test_the_same_run_gives_the_same_bytes(folders: dict[str, Path], tmp_path: Path) -> None:
    """Nothing in the files comes from elsewhere than from the run."""
    for form, folder in folders.items():
        again = tmp_path / form
        again.mkdir()
        fill(form, played(), again)
        for file in folder.iterdir():
            assert (again / file.name).read_bytes() == file.read_bytes()


def test_documented_questions_have_answers(
    folders: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The SQL of docs/exports.md runs in a folder with the export in it, and finds something."""
    (tmp_path / "parquet").symlink_to(folders["parquet"])
    monkeypatch.chdir(tmp_path)
    [block] = re.findall(r"```sql\n(.*?)```", (DOCS / "exports.md").read_text(), re.DOTALL)
    questions = [each for each in block.split(";") if each.strip()]
    assert len(questions) == 3
    for question in questions:
        assert duckdb.sql(question).fetchall(), question
