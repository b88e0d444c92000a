"""A fingerprint of what a run found out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256

import numpy as np

from simulator.experiment.result import SeriesTable, plain

DIGITS = 9
"""Significant digits that count: a last bit that another machine rounds otherwise does not."""


def digest_of(*parts: object) -> str:
    """SHA-256 over a canonical form: keys in order, numbers to nine digits, no times of the wall."""
    hasher = sha256()
    for part in parts:
        hasher.update(json.dumps(_canonical(part), sort_keys=True).encode())
        hasher.update(b"\n")
    return f"sha256:{hasher.hexdigest()}"


def _canonical(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _canonical(item) for key, item in value.items()}
    if isinstance(value, SeriesTable):
        return {name: _canonical(column) for name, column in value.columns.items()}
    if isinstance(value, np.ndarray):
        return [_canonical(item) for item in value.tolist()]
    if isinstance(value, (list, tuple)):
        return [_canonical(item) for item in value]
    if isinstance(value, float):
        return f"{value:.{DIGITS}g}"
    if value is None or isinstance(value, (str, int)):
        return value
    return _canonical(plain(value))
