"""Writing a file: whole or not at all, and nothing else harmed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from simulator.live.files import write_text
from simulator.live.refused import Refused


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_is_no_plain_file_stays_what_it_is(tmp_path: Path) -> None:
    """A device or a pipe has no content that could be replaced: it would be gone itself."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(Refused, match="pipe: not a plain file"):
        write_text(pipe, "text", replace=True)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize(
    "path",
    ["nowhere/x.yaml", "x\0y.yaml", "~nobody-of-that-name/x.yaml", "a" * 300, "plain.txt/x.yaml"],
    ids=["no folder", "NUL", "no home", "too long", "a file as a folder"],
)
def test_a_path_that_is_none_is_refused_in_words(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plain.txt").write_text("kept", "utf-8")
    with pytest.raises(Refused, match=r"cannot be written: .+"):
        write_text(Path(path), "text", replace=True)
    assert [each.name for each in tmp_path.iterdir()] == ["plain.txt"]


def test_what_cannot_be_written_to_its_end_leaves_nothing(tmp_path: Path) -> None:
    """Not even the beginning of it, under another name."""
    path = tmp_path / "x.yaml"
    write_text(path, "before", replace=False)
    with pytest.raises(Refused, match="cannot be written"):
        write_text(path, "a lone surrogate: \ud800", replace=True)
    assert path.read_text("utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]
