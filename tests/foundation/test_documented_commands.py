"""The commands that README and docs show really run, page by page, in the order of the page."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMAND = f'aftershock() {{ "{sys.executable}" -c "from cli.main import main; main()" "$@"; }}'


def commands(page: Path) -> list[str]:
    """Every line `$ ...` in the console blocks of a page."""
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


@pytest.mark.parametrize("page", [each for each in PAGES if commands(each)], ids=lambda p: p.name)
def test_documented_commands(page: Path, tmp_path: Path) -> None:
    """A documented command ends with status 0, or with N where the page says `# exits N`."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for line in commands(page):
        if line.startswith("make "):
            assert line.split()[1] in targets
        elif not line.startswith("aftershock theory"):  # takes minutes, and has tests of its own
            found = subprocess.run(
                ["bash", "-c", f"{COMMAND}\n{line}"],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            status = re.search(r"# exits (\d+)", line)
            assert found.returncode == (int(status[1]) if status else 0), f"{line}\n{found.stderr}"
