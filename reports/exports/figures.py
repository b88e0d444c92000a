"""The tables of what was counted and measured: users, services, instances and calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reports.exports.column import (
    Row,
    Table,
    joined,
    latency,
    number,
    picked,
    plainly,
    text,
    whole,
)
from simulator.experiment.result import Outcomes, Result, ServiceFigures, TrafficFigures

USABLE = "usable answers"
SCALING = (
    "least", "most", "mean", "last", "started", "stopped", "start_mean", "start_max", "restarts",
)  # fmt: skip


def _traffic(result: Result) -> Iterator[Row]:
    yield _one_traffic("total", None, None, result.total)
    for name, figures in result.traffic.items():
        yield _one_traffic("class", name, None, figures)
        for endpoint, part in figures.endpoints.items():
            yield _one_traffic("endpoint", name, endpoint, part)


def _one_traffic(level: str, name: str | None, endpoint: str | None, found: TrafficFigures) -> Row:
    names = ("started", "finished", "in_flight", "availability", "throughput", "goodput")
    return (
        level,
        name,
        endpoint,
        *picked(found, (*names, "attempts_per_request")),
        *plainly(found.latency),
        *plainly(found.latency_all),
    )


def _outcomes(result: Result) -> Iterator[Row]:
    def rows(level: str, name: str, found: Outcomes) -> Iterator[Row]:
        for outcome, count in found.items():
            yield level, name, outcome, count

    for name, traffic in result.traffic.items():
        yield from rows("traffic", name, traffic.outcomes)
    for name, service in result.services.items():
        yield from rows("service", name, service.outcomes)
        yield from rows("service calls", name, service.call_outcomes)
        for endpoint, entry in service.endpoints.items():
            yield from rows("endpoint", f"{name}.{endpoint}", entry.outcomes)
        for instance, figures in service.instances.items():
            yield from rows("instance", instance, figures.outcomes)
    for edge in result.edges:
        yield from rows("edge", f"{edge.caller} > {edge.callee}", edge.outcomes)


def _services(result: Result) -> Iterator[Row]:
    for name, each in result.services.items():
        yield (
            name,
            *picked(each, ("replicas", "calls", "attempts", "in_flight")),
            *plainly(each.latency),
            *picked(each, ("utilization", "utilization_peak", "busy")),
            each.queue.mean,
            each.queue.max,
            *picked(each, ("work", "wasted_work")),
            *_scaling(each),
        )


def _scaling(service: ServiceFigures) -> Row:
    if service.scaling is None:
        return (None,) * len(SCALING)
    return picked(service.scaling, SCALING)


def _endpoints(result: Result) -> Iterator[Row]:
    for name, service in result.services.items():
        for endpoint, each in service.endpoints.items():
            counts = picked(each, ("calls", "attempts", "in_flight"))
            yield (name, f"{name}.{endpoint}", *counts, *plainly(each.latency))


def _instances(result: Result) -> Iterator[Row]:
    for name, service in result.services.items():
        for instance, each in service.instances.items():
            yield (
                name,
                instance,
                each.zone,
                each.attempts,
                *plainly(each.latency),
                *picked(each, ("utilization", "busy")),
                each.queue.mean,
                each.queue.max,
            )


def _edges(result: Result) -> Iterator[Row]:
    for each in result.edges:
        yield (*picked(each, ("caller", "callee", "calls", "attempts")), *plainly(each.latency))


def _policies(result: Result) -> Iterator[Row]:
    for each in result.policies:
        for counter, value in each.counters.items():
            whose = picked(each, ("caller", "callee", "policy"))
            yield (*whose, joined(each.endpoints), each.parts, counter, float(value))


FIGURES: Mapping[str, Table] = {
    "traffic": Table(
        "What users saw, of requests that started after the warm-up",
        [
            text("level", "`total`, `class` or `endpoint`: sum up one of them, not all"),
            text("traffic", "the class; null in the total"),
            text("endpoint", "the entry endpoint, `service.endpoint`; null but at that level"),
            whole("started", "requests that started"),
            whole("finished", "of these, that ended"),
            whole("in_flight", "of these, that had not ended when the run did"),
            number("availability", "share", "`ok` and `degraded` among those that ended"),
            number("throughput", "1/s", "requests that ended, whatever the outcome"),
            number("goodput", "1/s", "`ok` within the objective of the class"),
            number("attempts_per_request", "ratio", "attempts at all hops to requests"),
            *latency("latency", USABLE),
            *latency("latency_all", "everything that ended"),
        ],
        _traffic,
    ),
    "outcomes": Table(
        "How everything ended; an outcome that did not occur has no row",
        [
            text(
                "level", "`traffic`, `service`, `service calls`, `endpoint`, `instance` or `edge`"
            ),
            text("name", "whose it is, as in the tables of the series"),
            text("outcome", "`ok`, `timeout`, ..."),
            whole("count", "requests (`traffic`), calls (`service calls`, `edge`) or attempts"),
        ],
        _outcomes,
    ),
    "services": Table(
        "Services, as their callers saw them",
        [
            text("service", "its name"),
            whole("replicas", "instances; where they come and go, those at the end", "instances"),
            whole("calls", "calls to it"),
            whole("attempts", "attempts at its instances"),
            whole("in_flight", "attempts that had not ended when the run did"),
            *latency("latency", USABLE),
            number("utilization", "share", "of its cores in use, or else of its slots"),
            number("utilization_peak", "share", "the same in the busiest interval"),
            number("busy", "requests", "being worked on, mean over time"),
            number("queue_mean", "requests", "waiting for a place, mean over time"),
            whole("queue_max", "the longest queue of any one instance", "requests"),
            number("work", "s", "work done, in seconds of a core"),
            number("wasted_work", "s", "of these, for callers who had given up"),
            whole("scaling_least", "the fewest that were ready", "instances"),
            whole("scaling_most", "the most that were ready", "instances"),
            number("scaling_mean", "instances", "ready, mean over time"),
            whole("scaling_last", "ready at the end", "instances"),
            whole("scaling_started", "asked for since the warm-up", "instances"),
            whole("scaling_stopped", "gone since the warm-up", "instances"),
            number("scaling_start_mean", "s", "from asking for one to its being ready, mean"),
            number("scaling_start_max", "s", "the same, the longest"),
            whole("scaling_restarts", "processes that were started again in their places"),
        ],
        _services,
    ),
    "endpoints": Table(
        "Endpoints, as their callers saw them",
        [
            text("service", "whose it is"),
            text("endpoint", "its name, `service.endpoint`"),
            whole("calls", "calls to it"),
            whole("attempts", "attempts at it"),
            whole("in_flight", "attempts that had not ended when the run did"),
            *latency("latency", USABLE),
        ],
        _endpoints,
    ),
    "instances": Table(
        "Instances of services",
        [
            text("service", "whose it is"),
            text("instance", "its name"),
            text("zone", "where it stood last; null: nowhere in particular"),
            whole("attempts", "attempts at it"),
            *latency("latency", USABLE),
            number("utilization", "share", "of its cores in use, or else of its slots"),
            number("busy", "requests", "being worked on, mean over time"),
            number("queue_mean", "requests", "waiting for a place, mean over time"),
            whole("queue_max", "the most that waited at once", "requests"),
        ],
        _instances,
    ),
    "edges": Table(
        "Who called whom",
        [
            text("caller", "an endpoint or a traffic class"),
            text("callee", "the endpoint that was called"),
            whole("calls", "calls"),
            whole("attempts", "attempts that were made for them"),
            *latency("latency", "calls with a usable answer"),
        ],
        _edges,
    ),
    "policies": Table(
        "What each policy did, one row for each of its counters",
        [
            text("caller", "a service or a traffic class; `*`: all; null: the callee's own"),
            text("callee", "the service that was called"),
            text("policy", "`retry`, `breaker`, ..."),
            text("endpoints", "those of the callee that it guards, with `, ` between them"),
            whole("parts", "how many of it there are"),
            text("counter", "what was counted"),
            number("value", "count", "how much; of a level, the mean over the parts at the end"),
        ],
        _policies,
    ),
}
