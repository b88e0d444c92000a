"""The kinds of faults that hit processes."""

from __future__ import annotations

from simulator.fault.clock_skew import ClockSkew
from simulator.fault.crash_loop import CrashLoop
from simulator.fault.disk_full import DiskFull
from simulator.fault.fault import Fault, Schedule
from simulator.fault.keeper import Keeper, Vacated
from simulator.fault.kill import Kill
from simulator.fault.memory_leak import Leak, MemoryLeak
from simulator.fault.monkey import Habits, Monkey
from simulator.fault.pause import Hang, Pause
from simulator.fault.registry_faults import KillServer, SlowServer
from simulator.fault.slow import Slow
from simulator.fault.stolen_cores import StolenCores
from simulator.network.toxic.refusal import Refusal
from simulator.network.toxic.wrong_time import WrongTime
from simulator.outcome import ERROR
from simulator.platform.back_off import BackOff
from simulator.platform.placement import Outage
from simulator.scenario.faults.kind import Kind
from simulator.scenario.faults.reach import REGISTRY, Choose, Reach
from simulator.scenario.model.fault import process as model
from simulator.service.impairment import Impairment


def kill(reach: Reach, harm: model.Kill, name: str, schedule: Schedule) -> Fault:
    """Ends processes."""
    if harm.service == REGISTRY:
        return KillServer(reach.kernel, name, "kill", schedule, reach.servers_of(harm, name))
    chosen, restart = reach.chooser(harm, name), harm.restart
    outage = reach.outage(harm) if restart is None else None
    return killing(reach, "kill", name, schedule, chosen, harm.grace, outage, restart)


def killing(
    reach: Reach,
    kind: str,
    name: str,
    schedule: Schedule,
    choose: Choose,
    grace: float = 0.0,
    outage: Outage | None = None,
    restart: float | None = None,
) -> Kill:
    """A fault of any kind that ends the processes it chooses, and takes down some nodes."""
    return Kill(
        reach.kernel,
        name,
        kind,
        schedule,
        choose,
        grace,
        reach.lifecycle,
        keeper(reach),
        outage,
        restart,
    )


def pause(reach: Reach, harm: model.Pause, name: str, schedule: Schedule) -> Fault:
    """Freezes processes."""
    return Pause(reach.kernel, name, schedule, reach.chooser(harm, name))


def hang(reach: Reach, harm: model.Hang, name: str, schedule: Schedule) -> Fault:
    """Lets processes accept and never answer."""
    workloads = list(reach.workloads.values())
    return Hang(reach.kernel, name, schedule, reach.chooser(harm, name), workloads)


def slow(reach: Reach, harm: model.Slow, name: str, schedule: Schedule) -> Fault:
    """Slows processes down."""
    if harm.service == REGISTRY:
        assert harm.add is not None
        chosen = reach.servers_of(harm, name)
        return SlowServer(reach.kernel, name, schedule, chosen, harm.add)
    if harm.cores is not None:
        return StolenCores(reach.kernel, name, schedule, reach.chooser(harm, name), harm.cores)
    assert harm.speed is not None
    return Slow(reach.kernel, name, schedule, reach.chooser(harm, name), harm.speed)


def monkey(reach: Reach, harm: model.Monkey, name: str, schedule: Schedule) -> Fault:
    """Ends one process after another, at random."""
    fleets = {each.name: members for members in reach.instances.values() for each in members}
    uniform = reach.streams.generator(f"fault/{name}/monkey").random
    return Monkey(
        reach.kernel,
        name,
        schedule,
        reach.chooser(harm, name),
        fleets,
        Habits(harm.interval, harm.probability, harm.max_down, harm.restart),
        lambda: float(uniform()),
        keeper(reach),
    )


def keeper(reach: Reach) -> Keeper:
    """Who ends processes for a fault that starts them again by itself."""
    made = Keeper(reach.kernel, reach.lifecycle, reach.callers, reach.deaths)
    for workload in reach.workloads.values():
        workload.listeners.append(Vacated(made))
    return made


def memory_leak(reach: Reach, harm: model.MemoryLeak, name: str, schedule: Schedule) -> Fault:
    """Fills the memory of processes."""
    leak = Leak(
        harm.rate or 0.0,
        harm.per_request or 0.0,
        harm.in_flight or 0.0,
        harm.limit,
        harm.gc,
        harm.restart,
    )
    chosen = reach.chooser(harm, name)
    return MemoryLeak(reach.kernel, name, schedule, chosen, leak, keeper(reach))


def crash_loop(reach: Reach, harm: model.CrashLoop, name: str, schedule: Schedule) -> Fault:
    """Lets processes die soon after each start."""
    backoff = BackOff(harm.backoff, harm.max_)
    chosen = reach.chooser(harm, name)
    return CrashLoop(
        reach.kernel, name, schedule, chosen, harm.lives, backoff, harm.start, keeper(reach)
    )


def disk_full(reach: Reach, harm: model.DiskFull, name: str, schedule: Schedule) -> Fault:
    """Lets fail what writes."""
    writing = frozenset(f"{harm.service}.{each}" for each in harm.endpoints)
    full = Impairment(refusals=[lambda: Refusal(name, None, writing, 1.0, outcome=ERROR)])
    return DiskFull(reach.kernel, name, "disk_full", schedule, reach.chooser(harm, name), full)


def clock_skew(reach: Reach, harm: model.ClockSkew, name: str, schedule: Schedule) -> Fault:
    """Sets clocks wrong."""
    clocks = reach.clocks
    check = Impairment(refusals=[lambda: WrongTime(name, clocks, harm.tolerance)])
    everybody = [each for members in reach.instances.values() for each in members]
    chosen = reach.chooser(harm, name)
    return ClockSkew(reach.kernel, name, schedule, chosen, harm.by, clocks, everybody, check)


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
        {"cores": StolenCores, "service: registry": SlowServer},
    ),
    "monkey": Kind(
        model.Monkey,
        monkey,
        Monkey,
        """
- at: 30s
  for: 2m
  monkey: {service: payments, interval: 20s, probability: 80%, max_down: 25%, restart: 10s}
""",
    ),
    "memory_leak": Kind(
        model.MemoryLeak,
        memory_leak,
        MemoryLeak,
        """
- at: 30s
  for: 2m
  memory_leak: {service: payments, rate: 8MiB, in_flight: 2MiB, limit: 512MiB, gc: 5%}
""",
    ),
    "crash_loop": Kind(
        model.CrashLoop,
        crash_loop,
        CrashLoop,
        """
- at: 30s
  for: 2m
  crash_loop: {service: payments, mode: {percent: 50%}, lives: 5s}
""",
    ),
    "disk_full": Kind(
        model.DiskFull,
        disk_full,
        DiskFull,
        """
- at: 30s
  for: 20s
  disk_full: {service: payments, mode: one, endpoints: [charge]}
""",
    ),
    "clock_skew": Kind(
        model.ClockSkew,
        clock_skew,
        ClockSkew,
        """
- at: 30s
  for: 20s
  clock_skew: {service: payments, mode: one, by: -10m}
""",
    ),
}
