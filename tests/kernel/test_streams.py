"""Random streams depend on seed, replication and name, and on nothing else."""

from __future__ import annotations

from itertools import combinations
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.kernel.streams import Streams

ARRIVALS = "traffic/shoppers/arrivals"
WORK = "service/payments/charge/work"
DRAWS = 20_000
Z = 4.5
"""Standard deviations; of a million fair comparisons seven go beyond."""


def correlation(one: np.random.Generator, other: np.random.Generator) -> float:
    """How two streams go together, in standard deviations of what chance allows."""
    r = np.corrcoef(one.random(DRAWS), other.random(DRAWS))[0, 1]
    return float(r * sqrt(DRAWS))


def test_the_same_name_draws_the_same() -> None:
    """Asked twice, of one set of streams or of two, a name gives the same draws."""
    streams = Streams(7)
    first = streams.generator(ARRIVALS).random(100)
    assert (streams.generator(ARRIVALS).random(100) == first).all()
    assert (Streams(7).generator(ARRIVALS).random(100) == first).all()


@given(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=2), st.data())
def test_the_order_of_creation_is_no_matter(names: list[str], data: st.DataObject) -> None:
    """Whoever comes first, and whoever else is there, each name keeps its draws."""
    streams = Streams(3)
    expected = {name: streams.generator(name).random() for name in names}
    streams = Streams(3)
    for name in data.draw(st.permutations(names)):
        streams.generator(f"another beside {name}").random()
        assert streams.generator(name).random() == expected[name]


def test_streams_are_independent() -> None:
    """Other names, however alike, other parts, replications and seeds: other draws."""
    streams = [
        Streams(seed, replication).generator(name, *numbers)
        for seed in (0, 1, 2**32, 2**64 + 1)
        for replication in (0, 1, 2)
        for name in ("a", "b", "a/b", "")
        for numbers in ((), (0,), (1,), (0, 0))
    ]
    sample = np.array([stream.random(2_000) for stream in streams])
    assert len({draws.tobytes() for draws in sample}) == len(streams)
    close = np.abs(np.corrcoef(sample)[np.triu_indices(len(streams), 1)]) * sqrt(2_000)
    # The largest of so many fair values; and their spread, which is that of a normal law.
    assert close.max() < 6.0
    assert np.sqrt((close**2).mean()) == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize(
    ("one", "other"),
    list(
        combinations(
            [(7, 0, ARRIVALS, ()), (7, 0, WORK, ()), (7, 1, ARRIVALS, ()), (8, 0, ARRIVALS, ())],
            2,
        )
    ),
    ids=str,
)
def test_two_streams_do_not_go_together(
    one: tuple[int, int, str, tuple[int, ...]], other: tuple[int, int, str, tuple[int, ...]]
) -> None:
    """A neighbour in name, replication or seed is as good as any other stream."""
    pair = [Streams(seed, k).generator(name, *numbers) for seed, k, name, numbers in (one, other)]
    assert abs(correlation(*pair)) < Z


def test_the_blocks_of_a_stream_follow_on_like_one() -> None:
    """Blocks of draws by number are as independent as draws of one stream, and uniform."""
    streams = Streams(11)
    blocks = np.concatenate([streams.generator(WORK, block).random(64) for block in range(500)])
    n = len(blocks)
    assert abs(blocks.mean() - 0.5) * sqrt(12 * n) < Z
    for lag in (1, 64):
        r = np.corrcoef(blocks[:-lag], blocks[lag:])[0, 1]
        assert abs(r) * sqrt(n) < Z


def test_replication_0_is_the_plain_run() -> None:
    """Replicating a run leaves the run itself as it was."""
    assert Streams(7, 0).generator(WORK).random() == Streams(7).generator(WORK).random()


def test_numbers_and_replications_are_not_mixed_up() -> None:
    """A number of a part is never read as a replication."""
    draws = {
        Streams(7, 3).generator(WORK).random(),
        Streams(7).generator(WORK, 3).random(),
        Streams(7).generator(WORK, 3, 0).random(),
        Streams(7, 3).generator(WORK, 3).random(),
        Streams(7).generator(WORK, 3, 3).random(),
    }
    assert len(draws) == 5


@pytest.mark.parametrize("number", [-1, 2**32])
def test_numbers_that_would_make_two_words(number: int) -> None:
    """They are refused, since two words may read as another stream."""
    with pytest.raises(ValueError, match="have 32 bits"):
        Streams(7).generator(WORK, number)
    with pytest.raises(ValueError, match="have 32 bits"):
        Streams(7, number).generator(WORK)


@pytest.mark.parametrize(
    ("name", "bits", "exponentials"),
    [
        (ARRIVALS, 0x573D8F197FA7F3E0, ["0x1.1acaf806336e3p-1", "0x1.fb41220532ba7p-3"]),
        (WORK, 0x8EA63C598CDD90AA, ["0x1.04b2ce3270c32p-2", "0x1.c8e3a2a67b289p-1"]),
        (
            "balancer/shop/payments",
            0x9FF19DC847F1DDC7,
            ["0x1.93e8250a5cf40p+0", "0x1.a35c8c8c147b6p-2"],
        ),
    ],
)
def test_the_first_draws_are_pinned(name: str, bits: int, exponentials: list[str]) -> None:
    """The draws of seed 7 are the same on every machine and with every numpy from 2.0 on."""
    assert Streams(7).generator(name).bit_generator.random_raw() == bits
    drawn = Streams(7).generator(name).standard_exponential(2)
    assert [float(value).hex() for value in drawn] == exponentials
