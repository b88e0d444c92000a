"""Questions in SQL to many runs: right answers, and nothing but answers."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from pathlib import Path

import pyarrow as pa
import pytest
from store_runs import play

from reports.exports.tables import tables
from reports.store.answers import as_csv, as_json, tables_list
from reports.store.database import ask
from reports.store.find import StoreError
from reports.store.views import VIEWS
from reports.stored import StoredRun

PAGE = Path(__file__).parents[2] / "docs" / "runs.md"


@pytest.fixture(scope="module")
def runs() -> dict[str, StoredRun]:
    """Two runs; only the second has failures."""
    late = play("traffic.users.timeout=30ms", "duration=20s", folder=Path("b"), seed=2)
    return {"a": play("duration=20s", folder=Path("a")), "b": late}


def test_every_run_is_a_row_with_its_headline_figures(runs: dict[str, StoredRun]) -> None:
    rows = ask("select * from runs order by run", runs).to_pylist()
    assert [row["run"] for row in rows] == ["a", "b"]
    for row in rows:
        result = runs[row["run"]].result
        assert row["folder"] == row["run"]
        assert row["digest"] == result.digest
        assert row["seed"] == result.seed
        assert row["verdict"] == result.verdict
        assert row["availability"] == result.total.availability
        assert row["goodput"] == result.total.goodput
        assert row["p999"] == result.total.latency.p999
        assert row["cost_per_hour"] is None


@pytest.mark.parametrize("name", [name for name in VIEWS if name != "runs"])
def test_a_table_has_the_rows_of_all_runs(runs: dict[str, StoredRun], name: str) -> None:
    """Each as the export has it, with the run in front."""
    (found,) = ask(f"select count(*) as n, count(run) as named from {name}", runs).to_pylist()
    exported = [
        len(table)
        for run in runs.values()
        for title, table in tables(run.result)
        if title.replace("-", "_") == name
    ]
    assert found["n"] == found["named"] == sum(exported)
    if name in ("traffic", "services", "spans", "series_traffic", "series_gauge", "series_latency"):
        assert found["n"] > 0


def test_an_outcome_that_did_not_occur_in_a_run_is_nought(runs: dict[str, StoredRun]) -> None:
    question = """
        select run, sum(finished) - sum(ok) as failed, sum(timeout) as late
        from series_traffic group by run order by run
    """
    one, two = ask(question, runs).to_pylist()
    assert (one["failed"], one["late"]) == (0, 0)
    assert two["late"] == two["failed"] > 0


def test_tables_can_be_joined(runs: dict[str, StoredRun]) -> None:
    question = """
        select seed, utilization from runs join services using (run)
        where service = 'web' order by seed
    """
    found = [row["utilization"] for row in ask(question, runs).to_pylist()]
    assert found == [run.result.services["web"].utilization for run in runs.values()]


def test_the_series_of_every_kind_are_known(runs: dict[str, StoredRun]) -> None:
    """A new column of a series would be missing here, and is noticed."""
    for run in runs.values():
        for title, table in tables(run.result):
            known = {
                each.name for each in VIEWS.get(title.replace("-", "_"), VIEWS["runs"]).columns
            }
            assert set(table.column_names) <= known, title


@pytest.mark.parametrize(
    "question",
    [
        "create table x as select 1",
        "drop view runs",
        "delete from runs",
        "copy runs to 'out.csv'",
        "attach 'other.db'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "pragma version",
        "export database 'there'",
    ],
)
def test_what_is_no_question_is_refused(runs: dict[str, StoredRun], question: str) -> None:
    with pytest.raises(StoreError, match=r"^expected a SELECT, which changes nothing; found "):
        ask(question, runs)


@pytest.mark.parametrize(
    "question",
    [
        "select * from read_csv('{file}')",
        "select * from read_text('{file}')",
        "select * from '{file}'",
        "select * from glob('{file}')",
        "select * from parquet_metadata('{file}')",
    ],
)
def test_no_other_file_is_read(runs: dict[str, StoredRun], tmp_path: Path, question: str) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("word\nsecret\n")
    with pytest.raises(StoreError) as caught:
        ask(question.format(file=file), runs)
    assert re.search("disabled by configuration|does not exist", str(caught.value))


def test_variables_of_this_program_are_no_tables(runs: dict[str, StoredRun]) -> None:
    mine = pa.table({"x": [1]})
    assert len(mine) == 1
    with pytest.raises(StoreError, match=r"mine does not exist"):
        ask("select * from mine", runs)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("select * from run", "Table with name run does not exist; did you mean `runs`?"),
        ("select * from serie_gauge", "; did you mean `series_gauge`?"),
        ("select avalability from runs", "; did you mean `availability`?"),
        ("select p99 frm runs", "syntax error"),
        ("select medan(p99) from runs", "medan does not exist"),
        ("select 1; select 2", "expected one SELECT, found 2 statements"),
        ("", "expected one SELECT, found no statements"),
        ("select scenario + 1 from runs", "No function matches"),
    ],
)
def test_a_mistake_is_told_in_one_line(
    runs: dict[str, StoredRun], question: str, told: str
) -> None:
    with pytest.raises(StoreError) as caught:
        ask(question, runs)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


def test_answers_as_json_and_csv(runs: dict[str, StoredRun]) -> None:
    question = """
        select 'a "b", c' as text, null as nothing, 'nan'::double as nan, true as yes, sum(seed) as sum,
            avg(seed) as mean, [1, 2] as list from runs
    """
    answer = ask(question, runs)
    wanted = {
        "text": 'a "b", c',
        "nothing": None,
        "nan": None,
        "yes": True,
        "sum": 3,
        "mean": 1.5,
        "list": [1, 2],
    }
    assert json.loads(as_json(answer)) == [wanted]
    (row,) = csv.DictReader(StringIO(as_csv(answer)))
    assert row["text"] == 'a "b", c'
    assert (row["nothing"], row["yes"], row["sum"], row["mean"]) == ("", "true", "3", "1.5")
    assert json.loads(row["list"]) == [1, 2]


def test_no_rows_are_an_empty_array_and_a_heading(runs: dict[str, StoredRun]) -> None:
    answer = ask("select run, p99 from runs where seed = 99", runs)
    assert json.loads(as_json(answer)) == []
    assert as_csv(answer).splitlines() == ['"run","p99"']


def test_two_columns_of_the_same_name(runs: dict[str, StoredRun]) -> None:
    answer = ask("select seed, seed from runs order by seed", runs)
    assert [row.split(",") for row in as_csv(answer).splitlines()[1:]] == [["1", "1"], ["2", "2"]]


def documented() -> dict[str, list[tuple[str, str]]]:
    """By view, the columns that the page names, with their units."""
    found = {}
    for name, columns in re.findall(
        r"^\| `(\w+)` \| [^|]* \| (.*) \|$", PAGE.read_text("utf-8"), re.M
    ):
        found[name] = re.findall(r"`(\w+)`(?: \(([^)]*)\))?", columns)
    return found


def test_the_page_names_every_column_and_its_unit() -> None:
    wanted = {
        name: [(each.name, each.unit) for each in view.columns] for name, view in VIEWS.items()
    }
    page = documented()
    assert list(page) == list(wanted)
    for name, columns in wanted.items():
        assert page[name] == columns[1:] if name != "runs" else page[name] == columns, name


def test_the_list_of_tables_has_every_column() -> None:
    said = tables_list()
    for name, view in VIEWS.items():
        assert f"{name}: {view.about}\n" in said
        for each in view.columns:
            assert re.search(rf"^  {each.name} +{each.kind}\b", said, re.M)
