"""Users, services and the calls between them, as a drawing of the system needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.layers import Link
from simulator.live.snapshot import EdgeView, Figures, ServiceView, Snapshot, TrafficView
from tui import text
from tui.glyphs import BREAKERS, SERVICES, Sign, sign

USERS = 0
"""The layer of the traffic classes."""
SOME = 0.01
MANY = 0.05
"""Shares of failures from which a line is marked: a few, and many, as for the state of a service."""


@dataclass(frozen=True, slots=True)
class Node:
    """A service, or a class of users.

    Attributes:
        key: `service NAME` or `traffic NAME`, since one of each may have the same name.
        kind: `service` or `traffic`.
        count: `3/4` of its instances are up, and what an autoscaler wants if that differs.
        harm: kinds of the faults that hit it now.
    """

    key: str
    kind: str
    name: str
    layer: int
    sign: Sign
    count: str
    utilization: float | None
    queued: int
    figures: Figures
    harm: tuple[str, ...]


def nodes_of(snapshot: Snapshot) -> dict[str, Node]:
    """By key, users first, in the order of the scenario."""
    kinds = {fault.name: fault.kind for fault in snapshot.faults}
    found = [*map(_users, snapshot.traffic), *(_service(each, kinds) for each in snapshot.services)]
    return {node.key: node for node in found}


def links_of(snapshot: Snapshot) -> dict[Link, EdgeView]:
    """By the keys of caller and callee."""
    services = {each.name for each in snapshot.services}
    classes = {each.name for each in snapshot.traffic}
    links: dict[Link, EdgeView] = {}
    for edge in snapshot.edges:
        callee = f"service {edge.callee}"
        caller = f"service {edge.caller}"
        # A class of users and a service may have one name; the first such edge is that of the users.
        if edge.caller in classes and (
            edge.caller not in services or (f"traffic {edge.caller}", callee) not in links
        ):
            caller = f"traffic {edge.caller}"
        links[caller, callee] = edge
    return links


def _users(traffic: TrafficView) -> Node:
    failed = traffic.figures.failed
    busy = traffic.figures.throughput or traffic.in_flight
    state = "failing" if failed >= MANY else "ok" if busy else "idle"
    return Node(
        key=f"traffic {traffic.name}",
        kind="traffic",
        name=traffic.name,
        layer=USERS,
        sign=SERVICES[state],
        count="" if traffic.users is None else f"{text.number(traffic.users)} users",
        utilization=None,
        queued=0,
        figures=traffic.figures,
        harm=(),
    )


def _service(service: ServiceView, kinds: Mapping[str, str]) -> Node:
    count = f"{service.up}/{service.replicas}"
    if service.wanted is not None and service.wanted != service.replicas:
        count += f">{service.wanted}"
    return Node(
        key=f"service {service.name}",
        kind="service",
        name=service.name,
        layer=max(service.layer, USERS + 1),
        sign=sign(SERVICES, service.state),
        count=count,
        utilization=service.utilization,
        queued=service.queued,
        figures=service.figures,
        harm=tuple(dict.fromkeys(kinds.get(each, each) for each in service.faults)),
    )


def breaker_mark(edge: EdgeView) -> Sign | None:
    """The state that is worth a mark, if any of its breakers is not closed."""
    for state in ("forced_open", "open", "half_open", "disabled"):
        if edge.breakers.get(state):
            return BREAKERS[state]
    return None


@dataclass(frozen=True, slots=True)
class LineLook:
    """How the line of a call is drawn: the heavier wins where lines meet."""

    weight: int
    style: str
    mark: str


def line_look(edge: EdgeView, selected: bool) -> LineLook:
    """Colour and mark by the share that fails, and by its breakers."""
    failed = edge.figures.failed
    breaker = breaker_mark(edge)
    if not edge.figures.throughput and breaker is None:
        look = LineLook(0, "text-muted", "")
    elif failed >= MANY:
        look = LineLook(3, "error", "▲")
    elif failed >= SOME:
        look = LineLook(2, "warning", "△")
    else:
        look = LineLook(1, "secondary", "")
    if breaker is not None:
        look = LineLook(max(2, look.weight), look.style, breaker.glyph)
        if look.weight == 2:
            look = LineLook(2, breaker.colour, breaker.glyph)
    if selected:
        style = "accent" if look.weight < 2 else look.style
        look = LineLook(look.weight + 4, f"bold {style}", look.mark)
    return look
