"""Which build runs: compiled by mypyc, or the same files interpreted."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final


def _is_extension(module: str) -> bool:
    spec = find_spec(module)
    return spec is not None and spec.origin is not None and not spec.origin.endswith(".py")


COMPILED: Final = _is_extension("simulator.outcome")


def description() -> str:
    """Which build runs, for people."""
    return "compiled (mypyc)" if COMPILED else "interpreted"
