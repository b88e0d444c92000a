"""How faults look to whoever watches."""

from __future__ import annotations

from typing import Any

import pytest
from replayed import QUIET, TICKING, opened

from simulator.live.snapshot import FaultView
from simulator.live.words import harm_in_words
from simulator.scenario.model.fault.fault import Fault


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kill": {"service": "shop"}}, "shop, one instance"),
        (
            {"kill": {"service": "shop", "mode": {"fixed": 2}, "grace": "5s"}},
            "shop, 2 instances, grace 5s",
        ),
        ({"latency": {"service": "shop", "add": "200ms"}}, "shop, all instances, add 200ms"),
        (
            {"slow": {"service": "shop", "mode": {"percent": "50%"}, "speed": "20%"}},
            "shop, 50% of instances, speed 20%",
        ),
        (
            {"hang": {"zone": "north", "mode": {"random_max_percent": "30%"}}},
            "zone north, up to 30% of instances",
        ),
        ({"pause": {"service": "shop", "instance": "shop-2"}}, "shop, shop-2"),
        (
            {
                "latency": {
                    "service": "shop",
                    "from": ["web", "app"],
                    "add": {"lognormal": {"median": "100ms", "p99": "400ms"}},
                }
            },
            "shop, all instances, from web app, add lognormal (median 100ms p99 400ms)",
        ),
        ({"surge": {"traffic": "users", "times": 3}}, "users, times 3"),
        ({"zone_outage": {"zone": "north"}}, "zone north"),
        ({"registry_outage": {}}, ""),
    ],
)
def test_a_harm_is_told_in_a_line(fault: dict[str, Any], words: str) -> None:
    assert harm_in_words(Fault.model_validate({"at": "1s", **fault})) == words


def test_what_it_does_is_put_into_words_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """There may be hundreds, and pictures come several times a second."""
    told: list[Fault] = []

    def tell(fault: Fault) -> str:
        told.append(fault)
        return harm_in_words(fault)

    monkeypatch.setattr("simulator.live.fault_views.harm_in_words", tell)
    session = opened(QUIET)
    for number in (1, 2):
        session.inject({"kill": {"service": "payments"}})
        first, second = session.fault_views(), session.fault_views()
        assert first == second
        assert len(first) == number
    assert len(told) == 1 + 2


def view(session: Any, name: str) -> FaultView:
    (found,) = (each for each in session.fault_views() if each.name == name)
    return found


def test_a_fault_waits_is_active_and_is_over() -> None:
    session = opened(TICKING)
    seen = []
    for time in (1.0, 2.5, 3.5):
        session.advance(time)
        found = view(session, "slow-1")
        seen.append((found.state, found.begins, found.ends, bool(found.targets), found.mine))
    assert seen == [
        ("waiting", 2.0, 3.0, False, False),
        ("active", 2.0, 3.0, True, False),
        ("over", 2.0, 3.0, True, False),
    ]


def test_one_that_comes_again_waits_for_its_next_time() -> None:
    session = opened(TICKING)
    session.advance(2.0)
    assert (view(session, "again").state, view(session, "again").begins) == ("active", 1.5)
    session.advance(3.0)
    assert (view(session, "again").state, view(session, "again").begins) == ("waiting", 5.5)


def test_one_that_waits_for_a_condition_has_no_time_yet() -> None:
    session = opened(TICKING)
    session.advance(1.2)
    seen = view(session, "seen")
    assert (seen.state, seen.begins, seen.ends) == ("waiting", None, None)


def test_one_without_an_end_goes_on_and_is_as_active_as_any() -> None:
    session = opened(QUIET)
    session.advance(3.0)
    session.inject({"kill": {"service": "payments", "instance": "payments-3"}})
    session.advance(9.0)
    assert view(session, "kill-1") == FaultView(
        name="kill-1",
        kind="kill",
        what="payments, payments-3",
        state="active",
        begins=3.01,
        ends=None,
        targets=("payments-3",),
        mine=True,
    )
