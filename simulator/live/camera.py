"""Pictures of a world while it runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.experiment.run import Run
from simulator.live.commands import Focus
from simulator.live.meter import CALM, EVERYTHING, Meter
from simulator.live.snapshot import (
    BreakerView,
    CallView,
    EdgeView,
    EventView,
    Figures,
    InstanceDetail,
    InstanceView,
    Picture,
    ServiceDetail,
    ServiceView,
)
from simulator.live.views.calls import Calls
from simulator.live.views.figures import Lately
from simulator.live.views.graph import Graph, Pair
from simulator.live.views.instances import instance_detail, instance_view, shown
from simulator.live.views.levels import Levels
from simulator.live.views.requests import latest_requests, one_request
from simulator.live.views.routes import Routes, breaker_view
from simulator.live.views.scalers import scaler_view
from simulator.live.views.services import service_view
from simulator.live.views.traffic import traffic_view
from simulator.scenario.building.world import BuiltService


class Camera:
    """Takes pictures of one run. It reads, and changes nothing: the run's results are the same.

    It must be there from the start of the run to have all of its history.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.world = run.world
        self.graph = Graph(run.world)
        self.routes = Routes(run.world)
        self.calls = Calls(run.world)
        self.meter = Meter(run.measurement, self.graph)
        self.levels = Levels(run.measurement)

    def picture(self, focus: Focus, span: float = CALM) -> Picture:
        """The world as it is now, with the details of what is in focus.

        What is in focus and is not there is left out. A picture shows the same whatever was looked
        at before, and when.

        Args:
            focus: what is looked at.
            span: the seconds of simulated time that rates and latencies are of, at least: as many
                as whoever looks sees pass in a moment. `CALM` is the least, `LONGEST` the most.
        """
        world, graph = self.world, self.graph
        now = world.kernel.now
        lately = self.meter.lately(now, span)
        self.levels.read(now, now - lately.seconds)
        self.calls.refresh()
        self.routes.refresh()
        summed = lately.summed(self.meter.lanes.kinds)
        calls = summed.figures(graph.calls, len(graph.pairs))
        classes = summed.figures(graph.classes, len(world.sources))
        traffic = tuple(
            traffic_view(source, now, int(finished), figures)
            for source, finished, figures in zip(
                world.sources.values(), self.meter.finished, classes, strict=True
            )
        )
        states = self.routes.states(now)
        service, instance = self.details(focus, lately, calls)
        return Picture(
            now=now,
            figures=summed.figures(graph.classes.clip(max=0), 1)[0],
            history=self.meter.history.view(EVERYTHING, now, over=self.run.over),
            in_flight=sum(each.in_flight for each in traffic),
            services=self.services(summed),
            edges=tuple(
                EdgeView(*pair, figures, states.get(pair, {}))
                for pair, figures in zip(graph.pairs, calls, strict=True)
            ),
            traffic=traffic,
            events=tuple(EventView(*each) for each in world.ledger.events.last),
            service=service,
            instance=instance,
            traces=latest_requests(world) if focus.requests else (),
            trace=None if focus.request is None else one_request(world, *focus.request),
        )

    def services(self, summed: Lately) -> tuple[ServiceView, ...]:
        """All services, from lines summed up by kind."""
        world, service_of = self.world, self.routes.service_of
        struck: dict[str, list[str]] = {name: [] for name in world.services}
        for fault in world.faults:
            # Whom it hits are instances, or services; others have no place here.
            whom = dict.fromkeys(service_of.get(each, each) for each in fault.hit)
            for name in whom if fault.active else ():
                if name in struck:
                    struck[name].append(fault.name)
        attempts = summed.figures(self.graph.services, len(world.services), objectives=False)
        return tuple(
            service_view(
                world, service, self.graph.layers[name], figures, self.levels, struck[name]
            )
            for (name, service), figures in zip(world.services.items(), attempts, strict=True)
        )

    def details(
        self, focus: Focus, lately: Lately, calls: Sequence[Figures]
    ) -> tuple[ServiceDetail | None, InstanceDetail | None]:
        """The service and the instance in focus; an instance brings its service with it."""
        name = focus.service
        if name is None and focus.instance is not None:
            name = self.routes.service_of.get(focus.instance)
        if name is None or name not in self.world.services:
            return None, None
        service = self.world.services[name]
        instances = self.instances(service, lately)
        detail = ServiceDetail(
            name=name,
            instances=tuple(instances.values()),
            history=self.meter.history.view(
                list(self.world.services).index(name) + 1,
                self.world.kernel.now,
                over=self.run.over,
                heat=True,
            ),
            endpoints=self.endpoints(service, lately),
            callers=self.calls_between(calls, callee=name),
            callees=self.calls_between(calls, caller=name),
            scaler=scaler_view(self.world, name),
        )
        view = None if focus.instance is None else instances.get(focus.instance)
        if view is None:
            return detail, None
        instance = next(each for each in service.everyone if each.name == view.name)
        members = self.routes.views_of(name, view.name)
        return detail, instance_detail(service, instance, view, self.levels, members)

    def instances(self, service: BuiltService, lately: Lately) -> dict[str, InstanceView]:
        """The instances of a service by name."""
        world, lanes, now = self.world, self.meter.lanes, self.world.kernel.now
        asked = self.graph.callees[lanes.edges] == list(world.services).index(service.name)
        whose = np.where(asked, lanes.instances, -1)
        figures = lately.figures(whose, len(service.everyone), objectives=False)
        known, shunned = self.routes.known(service.name), self.routes.shunned(service.name)
        breakers: dict[str, list[BreakerView]] = {}
        for kept in self.routes.breakers():
            if kept.party == service.name:
                breakers.setdefault(kept.caller, []).append(breaker_view(kept, now))
        return {
            each.name: instance_view(
                world,
                service,
                each,
                self.levels,
                figures[each.number],
                known.get(each.name, 0),
                shunned.get(each.name, 0),
                breakers.get(each.name, ()),
            )
            for each in shown(world, service)
        }

    def endpoints(self, service: BuiltService, lately: Lately) -> dict[str, Figures]:
        """What callers saw of each endpoint of a service: attempts."""
        numbers = {each.label: number for number, each in enumerate(service.endpoints.values())}
        by_edge = np.array([numbers.get(each.callee.label, -1) for each in self.world.edges])
        lanes = self.meter.lanes
        whose = np.where(lanes.services >= 0, by_edge[lanes.edges], -1)
        figures = lately.figures(whose, len(numbers), objectives=False)
        return dict(zip(service.endpoints, figures, strict=True))

    def calls_between(
        self, calls: Sequence[Figures], *, caller: str | None = None, callee: str | None = None
    ) -> tuple[CallView, ...]:
        """The calls of one caller, or to one callee; `calls` are the figures of all pairs."""
        now = self.world.kernel.now
        breakers: dict[Pair, list[BreakerView]] = {}
        for kept in self.routes.breakers():
            breakers.setdefault((kept.party, kept.service), []).append(breaker_view(kept, now))
        return tuple(
            self.calls.view(pair, figures, breakers.get(pair, ()))
            for pair, figures in zip(self.graph.pairs, calls, strict=True)
            if caller in (None, pair[0]) and callee in (None, pair[1])
        )
