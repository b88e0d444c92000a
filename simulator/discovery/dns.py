"""DNS: records with a time to live, kept up to date by health checks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from simulator.discovery.probe import ProbeLine, Prober
from simulator.discovery.registry import Doing, Registry, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.service.instance import Instance


@dataclass(frozen=True, slots=True)
class DnsSettings:
    """Times in seconds."""

    ttl: float
    negative_ttl: float
    check_interval: float
    timeout: float
    failure_threshold: int


class DnsRegistry(Registry):
    """The addresses of a service under a name, without those whose health checks fail.

    Callers keep an answer for its time to live, whatever happens meanwhile, and an empty answer for
    the negative one: a service that was gone for a moment may stay gone for long. A resolver waits 5 s
    for each server, asks them all twice, and keeps what is cached if none answers.

    Source: RFC 1034, section 3.6; RFC 2308 (negative caching); Amazon Route 53, health checks
    (every 30 s, three failures, TTL of 60 s or less); resolv.conf(5) (`timeout`, `attempts`).
    """

    settings: DnsSettings
    patience = 5.0
    attempts = 2

    def configure(self, settings: DnsSettings, line_to: Callable[[str], ProbeLine]) -> None:
        """Set the intervals, and how each service's instances are probed."""
        self.settings = settings
        self.records = {name: each.up for name, each in self.by_name.items()}
        self.checks = {name: Check(self, each, line_to) for name, each in self.by_name.items()}

    def begin(self) -> None:
        for name, check in self.checks.items():
            self.every(self.settings.check_interval, f"check/{name}", check.send)
        for number, view in enumerate(self.views):
            for service in view.routes:
                self.env.process(self.looking_up(view, service, number))

    def looking_up(self, view: View, service: str, number: int) -> Doing:
        """Look the name up whenever the answer has expired."""
        settings = self.settings
        yield self.env.timeout(self.offset(f"lookup/{view.name}/{service}", settings.ttl))
        while True:
            tries = self.attempts * len(self.servers)
            client = f"lookup/{view.name}/{service}"
            server, waited = self.ask(client, view.party, number, self.patience, tries)
            if server is None:
                yield self.env.timeout(max(waited, self.patience))
                continue
            yield self.env.timeout(waited + 2 * self.latency + server.delay)
            listed = [name for name, there in self.records.items() if there]
            found = self.members(service, listed)
            view.learn(service, found, self.env.now)
            yield self.env.timeout(settings.ttl if found else settings.negative_ttl)

    def set(self, instance: Instance, listed: bool) -> None:
        """Put a record in, or take it out."""
        self.records[instance.name] = listed
        if not listed:
            self.delisted(instance)

    def lists(self, instance: Instance) -> bool:
        return self.records[instance.name]

    def leave(self, instance: Instance) -> None:
        self.later(self.latency, partial(self.set, instance, False))


class Check(Prober):
    """The health check of one record; `streak` counts results in a row against it."""

    def __init__(
        self, registry: DnsRegistry, instance: Instance, line_to: Callable[[str], ProbeLine]
    ) -> None:
        super().__init__()
        self.registry = registry
        self.instance = instance
        self.streak = 0
        self.line = line_to(registry.service_of[instance.name])

    def send(self) -> None:
        self.line.send(self, self.instance, self.registry.settings.timeout)

    def probed(self, instance: Instance, well: bool) -> None:
        registry = self.registry
        well = well and registry.present(instance)
        if well == registry.records[instance.name]:
            self.streak = 0
            return
        self.streak += 1
        if self.streak >= registry.settings.failure_threshold:
            self.streak = 0
            registry.set(instance, well)
