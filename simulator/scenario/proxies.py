"""Proxies before services: a hop of their own wherever a call says `via: proxy`."""

from __future__ import annotations

from typing import Any

from simulator.scenario.model import step as steps
from simulator.scenario.model.distribution import Constant
from simulator.scenario.model.policy import BALANCING, Policy
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.service import Queue, Service
from simulator.scenario.policies import calls_and_fallbacks, policy_of

AT_THE_PROXY = ("retry", "hedge", "breaker", "rate_limit", "bulkhead", "concurrency_limit")
"""The guards of a call that is made through a proxy which the proxy has."""
AT_THE_CALLER = ("fallback", "cache", "call_timeout")
"""Those that its caller has."""


def proxy_name(service: str) -> str:
    """What the proxy before a service is called."""
    return f"{service}-proxy"


def before_proxy(policy: Policy) -> Policy:
    """What of a policy a caller keeps to itself when a proxy does the choosing.

    The proxy retries, breaks and limits, as it would in a mesh; the caller has its cache, its
    fallback and the bounds on the call as a whole. A timeout for each attempt is the proxy's where
    there may be several.
    """
    repeated = policy.retry is not None or policy.hedge is not None
    theirs = {*BALANCING, *AT_THE_PROXY, *(("timeout",) if repeated else ())}
    kept = {key: getattr(policy, key) for key in policy.model_fields_set - theirs}
    return Policy.model_construct(None, **kept)


def with_proxies(scenario: Scenario) -> Scenario:
    """The scenario with a service more for each proxy that its calls go through.

    A proxy has the endpoints of what it stands before. Each passes its request on, with the policy
    of those who ask for it, on which all agree; how callers choose among the proxies themselves is
    the default. Where places matter, they stand in the zones of what they stand before.
    """
    proxies: dict[str, dict[str, Policy]] = {}
    for _, target, own in calls_and_fallbacks(scenario):
        service, _, endpoint = target.partition(".")
        policy = policy_of(scenario, service, own)
        if policy.via == "proxy":
            proxies.setdefault(service, {}).setdefault(endpoint, policy)
    if not proxies:
        return scenario
    services = dict(scenario.services)
    for service, policies in proxies.items():
        model = scenario.services[service]
        zones = model.zones if scenario.network.has_places else ()
        services[proxy_name(service)] = _proxy(service, model, policies, zones)
    return scenario.model_copy(update={"services": services})


def of_the_proxy(policy: Policy) -> dict[str, object]:
    """What of a policy a proxy keeps to when it passes a request on."""
    own = {key: getattr(policy, key) for key in policy.model_fields_set - set(AT_THE_CALLER)}
    own.update(dict.fromkeys(AT_THE_CALLER))
    own["via"] = "client"
    return own


def _proxy(
    service: str, model: Service, policies: dict[str, Policy], zones: tuple[str, ...]
) -> Service:
    """The service that stands before another, with the policy of each endpoint that is asked for."""
    proxy = model.proxy
    some = next(iter(policies.values()))
    endpoints: dict[str, tuple[steps.AnyStep, ...]] = {}
    for name in model.endpoints:
        own: dict[str, Any] = of_the_proxy(policies.get(name, some))
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
        zones=zones,
        concurrency=proxy.concurrency,
        queue=queue,
        cores=proxy.cores,
        threading="async" if proxy.cores is not None else "blocking",
        policy=model.policy,
        endpoints=endpoints,
    )
