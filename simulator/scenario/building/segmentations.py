"""From the routing of services to how their requests are divided among versions."""

from __future__ import annotations

from simulator.call.segmentation import Rule, Segmentation
from simulator.kernel.streams import Streams
from simulator.scenario.building.deployments import divided
from simulator.scenario.building.versions import first_versions, version_known_as
from simulator.scenario.model.routing import Routing
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.service import Service


def make_segmentations(scenario: Scenario, streams: Streams) -> dict[str, Segmentation]:
    """For each service whose routing or deployments divide its requests, how they do."""
    return {
        name: _segmentation(name, model, model.routing or Routing(), streams)
        for name, model in scenario.services.items()
        if model.routing is not None or divided(scenario, name)
    }


def is_mirrored(scenario: Scenario, service: str) -> bool:
    """Whether copies of what a service is asked may be sent."""
    routing = scenario.services[service].routing
    return routing is not None and routing.mirror is not None


def _segmentation(service: str, model: Service, routing: Routing, streams: Streams) -> Segmentation:
    salt = int.from_bytes(streams.generator(f"routing/{service}").bytes(8), "little")
    segmentation = Segmentation(salt, sticky=routing.sticky)
    segmentation.version_of.update(first_versions(service, model))
    segmentation.rules += [
        Rule(
            version_known_as(model, rule.to),
            frozenset(rule.class_),
            frozenset(rule.from_),
            frozenset(rule.key),
            frozenset(rule.priority),
        )
        for rule in routing.match
    ]
    if routing.split:
        segmentation.set_weights(
            {version_known_as(model, name): share for name, share in routing.split.items()}
        )
    if routing.mirror is not None:
        to = version_known_as(model, routing.mirror.to)
        segmentation.set_mirror(to, routing.mirror.share)
    return segmentation
