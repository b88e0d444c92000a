"""Harm to what services run on."""

from __future__ import annotations

from pydantic import Field

from simulator.scenario.model.base import Model, Name


class RegistryOutage(Model):
    """All servers of the registry are down, and come up again at the end.

    In the real world: etcd out of disk, an update gone wrong, the registry's own zone lost. What
    runs goes on running, and callers go on with what they know, until something changes.

    Here: it is a `kill` of every server of the registry; what they come back with depends on its kind.

    Left out: what else is kept there: configuration, locks, elections.

    Source: Chaos Mesh, PodChaos `pod-kill` with the mode `all`.
    """


class ZoneOutage(Model):
    """Every instance in a zone dies, of whichever service, and starts again at the end.

    In the real world: power, cooling or the network of a data centre fails. What is left has to
    carry the load of all, and everybody retries at the same time.

    Here: it is a `kill`, without grace, of every instance whose service has `zones` and that stands
    in this one.

    Left out: the servers of the registry, which stand in no zone; the network between zones, and
    capacity that others take first.

    Source: Netflix, Chaos Gorilla; AWS, Fault Injection Service, "AZ availability: power interruption".
    """

    zone: Name = Field(description="Which one, of the `zones` of services.")
