"""Compiles the hot path with mypyc where there is a C compiler; all else is in pyproject.toml.

AFTERSHOCK_COMPILE=0 installs the plain Python files; AFTERSHOCK_COMPILE=1 insists on compiling.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from setuptools import Extension, setup
from setuptools.dist import Distribution
from setuptools.errors import BaseError

HOT = (
    "simulator/outcome.py",
    "simulator/kernel/event.py",
    "simulator/kernel/kernel.py",
    "simulator/kernel/native_heap.py",
    "simulator/kernel/tuple_heap.py",
    "simulator/balancing/*.py",
    "simulator/call/**/*.py",
    "simulator/discovery/health_check.py",
    "simulator/discovery/outlier.py",
    "simulator/discovery/probe.py",
    "simulator/network/**/*.py",
    "simulator/platform/node_cpu.py",
    "simulator/service/**/*.py",
    "simulator/traffic/request.py",
    "simulator/traffic/source.py",
    "simulator/traffic/users.py",
    "simulator/observe/audit.py",
    "simulator/observe/deaths.py",
    "simulator/observe/event_log.py",
    "simulator/observe/ledger.py",
    "simulator/observe/trace.py",
)
"""What runs for each request. A new file in one of these folders is compiled without being named."""


def hot_files() -> list[str]:
    """The files to compile; package markers stay as they are."""
    found = (path for pattern in HOT for path in Path().glob(pattern))
    return sorted(str(path) for path in found if path.name != "__init__.py")


def compiler_works() -> bool:
    """Whether an extension of one line can be built here."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "probe.c"
        source.write_text("#include <Python.h>\nint probe(void) { return 0; }\n")
        probe = Distribution({"ext_modules": [Extension("probe", [str(source)])]})
        command = probe.get_command_obj("build_ext")
        command.ensure_finalized()
        command.build_lib = command.build_temp = folder
        try:
            command.run()
        except (BaseError, OSError, Exception):  # noqa: BLE001  whatever the compiler says, it is no
            return False
        return True


def extensions() -> list[Extension]:
    """The compiled modules, or none."""
    wish = os.environ.get("AFTERSHOCK_COMPILE", "")
    if wish == "0":
        return []
    if wish != "1" and not compiler_works():
        print("aftershock: no C compiler found; installing the interpreted build", file=sys.stderr)
        return []
    from mypyc.build import mypycify

    built: list[Extension] = mypycify(
        ["--config-file=", "--strict", "--follow-imports=silent", *hot_files()],
        opt_level="3",
        debug_level="0",
    )
    return built


setup(ext_modules=extensions())
