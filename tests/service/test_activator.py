"""Who holds requests while no instance is ready, hand by hand."""

from __future__ import annotations

import pytest

from simulator.balancing.chance import Chance
from simulator.call.attempt import Attempt
from simulator.call.patience import Patience
from simulator.discovery.probe import ProbeLine, Prober
from simulator.kernel.streams import Streams
from simulator.network.link import Link
from simulator.observe.ledger import PAGE
from simulator.outcome import NAMES, OUTCOMES
from simulator.service.activator import Activator, Waker
from simulator.service.instance import UNLIMITED, Instance

from .conftest import Bench


class Desk(Bench):
    """Three instances, none of them ready at first, behind an activator; work takes 10 ms."""

    def __init__(
        self, keys: str = "concurrency: 2", depth: int = UNLIMITED, limit: int = UNLIMITED
    ) -> None:
        super().__init__(f"replicas: 3, {keys}")
        self.instances: list[Instance] = list(self.world.services["api"].instances)
        generator = Streams(1, 0).generator("activator")
        self.activator = Activator(
            self.kernel,
            self.world.ledger,
            "api-activator",
            3,
            depth=depth,
            limit=limit,
            chance=Chance(lambda size: generator.random(size).tolist()),
        )
        self.instance = self.activator

    def ready(self, *numbers: int) -> None:
        """These instances are ready from now on, and no others."""
        self.activator.lead_to([self.instances[number - 1] for number in numbers])
        self.audit.check()

    def inside(self) -> list[int]:
        """How many requests are inside each instance, and how many are held."""
        return [len(each.inside) for each in (*self.instances, self.activator)]

    def lines(self) -> list[tuple[int, str, float]]:
        """What the ledger has: the instance asked, the outcome, milliseconds from start to end."""
        ledger = self.world.ledger
        assert len(ledger.codes) < PAGE
        return [
            (
                ledger.lane_instances[code // OUTCOMES],
                NAMES[code % OUTCOMES],
                round((end - start) * 1000, 6),
            )
            for code, start, end in zip(ledger.codes, ledger.starts, ledger.ends, strict=True)
        ]

    def make(self, name: str, priority: int = 0, left: float = float("inf")) -> Attempt:
        attempt = super().make(name, priority, left)
        attempt.code = attempt.site.point.edge.code_to(self.instance.number)
        return attempt


def test_held_until_an_instance_is_ready() -> None:
    """Everybody waits, in the order of their coming, and nobody is lost."""
    desk = Desk("concurrency: 1")
    desk.come("a", "b", "c")
    assert desk.until(500) == []
    assert desk.inside() == [0, 0, 0, 3]
    desk.ready(2)
    assert desk.inside() == [0, 3, 0, 0]
    assert desk.until(1000) == [(510, "a", "ok"), (520, "b", "ok"), (530, "c", "ok")]
    assert desk.activator.queued_until(1.0) == pytest.approx(3 * 0.5)
    assert desk.activator.queue_peak == 3


def test_what_was_held_is_the_activators_line() -> None:
    """Who was held is written down there with the time that the caller waited; who was not, elsewhere."""
    desk = Desk("concurrency: 1")
    desk.come("a")
    desk.until(500)
    desk.ready(2)
    desk.until(600)
    desk.come("b")
    desk.until(700)
    assert desk.lines() == [(3, "ok", 510), (1, "ok", 10)]


def test_a_full_activator_turns_away() -> None:
    """Knative's breaker answers at once when its queue is full."""
    desk = Desk(depth=2)
    desk.come("a", "b", "c")
    assert desk.until(1) == [(0, "c", "queue_full")]
    assert desk.origins["c"] == "api-activator"
    desk.ready(1)
    assert [who for _, who, _ in desk.until(100)] == ["a", "b"]


def test_the_limit_holds_back_what_has_no_room() -> None:
    """Each instance is given two; the rest waits at the activator, where a new instance finds it."""
    desk = Desk("concurrency: 8", limit=2)
    desk.ready(1)
    desk.come("a", "b", "c", "d", "e")
    assert desk.inside() == [2, 0, 0, 3]
    desk.until(5)
    desk.ready(1, 3)
    assert desk.inside() == [2, 0, 2, 1]
    assert desk.until(100) == [
        (10, "a", "ok"),
        (10, "b", "ok"),
        (15, "c", "ok"),
        (15, "d", "ok"),
        (20, "e", "ok"),
    ]


def test_few_at_once_fill_the_first() -> None:
    """With up to three at once the first instance with room is asked, as Knative does."""
    desk = Desk("concurrency: 8", limit=3)
    desk.ready(1, 2, 3)
    desk.come("a", "b", "c", "d")
    assert desk.inside() == [3, 1, 0, 0]


def test_more_at_once_go_round() -> None:
    """With more than three they are asked in turn, those without room left out."""
    desk = Desk("concurrency: 8", limit=4)
    desk.instance = desk.instances[1]
    desk.come("w", "x", "y", "z")
    desk.instance = desk.activator
    desk.ready(1, 2, 3)
    desk.come("a", "b", "c", "d", "e")
    assert desk.inside() == [3, 4, 2, 0]


def test_without_a_limit_the_less_busy_of_two() -> None:
    """Of two, the less busy; and of two that are as busy, either with the same chance."""
    desk = Desk("concurrency: 8")
    desk.ready(1, 2)
    desk.come(*"abcdefgh")
    assert desk.inside() == [4, 4, 0, 0]
    desk.until(100)
    first = 0
    for _ in range(400):
        desk.come("x")
        first += len(desk.instances[0].inside)
        desk.until(desk.kernel.now * 1000 + 20)
    # Four standard errors of 400 throws of a coin.
    assert abs(first - 200) < 40


def test_of_three_the_busiest_is_never_asked() -> None:
    """Two different ones are drawn, so the busiest always meets one that is less so."""
    desk = Desk("concurrency: 1000")
    desk.instance = desk.instances[0]
    desk.come(*["w"] * 500)
    desk.instance = desk.activator
    desk.ready(1, 2, 3)
    desk.come(*["x"] * 300)
    assert desk.inside()[0] == 500
    assert sum(desk.inside()) == 800
    assert abs(desk.inside()[1] - desk.inside()[2]) <= 3


def test_the_dead_are_not_asked() -> None:
    """It waits for one that lives, and goes on with the next arrival after that."""
    desk = Desk("concurrency: 8", limit=2)
    desk.ready(1)
    desk.instances[0].crash()
    desk.come("a")
    assert desk.inside() == [0, 0, 0, 1]
    desk.instances[0].restart()
    desk.come("b")
    assert desk.inside() == [2, 0, 0, 0]


def test_one_that_gives_up_stays_unless_it_is_told() -> None:
    """An abandoned request is worked on in vain; one that is withdrawn is not."""
    desk = Desk("concurrency: 1")
    stays, goes = desk.come("a"), desk.come("b")
    desk.until(100)
    stays.abandon()
    goes.abandon()
    goes.withdraw()
    assert desk.inside() == [0, 0, 0, 1]
    desk.ready(1)
    desk.until(200)
    assert desk.instances[0].wasted == pytest.approx(0.01)
    activator = desk.activator
    assert (activator.held, activator.passed, activator.given_up) == (2, 1, 1)
    assert [line[:2] for line in desk.lines()] == [(3, "cancelled"), (3, "cancelled")]


def test_a_timeout_runs_out_at_the_activator() -> None:
    """The caller's patience counts from the sending, wherever the request is."""
    desk = Desk("concurrency: 1")
    patience = Patience(desk.kernel, 0.25)
    for name in "ab":
        patience.watch(desk.come(name))
    desk.until(245)
    desk.ready(1)
    assert desk.until(300) == [(250, "a", "timeout"), (250, "b", "timeout")]
    # Both were passed on, and are worked on all the same.
    desk.until(400)
    assert desk.instances[0].wasted == pytest.approx(0.02)


def test_a_deadline_that_has_passed_is_not_passed_on() -> None:
    """As in the queue of an instance: whose time is up when the turn comes is let go."""
    desk = Desk("concurrency: 1")
    desk.come("a", left=0.1)
    desk.come("b", left=0.9)
    desk.until(500)
    desk.ready(1)
    assert desk.until(600) == [(500, "a", "deadline"), (510, "b", "ok")]
    assert desk.activator.given_up == 1


def test_a_crash_of_the_activator_loses_what_it_holds() -> None:
    """The callers see their connections reset; what went on before is not its business any more."""
    desk = Desk("concurrency: 1", limit=1)
    desk.ready(1)
    desk.come("a", "b", "c")
    desk.activator.crash()
    desk.come("d")
    assert desk.until(100) == [
        (0, "b", "reset"),
        (0, "c", "reset"),
        (0, "d", "refused"),
        (10, "a", "ok"),
    ]
    assert (desk.activator.held, desk.activator.lost) == (2, 2)


def test_an_instance_that_leaves_is_watched_no_more() -> None:
    """Only ready instances have room; and those that are gone say nothing of it."""
    desk = Desk("concurrency: 8", limit=1)
    desk.ready(1, 2)
    desk.come("a", "b", "c")
    desk.ready(2)
    assert desk.instances[0].watcher is None
    assert desk.instances[1].watcher is not None
    desk.until(15)
    assert desk.inside() == [0, 1, 0, 0]


class Bell(Waker):
    """Counts how often it is rung."""

    def __init__(self) -> None:
        self.rung = 0

    def woken(self) -> None:
        self.rung += 1


def test_the_first_after_a_silence_wakes() -> None:
    """Each time that it is declared idle, the next arrival rings once."""
    desk = Desk()
    bell = Bell()
    desk.activator.waker = bell
    desk.come("a")
    assert bell.rung == 0
    desk.activator.idle = True
    desk.come("b", "c")
    assert bell.rung == 1
    desk.activator.idle = True
    desk.ready(1)
    desk.come("d")
    assert bell.rung == 2
    assert desk.activator.came == 4


class Checker(Prober):
    """Remembers the last probe."""

    def __init__(self) -> None:
        super().__init__()
        self.well: bool | None = None

    def probed(self, instance: Instance, well: bool) -> None:
        self.well = well


def test_it_answers_health_checks_itself() -> None:
    """A check of the activator says that the activator is well, whoever is behind it."""
    desk = Desk()
    checker = Checker()
    world = desk.world
    line = ProbeLine(
        desk.kernel,
        world.ledger,
        "edge",
        "api",
        0.0,
        Link(0.0, None),
        lambda path, law: lambda b, n: [],
    )
    line.send(checker, desk.activator, 1.0)
    desk.until(1)
    assert checker.well is True
    assert desk.inside() == [0, 0, 0, 0]
    assert desk.activator.came == 0


def test_a_cancellation_makes_room() -> None:
    """Whoever is withdrawn from an instance leaves its place to the next who is held."""
    desk = Desk("concurrency: 8", limit=1)
    desk.ready(1)
    first = desk.come("a")
    desk.come("b")
    desk.until(4)
    first.abandon()
    first.withdraw()
    assert desk.until(100) == [(14, "b", "ok")]
