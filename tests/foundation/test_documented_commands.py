"""The commands that README and docs show really run, page by page, in the order of the page."""

from __future__ import annotations

import contextlib
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from cli.main import main
from simulator.experiment import comparison
from simulator.scenario.text import bundled

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMAND = f'aftershock() {{ "{sys.executable}" -c "from cli.main import main; main()" "$@"; }}'
SHELL = set("|&;<>$`*~")
"""What only a shell understands."""


def commands(page: Path) -> list[str]:
    """Every line `$ ...` in the console blocks of a page."""
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def promised() -> dict[tuple[str, ...], int]:
    """How the commands end that the heads of bundled scenarios promise, which have tests of their own."""
    found = {}
    for name, file in bundled().items():
        found["aftershock", "run", name] = 0
        head = file.read_text("utf-8").split("scenario: ", 1)[0].replace(" \\\n#      ", "")
        for command, verdict in re.findall(r"#   (aftershock run .*)\n#\s+# (PASS|FAIL)", head):
            found[tuple(shlex.split(command))] = 0 if verdict == "PASS" else 1
    return found


PROMISED = promised()
compare = comparison.compare


def compared(*candidates: Any, replications: int, **options: Any) -> comparison.Comparison:
    """A comparison in this process, of two runs of each: how many more there are changes only figures."""
    briefly = {"replications": min(2, replications), "most": 2, "jobs": 1}
    return compare(*candidates, **{**options, **briefly})


def status_of(line: str, folder: Path) -> tuple[int, str]:
    """How a command ends, and what it says of that: in this process if it needs no shell.

    Of a dashboard everything happens but that it is shown. Comparisons, whose figures decide nothing
    of how they end, are `compared`. What `scenarios/test_bundled.py` plays, and holds to its promise,
    is not played again.
    """
    words = shlex.split(line, comments=True)
    if tuple(words) in PROMISED:
        return PROMISED[tuple(words)], ""
    if words[0] != "aftershock" or SHELL & set("".join(words)):
        found = subprocess.run(
            ["bash", "-c", f"{COMMAND}\n{line}"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return found.returncode, found.stderr
    said = StringIO()
    with (
        contextlib.chdir(folder),
        patch.object(sys, "argv", words),
        patch("cli.live.need_terminal"),
        patch("cli.live._watch", return_value=0),
        patch("cli.site.Site.serve"),
        patch.object(comparison, "compare", compared),
        redirect_stdout(StringIO()),
        redirect_stderr(said),
    ):
        try:
            main()
        except SystemExit as end:
            return int(end.code or 0), said.getvalue()
    return 0, said.getvalue()


@pytest.mark.parametrize("page", [each for each in PAGES if commands(each)], ids=lambda p: p.name)
def test_documented_commands(page: Path, tmp_path: Path) -> None:
    """A documented command ends with status 0, or with N where the page says `# exits N`."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for line in commands(page):
        if line.startswith("make "):
            assert line.split()[1] in targets
        elif not line.startswith("aftershock theory"):  # takes minutes, and has tests of its own
            wanted = re.search(r"# exits (\d+)", line)
            status, said = status_of(line, tmp_path)
            assert status == (int(wanted[1]) if wanted else 0), f"{line}\n{said}"
