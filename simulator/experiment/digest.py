"""A fingerprint of what a run found out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from hashlib import sha256
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simulator.experiment.result import SeriesTable, plain

DIGITS = 9
"""Significant digits that count: a last bit that another machine rounds otherwise does not."""

FINER = ("latency",)
"""Kinds of series that show in more detail what others have counted: the digest is without them."""


class Hash(Protocol):
    """What takes bytes, as the objects of hashlib do."""

    def update(self, data: bytes, /) -> None:
        """Take some more."""


def digest_of(*parts: object) -> str:
    """SHA-256 over a canonical form: keys in order, numbers to nine digits, no times of the wall."""
    hasher = sha256()
    for part in parts:
        if isinstance(part, Mapping) and all(isinstance(v, SeriesTable) for v in part.values()):
            for name in sorted(part.keys() - set(FINER)):
                _add_series(hasher, name, part[name])
        else:
            hasher.update(json.dumps(_canonical(part), sort_keys=True).encode())
        hasher.update(b"\n")
    return f"sha256:{hasher.hexdigest()}"


def _add_series(hasher: Hash, name: str, table: SeriesTable) -> None:
    """A whole table, column by column."""
    for title, column in table.columns.items():
        hasher.update(f"{name}/{title}\n".encode())
        if isinstance(column, list):
            hasher.update("\n".join(column).encode())
        elif column.dtype.kind == "f":
            hasher.update(_rounded(column.astype(np.float64)))
        else:
            hasher.update(column.astype("<i8").tobytes())


def _rounded(values: NDArray[np.float64]) -> bytes:
    """Numbers to thirty binary digits, as exponents and whole mantissas; gaps are all alike."""
    mantissas, exponents = np.frexp(np.nan_to_num(values, nan=-1.0))
    whole: bytes = np.rint(mantissas * (1 << 30)).astype("<i8").tobytes()
    scale: bytes = exponents.astype("<i4").tobytes()
    return whole + scale


def _canonical(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _canonical(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_canonical(item) for item in value]
    if isinstance(value, float):
        return f"{value:.{DIGITS}g}"
    if value is None or isinstance(value, (str, int)):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        counted = (each for each in fields(value) if each.metadata.get("digest", True))
        return {each.name: _canonical(getattr(value, each.name)) for each in counted}
    return _canonical(plain(value))
