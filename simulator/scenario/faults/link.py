"""The kinds of faults that hit messages between callers and instances."""

from __future__ import annotations

from simulator.fault.fault import Fault, Schedule
from simulator.fault.link_fault import LinkFault
from simulator.fault.registry_faults import PartitionServer
from simulator.network.toxic.abort import Abort
from simulator.network.toxic.bandwidth import Bandwidth
from simulator.network.toxic.latency import Latency
from simulator.network.toxic.loss import Loss
from simulator.scenario.faults.kind import Kind, Make
from simulator.scenario.faults.reach import REGISTRY, Reach
from simulator.scenario.model.fault import link as model
from simulator.scenario.model.fault.selector import Selector


def toxic(kind: str) -> Make:
    """What makes a fault that puts a toxic of this kind on messages."""

    def make(reach: Reach, harm: Selector, name: str, schedule: Schedule) -> Fault:
        choose = reach.chooser(harm, name)
        made = reach.toxics.maker(kind, harm, name)
        return LinkFault(reach.kernel, name, kind, schedule, choose, made)

    return make


def partition(reach: Reach, harm: model.Partition, name: str, schedule: Schedule) -> Fault:
    """Cuts instances off from others."""
    if harm.service == REGISTRY:
        chosen = reach.servers_of(harm, name)
        return PartitionServer(reach.kernel, name, schedule, chosen, harm.from_)
    return toxic("partition")(reach, harm, name, schedule)


LINK_FAULTS = {
    "latency": Kind(
        model.Latency,
        toxic("latency"),
        Latency,
        """
- at: 30s
  for: 20s
  latency:
    service: payments
    from: [shop]
    add: {lognormal: {median: 100ms, p99: 400ms}}
""",
    ),
    "loss": Kind(
        model.Loss,
        toxic("loss"),
        Loss,
        """
- at: 30s
  for: 20s
  loss: {service: payments, share: 10%, direction: to}
""",
    ),
    "blackhole": Kind(
        model.Blackhole,
        toxic("blackhole"),
        model.Blackhole,
        """
- at: 30s
  for: 20s
  blackhole: {service: payments, mode: one}
""",
    ),
    "partition": Kind(
        model.Partition,
        partition,
        model.Partition,
        """
- at: 30s
  for: 20s
  partition: {service: payments, mode: all, from: [shop]}
""",
        {"service: registry": PartitionServer},
    ),
    "bandwidth": Kind(
        model.Bandwidth,
        toxic("bandwidth"),
        Bandwidth,
        """
- at: 30s
  for: 20s
  bandwidth: {service: payments, rate: 1MiB, message: 64KiB, direction: from}
""",
    ),
    "abort": Kind(
        model.Abort,
        toxic("abort"),
        Abort,
        """
- at: 30s
  for: 20s
  abort: {service: payments, endpoint: charge, toxicity: 25%, outcome: error, after: 5ms}
""",
    ),
    "reset": Kind(
        model.Reset,
        toxic("reset"),
        model.Reset,
        """
- at: 30s
  for: 20s
  reset: {service: payments, toxicity: 10%, after: 50ms}
""",
    ),
    "dns_error": Kind(
        model.DnsError,
        toxic("dns_error"),
        model.DnsError,
        """
- at: 30s
  for: 20s
  dns_error: {service: payments, from: [shop]}
""",
    ),
    "certificate_expiry": Kind(
        model.Expired,
        toxic("certificate_expiry"),
        model.Expired,
        """
- at: 30s
  for: 20s
  certificate_expiry: {service: payments}
""",
    ),
}
