"""Who tells callers of instances that come and go, where there is no registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from simulator.call.route import Route
from simulator.discovery.ingress import Ingress
from simulator.kernel.kernel import Kernel
from simulator.service.instance import Instance
from simulator.service.lifecycle import Lifecycle


class Directory(Lifecycle):
    """Lets the callers of some services know at once which of their instances are ready.

    What a registry would be that takes no time: whoever becomes ready is asked from then on, and
    whoever says that it stops is asked no more. A crash says nothing, and nobody is told of it.

    Args:
        members: every instance that there may ever be, by service; those that run are ready.
        routes: every way to each of these services.

    Attributes:
        ingresses: of the services that may have no instance, by name.
    """

    def __init__(
        self,
        kernel: Kernel,
        members: Mapping[str, Sequence[Instance]],
        routes: Mapping[str, Sequence[Route]],
    ) -> None:
        self.kernel = kernel
        self.routes = routes
        self.ingresses: dict[str, Ingress] = {}
        self.listed = {
            service: {each.number: each for each in instances if each.up}
            for service, instances in members.items()
        }
        self.service_of = {
            each.name: service for service, instances in members.items() for each in instances
        }

    def lists(self, instance: Instance) -> bool:
        service = self.service_of.get(instance.name)
        return service is None or instance.number in self.listed[service]

    def restarted(self, instance: Instance) -> None:
        service = self.service_of.get(instance.name)
        if service is not None and instance.number not in self.listed[service]:
            self.listed[service][instance.number] = instance
            self.tell(service)
        elif service in self.ingresses:
            # It was dead; whoever is held may go on to it.
            self.ingresses[service].activator.forward()

    def stopping(self, instance: Instance) -> None:
        service = self.service_of.get(instance.name)
        if service is not None and instance.number in self.listed[service]:
            del self.listed[service][instance.number]
            if instance.death is not None:
                instance.death.delisted(self.kernel.now)
            self.tell(service)

    def tell(self, service: str) -> None:
        """Every caller of a service learns who there is."""
        listed = self.listed[service]
        instances = [listed[number] for number in sorted(listed)]
        ingress = self.ingresses.get(service)
        if ingress is not None:
            instances = ingress.leads_to(instances)
        for route in self.routes[service]:
            route.learn(list(instances), self.kernel.now)
