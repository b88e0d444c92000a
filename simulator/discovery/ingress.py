"""Where callers of a service are led that may have no instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.service.activator import Activator
from simulator.service.instance import Instance

if TYPE_CHECKING:
    from simulator.discovery.directory import Directory


class Ingress:
    """Leads callers to the ready instances of a service, or to its activator.

    In the real world: the public endpoints of a Knative service, which its ingress goes by. They are
    those of the activator while no instance is ready, or while the autoscaler wants it on the way;
    else they are those of the instances.

    Here: the same, and the activator learns of the ready instances in the same moment.

    Source: Knative Serving, pkg/reconciler/serverlessservice/serverlessservice.go.

    Attributes:
        proxied: whether the activator is on the way even if there are ready instances.
    """

    __slots__ = ("activator", "directory", "proxied", "service")

    def __init__(self, directory: Directory, service: str, activator: Activator) -> None:
        self.directory = directory
        self.service = service
        self.activator = activator
        self.proxied = False

    def turn(self, proxied: bool) -> None:
        """Lead callers over the activator from now on, or past it."""
        if proxied != self.proxied:
            self.proxied = proxied
            self.directory.tell(self.service)

    def leads_to(self, ready: list[Instance]) -> list[Instance]:
        """Whom callers are to ask while these instances are ready."""
        self.activator.lead_to(ready)
        if self.proxied or not ready:
            return [self.activator]
        return ready
