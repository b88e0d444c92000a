"""Consul: an agent beside every instance, checks, and callers that wait for changes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import log, log10
from typing import TYPE_CHECKING

from simulator.discovery.probe import ProbeLine, Prober
from simulator.discovery.raft import Raft, random_timeout
from simulator.discovery.registry import Doing, Registry, RegistryServer, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.service.instance import Instance


@dataclass(frozen=True, slots=True)
class ConsulSettings:
    """Times in seconds, under Consul's names; `check` is http, ttl or gossip."""

    check: str
    interval: float
    timeout: float
    ttl: float
    success_before_passing: int
    failures_before_critical: int
    deregister_critical_service_after: float | None
    reap_interval: float
    election_timeout: float
    stale: bool
    probe_interval: float
    probe_timeout: float
    suspicion_mult: int


class StatusHandler:
    """Turns single results of a check into a status.

    A change needs so many results in a row; any result to the contrary begins the count anew.

    Source: hashicorp/consul, agent/checks/check.go, `StatusHandler`.
    """

    def __init__(
        self,
        success_before_passing: int,
        failures_before_warning: int,
        failures_before_critical: int,
    ) -> None:
        self.success_before_passing = success_before_passing
        self.failures_before_warning = failures_before_warning
        self.failures_before_critical = failures_before_critical
        self.successes = 0
        self.failures = 0
        self.status = "passing"

    def update(self, passing: bool) -> str:
        """One more result; returns the status that follows."""
        if passing:
            self.successes += 1
            self.failures = 0
            if self.successes >= self.success_before_passing:
                self.status = "passing"
            return self.status
        self.failures += 1
        self.successes = 0
        if self.failures >= self.failures_before_critical:
            self.status = "critical"
        elif self.failures >= self.failures_before_warning:
            self.status = "warning"
        return self.status


def suspicion_timeout(mult: int, nodes: int, probe_interval: float) -> float:
    """Seconds for which a silent node is only suspected: mult x max(1, log10 n) x interval.

    Source: hashicorp/memberlist, util.go, `suspicionTimeout` (to the millisecond, cut off).
    """
    scale = max(1.0, log10(max(1.0, float(nodes))))
    return mult * int(scale * 1000.0) * probe_interval / 1000.0


SUSPICION_MAX_MULT = 6.0
"""The longest suspicion, in multiples of the shortest (memberlist, `SuspicionMaxTimeoutMult`)."""


def remaining_suspicion(
    confirmations: int, expected: int, elapsed: float, least: float, most: float
) -> float:
    """Seconds that a suspicion has still to go, the fewer the more members confirm it.

    Source: hashicorp/memberlist, suspicion.go, `remainingSuspicionTime` (Lifeguard, DSN 2018).
    """
    share = log(confirmations + 1.0) / log(expected + 1.0)
    timeout = int(1000.0 * (most - share * (most - least))) / 1000.0
    return max(least, timeout) - elapsed


class Suspicion:
    """How long a silent node is only suspected: the shorter, the more members confirm it.

    It begins with `most` seconds and goes down to `least` with the confirmations that are expected;
    where none are, it is `least` from the start. A member counts once, and whoever began it does not.

    Source: hashicorp/memberlist, suspicion.go, `newSuspicion` and `Confirm`.
    """

    def __init__(self, begun_by: int, expected: int, least: float, most: float) -> None:
        self.expected = expected
        self.least = least
        self.most = most
        self.seconds = most if expected > 0 else least
        self.members = {begun_by}

    def confirm(self, member: int, elapsed: float) -> None:
        """A member suspects the node too, `elapsed` seconds after the beginning."""
        confirmations = len(self.members) - 1
        if confirmations >= self.expected or member in self.members:
            return
        self.members.add(member)
        self.seconds = elapsed + remaining_suspicion(
            confirmations + 1, self.expected, elapsed, self.least, self.most
        )


class Consul(Registry):
    """HashiCorp's registry: the agent on each node checks its instances and tells the servers.

    An instance whose check is critical is no longer handed out, at once; after
    `deregister_critical_service_after` (a minute at least) it is forgotten, at the next round of the
    reaper. Changes are written by the leader: while there is none, nothing changes. An agent that
    could not write tries again every 15 s. Callers wait in a blocking query, and hear of a change as
    soon as it is written; without a leader they are answered only if they are content with stale
    data, and whoever reaches no server asks again every 5 s. With `check: gossip` an instance is a
    node of its own, whose silence the other nodes notice (SWIM, Lifeguard).

    Left out: the time that rumours take to go round (200 ms a step); that a query which failed
    repeatedly waits longer; full syncs every minute, which repair what partial ones did not.

    Source: hashicorp/consul, agent/checks, agent/local, agent/ae (`retryFailIntv`), api/watch
    (`retryInterval`); hashicorp/memberlist; hashicorp/raft.
    """

    settings: ConsulSettings
    sync_again = 15.0
    ask_again = 5.0
    least_deregistration = 60.0

    def configure(self, settings: ConsulSettings, line_to: Callable[[str], ProbeLine]) -> None:
        """Set the intervals, and how each service's instances are probed."""
        self.settings = settings
        stream = self.streams.generator("registry/election")

        def timeout() -> float:
            return random_timeout(stream.random(), settings.election_timeout)

        self.raft = Raft(self.env, self.servers, timeout, self.elected)
        self.draws = self.streams.generator("registry/gossip")
        self.healthy = {name: each.up for name, each in self.by_name.items()}
        self.registered = dict(self.healthy)
        self.critical_since: dict[str, float] = {}
        self.agents = {name: Agent(self, each, line_to) for name, each in self.by_name.items()}

    def begin(self) -> None:
        for agent in self.agents.values():
            self.env.process(agent.checking())
        if self.settings.deregister_critical_service_after is not None:
            self.every(self.settings.reap_interval, "reap", self.reap)

    def server_changed(self, server: RegistryServer) -> None:
        self.raft.server_changed()

    def elected(self) -> None:
        """A new leader: agents sync what could not be written, queries that had failed are answered."""
        for agent in self.agents.values():
            self.write(agent)
        for service in self.instances:
            self.changed(service)

    def news(self, agent: Agent) -> bool:
        """Whether the servers know otherwise than an agent."""
        name = agent.instance.name
        return agent.passing != (self.healthy[name] and self.registered[name])

    def write(self, agent: Agent) -> None:
        """An agent tells the servers its instance's status, if that is news."""
        if self.news(agent):
            name = agent.instance.name
            self.reach(
                f"sync/{name}", self.service_of[name], 0, self.sync_again, partial(self.send, agent)
            )

    def send(self, agent: Agent, server: RegistryServer) -> None:
        """A server passes on to the leader what an agent says; without one, agents try later."""
        if self.raft.leader is not None:
            wait = self.latency + max(server.delay, self.raft.leader.delay)
            self.later(wait, partial(self.written, agent))

    def written(self, agent: Agent) -> None:
        if self.raft.leader is None or not self.news(agent):
            return
        name = agent.instance.name
        self.healthy[name] = agent.passing
        if agent.passing:
            self.registered[name] = True
            self.critical_since.pop(name, None)
        else:
            self.critical_since[name] = self.env.now
            self.delisted(agent.instance)
        self.changed(self.service_of[name])

    def reap(self) -> None:
        """Forget the instances that have been critical for long."""
        after = self.settings.deregister_critical_service_after
        if self.raft.leader is None or after is None:
            return
        after = max(after, self.least_deregistration)
        for name, since in list(self.critical_since.items()):
            if self.env.now - since > after:
                self.registered[name] = False
                del self.critical_since[name]

    def changed(self, service: str) -> None:
        """Blocking queries for a service return."""
        for number, view in enumerate(self.views):
            if service in view.routes:
                self.reach(
                    f"query/{view.name}/{service}",
                    view.party,
                    number,
                    self.ask_again,
                    partial(self.answer, view, service),
                )

    def answer(self, view: View, service: str, server: RegistryServer) -> None:
        """A server answers a caller's query."""
        self.later(self.latency + server.delay, partial(self.told, view, service))

    def told(self, view: View, service: str) -> None:
        if self.raft.leader is None and not self.settings.stale:
            return
        passing = [name for name, well in self.healthy.items() if well and self.registered[name]]
        view.learn(service, self.members(service, passing), self.env.now)

    def lists(self, instance: Instance) -> bool:
        return self.healthy[instance.name] and self.registered[instance.name]

    def leave(self, instance: Instance) -> None:
        self.agents[instance.name].leave()

    def join(self, instance: Instance) -> None:
        self.agents[instance.name].register()

    def silence_noticed_after(self) -> float:
        """Seconds until the others have declared a silent node dead, drawn.

        In each interval every other node probes one of its own others. A probe that fails, directly
        and through others, ends with its interval, and the prober suspects the node or, if somebody
        else did before, confirms the suspicion.
        """
        settings = self.settings
        nodes = len(self.by_name) + len(self.servers)
        others, interval = nodes - 1, settings.probe_interval
        least = suspicion_timeout(settings.suspicion_mult, nodes, interval)
        expected = settings.suspicion_mult - 2
        if nodes - 2 < expected:
            expected = 0
        probe = max(interval, settings.probe_timeout)
        ticks = self.draws.random(others)
        suspicion: Suspicion | None = None
        began, turn = 0.0, 0
        while suspicion is None or turn * interval < began + suspicion.seconds:
            (probers,) = (self.draws.random(others) < 1.0 / others).nonzero()
            for prober in sorted(probers.tolist(), key=lambda each: float(ticks[each])):
                failed = (turn + float(ticks[prober])) * interval + probe
                if suspicion is None:
                    began = failed
                    suspicion = Suspicion(prober, expected, least, SUSPICION_MAX_MULT * least)
                elif failed < began + suspicion.seconds:
                    suspicion.confirm(prober, failed - began)
            turn += 1
        return began + suspicion.seconds


class Agent(Prober):
    """The agent beside one instance, and what its check says."""

    def __init__(
        self, registry: Consul, instance: Instance, line_to: Callable[[str], ProbeLine]
    ) -> None:
        super().__init__()
        self.registry = registry
        self.instance = instance
        settings = registry.settings
        self.status = StatusHandler(
            settings.success_before_passing,
            settings.failures_before_critical,
            settings.failures_before_critical,
        )
        self.line = line_to(registry.service_of[instance.name])
        self.gone = not instance.up
        self.last_pass = 0.0

    @property
    def passing(self) -> bool:
        """Whether callers should be given the instance."""
        return self.status.status == "passing" and not self.gone

    def checking(self) -> Doing:
        """Run the check for ever."""
        registry, settings = self.registry, self.registry.settings
        env, name = registry.env, self.instance.name
        if settings.check == "http":
            yield env.timeout(registry.offset(f"check/{name}", settings.interval))
            while True:
                self.line.send(self, self.instance, settings.timeout)
                yield env.timeout(settings.interval)
        elif settings.check == "ttl":
            # The instance reports every half of the time; silence for all of it is critical.
            half = settings.ttl / 2.0
            offset = registry.offset(f"check/{name}", half)
            self.last_pass = offset - half
            yield env.timeout(offset)
            while True:
                if self.instance.up:
                    self.last_pass = env.now
                    self.set(True)
                    yield env.timeout(half)
                else:
                    yield env.timeout(max(0.0, self.last_pass + settings.ttl - env.now))
                    if not self.instance.up:
                        self.set(False)
                    yield env.timeout(half)
        else:
            while True:
                while self.instance.up:
                    yield env.timeout(settings.probe_interval)
                noticed = registry.silence_noticed_after()
                if self.instance.death is not None:
                    noticed -= env.now - self.instance.death.died
                yield env.timeout(max(0.0, noticed))
                if not self.instance.up:
                    self.set(False)
                while not self.instance.up:
                    yield env.timeout(settings.probe_interval)
                self.set(True)

    def probed(self, instance: Instance, well: bool) -> None:
        before = self.passing
        self.status.update(well)
        if self.passing != before:
            self.registry.write(self)

    def set(self, passing: bool) -> None:
        """The check says so without a probe."""
        before = self.passing
        self.status.status = "passing" if passing else "critical"
        if self.passing != before:
            self.registry.write(self)

    def leave(self) -> None:
        """The instance stops in good order: it deregisters."""
        self.gone = True
        self.registry.write(self)

    def register(self) -> None:
        """The instance is back; one that had deregistered is critical until its check passes."""
        if self.gone and self.registry.settings.check == "http":
            self.status.status = "critical"
            self.status.successes = 0
        self.gone = False
        self.registry.write(self)
