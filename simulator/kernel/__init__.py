"""Clock, event queue, SimPy environment on it, and named random streams."""

from __future__ import annotations

from simulator.build import COMPILED
from simulator.kernel.kernel import Kernel
from simulator.kernel.native_heap import NativeHeapKernel
from simulator.kernel.tuple_heap import TupleHeapKernel

__all__ = ["Kernel", "make_kernel"]


def make_kernel(start: float = 0.0) -> Kernel:
    """A kernel with the queue that is fastest in this build; both keep the same order of events."""
    return NativeHeapKernel(start) if COMPILED else TupleHeapKernel(start)
