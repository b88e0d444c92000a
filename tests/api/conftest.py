"""A shop whose database is slow for a while, and a comparison: played once for all tests."""

from __future__ import annotations

import pytest

import simulator as sim


@pytest.fixture(scope="session")
def shop() -> sim.Scenario:
    return sim.Scenario(
        "shop",
        description="A <slow> disk.",
        duration="40s",
        warmup="5s",
        traffic={"users": {"rate": "80/s", "mix": {"web.page": 1}}},
        services={
            "web": {
                "concurrency": 20,
                "endpoints": {"page": [{"work": "5ms"}, {"call": "db.read"}]},
            },
            "db": {"concurrency": 4, "endpoints": {"read": [{"work": {"exponential": "20ms"}}]}},
        },
        faults=[
            {
                "slow": {"service": "db", "speed": 0.3},
                "name": "slow-disk",
                "at": "12s",
                "for": "5s",
            },
            {"kill": {"service": "web"}, "name": "death", "at": "25s", "for": "2s"},
        ],
        expect=["p99 <= 500ms"],
    )


@pytest.fixture(scope="session")
def run(shop: sim.Scenario) -> sim.Run:
    return sim.run(shop)


@pytest.fixture(scope="session")
def compared(shop: sim.Scenario) -> sim.Compared:
    return sim.compare(
        shop,
        vary={"services.db.concurrency": [2, 4]},
        replications=2,
        duration="30s",
        jobs=1,
        measure="mean",
    )
