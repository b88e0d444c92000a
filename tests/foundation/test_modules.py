"""Every module can be imported, and be the first to be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import grimp
import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

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
for names in sys.argv[1:]:
    if os.fork() == 0:
        for name in names.split(","):
            try:
                importlib.import_module(name)
            except BaseException as error:
                print(f"{name}: {error!r}", flush=True)
        os._exit(0)
    _, status = os.wait()
    if status:
        print(f"{names}: ended with {status}", flush=True)
"""


def in_circles() -> list[str]:
    """The modules that lead back to themselves by what they import when they run."""
    graph = grimp.build_graph("simulator", exclude_type_checking_imports=True, cache_dir=None)
    names = sorted(graph.modules)
    number = {name: place for place, name in enumerate(names)}
    ends = [
        (number[name], number[other])
        for name in names
        for other in graph.find_modules_directly_imported_by(name)
    ]
    rows, columns = zip(*ends, strict=True)
    matrix = csr_matrix((np.ones(len(ends)), (rows, columns)), shape=(len(names), len(names)))
    _, circles = connected_components(matrix, connection="strong")
    sizes = np.bincount(circles)
    return [name for name, circle in zip(names, circles, strict=True) if sizes[circle] > 1]


def test_imports_go_round_in_no_circle() -> None:
    """So any module can be the first, and a compiled one does not meet another half made."""
    assert in_circles() == []


def test_all_modules_import(tmp_path: Path) -> None:
    """From first to last, and from last to first."""
    assert len(MODULES) > 200
    found = subprocess.run(
        [sys.executable, "-c", TRY, ",".join(MODULES), ",".join(reversed(MODULES))],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert found.stdout == ""
