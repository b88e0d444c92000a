"""From the model of a circuit breaker to its settings."""

from __future__ import annotations

from simulator.call.breaker import CLOSED, NAMES, OPEN, BreakerSettings
from simulator.scenario.model.guards.breaker import Breaker
from simulator.scenario.model.guards.profile import outcome_mask


def breaker_settings(model: Breaker) -> BreakerSettings:
    """What a breaker needs to know: as written, else as its profile has it."""
    values = model.settled()
    window = values["window"]
    counts = isinstance(window, int)
    return BreakerSettings(
        failure_rate=values["failure_rate"],
        slow_call_rate=values["slow_call_rate"],
        slow_call_duration=values["slow_call_duration"],
        window=window if counts else 100,
        window_seconds=None if counts else window,
        bucket=values["bucket"],
        snapshot=values["snapshot"],
        minimum_calls=values["minimum_calls"],
        judge_failures_only=values["judge"] == "failures",
        consecutive_failures=values["consecutive_failures"],
        wait=values["wait"],
        wait_growth=values["wait_growth"],
        wait_max=values["wait_max"],
        wait_jitter=values["wait_jitter"],
        strictly_after=values["half_open"] == "after",
        automatic=values["automatic"],
        permitted_calls=values["permitted_calls"],
        successes=values["successes"],
        half_open_wait=values["half_open_wait"],
        after_half_open_wait=OPEN if values["after_half_open_wait"] == "open" else CLOSED,
        renew_permits=values["renew_permits"],
        cancelled_probe=values["cancelled_probe"],
        failure_mask=outcome_mask(values["failures"]),
        ignored_mask=outcome_mask(values["ignored"]),
        state=NAMES.index(values["state"]),
    )
