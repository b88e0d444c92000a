"""How many places for instances a service has, taken or not."""

from __future__ import annotations

from simulator.platform.rollout.fenceposts import resolve_fenceposts
from simulator.scenario.model import deployment as model
from simulator.scenario.model.scenario import Scenario

LEAVING = 2
"""How many times as many places there are as an autoscaler may ask for, so that those who are on
their way out do not keep others from coming."""


def slots_for(scenario: Scenario, service: str) -> int:
    """How many instances of a service there may ever be at once, some of them on their way out."""
    given = scenario.services[service]
    most = given.replicas
    if given.autoscaler is not None and given.autoscaler.bounds is not None:
        most = given.autoscaler.bounds.max
        return max(LEAVING * most, places_for(scenario, service, most))
    if deployed(scenario, service):
        return places_for(scenario, service, most)
    if given.managed and (scenario.platform is not None or given.autoscaler is not None):
        # Who is evicted is replaced while it is still on its way out.
        return LEAVING * given.replicas
    return given.replicas


def places_for(scenario: Scenario, service: str, most: int) -> int:
    """How many instances there may ever be of a service that is deployed, of which `most` are wanted.

    Those on their way out still hold their places: in a rolling update all old ones may do so when
    all new ones have come.
    """
    places = most
    for each in deployed(scenario, service):
        settings = each.how.settings
        if isinstance(settings, model.RollingUpdate):
            posts = resolve_fenceposts(settings.max_surge, settings.max_unavailable, most)
            places = max(places, 2 * most + posts.surge)
        elif isinstance(settings, model.Switch):
            places = max(places, 2 * most)
    return places


def deployed(scenario: Scenario, service: str) -> list[model.Deployment]:
    """The deployments of a service."""
    return [each for each in scenario.deployments if each.service == service]
