"""What all tests share: which build is under test, how Hypothesis searches, and `shared`."""

from __future__ import annotations

import gc
import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import settings

import simulator
from simulator.build import COMPILED

# The same examples in every run: a failure in CI is a failure at the desk.
settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("repeatable")


HERE = Path(__file__).parent
# What tests of several folders use.
sys.path.insert(0, str(HERE / "shared"))
ONE_BUILD = (
    "api",
    "cli",
    "distribution",
    "experiment",
    "fault",
    "language",
    "live",
    "notebooks",
    "platform",
    "reports",
    "scaling",
    "scenarios",
    "theory",
    "tui",
)
"""Folders of tests for which one build is enough: what they try is the same files in both, or figures
of runs, on which `foundation/test_builds_agree.py` has the builds agree."""


def pytest_report_header() -> str:
    """Say which build the tests run on."""
    build = "compiled" if COMPILED else "interpreted"
    return f"aftershock: {build} build in {Path(str(simulator.__file__)).parent}"


@pytest.fixture(autouse=True, scope="session")
def _ctrl_c_works() -> None:
    """What a shell starts in the background ignores Ctrl-C, and so would all that the tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where one build is enough, the other need not be tried."""
    for item in items:
        if item.path.relative_to(HERE).parts[0] in ONE_BUILD:
            item.add_marker(pytest.mark.once)


def pytest_collection_finish() -> None:
    """Have the garbage collector leave alone what all tests share, and look less often at the rest.

    Otherwise it looks through a few hundred thousand objects that stay again and again: a third of the
    time of the tests of the dashboard.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 10)


def pytest_sessionstart() -> None:
    """Refuse to test another build than the one that was meant."""
    expected = os.environ.get("AFTERSHOCK_EXPECT_BUILD")
    found = "compiled" if COMPILED else "interpreted"
    if expected and expected != found:
        pytest.exit(f"meant to test the {expected} build, but the {found} one is imported", 3)
