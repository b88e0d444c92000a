"""The scenarios of docs/geography.md: what they promise, computed, and with seeds of their own."""

from __future__ import annotations

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import load


def play(name: str, *settings: str, seed: int | None = None) -> Result:
    return simulate(load(name, settings).scenario, seed=seed)


NEAREST = "services.web.policy.gslb={policy: nearest}"
THERE = "services.accounts.zones=[eu-a]"
LINK, SEA, PAGE, ANSWER = 0.0005, 0.070, 0.010, 0.002


@pytest.mark.parametrize(
    ("settings", "seconds"),
    [
        ((), SEA + LINK + PAGE + 5 * (LINK + ANSWER)),
        ((NEAREST,), LINK + PAGE + 5 * (SEA + LINK + ANSWER)),
        ((NEAREST, "services.web.endpoints.page.1.repeat=1"), PAGE + SEA + 2 * LINK + ANSWER),
        ((THERE,), SEA + LINK + PAGE + 5 * (SEA + LINK + ANSWER)),
        ((NEAREST, THERE), LINK + PAGE + 5 * (LINK + ANSWER)),
    ],
)
def test_data_gravity(settings: tuple[str, ...], seconds: float) -> None:
    """Every page takes as long as the crossings that it makes."""
    result = play("data-gravity", "duration=10s", "expect=[]", *settings)
    latency = result.traffic["readers"].latency
    assert latency.mean == pytest.approx(seconds, abs=1e-9)
    assert latency.max == pytest.approx(seconds, abs=1e-9)


@pytest.mark.once
@pytest.mark.parametrize("ttl", [20.0, 300.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_dns_ttl(ttl: float, seed: int) -> None:
    """Lost are the seconds until the checks notice, and those that a record has left, up to the end."""
    result = play(
        "dns-ttl", f"services.page.policy.gslb.ttl={ttl:g}s", "warmup=60s", "expect=[]", seed=seed
    )
    users = result.traffic["users"]
    marked = next(each.time for each in result.log if each.kind == "gslb")
    left = min(ttl, 240.0 - marked)
    lost = marked - 60.0 + left * (1 - left / (2 * ttl))
    found = users.outcomes["refused"] / users.finished * 180.0
    # A uniform time for each of 200 callers, cut off at the end; and whether they ask just then.
    second = left**2 * (1 - 2 * left / (3 * ttl))
    spread = (second - (left * (1 - left / (2 * ttl))) ** 2) ** 0.5
    error = (spread**2 / 200 + lost / 100.0) ** 0.5
    # Up to 2 s pass until a caller whose record has run out asks again.
    assert lost - 3.3 * error - 2.0 < found < lost + 3.3 * error


FAILOVER = (
    "services.shop.policy.gslb.policy=failover",
    "services.shop.policy.gslb.regions=[ireland, virginia]",
)


@pytest.mark.once
@pytest.mark.parametrize("seed", [1, 2])
def test_region_failover(seed: int) -> None:
    """Whoever has room for both regions, and is warm, bears both; a cold standby does not."""

    def in_time(*settings: str) -> float:
        times = ("warmup=95s", "duration=110s", "expect=[]")
        return play("region-failover", *times, *settings, seed=seed).total.goodput or 0.0

    assert in_time() > 180
    assert in_time(*FAILOVER) < 130
