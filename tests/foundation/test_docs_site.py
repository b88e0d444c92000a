"""The documentation as a site: every page has a place, and every command, key, policy and fault a page."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from cli.main import app
from simulator.scenario.faults.kinds import FAULTS
from simulator.scenario.guards.catalogue import POLICIES

pytestmark = pytest.mark.once

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def in_nav(entries: list[dict[str, object]]) -> Iterator[str]:
    """Every page that the navigation leads to."""
    for entry in entries:
        for target in entry.values():
            if isinstance(target, list):
                yield from in_nav(target)
            else:
                yield str(target)


def test_every_page_has_one_place() -> None:
    """A page that nobody is led to is not read."""
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]
    pages = sorted(str(each.relative_to(DOCS)) for each in DOCS.rglob("*.md"))
    assert sorted(in_nav(nav)) == pages


@pytest.mark.parametrize("name", ["key", "command", "policy", "fault"])
def test_references_are_what_the_product_says(name: str) -> None:
    """They are written by scripts: a key, command, policy or fault without a word on it cannot be."""
    script = runpy.run_path(str(DOCS / f"make_{name}_reference.py"))
    assert (DOCS / f"{name}-reference.md").read_text("utf-8") == script["reference"]()


def test_nothing_is_left_out() -> None:
    """What can be named in a scenario or typed has its heading."""
    commands = (DOCS / "command-reference.md").read_text("utf-8")
    names = [
        each.name or each.callback.__name__ for each in app.registered_commands if each.callback
    ]
    assert [each for each in names if f"## aftershock {each}\n" not in commands] == []
    for page, names in (("policy", list(POLICIES)), ("fault", list(FAULTS))):
        text = (DOCS / f"{page}-reference.md").read_text("utf-8")
        assert [each for each in names if f"## {each}\n" not in text] == []


def test_every_key_has_a_meaning() -> None:
    """An empty cell is a key that nobody has explained."""
    rows = [
        line.split(" | ")
        for line in (DOCS / "key-reference.md").read_text("utf-8").splitlines()
        if line.startswith("| `")
    ]
    assert len(rows) > 600
    assert [row[0] for row in rows if row[-1].strip(" |") == ""] == []


def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    """Every link leads somewhere, to the heading that it names."""
    pytest.importorskip("zensical")
    shutil.copytree(DOCS, tmp_path / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "site" / "tutorial" / "index.html").exists()
    front = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert not re.search(r'(?:src|href)="https?://(?!zensical)', front), "read without a network"
