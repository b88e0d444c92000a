"""Error budgets and burn rates, against figures worked out by hand."""

from __future__ import annotations

import pytest

from simulator.experiment.result import Result
from simulator.experiment.run import simulate
from simulator.scenario import parse

WORLD = """
scenario: small
duration: 5m
warmup: 10s
traffic:
  users: {rate: 10/s, arrivals: constant, target: shop.get}
services:
  shop:
    endpoints: {get: [{work: 5ms}]}
"""
"""Ten requests a second, of which none fails by itself: 2,900 after the warm-up."""


def outage(lasts: str, *slos: str, expect: str = "[]", at: str = "60s") -> Result:
    """Everything fails for a while."""
    settings = [
        f"faults=[{{name: crash, at: {at}, for: {lasts}, kill: {{service: shop}}}}]",
        f"expect={expect}",
        f"slos={{{', '.join(slos)}}}",
    ]
    return simulate(parse(WORLD, settings=settings).scenario)


MONTH = "month: {of: users, objective: 99.9%, window: 30d}"
RUN = "run: {objective: 99%}"


def test_budget_of_the_run() -> None:
    """Of 2,900 requests 29 may be bad; 100 were: the budget is spent 100 / 29 times."""
    slo = outage("10s", RUN).slos["run"]
    assert (slo.events, slo.bad) == (2900, 100)
    assert slo.budget == 29.0
    assert slo.budget_spent == pytest.approx(100 / 29)
    assert slo.burn_rate == pytest.approx(100 / 29)
    assert slo.window == 290.0


def test_budget_of_a_month() -> None:
    """A month at 10/s has 25,920,000 requests, of which 25,920 may be bad."""
    slo = outage("10s", MONTH).slos["month"]
    assert slo.budget == pytest.approx(25_920.0)
    assert slo.budget_spent == pytest.approx(100 / 25_920)
    assert slo.burn_rate == pytest.approx(100 / 2900 / 0.001)


def test_highest_burn_rate() -> None:
    """A minute holds 600 requests, 100 of them bad; five minutes are longer than the run."""
    slo = outage("10s", MONTH).slos["month"]
    assert slo.burn_rate_1m == pytest.approx(100 / 600 / 0.001)
    assert slo.burn_rate_1m_at is not None
    assert 70.0 <= slo.burn_rate_1m_at <= 120.0
    assert slo.burn_rate_5m == slo.burn_rate
    assert slo.burn_rate_5m_at == 300.0


def test_an_alert_takes_as_long_as_the_workbook_says() -> None:
    """(1 - objective) / error ratio * window * burn rate: a total outage is 51.84 s old by then."""
    slo = outage("2m", MONTH).slos["month"]
    fast, slow, ticket = slo.alerts
    assert (fast.burn_rate, fast.long, fast.short) == (14.4, 3600.0, 300.0)
    assert (slow.burn_rate, slow.long, slow.short) == (6.0, 6 * 3600.0, 1800.0)
    assert (ticket.burn_rate, ticket.long, ticket.short) == (1.0, 3 * 86_400.0, 6 * 3600.0)
    assert fast.at == 60.0 + 52.0
    # 0.1 % of six hours six times over is 129.6 s: the outage is over before that.
    assert slow.at is None
    assert (slo.alerted_at, slo.alerted_after) == (112.0, 52.0)


def test_a_short_outage_wakes_nobody() -> None:
    """Of 40 s the hour sees 400 bad among 36,000: a burn rate of 11, which is below 14.4."""
    slo = outage("40s", MONTH).slos["month"]
    assert (slo.alerted_at, slo.alerted_after) == (None, None)
    assert slo.burn_rate_1m == pytest.approx(400 / 600 / 0.001)


def test_an_alert_is_not_of_a_fault_that_begins_with_it() -> None:
    """It fires at 112 s, at the end of an interval: what begins at that moment is not its cause."""
    faults = (
        "faults=[{name: crash, at: 60s, for: 2m, kill: {service: shop}},"
        " {name: late, at: 112s, for: 1s, pause: {service: shop}}]"
    )
    result = simulate(parse(WORLD, settings=[faults, f"slos={{{MONTH}}}"]).scenario)
    slo = result.slos["month"]
    assert (slo.alerted_at, slo.alerted_after) == (112.0, 52.0)


def test_what_is_too_slow_is_bad() -> None:
    """Work takes 5 ms: all is within 6 ms, and nothing within 4."""
    fast, slow = "fast: {objective: 99%, latency: 6ms}", "slow: {objective: 99%, latency: 4ms}"
    slos = outage("1s", fast, slow).slos
    assert (slos["fast"].bad, slos["slow"].bad) == (10, 2900)


def test_an_objective_of_an_endpoint() -> None:
    """It counts attempts as the endpoint's callers saw them."""
    slo = outage("10s", "get: {of: shop.get, objective: 99%}").slos["get"]
    assert (slo.events, slo.bad) == (2900, 100)


def test_a_fault_spends_budgets() -> None:
    """A fault without which nothing would have failed spent all that went."""
    result = outage("10s", MONTH, RUN)
    assert result.faults[0].error_budget_spent == {
        name: slo.budget_spent for name, slo in result.slos.items()
    }
    assert outage("10s").faults[0].error_budget_spent is None


def test_expectations_of_objectives() -> None:
    """Budget and burn rates are those of the figures, and of a phase what it had of them."""
    expect = (
        "[budget of month <= 50%, burn_rate of run <= 14.4, burn_rate_1m of month <= 14.4,"
        " budget of run <= 100% during crash, budget of run <= 1% after crash,"
        " burn_rate of run <= 14.4 during crash, burn_rate of run <= 1 always, budget <= 10%,"
        " 'burn_rate of run <= 1 during [1m, 70s]', 'budget of month <= 1% during [2m, 3m]']"
    )
    result = outage("10s", MONTH, RUN, expect=expect)
    month, run = result.slos["month"], result.slos["run"]
    found = result.expectations
    assert [each.value for each in found] == [
        month.budget_spent,
        run.burn_rate,
        month.burn_rate_1m,
        run.budget_spent,
        0.0,
        pytest.approx(100.0),
        pytest.approx(100.0),
        run.budget_spent,
        pytest.approx(100.0),
        0.0,
    ]
    assert [each.met for each in found[:5]] == [True, True, False, False, True]
    assert [each.met for each in found[5:]] == [False, False, False, False, True]
    # A request that comes at 60 s and a bit is refused at once; the 30th of them is one too many.
    assert (found[3].first_broken, found[3].during) == (62.0, ("crash",))
    assert found[6].first_broken == 60.0


def test_objectives_do_not_change_what_happens() -> None:
    """A run with an objective has the same figures, and the digest of one without lacks only it."""
    with_, without = outage("10s", RUN), outage("10s")
    assert with_.total == without.total
    assert with_.digest != without.digest
