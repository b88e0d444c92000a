"""Every notebook runs from top to bottom in a kernel of its own, and judges right and wrong answers."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("e[ns]/*.ipynb"))


def said(cell: NotebookNode) -> str:
    """All Markdown that a cell has shown."""
    shown = [each.data for each in cell.outputs if each.output_type == "display_data"]
    return "\n".join(each["text/markdown"] for each in shown if "text/markdown" in each)


def answered(cell: NotebookNode, answer: str) -> NotebookNode:
    """The same question with an answer."""
    copy = deepcopy(cell)
    copy.source = cell.source.replace("= None", f"= {answer}", 1)
    copy.id = f"{cell.id}-{len(answer)}-{'right' if answer == cell.metadata.right else 'wrong'}"
    return copy


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_runs(
    path: Path, build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it is, without an error; and each of its questions knows a right answer from a wrong one."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    notebook = nbformat.read(path, as_version=4)
    lesson = next(
        each
        for each in build.lessons()
        if build.notebook_path(each, path.parent.name).name == path.name
    )
    source = build.source_cells(lesson, path.parent.name)
    questions, cells = [], []
    for cell, written in zip(notebook.cells, source, strict=True):
        cells.append(cell)
        assert ("lesson.check(" in cell.source) == ("answer" in cell.metadata.get("tags", []))
        if "answer" in cell.metadata.get("tags", []):
            assert cell.source.split("\n")[0].endswith("= None")
            cell.metadata.update(written.metadata)
            wrong, right = (answered(cell, written.metadata[each]) for each in ("wrong", "right"))
            questions.append((cell, wrong, right))
            cells += [wrong, right]
    assert questions, "a lesson asks something"
    notebook.cells = cells

    NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()

    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.get("name") != "stderr" or "font cache" in output.text, output.text
    for cell, wrong, right in questions:
        assert said(cell).startswith("✎"), said(cell)
        assert said(wrong).splitlines()[-1].startswith("✗"), said(wrong)
        assert said(right).splitlines()[-1].startswith("✓"), said(right)
