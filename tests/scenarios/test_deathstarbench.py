"""DeathStarBench: services and mixes are those of the published files, and a measurement is met."""

from __future__ import annotations

import pytest

from simulator.experiment.run import simulate
from simulator.scenario import load

HOTEL = load("hotel-reservation").scenario
SOCIAL = load("social-network").scenario


class TestServices:
    def test_hotel(self, compose_files: dict[str, set[str]]) -> None:
        """Every service of the hotel is in its compose file; the others are left out for a reason."""
        left_out = {
            "consul",
            "jaeger",
            "review",
            "attractions",
            "memcached-review",
            "mongodb-review",
            "mongodb-attractions",
            "mongodb-geo",
            "mongodb-recommendation",
            "mongodb-user",
        }
        assert set(HOTEL.services) | left_out == compose_files["hotelReservation"]
        assert not set(HOTEL.services) & left_out

    def test_social(self, compose_files: dict[str, set[str]]) -> None:
        """The same of the social network, whose names end in `-service` there."""
        left_out = {
            "media-frontend",
            "media-mongodb",
            "media-memcached",
            "url-shorten-memcached",
            "jaeger-agent",
        }
        published = {name.removesuffix("-service") for name in compose_files["socialNetwork"]}
        assert set(SOCIAL.services) | left_out == published
        assert not set(SOCIAL.services) & left_out

    @pytest.mark.parametrize("scenario", [HOTEL, SOCIAL], ids=["hotel", "social"])
    def test_one_of_each(self, scenario: object) -> None:
        """The compose files deploy one replica of everything."""
        assert {service.replicas for service in scenario.services.values()} == {1}  # type: ignore[attr-defined]


def test_mixes() -> None:
    """The mixes are those of the benchmark's scripts."""
    assert list((HOTEL.traffic["guests"].mix or {}).values()) == [60, 39, 0.5, 0.5]
    assert list((SOCIAL.traffic["people"].mix or {}).values()) == [60, 30, 10]


def test_composing_in_a_closed_loop() -> None:
    """Two connections that compose posts get 695 to 852 of them a second, as was measured."""
    settings = (
        "traffic={people: {users: 2, target: nginx-thrift.compose_post}}",
        "duration=20s",
        "expect=[]",
    )
    throughput = simulate(load("social-network", settings).scenario).total.throughput
    assert 695 <= throughput <= 852


def test_a_post_is_a_tree_of_calls() -> None:
    """Composing a post takes 18 calls and more, reading a timeline 5."""
    loaded = load("social-network", ["duration=10s", "expect=[]"])
    figures = simulate(loaded.scenario, folder=loaded.folder).traffic["people"].endpoints
    assert 18 < (figures["nginx-thrift.compose_post"].attempts_per_request or 0) < 20
    assert 5 < (figures["nginx-thrift.read_home_timeline"].attempts_per_request or 0) < 6


def test_caches_shield_the_databases() -> None:
    """One read of profiles in twenty reaches MongoDB."""
    loaded = load("hotel-reservation", ["duration=8s", "expect=[]"])
    services = simulate(loaded.scenario, folder=loaded.folder).services
    share = services["mongodb-profile"].calls / services["memcached-profile"].calls
    assert share == pytest.approx(0.05, abs=0.01)
