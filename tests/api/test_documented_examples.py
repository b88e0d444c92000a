"""The examples of docs/python.md run, in the order of the page, and print what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "python.md"


def blocks() -> list[str]:
    """Every block of Python on the page."""
    return re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_the_examples_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "page"}
    found = blocks()
    assert len(found) >= 8
    for number, block in enumerate(found, 1):
        exec(compile(block, f"{PAGE.name}, block {number}", "exec"), names)
    said = capsys.readouterr().out
    shown = re.findall(
        r"```python\n[^`]*print\(error\)\n```\n\n```\n(.*?)```", PAGE.read_text(), re.DOTALL
    )
    assert len(shown) == 1
    assert shown[0] in said
    assert "<Run of online-store, seed 7:" in said
    assert {path.name for path in tmp_path.iterdir()} == {"overview.svg", "bigger.yaml", "runs"}
