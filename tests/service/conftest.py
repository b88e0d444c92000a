"""One instance, and attempts that a test hands to it at moments of its choice."""

from __future__ import annotations

from math import inf

from simulator.call.attempt import Attempt
from simulator.call.edge import CallPoint
from simulator.call.party import Party
from simulator.observe.audit import Audit, AuditedInstance
from simulator.outcome import NAMES
from simulator.scenario import parse
from simulator.scenario.building.build import build
from simulator.traffic.request import Nature, Request, Tally


class Caller(Party):
    """Asks, and writes down the answer with its time in milliseconds."""

    def __init__(self, bench: Bench, name: str) -> None:
        super().__init__()
        self.bench = bench
        self.name = name

    def answered(self, point: CallPoint, outcome: int, origin: str) -> None:
        now = round(self.bench.kernel.now * 1000, 6)
        self.bench.log.append((now, self.name, NAMES[outcome]))
        self.bench.origins[self.name] = origin


class Bench:
    """A service of one instance, described by its keys; `log` has every answer: (ms, who, outcome).

    A piece of work takes 10 ms.
    """

    def __init__(self, keys: str) -> None:
        text = f"""
scenario: bench
duration: 1h
traffic: {{users: {{rate: 1/s, target: api.get}}}}
services: {{api: {{{keys}, endpoints: {{get: [{{work: 10ms}}]}}}}}}
"""
        self.world = build(parse(text).scenario, 1, instance_class=AuditedInstance)
        self.kernel = self.world.kernel
        self.audit = Audit(self.kernel, self.world.instances)
        self.instance = self.world.services["api"].instances[0]
        self.log: list[tuple[float, str, str]] = []
        self.origins: dict[str, str] = {}
        self.asked = 0

    def make(self, name: str, priority: int = 0, left: float = inf) -> Attempt:
        """An attempt of a request of that priority, with so many seconds left of its deadline."""
        self.asked += 1
        site = self.world.sources["users"].entries[0].site
        now = self.kernel.now
        request = Request(Tally(Nature(priority)), self.asked)
        return Attempt(request, Caller(self, name), site, self.instance, 0, now, now + left)

    def come(self, *names: str, priority: int = 0, left: float = inf) -> Attempt:
        """Attempts arrive, one right after another; returns the last."""
        for name in names:
            attempt = self.make(name, priority, left)
            self.instance.accept(attempt)
        self.audit.check()
        return attempt

    def until(self, milliseconds: float) -> list[tuple[float, str, str]]:
        """Let time pass; returns the answers of that time, and forgets them."""
        self.kernel.run(milliseconds / 1000, 1 << 30)
        self.audit.check()
        answers, self.log = self.log, []
        return answers
