"""`aftershock report`."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from in_process import called
from made_results import played
from stored_results import stored_comparison, stored_run

from reports.documents.reproduce import changed, of_comparison, of_run
from reports.stored import read_comparison


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run."""
    return stored_run(tmp_path_factory.mktemp("report"))


@pytest.fixture(autouse=True)
def _without_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts take seconds, and have tests of their own."""
    monkeypatch.setattr("reports.documents.pictures.KINDS", {})


@pytest.mark.parametrize(
    ("words", "name", "begin"),
    [
        (["-o", "a.md"], "a.md", "## "),
        (["-o", "a.XML"], "a.XML", "<?xml"),
        (["-o", "a.html"], "a.html", "<!DOCTYPE html>"),
        (["-o", "summary", "--format", "md"], "summary", "## "),
        (["-o", "odd.html", "-f", "junit"], "odd.html", "<?xml"),
        (["-f", "junit"], "report.xml", "<?xml"),
        (["-f", "md"], "report.md", "## "),
    ],
)
def test_formats(words: list[str], name: str, begin: str, run: Path, tmp_path: Path) -> None:
    """The format is the one that was asked for, or else that of the name; the file's name is printed."""
    found = called("report", str(run), *words, folder=tmp_path)
    assert (found.returncode, found.stdout, found.stderr) == (0, f"{name}\n", "")
    assert (tmp_path / name).read_text("utf-8").startswith(begin)
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_comparison(tmp_path: Path) -> None:
    """A comparison has a report, too."""
    folder = stored_comparison(tmp_path)
    out = tmp_path / "report.md"
    assert called("report", str(folder), "-o", str(out)).returncode == 0
    assert "comparison" in out.read_text("utf-8")


def test_what_a_report_says_to_type(run: Path, tmp_path: Path) -> None:
    """The commands that a report shows give the same run, a changed one, and the same comparison."""
    (tmp_path / "scenario.yaml").write_text((run / "scenario.yaml").read_text("utf-8"), "utf-8")

    def typed(command: str, folder: Path) -> dict[str, Any]:
        found = called(*shlex.split(command)[1:], "--json", folder=folder)
        assert found.returncode in (0, 1), found.stderr
        answer: dict[str, Any] = json.loads(found.stdout)
        return answer

    assert typed(of_run(played()), tmp_path)["digest"] == played().digest
    assert typed(changed(played()), tmp_path)["digest"] != played().digest
    stored = read_comparison(stored_comparison(tmp_path))
    again = typed(f"{of_comparison(stored)} --jobs 1", stored.folder)
    assert again["baseline"] == stored.comparison.baseline
    wanted = stored.comparison.to_json()["candidates"]
    assert again["candidates"] == json.loads(json.dumps(wanted))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "a.pdf"], "a.pdf: reports are not written as `.pdf`; expected "),
        (["-o", "a.htm"], "a.htm: reports are not written as `.htm`; did you mean `.html`?"),
        (["-o", "a"], "a: reports are not written as a name without an ending; expected "),
        (["-f", "junt"], "--format junt: there is no such format; did you mean `junit`?"),
        (["-o", "none/a.md"], "none/a.md: there is no folder "),
        (["-o", "folder.md"], "folder.md: a folder, not a file"),
    ],
)
def test_mistakes(words: list[str], said: str, run: Path, tmp_path: Path) -> None:
    """One message, status 2, and no file."""
    (tmp_path / "folder.md").mkdir()
    found = called("report", str(run), *words, folder=tmp_path)
    assert found.returncode == 2
    assert found.stderr.startswith(said)
    assert len(found.stderr.splitlines()) == 1
    assert found.stdout == ""
    assert [each.name for each in tmp_path.iterdir()] == ["folder.md"]


def test_folders_without_a_result(run: Path, tmp_path: Path) -> None:
    """A folder that is not there, foreign, unfinished or damaged is told, and nothing is written."""
    damaged = stored_run(tmp_path)
    result = json.loads((damaged / "result.json").read_text("utf-8"))
    (tmp_path / "foreign").mkdir()
    out = tmp_path / "a.md"

    def said(folder: Path) -> str:
        found = called("report", str(folder), "-o", str(out))
        assert found.returncode == 2 and not out.exists()
        return found.stderr

    assert "there is no such folder" in said(tmp_path / "nowhere")
    assert "no result.json in it" in said(tmp_path / "foreign")
    (damaged / "traces.json").unlink()
    assert "traces.json: missing" in said(damaged)
    (damaged / "result.json").write_text(json.dumps({**result, "total": 3}), "utf-8")
    assert "damaged: `total`" in said(damaged)
    (damaged / "result.json").write_text("{", "utf-8")
    assert "damaged" in said(damaged)
