"""Pushes that each instance reads for itself: when it has them, and when it has lost them again."""

from __future__ import annotations

from itertools import pairwise
from math import ceil

import pytest

from simulator.experiment.result import Result, Span
from simulator.experiment.run import simulate
from simulator.kernel import make_kernel
from simulator.kernel.event import Event
from simulator.kernel.streams import Streams
from simulator.observe.event_log import EventLog
from simulator.platform.configuration import Configuration, Polling, Reader
from simulator.scenario import parse

SHOP = """
scenario: shop
seed: 3
duration: 130s
traces: 2000
configuration: {refresh: 30s}
traffic:
  users: {rate: 9/s, arrivals: constant, target: shop.buy, clients: 2}
services:
  shop:
    replicas: 3
    endpoints: {buy: [{call: pay.charge, timeout: 1s}]}
  pay: {replicas: 2, endpoints: {charge: [work: 20ms]}}
faults:
  - {name: push, at: 40s, for: 50s, config_push: {service: shop, policy: {timeout: 5ms}}}
"""
"""Each of three shops asks three times a second, and gets its answer after 20 ms."""

REFRESH, BEGIN, END = 30.0, 40.0, 90.0


def play(*settings: str) -> Result:
    return simulate(parse(SHOP, settings=settings).scenario, check=True)


def asked_by(result: Result) -> dict[str, list[Span]]:
    """Every call of `pay`, by the shop that made it."""
    found: dict[str, list[Span]] = {}
    for trace in result.traces:
        shops = {span.id: span.instance for span in trace.spans}
        for span in trace.spans:
            if span.parent is not None:
                found.setdefault(str(shops[span.parent]), []).append(span)
    return found


def next_reading(caller: str, after: float) -> float:
    """When a caller with a period of `REFRESH` reads first at or after a moment."""
    phase = REFRESH * float(Streams(3, 0).generator(f"configuration/{caller}").random())
    return phase + ceil((after - phase) / REFRESH) * REFRESH


def hit(spans: list[Span]) -> tuple[float, float]:
    """The first and the last call that timed out; between them all did."""
    late = [span.sent for span in spans if span.outcome == "timeout"]
    between = [span for span in spans if late[0] <= span.sent <= late[-1]]
    assert len(between) == len(late)
    return late[0], late[-1]


def test_each_instance_adopts_and_gives_up_a_push_at_its_own_readings() -> None:
    """From its first reading after the push to its first after the rollback, and not a call longer."""
    calls = asked_by(play())
    assert sorted(calls) == ["shop-1", "shop-2", "shop-3"]
    moments = set()
    for caller, spans in calls.items():
        adopted, left = next_reading(caller, BEGIN), next_reading(caller, END)
        expected = [span for span in spans if adopted <= span.sent < left]
        assert expected
        assert hit(spans) == (expected[0].sent, expected[-1].sent)
        moments.add(adopted)
    assert len(moments) == 3


def test_the_log_says_when_all_have_it() -> None:
    """The last of the readings is the end of the rollout, and of the rollback."""
    result = play()
    callers = [f"shop-{number}" for number in (1, 2, 3)]
    notes = [entry for entry in result.log if entry.kind == "config"]
    assert [note.subject for note in notes] == ["shop", "shop"]
    assert [note.time for note in notes] == pytest.approx(
        [max(next_reading(each, moment) for each in callers) for moment in (BEGIN, END)]
    )


def test_without_a_refresh_all_have_it_at_once() -> None:
    """The push and the rollback are moments."""
    calls = asked_by(play("configuration.refresh=null"))
    assert len(calls) == 3
    for spans in calls.values():
        first, last = hit(spans)
        assert BEGIN <= first < BEGIN + 0.34
        assert END - 0.34 < last < END


def test_a_process_that_starts_reads_at_once() -> None:
    """A shop killed during the push has it from its start on, and reads 30 s after that again."""
    reads = next_reading("shop-1", BEGIN)
    killed = reads - 4.0
    assert killed > BEGIN + 1.0
    result = play(
        "faults.1={at: %ss, for: 1s, kill: {instance: shop-1}}" % killed,  # noqa: UP031
        "faults.0.for=20s",
    )
    first, last = hit(asked_by(result)["shop-1"])
    assert killed + 1.0 <= first < killed + 1.4
    assert killed + 31.0 - 0.4 <= last < killed + 31.0


def test_clients_of_a_traffic_class_read_for_themselves() -> None:
    """Two clients, each with a phase of its own."""
    result = play("faults.0.config_push={service: users, policy: {timeout: 5ms}}")
    # Request n comes from one client or from the other; which one is drawn.
    late = [trace.started for trace in result.traces if trace.outcome == "timeout"]
    adopted = sorted(next_reading(f"users-{number}", BEGIN) for number in (1, 2))
    left = sorted(next_reading(f"users-{number}", END) for number in (1, 2))
    assert adopted[0] <= late[0] < adopted[0] + 3.0
    assert left[1] - 3.0 < late[-1] < left[1]
    with_both = [t for t in late if adopted[1] <= t < left[0]]
    assert len(with_both) == pytest.approx(9.0 * (left[0] - adopted[1]), abs=1.0)
    with_one = [t for t in late if adopted[0] <= t < adopted[1]]
    assert 0 < len(with_one) < 8.0 * (adopted[1] - adopted[0])


@pytest.mark.parametrize(
    "policy",
    ["timeout: 1s", "timeout: 1s, retry: {attempts: 1}", "cancel: true", "idempotent: false"],
)
def test_a_push_that_changes_nothing_changes_nothing(policy: str) -> None:
    """Every request is served exactly as without it: the same draws at the same places."""
    random = [
        "traffic.users.arrivals=poisson",
        "services.pay.endpoints.charge=[{work: {exponential: 20ms}}]",
        "network.latency={exponential: 1ms}",
    ]
    plain = play(*random, "faults=[]")
    pushed = play(*random, f"faults.0.config_push.policy={{{policy}}}")
    assert pushed.traffic["users"] == plain.traffic["users"]
    assert pushed.services["pay"] == plain.services["pay"]


def test_the_later_of_two_pushes_wins_when_it_is_read() -> None:
    """15 ms are too short and 30 ms are not: both are read in their turn."""
    result = play(
        "faults=[{at: 10s, for: 100s, config_push: {service: shop, policy: {timeout: 15ms}}},"
        " {at: 45s, for: 40s, config_push: {service: shop, policy: {timeout: 30ms}}}]"
    )
    for caller, spans in asked_by(result).items():
        first, second = next_reading(caller, 10.0), next_reading(caller, 45.0)
        third, last = next_reading(caller, 85.0), next_reading(caller, 110.0)
        late = [span for span in spans if span.outcome == "timeout"]
        bad = [s for s in spans if first <= s.sent < second or third <= s.sent < last]
        assert late == bad != []


def test_a_refresh_spreads_the_harm_and_takes_nothing_from_it() -> None:
    """A quarter of the clients read a push of 15 s, for 60 s each: it comes to 15 s, as at once.

    The time for which one client is hit is 60 s with a chance of a quarter: 26 s of deviation.
    """
    clients, rate = 1000, 90.0
    at_once, spread = (
        play(
            f"configuration.refresh={refresh}",
            f"traffic.users.clients={clients}",
            f"traffic.users.rate={rate}/s",
            "faults.0={at: 45s, for: 15s, config_push: {service: users, policy: {timeout: 5ms}}}",
        ).traffic["users"]
        for refresh in ("null", "60s")
    )
    assert at_once.outcomes["timeout"] == 15 * rate
    error = (rate * 60.0 * (0.25 * 0.75) ** 0.5) / clients**0.5 + (15 * rate) ** 0.5
    assert spread.outcomes["timeout"] == pytest.approx(15 * rate, abs=4 * error)


class Readings(Event):
    """Looks every second how often a reader has read, by when it will the next time."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self.reader = reader
        self.moments: set[float] = set()

    def fire(self) -> None:
        self.moments.add(self.reader.time)
        self.reader.configuration.kernel.schedule(self, 1.0)


def test_jitter_makes_waits_longer_by_its_share() -> None:
    """Waits lie evenly between 10 and 15 s: of 2,000 the mean is 12.5 s within four errors."""
    kernel = make_kernel()
    configuration = Configuration(kernel, EventLog(), "shop", Polling(10.0, 0.5))
    reader = Reader(configuration, "shop-1")
    configuration.readers["shop-1"] = reader
    configuration.begin(lambda caller: Streams(1, 0).generator(caller).random, set())
    readings = Readings(reader)
    kernel.schedule(readings, 0.0)
    kernel.run(25_000.0, 10**6)
    moments = sorted(readings.moments)
    waits = [later - sooner for sooner, later in pairwise(moments)]
    assert 0.0 <= moments[0] < 10.0
    assert min(waits) >= 10.0
    assert max(waits) < 15.0
    error = 5.0 / 12**0.5 / len(waits) ** 0.5
    assert sum(waits) / len(waits) == pytest.approx(12.5, abs=4 * error)
