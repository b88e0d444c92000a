"""Every kind of fault, in the order of the language."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.scenario.faults.kind import Kind
from simulator.scenario.faults.link import LINK_FAULTS
from simulator.scenario.faults.load import LOAD_FAULTS
from simulator.scenario.faults.platform import PLATFORM_FAULTS
from simulator.scenario.faults.process import PROCESS_FAULTS
from simulator.scenario.model.fault.fault import KINDS

_FOUND = {**PROCESS_FAULTS, **LINK_FAULTS, **PLATFORM_FAULTS, **LOAD_FAULTS}

FAULTS: Mapping[str, Kind] = {name: _FOUND[name] for name in KINDS}
