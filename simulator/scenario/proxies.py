"""Proxies before services: a hop of their own wherever a call says `via: proxy`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.scenario.check import walk
from simulator.scenario.model import step as steps
from simulator.scenario.model.distribution import Constant
from simulator.scenario.model.policy import Policy
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.service import Queue, Service


def proxy_name(service: str) -> str:
    """What the proxy before a service is called."""
    return f"{service}-proxy"


def policy_of(scenario: Scenario, service: str, own: Policy) -> Policy:
    """The policy of a call to `service`: its own keys over the callee's over the defaults."""
    merged: dict[str, Any] = {}
    for policy in (scenario.defaults, scenario.services[service].policy, own):
        given = policy.model_fields_set & Policy.model_fields.keys()
        merged.update({key: getattr(policy, key) for key in given})
    return Policy.model_construct(None, **merged)


def calls(scenario: Scenario) -> Iterator[tuple[str, Policy]]:
    """Every call of a scenario: whom it asks (`service.endpoint`), and its own policy."""
    for traffic in scenario.traffic.values():
        for target in traffic.mix or (str(traffic.target),):
            yield target, traffic
    for service in scenario.services.values():
        for its_steps in service.endpoints.values():
            for _, step in walk(its_steps, ()):
                if isinstance(step, steps.Call):
                    yield step.call, step


def with_proxies(scenario: Scenario) -> Scenario:
    """The scenario with a service more for each proxy that its calls go through.

    A proxy has the endpoints of what it stands before. Each passes its request on, with the
    policy of whoever asked first to say so; how callers choose among the proxies themselves is the
    default.
    """
    proxies: dict[str, Policy] = {}
    for target, own in calls(scenario):
        service = target.partition(".")[0]
        policy = policy_of(scenario, service, own)
        if policy.via == "proxy":
            proxies.setdefault(service, policy)
    if not proxies:
        return scenario
    services = dict(scenario.services)
    for service, policy in proxies.items():
        services[proxy_name(service)] = _proxy(service, scenario.services[service], policy)
    return scenario.model_copy(update={"services": services})


def _proxy(service: str, model: Service, policy: Policy) -> Service:
    """The service that stands before another."""
    proxy = model.proxy
    own = {key: getattr(policy, key) for key in policy.model_fields_set}
    own["via"] = "client"
    endpoints: dict[str, tuple[steps.AnyStep, ...]] = {}
    for name in model.endpoints:
        call = steps.Call.model_construct(None, call=f"{service}.{name}", optional=False, **own)
        if proxy.work > 0.0:
            work = Constant.model_construct(constant=proxy.work)
            endpoints[name] = (steps.Work.model_construct(work=work), call)
        else:
            endpoints[name] = (call,)
    queue = None
    if proxy.queue is not None:
        queue = Queue.model_construct(capacity=proxy.queue, order="fifo")
    return Service.model_construct(
        replicas=proxy.replicas,
        concurrency=proxy.concurrency,
        queue=queue,
        cores=proxy.cores,
        threading="async" if proxy.cores is not None else "blocking",
        policy=model.policy,
        endpoints=endpoints,
    )
