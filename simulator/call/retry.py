"""Retries: trying again what has failed."""

from __future__ import annotations

from dataclasses import dataclass

# At run time: a compiled dataclass wants to see the types of its fields.
from simulator.call.backoff import Backoff


@dataclass(frozen=True, slots=True)
class RetrySettings:
    """Which failures are tried again, how often, and after which wait.

    A retry helps when the failure belongs to the moment or to the instance: a lost packet, an
    instance that is just going down, a full queue beside an empty one. If an attempt fails with
    probability f whatever is done, n attempts fail with f^n. A retry cannot help when the failure
    belongs to the request, and it hurts when the failure is overload: the callee then gets up to n
    times the load, at the very time when it has too much. n attempts on each of k levels of a call
    graph are n^k at the bottom. Such a storm keeps itself going after its cause is gone: it is the
    best known metastable failure.

    What keeps retries from that is, in the order of importance: a budget that bounds them as a
    share of the calls (`simulator.call.budget`); trying again on one level only; a deadline for the
    whole call; waits that grow and are spread (`Backoff`); and a callee that says how long to leave
    it alone. Backoff alone does not: it puts the load off, and with a steady stream of new calls
    does not make it less.

    What may already have been done must not be done twice: after a timeout or a reset nobody knows,
    and only an idempotent call may be tried again.

    Source: M. Brooker, "Timeouts, retries and backoff with jitter", Amazon Builders' Library; the
    book "Site Reliability Engineering", chapter 22; N. Bronson et al., "Metastable Failures in
    Distributed Systems", HotOS 2021.

    Attributes:
        attempts: at most so many, the first included.
        mask: the outcomes that are tried again: bit `outcome` is set.
        backoff: the waits between attempts.
        another_instance: whether an instance is sought that has not had the call yet.
        honour_retry_after: whether to wait at least as long as the callee has asked for.
    """

    attempts: int
    mask: int
    backoff: Backoff
    another_instance: bool
    honour_retry_after: bool
