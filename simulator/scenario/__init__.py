"""The scenario language: YAML to checked models, with mistakes told by file, line and column."""

from __future__ import annotations

from simulator.scenario.load import Loaded, load, parse
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.problem import Problem, ScenarioError
from simulator.scenario.schema import json_schema
from simulator.scenario.settings import Setting
from simulator.scenario.text import bundled
from simulator.scenario.write import resolved_yaml

__all__ = [
    "Loaded",
    "Problem",
    "Scenario",
    "ScenarioError",
    "Setting",
    "bundled",
    "json_schema",
    "load",
    "parse",
    "resolved_yaml",
]
