"""Every module can be the first to be imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import simulator

PACKAGE = Path(simulator.__file__).parent
MODULES = sorted(
    ".".join((PACKAGE.name, *path.relative_to(PACKAGE).with_suffix("").parts))
    for path in PACKAGE.rglob("*.py")
    if path.name not in ("__init__.py", "__main__.py")
)

TRY = """
import importlib, os, sys
import numpy, pyarrow, pydantic, scipy.stats, simpy, xxhash, yaml
for name in sys.argv[1:]:
    if os.fork() == 0:
        try:
            importlib.import_module(name)
        except BaseException as error:
            print(f"{name}: {error!r}", flush=True)
        os._exit(0)
    _, status = os.wait()
    if status:
        print(f"{name}: ended with {status}", flush=True)
"""


def test_each_module_imports_by_itself(tmp_path: Path) -> None:
    """No module needs another to have been imported before: a compiled one would crash."""
    assert len(MODULES) > 200
    found = subprocess.run(
        [sys.executable, "-c", TRY, *MODULES],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert found.stdout == ""
