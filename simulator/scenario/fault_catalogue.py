"""Every kind of fault: what it does, its fields and defaults, and how it looks in a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from pydantic import BaseModel

from simulator.fault.cache_flush import CacheFlush
from simulator.fault.kill import Kill
from simulator.fault.pause import Hang, Pause
from simulator.fault.registry_faults import KillServer, PartitionServer, SlowServer
from simulator.fault.slow import Slow
from simulator.fault.surge import Surge
from simulator.network.toxic.abort import Abort
from simulator.network.toxic.bandwidth import Bandwidth
from simulator.network.toxic.latency import Latency
from simulator.network.toxic.loss import Loss
from simulator.scenario.docstring import story_of
from simulator.scenario.fields import FieldSummary, fields_of, written
from simulator.scenario.model import fault as model


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind: the class that explains it, its model, an example, and variants with their own text.

    Kinds that are carried out by the same class are explained by their models. `example` is one
    entry of the list `faults`, for a shop that asks payments.
    """

    explained_by: type
    model: type[BaseModel]
    example: str
    variants: Mapping[str, type] = field(default_factory=dict)


FAULTS: Mapping[str, Entry] = {
    "kill": Entry(
        Kill,
        model.Kill,
        """
- at: 30s
  for: 20s
  kill: {service: payments, mode: {fixed: 2}, grace: 5s}
""",
        {"service: registry": KillServer},
    ),
    "pause": Entry(
        Pause,
        model.Pause,
        """
- at: 30s
  for: 10s
  pause: {service: payments, mode: one}
""",
    ),
    "hang": Entry(
        Hang,
        model.Hang,
        """
- at: 30s
  for: 20s
  hang: {service: payments, instance: payments-2}
""",
    ),
    "slow": Entry(
        Slow,
        model.Slow,
        """
- at: 30s
  for: 20s
  slow: {service: payments, mode: {percent: 50%}, speed: 20%}
""",
        {"service: registry": SlowServer},
    ),
    "latency": Entry(
        Latency,
        model.Latency,
        """
- at: 30s
  for: 20s
  latency:
    service: payments
    from: [shop]
    add: {lognormal: {median: 100ms, p99: 400ms}}
""",
    ),
    "loss": Entry(
        Loss,
        model.Loss,
        """
- at: 30s
  for: 20s
  loss: {service: payments, share: 10%, direction: to}
""",
    ),
    "blackhole": Entry(
        model.Blackhole,
        model.Blackhole,
        """
- at: 30s
  for: 20s
  blackhole: {service: payments, mode: one}
""",
    ),
    "partition": Entry(
        model.Partition,
        model.Partition,
        """
- at: 30s
  for: 20s
  partition: {service: payments, mode: all, from: [shop]}
""",
        {"service: registry": PartitionServer},
    ),
    "bandwidth": Entry(
        Bandwidth,
        model.Bandwidth,
        """
- at: 30s
  for: 20s
  bandwidth: {service: payments, rate: 1MiB, message: 64KiB, direction: from}
""",
    ),
    "abort": Entry(
        Abort,
        model.Abort,
        """
- at: 30s
  for: 20s
  abort: {service: payments, endpoint: charge, toxicity: 25%, outcome: error, after: 5ms}
""",
    ),
    "reset": Entry(
        model.Reset,
        model.Reset,
        """
- at: 30s
  for: 20s
  reset: {service: payments, toxicity: 10%, after: 50ms}
""",
    ),
    "dns_error": Entry(
        model.DnsError,
        model.DnsError,
        """
- at: 30s
  for: 20s
  dns_error: {service: payments, from: [shop]}
""",
    ),
    "certificate_expiry": Entry(
        model.Expired,
        model.Expired,
        """
- at: 30s
  for: 20s
  certificate_expiry: {service: payments}
""",
    ),
    "registry_outage": Entry(
        model.RegistryOutage,
        model.RegistryOutage,
        """
- at: 30s
  for: 20s
  registry_outage: {}
""",
    ),
    "zone_outage": Entry(
        model.ZoneOutage,
        model.ZoneOutage,
        """
- at: 30s
  for: 20s
  zone_outage: {zone: north}
""",
    ),
    "cache_flush": Entry(
        CacheFlush,
        model.CacheFlush,
        """
- at: 30s
  cache_flush: {service: shop}
""",
    ),
    "surge": Entry(
        Surge,
        model.Surge,
        """
- at: 30s
  for: 20s
  surge: {traffic: users, times: 3}
""",
    ),
}
"""In the order of the language."""


class Summary(TypedDict):
    """One kind: what it does, the fields that are its own, and how it looks in a scenario."""

    name: str
    summary: str
    fields: list[FieldSummary]
    example: str


def summary_of(kind: str) -> Summary:
    """What there is to say of a kind of fault, as data."""
    return {
        "name": kind,
        "summary": explained(kind).partition("\n")[0],
        "fields": fields_of(FAULTS[kind].model),
        "example": example_of(kind),
    }


def common_fields() -> list[FieldSummary]:
    """The fields of every fault, beside its kind: what it is called, and when it is."""
    return [each for each in fields_of(model.Fault) if each["name"] not in model.KINDS]


def explained(kind: str) -> str:
    """What a kind of fault is in the real world, what it is here, and what is left out."""
    return story_of(FAULTS[kind].explained_by)


def example_of(kind: str) -> str:
    """A fault of this kind, to be pasted into a scenario."""
    lines = FAULTS[kind].example.strip().splitlines()
    return "\n".join(["faults:", *(f"  {line}" for line in lines)]) + "\n"


def explain(kind: str) -> str:
    """All there is to say of a kind of fault, to be read."""
    parts = [f"{kind}: a kind of fault", explained(kind)]
    for variant, explained_by in FAULTS[kind].variants.items():
        parts.append(f"With `{variant}`:\n\n{story_of(explained_by)}")
    own = fields_of(FAULTS[kind].model)
    if own:
        parts.append(_listed(f"Fields of `{kind}`, with their defaults:", own))
    parts.append(_listed("Fields of every fault:", common_fields()))
    parts.append(f"For example:\n\n{example_of(kind).rstrip()}")
    return "\n\n".join(parts) + "\n"


def _listed(title: str, fields: list[FieldSummary]) -> str:
    lines = [f"  {each['name']} ({written(each['default'])}): {each['meaning']}" for each in fields]
    return "\n".join([title, *lines])
