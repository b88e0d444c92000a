"""The kinds of faults that hit messages between callers and instances."""

from __future__ import annotations

from collections.abc import Callable

from simulator.fault.fault import Fault, Schedule
from simulator.fault.link_fault import LinkFault
from simulator.fault.registry_faults import PartitionServer
from simulator.network.disturbance import Toxic
from simulator.network.toxic.abort import Abort
from simulator.network.toxic.bandwidth import Bandwidth
from simulator.network.toxic.corrupt import Corrupt
from simulator.network.toxic.duplicate import Duplicate
from simulator.network.toxic.latency import Latency
from simulator.network.toxic.loss import Loss
from simulator.network.toxic.reorder import Reorder
from simulator.outcome import NAMES, NO_INSTANCE, RESET, UNAUTHORIZED
from simulator.scenario.building.laws import law_of
from simulator.scenario.faults.kind import Kind, Make
from simulator.scenario.faults.reach import REGISTRY, Reach
from simulator.scenario.faults.toxics import MakeToxic, ToxicMaker, Whom, maker_of, ways
from simulator.scenario.model.distribution import Constant
from simulator.scenario.model.fault import link as model


def toxic(kind: str, make_toxic: MakeToxic) -> Make:
    """What makes a fault that puts a toxic on messages."""

    def make(
        reach: Reach, harm: model.OnTheWay | model.Partition, name: str, schedule: Schedule
    ) -> Fault:
        choose = reach.chooser(harm, name)
        zones = reach.crowd.zones
        made = maker_of(reach.toxics, harm, name, make_toxic, reach.instances, zones)
        return LinkFault(reach.kernel, name, kind, schedule, choose, made)

    return make


def latency(tools: ToxicMaker, harm: model.Latency, whom: Whom) -> Callable[[], Toxic]:
    """Lets messages take longer."""
    quantity = f"fault/{whom[0]}"
    tools.quantities[quantity] = law_of(harm.add, tools.folder)
    forth, back = ways(harm)
    constant = harm.add.constant if isinstance(harm.add, Constant) else -1.0
    # One stream for all instances: streams of the same name would be the same numbers.
    uniforms = tools.chance(f"fault/{whom[0]}/latency") if harm.correlation > 0.0 else None
    return lambda: Latency(
        *whom,
        forth=forth,
        back=back,
        quantity=quantity,
        constant=constant,
        jitter=harm.jitter,
        correlation=harm.correlation,
        uniforms=uniforms,
    )


def loss(tools: ToxicMaker, harm: model.Loss, whom: Whom) -> Callable[[], Toxic]:
    """Loses messages."""
    forth, back = ways(harm)
    uniforms = tools.chance(f"fault/{whom[0]}/loss")
    return lambda: Loss(
        *whom,
        forth=forth,
        back=back,
        chance=harm.share,
        correlation=harm.correlation,
        uniforms=uniforms,
    )


def silence(
    tools: ToxicMaker, harm: model.Blackhole | model.Partition, whom: Whom
) -> Callable[[], Toxic]:
    """Loses all messages."""
    forth, back = ways(harm)
    uniforms = tools.chance(f"fault/{whom[0]}/loss")
    return lambda: Loss(
        *whom, forth=forth, back=back, chance=1.0, correlation=0.0, uniforms=uniforms
    )


def corrupt(tools: ToxicMaker, harm: model.Corrupt, whom: Whom) -> Callable[[], Toxic]:
    """Damages messages."""
    forth, back = ways(harm)
    uniforms = tools.chance(f"fault/{whom[0]}/corrupt")
    return lambda: Corrupt(
        *whom,
        forth=forth,
        back=back,
        chance=harm.share,
        correlation=harm.correlation,
        uniforms=uniforms,
    )


def duplicate(tools: ToxicMaker, harm: model.Duplicate, whom: Whom) -> Callable[[], Toxic]:
    """Lets questions arrive twice."""
    uniforms = tools.chance(f"fault/{whom[0]}/duplicate")
    return lambda: Duplicate(
        *whom, chance=harm.share, correlation=harm.correlation, uniforms=uniforms
    )


def reorder(tools: ToxicMaker, harm: model.Reorder, whom: Whom) -> Callable[[], Toxic]:
    """Delays messages, but for some."""
    forth, back = ways(harm)
    uniforms = tools.chance(f"fault/{whom[0]}/reorder")
    return lambda: Reorder(
        *whom,
        forth=forth,
        back=back,
        chance=harm.share,
        correlation=harm.correlation,
        uniforms=uniforms,
        delay=harm.delay,
        gap=harm.gap,
    )


def bandwidth(tools: ToxicMaker, harm: model.Bandwidth, whom: Whom) -> Callable[[], Toxic]:
    """Lets messages pass one after another."""
    forth, back = ways(harm)
    seconds = harm.message / harm.rate
    return lambda: Bandwidth(*whom, forth=forth, back=back, kernel=tools.kernel, seconds=seconds)


def abort(_: ToxicMaker, harm: model.Abort, whom: Whom) -> Callable[[], Toxic]:
    """Answers in the callee's stead."""
    outcome = NAMES.index(harm.outcome)
    return lambda: Abort(*whom, outcome=outcome, after=harm.after)


def reset(_: ToxicMaker, harm: model.Reset, whom: Whom) -> Callable[[], Toxic]:
    """Resets connections."""
    return lambda: Abort(*whom, outcome=RESET, after=harm.after)


def dns_error(_: ToxicMaker, __: model.DnsError, whom: Whom) -> Callable[[], Toxic]:
    """Lets a name not resolve: nothing is sent."""
    return lambda: Abort(*whom, outcome=NO_INSTANCE, after=0.0, nearest=True)


def certificate_expiry(_: ToxicMaker, __: model.Expired, whom: Whom) -> Callable[[], Toxic]:
    """Does not let callers in."""
    return lambda: Abort(*whom, outcome=UNAUTHORIZED, after=0.0)


def partition(reach: Reach, harm: model.Partition, name: str, schedule: Schedule) -> Fault:
    """Cuts instances off from others."""
    if harm.service == REGISTRY:
        chosen = reach.servers_of(harm, name)
        return PartitionServer(reach.kernel, name, schedule, chosen, harm.from_)
    return toxic("partition", silence)(reach, harm, name, schedule)


LINK_FAULTS = {
    "latency": Kind(
        model.Latency,
        toxic("latency", latency),
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
        toxic("loss", loss),
        Loss,
        """
- at: 30s
  for: 20s
  loss: {service: payments, share: 10%, direction: to}
""",
    ),
    "corrupt": Kind(
        model.Corrupt,
        toxic("corrupt", corrupt),
        Corrupt,
        """
- at: 30s
  for: 20s
  corrupt: {service: payments, share: 1%}
""",
    ),
    "duplicate": Kind(
        model.Duplicate,
        toxic("duplicate", duplicate),
        Duplicate,
        """
- at: 30s
  for: 20s
  duplicate: {service: payments, share: 10%, from: [shop]}
""",
    ),
    "reorder": Kind(
        model.Reorder,
        toxic("reorder", reorder),
        Reorder,
        """
- at: 30s
  for: 20s
  reorder: {service: payments, delay: 10ms, share: 25%, correlation: 50%}
""",
    ),
    "blackhole": Kind(
        model.Blackhole,
        toxic("blackhole", silence),
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
        toxic("bandwidth", bandwidth),
        Bandwidth,
        """
- at: 30s
  for: 20s
  bandwidth: {service: payments, rate: 1MiB, message: 64KiB, direction: from}
""",
    ),
    "abort": Kind(
        model.Abort,
        toxic("abort", abort),
        Abort,
        """
- at: 30s
  for: 20s
  abort: {service: payments, endpoint: charge, toxicity: 25%, outcome: error, after: 5ms}
""",
    ),
    "reset": Kind(
        model.Reset,
        toxic("reset", reset),
        model.Reset,
        """
- at: 30s
  for: 20s
  reset: {service: payments, toxicity: 10%, after: 50ms}
""",
    ),
    "dns_error": Kind(
        model.DnsError,
        toxic("dns_error", dns_error),
        model.DnsError,
        """
- at: 30s
  for: 20s
  dns_error: {service: payments, from: [shop]}
""",
    ),
    "certificate_expiry": Kind(
        model.Expired,
        toxic("certificate_expiry", certificate_expiry),
        model.Expired,
        """
- at: 30s
  for: 20s
  certificate_expiry: {service: payments}
""",
    ),
}
