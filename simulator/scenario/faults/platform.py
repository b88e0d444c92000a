"""The kinds of faults that hit what services run on."""

from __future__ import annotations

from collections.abc import Callable

from simulator.call.breaker import CLOSED, DISABLED, FORCED_OPEN
from simulator.fault.bad_deploy import BadDeploy, Rolling
from simulator.fault.config_push import ConfigPush
from simulator.fault.fault import Fault, Schedule
from simulator.fault.force_breaker import ForceBreaker
from simulator.fault.link_fault import LinkFault
from simulator.fault.node_drain import NodeDrain
from simulator.fault.registry_faults import KillServer
from simulator.fault.secret_expiry import SecretExpiry
from simulator.network.disturbance import Toxic
from simulator.network.toxic.abort import Abort
from simulator.network.toxic.loss import Loss
from simulator.network.toxic.refusal import Refusal
from simulator.outcome import NAMES, UNAUTHORIZED
from simulator.platform.eviction import Pace
from simulator.scenario.building.versions import otherwise
from simulator.scenario.faults.kind import Kind
from simulator.scenario.faults.process import keeper, killing
from simulator.scenario.faults.reach import Reach
from simulator.scenario.faults.toxics import ToxicMaker, Whom, maker_of
from simulator.scenario.model.fault import platform as model
from simulator.service.impairment import Impairment


def registry_outage(reach: Reach, _: model.RegistryOutage, name: str, schedule: Schedule) -> Fault:
    """Ends every server of the registry."""
    return KillServer(reach.kernel, name, "registry_outage", schedule, lambda: list(reach.servers))


def zone_outage(reach: Reach, harm: model.ZoneOutage, name: str, schedule: Schedule) -> Fault:
    """Ends whatever is in a zone."""
    nodes = [] if reach.placement is None else reach.placement.in_zone(harm.zone)
    return killing(
        reach,
        "zone_outage",
        name,
        schedule,
        lambda: reach.in_zone(harm.zone),
        outage=reach.outage_of(nodes),
    )


def node_drain(reach: Reach, harm: model.NodeDrain, name: str, schedule: Schedule) -> Fault:
    """Moves whatever is on a node to others."""
    evictor = reach.evictor
    assert evictor is not None
    return NodeDrain(
        reach.kernel,
        name,
        schedule,
        evictor.placement.node(harm.node),
        Pace(harm.grace, harm.start),
        harm.between,
        evictor,
    )


def config_push(reach: Reach, harm: model.ConfigPush, name: str, schedule: Schedule) -> Fault:
    """Gives calls another policy."""
    pushed = reach.pushed.get(name, ())
    return ConfigPush(reach.kernel, name, schedule, harm.service, pushed)


def force_breaker(reach: Reach, harm: model.ForceBreaker, name: str, schedule: Schedule) -> Fault:
    """Sets breakers by hand."""
    breakers = reach.breakers_of(harm.service, harm.to)
    state = FORCED[harm.state]
    return ForceBreaker(reach.kernel, name, schedule, harm.service, breakers, state, reach.hands)


FORCED = {"open": FORCED_OPEN, "closed": CLOSED, "disabled": DISABLED}
"""The states that an operator can set, by what they are called."""


def bad_deploy(reach: Reach, harm: model.BadDeploy, name: str, schedule: Schedule) -> Fault:
    """Puts a bad version on instances."""
    speed = 1.0 if harm.speed is None else harm.speed
    version = otherwise(name, harm.service, speed, harm.errors or 0.0, harm.breaks, harm.endpoint)
    rolling = None
    if harm.rolling is not None:
        given = harm.rolling
        rolling = Rolling(given.batch, given.every, given.grace, given.down)
    return BadDeploy(
        reach.kernel,
        name,
        schedule,
        reach.chooser(harm, name),
        version,
        rolling,
        reach.lifecycle,
        keeper(reach),
    )


def secret_expiry(reach: Reach, harm: model.SecretExpiry, name: str, schedule: Schedule) -> Fault:
    """Turns callers away who show an old secret."""
    made = maker_of(reach.toxics, harm, name, _unauthorized, reach.instances, reach.crowd.zones)

    def refusal() -> Refusal:
        toxic = made()
        assert isinstance(toxic, Refusal)
        return toxic

    chosen = reach.chooser(harm, name)
    closed = Impairment(refusals=[refusal])
    return SecretExpiry(reach.kernel, name, "secret_expiry", schedule, chosen, closed)


def _unauthorized(_: ToxicMaker, __: object, whom: Whom) -> Callable[[], Toxic]:
    return lambda: Refusal(*whom, outcome=UNAUTHORIZED)


def dependency_outage(
    reach: Reach, harm: model.DependencyOutage, name: str, schedule: Schedule
) -> Fault:
    """Lets a whole service fail, as a third party does."""
    uniforms = reach.toxics.chance(f"fault/{name}/loss")

    def make() -> Toxic:
        if harm.outcome == "unreachable":
            return Loss(
                name,
                None,
                None,
                harm.share,
                forth=True,
                back=False,
                chance=1.0,
                correlation=0.0,
                uniforms=uniforms,
            )
        outcome = NAMES.index(harm.outcome)
        return Abort(name, None, None, harm.share, outcome=outcome, after=harm.after)

    victims = reach.instances[harm.service]
    return LinkFault(reach.kernel, name, "dependency_outage", schedule, lambda: list(victims), make)


PLATFORM_FAULTS = {
    "registry_outage": Kind(
        model.RegistryOutage,
        registry_outage,
        model.RegistryOutage,
        """
- at: 30s
  for: 20s
  registry_outage: {}
""",
    ),
    "zone_outage": Kind(
        model.ZoneOutage,
        zone_outage,
        model.ZoneOutage,
        """
- at: 30s
  for: 20s
  zone_outage: {zone: north}
""",
    ),
    "node_drain": Kind(
        model.NodeDrain,
        node_drain,
        NodeDrain,
        """
- at: 30s
  for: 1m
  node_drain: {node: general-2, grace: 10s, start: 15s, between: 5s}
""",
    ),
    "config_push": Kind(
        model.ConfigPush,
        config_push,
        ConfigPush,
        """
- at: 30s
  for: 20s
  config_push: {service: shop, to: payments.charge, policy: {timeout: 5ms, retry: {attempts: 10}}}
""",
    ),
    "force_breaker": Kind(
        model.ForceBreaker,
        force_breaker,
        ForceBreaker,
        """
- at: 30s
  for: 20s
  force_breaker: {service: shop, to: payments.charge, state: open}
""",
    ),
    "bad_deploy": Kind(
        model.BadDeploy,
        bad_deploy,
        BadDeploy,
        """
- at: 30s
  for: 20s
  bad_deploy:
    service: payments
    errors: 20%
    speed: 50%
    breaks: [shop]
    endpoint: charge
    rolling: {every: 4s, grace: 1s, down: 1s}
""",
    ),
    "secret_expiry": Kind(
        model.SecretExpiry,
        secret_expiry,
        SecretExpiry,
        """
- at: 30s
  for: 20s
  secret_expiry: {service: payments, from: [shop]}
""",
    ),
    "dependency_outage": Kind(
        model.DependencyOutage,
        dependency_outage,
        model.DependencyOutage,
        """
- at: 30s
  for: 20s
  dependency_outage: {service: payments, outcome: unreachable, share: 80%}
""",
    ),
}
