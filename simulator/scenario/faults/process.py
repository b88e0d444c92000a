"""The kinds of faults that hit processes."""

from __future__ import annotations

from simulator.fault.fault import Fault, Schedule
from simulator.fault.kill import Kill
from simulator.fault.pause import Hang, Pause
from simulator.fault.registry_faults import KillServer, SlowServer
from simulator.fault.slow import Slow
from simulator.scenario.faults.kind import Kind
from simulator.scenario.faults.reach import REGISTRY, Choose, Reach
from simulator.scenario.model.fault import process as model


def kill(reach: Reach, harm: model.Kill, name: str, schedule: Schedule) -> Fault:
    """Ends processes."""
    if harm.service == REGISTRY:
        return KillServer(reach.kernel, name, schedule, reach.servers_of(harm, name))
    return killing(reach, "kill", name, schedule, reach.chooser(harm, name), harm.grace)


def killing(
    reach: Reach, kind: str, name: str, schedule: Schedule, choose: Choose, grace: float = 0.0
) -> Kill:
    """A fault of any kind that ends the processes it chooses."""
    return Kill(
        reach.kernel,
        name,
        kind,
        schedule,
        choose,
        grace,
        reach.lifecycle,
        reach.routes,
        reach.deaths,
    )


def pause(reach: Reach, harm: model.Pause, name: str, schedule: Schedule) -> Fault:
    """Freezes processes."""
    return Pause(reach.kernel, name, schedule, reach.chooser(harm, name))


def hang(reach: Reach, harm: model.Hang, name: str, schedule: Schedule) -> Fault:
    """Lets processes accept and never answer."""
    return Hang(reach.kernel, name, schedule, reach.chooser(harm, name))


def slow(reach: Reach, harm: model.Slow, name: str, schedule: Schedule) -> Fault:
    """Slows processes down."""
    if harm.service == REGISTRY:
        assert harm.add is not None
        chosen = reach.servers_of(harm, name)
        return SlowServer(reach.kernel, name, schedule, chosen, harm.add)
    assert harm.speed is not None
    return Slow(reach.kernel, name, schedule, reach.chooser(harm, name), harm.speed)


PROCESS_FAULTS = {
    "kill": Kind(
        model.Kill,
        kill,
        Kill,
        """
- at: 30s
  for: 20s
  kill: {service: payments, mode: {fixed: 2}, grace: 5s}
""",
        {"service: registry": KillServer},
    ),
    "pause": Kind(
        model.Pause,
        pause,
        Pause,
        """
- at: 30s
  for: 10s
  pause: {service: payments, mode: one}
""",
    ),
    "hang": Kind(
        model.Hang,
        hang,
        Hang,
        """
- at: 30s
  for: 20s
  hang: {service: payments, instance: payments-2}
""",
    ),
    "slow": Kind(
        model.Slow,
        slow,
        Slow,
        """
- at: 30s
  for: 20s
  slow: {service: payments, mode: {percent: 50%}, speed: 20%}
""",
        {"service: registry": SlowServer},
    ),
}
