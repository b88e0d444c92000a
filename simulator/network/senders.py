"""Which instances of its callers a harm on the way befalls."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.call.attempt import Attempt
    from simulator.service.instance import Instance


class Senders:
    """Caller instances: by party, by name, and by where they stand when they send.

    A caller instance is an instance of a service or one of the callers of a traffic class. Whoever
    sends for nobody in particular, as the probes of a registry do, is none of them.

    Args:
        parties: services, traffic classes or endpoints all of whose instances are meant.
        names: single instances; with no parties and no names, all.
        zones: where they must stand, at the moment of the message; None for anywhere.
        instances: those of all services, by name: they may move.
        clients: the zones of the traffic classes, by the name of the class.
    """

    __slots__ = ("clients", "instances", "names", "parties", "zones")

    def __init__(
        self,
        parties: frozenset[str],
        names: frozenset[str],
        zones: frozenset[str] | None,
        instances: Mapping[str, Instance],
        clients: Mapping[str, str],
    ) -> None:
        self.parties = parties
        self.names = names
        self.zones = zones
        self.instances = instances
        self.clients = clients

    def include(self, attempt: Attempt) -> bool:
        """Whether one of these sent an attempt."""
        edge = attempt.site.point.edge
        named = edge.party in self.parties or edge.caller in self.parties
        if named and self.zones is None:
            return True
        sender = attempt.caller.sender(attempt)
        if not sender:
            return False
        if not named and (self.parties or self.names) and sender not in self.names:
            return False
        return self.zones is None or self.zone_of(sender, edge.party) in self.zones

    def zone_of(self, sender: str, party: str) -> str:
        """Where a caller instance stands now; "" for nowhere in particular."""
        instance = self.instances.get(sender)
        return self.clients.get(party, "") if instance is None else instance.zone
