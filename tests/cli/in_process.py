"""`aftershock` called in the process of the tests, by the words that one would type.

A process of its own spends a second or two on imports. Only what is about processes needs that: signals,
pipes, terminals, workers, and that nothing but the command itself prints or stays.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from cli.main import main


def called(
    *words: str, folder: Path | None = None, columns: int = 100
) -> subprocess.CompletedProcess[str]:
    """Call a command: how it ends, and what it prints. An exception that is not told goes through."""
    said, told = StringIO(), StringIO()
    status = 0
    with (
        contextlib.chdir(folder or Path.cwd()),
        patch.object(sys, "argv", ["aftershock", *words]),
        patch.dict(os.environ, {"COLUMNS": str(columns)}),
        redirect_stdout(said),
        redirect_stderr(told),
    ):
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
    return subprocess.CompletedProcess(words, status, said.getvalue(), told.getvalue())
