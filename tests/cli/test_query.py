"""`aftershock query`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from in_process import called
from store_runs import leave


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs, and one that is damaged."""
    folder = tmp_path_factory.mktemp("kept")
    leave(folder / "one", "duration=20s", seed=1)
    leave(folder / "two", "duration=20s", seed=2)
    shutil.copytree(folder / "one", folder / "spoiled")
    (folder / "spoiled" / "series-traffic.parquet").write_text("no longer")
    return folder


def test_answers_as_table_csv_and_json(kept: Path) -> None:
    question = "select run, seed from runs order by run"
    table = called("query", question, folder=kept)
    assert table.returncode == 0
    assert "2 rows" in table.stdout
    assert "left out: spoiled/series-traffic.parquet: damaged" in table.stderr
    assert called("query", question, "--csv", folder=kept).stdout == (
        '"run","seed"\n"one",1\n"two",2\n'
    )
    rows = json.loads(called("query", question, "--json", "--in", str(kept)).stdout)
    assert rows == [{"run": "one", "seed": 1}, {"run": "two", "seed": 2}]


def test_rows_too_wide_for_the_terminal_stand_one_below_the_other(kept: Path) -> None:
    said = called("query", "select * from runs order by run", folder=kept, columns=80).stdout
    lines = [line.split() for line in said.splitlines()]
    assert ["run", "one"] in lines
    assert ["run", "two"] in lines
    assert ["cost_per_hour", "-"] in lines
    wide = called("query", "select * from runs order by run", folder=kept, columns=400).stdout
    assert wide.splitlines()[1].split()[:3] == ["run", "folder", "scenario"]


def test_the_same_question_has_the_same_bytes(kept: Path) -> None:
    question = "select name, count(*), avg(latency_p99) from series_traffic group by all"
    first, second = (called("query", question, "--json", folder=kept).stdout for _ in range(2))
    assert first == second


def test_tables_are_listed(tmp_path: Path) -> None:
    done = called("query", "--tables", folder=tmp_path)
    assert done.returncode == 0
    assert "series_gauge: " in done.stdout
    assert "availability" in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["select * from run"], "did you mean `runs`?"),
        (["drop table runs"], "expected a SELECT"),
        ([], "expected a SELECT in SQL, or `--tables`"),
        (["select 1", "--csv", "--json"], "--csv --json: expected one of them"),
        (["select 1", "--tables"], "--tables: lists them as text"),
        (["select 1", "--in", "one/none"], "there is no such folder"),
    ],
)
def test_mistakes(kept: Path, words: list[str], told: str) -> None:
    done = called("query", *words, folder=kept)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stdout == ""


def test_a_folder_without_runs(tmp_path: Path) -> None:
    done = called("query", "select 1", folder=tmp_path)
    assert done.returncode == 2
    assert "no whole run in it; `aftershock run SCENARIO --out FOLDER` leaves one" in done.stderr
