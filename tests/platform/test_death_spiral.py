"""A liveness probe kills what is left of an overloaded service, and a patient one does not."""

from __future__ import annotations

import json

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import load

pytestmark = pytest.mark.once

EXPECT = (
    "users.availability > 0% during [60s, 2m]",
    "users.availability > 0% during [2m, 4m]",
)
DEFAULTS = "services.shop.probes={liveness: {}}"


def play(*settings: str, seed: int) -> tuple[Result, float, float]:
    """The run, and who was served in the rush and the half minute after it, and then."""
    settings = (f"expect={json.dumps(EXPECT)}", "duration=4m", *settings)
    result = simulate(load("liveness-death-spiral", settings).scenario, seed=seed)
    rush, after = (float(each.value or 0.0) for each in result.expectations)
    return result, rush, after


def restarts(result: Result) -> int:
    """How often the kubelet has killed something."""
    return sum("liveness probe failed" in entry.detail for entry in result.log)


@pytest.mark.parametrize("seed", range(2))
def test_a_patient_liveness_probe_kills_nobody(seed: int) -> None:
    """The rush asks for a quarter more than there is; half a minute after it all is well."""
    result, rush, after = play(seed=seed)
    assert restarts(result) == 0
    assert rush > 0.3
    assert after > 0.999


@pytest.mark.parametrize("seed", range(2))
def test_the_defaults_keep_the_service_down_for_good(seed: int) -> None:
    """All are killed, most of them again, and hardly anybody is served from then on."""
    result, rush, after = play(DEFAULTS, seed=seed)
    assert restarts(result) > 9
    assert rush < 0.25
    assert after < 0.1


def test_without_the_rush_the_defaults_do_no_harm() -> None:
    """It is the rush that begins it."""
    result, rush, after = play(DEFAULTS, "faults=[]", seed=0)
    assert restarts(result) == 0
    assert min(rush, after) > 0.999
