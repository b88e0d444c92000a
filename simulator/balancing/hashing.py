"""The hash that all hashing balancers use."""

from __future__ import annotations

from typing import Final

from xxhash import xxh64_intdigest

HASHES: Final = 1 << 64
"""How many different hashes there are, from 0 on."""


def hash_of_key(key: int) -> int:
    """64 bits for what a request is about: xxHash64 of the number as text, as of any header."""
    return int(xxh64_intdigest(str(key).encode()))


def hash_of_number(number: int, seed: int) -> int:
    """64 bits for a number that others, with other seeds, have other bits for."""
    return int(xxh64_intdigest(str(number).encode(), seed))


def hash_of_name(name: str, seed: int = 0) -> int:
    """64 bits for a name (xxHash64)."""
    return int(xxh64_intdigest(name.encode(), seed))
