"""What makes the notebooks, for the tests to ask."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

BUILD = Path(__file__).parents[2] / "notebooks" / "build.py"


@pytest.fixture(scope="session")
def build() -> ModuleType:
    """`notebooks/build.py`, which is a script and no part of any package."""
    spec = spec_from_file_location("notebooks_build", BUILD)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
