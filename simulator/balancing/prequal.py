"""Prequal: asking ahead how busy instances are, and balancing latency instead of load."""

from __future__ import annotations

from bisect import insort
from collections import deque
from math import inf
from typing import Final

from mypy_extensions import mypyc_attr

from simulator.balancing.balancer import Balancer
from simulator.balancing.candidate import Candidate
from simulator.balancing.chance import Chance

REMEMBERED: Final = 128
"""Answers from which the distribution of requests in flight is read."""
SURPLUS: Final = 1.0
"""The paper's delta: how fast the pool may gain on what is taken out of it."""
MOST_USES: Final = 1000.0


class Answer:
    """What one probe brought back.

    Attributes:
        in_flight: requests at the instance, with those sent there from this answer since.
        seconds: the latency that the instance expects, from recent ones at such a load.
        at: when it came, in seconds.
        uses: how often it may be used still.
    """

    __slots__ = ("at", "candidate", "in_flight", "seconds", "uses")

    def __init__(
        self, candidate: Candidate, in_flight: int, seconds: float, at: float, uses: float
    ) -> None:
        self.candidate = candidate
        self.in_flight = in_flight
        self.seconds = seconds
        self.at = at
        self.uses = uses


@mypyc_attr(allow_interpreted_subclasses=True)
class Prober:
    """Whoever carries a balancer's probes to instances and their answers back."""

    __slots__ = ()

    def probe(self, balancer: Prequal, candidate: Candidate) -> None:
        """Ask an instance how it is; the answer comes to `balancer.probed`, later."""
        raise NotImplementedError


class Prequal(Balancer):
    """Keeps a small pool of recent answers to probes, and sends to the best of them.

    Each request sends `probes` probes to instances drawn at random, for the requests to come: none
    waits for them. Instances whose requests in flight are above the `quantile` of what was seen
    lately are hot. Among the cold ones the lowest expected latency wins; if all are hot, the fewest
    requests in flight. An answer is dropped after `age` seconds, after so many uses, or to keep the
    pool fresh (`remove` for each request: the oldest and the worst in turn). With fewer than two
    answers the choice is random.

    Wins where instances share their machines with others, so that load says little about latency.
    Costs its probes, and a look through the pool per pick.

    Source: Wydrowski, Kleinberg, Rumble, Archer, "Load is not what you should balance: Introducing
    Prequal", NSDI 2024, section 4.
    """

    __slots__ = (
        "age",
        "chance",
        "lately",
        "oldest_next",
        "owed_probes",
        "owed_removals",
        "pool",
        "present",
        "prober",
        "probes",
        "quantile",
        "ranked",
        "remove",
        "size",
    )

    def __init__(
        self,
        chance: Chance,
        probes: float,
        size: int,
        age: float,
        remove: float,
        quantile: float,
    ) -> None:
        super().__init__()
        self.prober: Prober | None = None
        self.chance = chance
        self.probes = probes
        self.size = size
        self.age = age
        self.remove = remove
        self.quantile = quantile
        self.pool: list[Answer] = []
        self.present: dict[str, Candidate] = {}
        self.lately: deque[int] = deque()
        self.ranked: list[int] = []
        self.owed_probes = 0.0
        self.owed_removals = 0.0
        self.oldest_next = True

    def update(self, candidates: list[Candidate], now: float) -> None:
        super().update(candidates, now)
        self.present = {each.name: each for each in candidates}
        self.pool = [
            each for each in self.pool if self.present.get(each.candidate.name) is each.candidate
        ]

    @property
    def uses(self) -> float:
        """How often one answer may be used, so that the pool neither dries up nor goes stale."""
        share = min(1.0, self.size / max(1, len(self.candidates)))
        gained = (1.0 - share) * self.probes - self.remove
        return MOST_USES if gained <= 0.0 else max(1.0, (1.0 + SURPLUS) / gained)

    def probed(self, candidate: Candidate, now: float, in_flight: int, seconds: float) -> None:
        """The answer to a probe has come."""
        if self.present.get(candidate.name) is not candidate:
            return
        self.lately.append(in_flight)
        insort(self.ranked, in_flight)
        if len(self.lately) > REMEMBERED:
            self.ranked.remove(self.lately.popleft())
        # One answer for an instance: the latest.
        self.pool = [each for each in self.pool if each.candidate is not candidate]
        if len(self.pool) >= self.size:
            del self.pool[0]
        self.pool.append(Answer(candidate, in_flight, seconds, now, self.uses))

    def hot_above(self) -> float:
        """With more requests in flight than this an instance is hot."""
        if not self.ranked:
            return inf
        return self.ranked[min(len(self.ranked) - 1, int(self.quantile * len(self.ranked)))]

    def pick(self, key: int, now: float) -> Candidate | None:
        candidates = self.candidates
        if not candidates:
            return None
        self.pool = [each for each in self.pool if now - each.at <= self.age]
        self.owed_probes += self.probes
        while self.owed_probes >= 1.0:
            self.owed_probes -= 1.0
            if self.prober is not None:
                self.prober.probe(self, candidates[self.chance.below(len(candidates))])
        if len(self.pool) < 2:
            return candidates[self.chance.below(len(candidates))]
        chosen = self.best()
        # What is sent there now counts before a probe can tell.
        chosen.in_flight += 1
        chosen.uses -= 1.0
        if chosen.uses <= 0.0:
            self.pool.remove(chosen)
        self.owed_removals += self.remove
        while self.owed_removals >= 1.0:
            self.owed_removals -= 1.0
            self.drop_one()
        return chosen.candidate

    def best(self) -> Answer:
        """Cold before hot; the fastest of the cold, the least busy of the hot."""
        bound = self.hot_above()
        best = self.pool[0]
        for answer in self.pool[1:]:
            if precedes(answer, best, bound):
                best = answer
        return best

    def drop_one(self) -> None:
        """Take the oldest answer out of the pool, or the worst, in turn."""
        if not self.pool:
            return
        oldest, self.oldest_next = self.oldest_next, not self.oldest_next
        if oldest:
            del self.pool[0]
            return
        bound = self.hot_above()
        worst = self.pool[0]
        for answer in self.pool[1:]:
            if precedes(worst, answer, bound):
                worst = answer
        self.pool.remove(worst)


def precedes(first: Answer, second: Answer, bound: float) -> bool:
    """Whether `first` is the better choice; those with more in flight than `bound` are hot."""
    hot, other_hot = first.in_flight > bound, second.in_flight > bound
    if hot != other_hot:
        return other_hot
    return first.in_flight < second.in_flight if hot else first.seconds < second.seconds
