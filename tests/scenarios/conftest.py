"""The published files that the scenarios restate, where they are at hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder of the published files, beside the checkout."""
    if not PUBLISHED.is_dir():
        pytest.skip("the published files do not lie beside this checkout")
    return PUBLISHED


@pytest.fixture(scope="session")
def compose_files(published: Path) -> dict[str, set[str]]:
    """The services of each docker-compose file of DeathStarBench."""
    found = {}
    for path in (published / "deathstarbench").glob("*-docker-compose.yml"):
        document: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        found[path.name.removesuffix("-docker-compose.yml")] = set(document["services"])
    return found
