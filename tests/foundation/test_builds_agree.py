"""Compiled and interpreted, in this process and in another: the same digest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.build import COMPILED

ROOT = Path(__file__).parents[2]
RUN = "from cli.main import main; main()"
CASES = {
    "mm4": ["--duration", "20s", "--set", "warmup=2s", "--set", "expect=[]"],
    "checkout": ["--duration", "30s", "--set", "warmup=5s", "--set", "expect=[]"],
    "deadline": ["--duration", "40s", "--set", "expect=[]"],
    "threads-or-async": ["--duration", "30s", "--set", "expect=[]"],
    "online-boutique": ["--duration", "60s", "--set", "expect=[]"],
    "flash-sale": ["--duration", "6m", "--set", "expect=[]"],
    "cpu-throttling": ["--duration", "30s", "--set", "warmup=5s", "--set", "expect=[]"],
    "traffic-split": ["--duration", "30s", "--set", "warmup=5s", "--set", "expect=[]"],
    "dns-ttl": ["--duration", "3m", "--set", "warmup=5s", "--set", "expect=[]"],
    "social-network": ["--duration", "10s", "--set", "warmup=1s", "--set", "expect=[]"],
}


def digest(words: list[str], folder: Path, interpreted: bool) -> str:
    """The digest that a fresh process prints."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    if interpreted:
        environment["PYTHONPATH"] = str(ROOT)
    found = subprocess.run(
        [sys.executable, "-c", RUN, "run", *words, "--json"],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode in (0, 1), found.stderr
    return str(json.loads(found.stdout)["digest"])


@pytest.mark.compiled_only
@pytest.mark.skipif(not COMPILED, reason="there is no compiled build here")
@pytest.mark.parametrize("name", sorted(CASES))
def test_both_builds_agree(name: str, tmp_path: Path) -> None:
    """A scenario has one digest, whichever build plays it."""
    words = [name, *CASES[name]]
    assert digest(words, tmp_path, False) == digest(words, tmp_path, True)


def test_leaving_files_changes_nothing(tmp_path: Path) -> None:
    """The digest is the same with and without `--out`, and in another process."""
    words = ["checkout", *CASES["checkout"]]
    interpreted = not COMPILED
    plain = digest(words, tmp_path, interpreted)
    assert digest([*words, "--out", "left"], tmp_path, interpreted) == plain
    assert json.loads((tmp_path / "left" / "result.json").read_text())["digest"] == plain
