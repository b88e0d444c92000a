"""What gets loaded, and what must not be."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after `code`."""
    script = (
        f"{code}\nimport sys; print(' '.join(sorted({{n.split('.')[0] for n in sys.modules}})))"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(found.stdout.splitlines()[-1].split())


def test_the_simulator_knows_no_terminal() -> None:
    """Running a scenario loads no textual, rich, matplotlib or typer."""
    code = (
        "from simulator.scenario import load\nfrom simulator.experiment.run import simulate\n"
        "simulate(load('mm4', ['duration=1s', 'warmup=0s']).scenario)"
    )
    assert not loaded_by(code) & {"textual", "rich", "matplotlib", "typer"}


@pytest.mark.parametrize("words", [["--help"], ["check", "mm4"], ["list"], ["schema"]])
def test_light_commands_load_nothing_heavy(words: list[str]) -> None:
    """Help and checks start at once: no numpy, SimPy, pyarrow, matplotlib or Textual."""
    code = (
        "import sys\nfrom cli.main import main\n"
        f"sys.argv = ['aftershock', *{words!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass"
    )
    assert not loaded_by(code) & {"numpy", "simpy", "pyarrow", "matplotlib", "textual", "scipy"}


def test_every_dependency_is_explained() -> None:
    """docs/dependencies.md has a reason for each package that is installed, and for no other."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {line.split(">")[0].split("[")[0].strip() for line in project["dependencies"]}
    page = (ROOT / "docs" / "dependencies.md").read_text()
    explained = {
        line.split("|")[1].strip()
        for line in page.splitlines()
        if line.startswith("| ") and not line.startswith("| package")
    }
    assert explained == declared
