"""Retries as tenacity makes them, and as they are made here: the same calls, the same waits."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
import tenacity

from simulator.call.backoff import Backoff
from simulator.call.retry import RetrySettings
from simulator.outcome import ERROR, OK, TIMEOUT, UNAUTHORIZED

RETRIED = (1 << ERROR) | (1 << TIMEOUT)


class Failure(Exception):
    """What a call raises that ends in an outcome other than `ok`."""

    def __init__(self, outcome: int) -> None:
        super().__init__(outcome)
        self.outcome = outcome


def retried(error: BaseException) -> bool:
    return isinstance(error, Failure) and bool(RETRIED >> error.outcome & 1)


def by_tenacity(
    outcomes: Sequence[int], attempts: int, wait: tenacity.wait.wait_base
) -> tuple[int, int, list[float]]:
    """How often the real library calls, how it ends, and how long it waits in between."""
    slept: list[float] = []
    left = list(outcomes)

    def call() -> int:
        outcome = left.pop(0)
        if outcome != OK:
            raise Failure(outcome)
        return outcome

    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(attempts),
        wait=wait,
        retry=tenacity.retry_if_exception(retried),
        sleep=slept.append,
        reraise=True,
    )
    try:
        ended = retrying(call)
    except Failure as failure:
        ended = failure.outcome
    return len(outcomes) - len(left), ended, slept


def by_settings(
    outcomes: Sequence[int], settings: RetrySettings, chance: Random
) -> tuple[int, int, list[float]]:
    """The same by our settings."""
    slept: list[float] = []
    for made, outcome in enumerate(outcomes, start=1):
        if not settings.mask >> outcome & 1 or made >= settings.attempts:
            return made, outcome, slept
        previous = slept[-1] if slept else 0.0
        slept.append(settings.backoff.wait(made, chance.random(), previous))
    raise AssertionError("there are more outcomes than attempts")


def settings(attempts: int, backoff: Backoff) -> RetrySettings:
    return RetrySettings(attempts, RETRIED, backoff, False, False)


WAITS = [
    (tenacity.wait_none(), Backoff(0.0)),
    (tenacity.wait_fixed(0.3), Backoff(0.3)),
    (tenacity.wait_exponential(), Backoff(1.0, 2.0)),
    (tenacity.wait_exponential(multiplier=0.1, max=2), Backoff(0.1, 2.0, 2.0)),
    (tenacity.wait_exponential(multiplier=0.025, exp_base=3, max=1), Backoff(0.025, 3.0, 1.0)),
]
SEQUENCES = [
    [OK],
    [ERROR, OK],
    [ERROR, TIMEOUT, ERROR, OK],
    [UNAUTHORIZED],
    [ERROR, UNAUTHORIZED],
    [ERROR] * 12,
    [TIMEOUT, ERROR] * 6,
]


@pytest.mark.parametrize("wait", range(len(WAITS)))
@pytest.mark.parametrize("attempts", [1, 2, 3, 7, 12])
@pytest.mark.parametrize("sequence", range(len(SEQUENCES)))
def test_same_calls_and_waits(wait: int, attempts: int, sequence: int) -> None:
    """stop_after_attempt with wait_none, wait_fixed and wait_exponential, number by number."""
    theirs, ours = WAITS[wait]
    outcomes = SEQUENCES[sequence]
    expected = by_tenacity(outcomes, attempts, theirs)
    assert by_settings(outcomes, settings(attempts, ours), Random(1)) == expected


@pytest.mark.parametrize("seed", range(20))
def test_same_random_waits(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """wait_random_exponential is full jitter: the same random numbers make the same waits."""
    drawn = Random(seed)
    monkeypatch.setattr(tenacity.wait.random, "uniform", drawn.uniform)
    theirs = tenacity.wait_random_exponential(multiplier=0.1, max=5)
    expected = by_tenacity([ERROR] * 12, 12, theirs)
    backoff = Backoff(0.1, 2.0, 5.0, "full")
    found = by_settings([ERROR] * 12, settings(12, backoff), Random(seed))
    assert found[:2] == expected[:2] == (12, ERROR)
    assert found[2] == pytest.approx(expected[2], rel=1e-12)


def test_ranges_of_random_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """wait_random_exponential stays below each delay of ours, and comes close to it."""
    monkeypatch.setattr(tenacity.wait.random, "uniform", Random(5).uniform)
    theirs = tenacity.wait_random_exponential(multiplier=0.5, max=4)
    delays = Backoff(0.5, 2.0, 4.0)
    runs = [by_tenacity([ERROR] * 6, 6, theirs)[2] for _ in range(300)]
    for retry, waits in enumerate(zip(*runs, strict=True), start=1):
        delay = delays.wait(retry, 0.0, 0.0)
        # That none of 300 is in the uppermost tenth has a chance of 2e-14.
        assert 0.9 * delay < max(waits) <= delay
        assert 0.0 <= min(waits) < 0.1 * delay
