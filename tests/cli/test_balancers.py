"""`aftershock balancers`."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cli.main import app
from simulator.scenario.building.balancers import CLASSES, summary_of


@pytest.mark.parametrize("name", CLASSES)
def test_explains_one(name: str) -> None:
    """Each algorithm is explained from its docstring, in the compiled build as in the plain one."""
    summary = summary_of(name)["summary"]
    assert len(summary) > 20
    result = CliRunner().invoke(app, ["balancers", name], catch_exceptions=False)
    assert result.exit_code == 0
    assert summary in result.stdout
