"""The commands that README and docs show really run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUN = "from cli.main import main; main()"


def commands() -> list[tuple[str, str]]:
    """Every line `$ ...` in a console block, with its page."""
    found = []
    for page in PAGES:
        for block in re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL):
            found += [(page.name, line[2:]) for line in block.splitlines() if line.startswith("$ ")]
    return found


@pytest.mark.parametrize(("page", "line"), commands())
def test_documented_command(page: str, line: str, tmp_path: Path) -> None:
    """A documented command ends with status 0, or with N where the page says `# exits N`."""
    words = shlex.split(line, comments=True)
    status = re.search(r"# exits (\d+)", line)
    if words[0] == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        assert words[1] in targets
        return
    if words[0] != "aftershock":
        pytest.skip("not a command of ours")
    if words[1] == "theory":
        pytest.skip("takes minutes; the theory tests play the same models")
    script = tmp_path / "scenario.yaml"
    subprocess.run([sys.executable, "-c", RUN, "init", str(script)], check=True, cwd=tmp_path)
    found = subprocess.run(
        [sys.executable, "-c", RUN, *words[1:], *(["--force"] if words[1] == "init" else [])],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == (int(status[1]) if status else 0), found.stderr
