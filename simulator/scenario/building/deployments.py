"""From the deployments of a scenario to those who carry them out."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.call.segmentation import Segmentation
from simulator.platform.rollout.analysis import Analysis, AnalysisSettings
from simulator.platform.rollout.blue_green import BlueGreen
from simulator.platform.rollout.canary import Canary, Pause, SetWeight
from simulator.platform.rollout.crashing import Crashing
from simulator.platform.rollout.deployer import Deployer, MakeRollout, Order
from simulator.platform.rollout.fleet import Fleet
from simulator.platform.rollout.recreate import Recreate
from simulator.platform.rollout.rolling import Rolling
from simulator.platform.rollout.rollout import Deadline, Rollout
from simulator.platform.workload import Workload
from simulator.scenario.building.slots import deployed
from simulator.scenario.building.versions import first_versions, version_known_as
from simulator.scenario.model import deployment as model
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.service import Service
from simulator.service.impairment import Impairment


def divided(scenario: Scenario, service: str) -> bool:
    """Whether a deployment divides the requests to a service among its versions."""
    return any(each.how.divides for each in deployed(scenario, service))


def routed_by_version(given: Service) -> bool:
    """Whether the routing of a service sends requests to certain versions."""
    routing = given.routing
    return routing is not None and bool(routing.split or routing.match or routing.mirror)


def make_deployers(
    scenario: Scenario,
    workloads: Mapping[str, Workload],
    versions: Mapping[str, Mapping[str, Impairment]],
    segmentations: Mapping[str, Segmentation],
) -> dict[str, Deployer]:
    """Who deploys, for each service with deployments; `versions` is what those of each service are."""
    deployers = {}
    for service in dict.fromkeys(each.service for each in scenario.deployments):
        given = scenario.services[service]
        deployers[service] = Deployer(
            workloads[service],
            given.version,
            versions[service],
            segmentations.get(service),
            by_name=routed_by_version(given),
        )
        deployers[service].begin(first_versions(service, given))
        lives = {name: each.crashes for name, each in given.versions.items() if each.crashes}
        if lives:
            Crashing(workloads[service], lives).begin()
    return deployers


def make_orders(scenario: Scenario, deployers: Mapping[str, Deployer]) -> list[Order]:
    """Every deployment, on the clock, or waiting for its condition."""
    orders = []
    for each in scenario.deployments:
        given = scenario.services[each.service]
        version = None if each.version is None else version_known_as(given, each.version)
        order = Order(
            deployers[each.service],
            each.offset(scenario.duration),
            each.when,
            version,
            each.how.settings.min_ready,
            maker_of(each.how),
        )
        order.begin()
        orders.append(order)
    return orders


def maker_of(strategy: model.Strategy) -> MakeRollout:
    """What makes rollouts by a strategy."""
    settings = strategy.settings

    def make(fleet: Fleet, before: str, version: str) -> Rollout:
        deadline = Deadline(settings.progress_deadline, settings.progress_deadline_abort)
        if isinstance(settings, model.RollingUpdate):
            surge, unavailable = settings.max_surge, settings.max_unavailable
            return Rolling(fleet, before, version, deadline, surge, unavailable)
        if isinstance(settings, model.Recreate):
            return Recreate(fleet, before, version, deadline)
        assert isinstance(settings, model.Switch)
        delays = settings.scale_down_delay, settings.abort_scale_down_delay
        analysis = None if settings.analysis is None else _analysis(settings.analysis)
        if isinstance(settings, model.BlueGreen):
            promote_after = settings.auto_promotion
            return BlueGreen(fleet, before, version, deadline, promote_after, *delays, analysis)
        assert isinstance(settings, model.Canary)
        steps = [
            SetWeight(each.weight) if each.weight is not None else Pause(each.pause or 0.0)
            for each in settings.steps
        ]
        return Canary(fleet, before, version, deadline, steps, *delays, analysis)

    return make


def _analysis(given: model.Analysis) -> Analysis:
    return Analysis(
        AnalysisSettings(
            given.fail_when,
            given.interval,
            given.initial_delay,
            given.failure_limit,
            given.min_requests,
            given.inconclusive,
            given.count,
        )
    )
