"""SimPy's log idiom: a tiny program writes down what it does and when, and the whole log is compared.

What asks for `env` runs three times: on SimPy's own environment and on ours over either queue.
"""

from __future__ import annotations

from typing import Any

import pytest
import simpy

from simulator.kernel.environment import Environment
from simulator.kernel.kernel import Kernel
from simulator.kernel.native_heap import NativeHeapKernel
from simulator.kernel.tuple_heap import TupleHeapKernel


@pytest.fixture
def log() -> list[Any]:
    return []


@pytest.fixture(params=[NativeHeapKernel, TupleHeapKernel], ids=["native", "tuple"])
def kernel(request: pytest.FixtureRequest) -> Kernel:
    """A kernel of either kind."""
    made: Kernel = request.param()
    return made


@pytest.fixture(params=["simpy", "native", "tuple"])
def env(request: pytest.FixtureRequest) -> simpy.Environment:
    """SimPy's environment, then ours over either queue: a program cannot tell them apart."""
    if request.param == "simpy":
        return simpy.Environment()
    return Environment(NativeHeapKernel() if request.param == "native" else TupleHeapKernel())
