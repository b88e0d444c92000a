"""Random streams found by name: adding or changing one thing leaves all other draws alone."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np


class Streams:
    """Every random stream of a run, derived from one seed.

    A stream is a numpy generator seeded by the run's seed, the replication and a hash of the
    *name* of what draws from it, never by the order in which streams are made. Two candidates of
    a comparison that share names share their draws: common random numbers.

    `SeedSequence` mixes its words well enough for streams with neighbouring keys to be independent
    (M. O'Neill, "Developing a seed_seq alternative", 2015; numpy, "Parallel random number
    generation"). A name gives 128 bits, so a collision is not to be expected.
    """

    def __init__(self, seed: int, replication: int = 0) -> None:
        self.seed = seed
        # Replication 0 is the plain run; the others get a word that no plain run has.
        self._prefix: tuple[int, ...] = () if replication == 0 else (replication,)

    def generator(self, name: str, *numbers: int) -> np.random.Generator:
        """The stream called `name`; `numbers` tell apart its parts, such as blocks of draws.

        Raises:
            ValueError: if a number, or the replication, does not fit into 32 bits.
        """
        if any(number >> 32 for number in (*numbers, *self._prefix)):
            # numpy would split it into words, which might then read as another stream's.
            raise ValueError(f"the numbers of a stream have 32 bits: {numbers}, {self._prefix}")
        digest = blake2b(name.encode(), digest_size=16).digest()
        words = tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))
        key = (*words, len(numbers), *numbers, *self._prefix)
        return np.random.Generator(
            np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=key))
        )
