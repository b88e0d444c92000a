"""Speed as ratios: each figure against a named rival or limit, measured in turn on this machine.

.venv/bin/python benchmarks/run.py            # all, about three minutes
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
ROUNDS = 3

Command = tuple[Sequence[str], dict[str, str]]


def output(command: Command) -> float:
    """The first number that a command prints."""
    return numbers(command)[0]


def numbers(command: Command) -> list[float]:
    """What a command prints; run far from the checkout, which must not shadow."""
    words, environment = command
    found = subprocess.run(
        words,
        env={**os.environ, **environment},
        cwd=tempfile.gettempdir(),
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(word) for word in found.stdout.split()]


def python(script: str, *arguments: str, interpreted: bool = False) -> Command:
    """A script of this folder, on the installed build or on the checkout's plain files."""
    environment = {"PYTHONPATH": str(HERE.parent)} if interpreted else {}
    return [sys.executable, str(HERE / script), *arguments], environment


def pairs(ours: Command, rival: Command) -> tuple[float, float, float]:
    """Medians of both, and of the ratio in pairs played one after the other."""
    found = [(output(ours), output(rival)) for _ in range(ROUNDS)]
    return (
        median(a for a, _ in found),
        median(b for _, b in found),
        median(a / b for a, b in found),
    )


def by_hand() -> Command | None:
    """The same loop in C++, if there is a compiler."""
    compiler = shutil.which("g++") or shutil.which("c++")
    if compiler is None:
        return None
    program = Path(tempfile.mkdtemp()) / "by_hand"
    source = str(HERE / "rivals" / "by_hand.cpp")
    subprocess.run([compiler, "-O3", "-o", str(program), source], check=True)
    return [str(program), "5000000"], {}


def row(name: str, ours: float, rival: float, ratio: float, wanted: str) -> None:
    """One line of the table."""
    print(f"| {name} | {ours:,.0f} | {rival:,.0f} | {ratio:.3g} | {wanted} |", flush=True)


def main() -> None:
    """Print the table of docs/performance.md."""
    simpy = python("rivals/naive_simpy.py", "200000")
    compiled = python("ours.py", "mm4", "3000s")
    plain = python("ours.py", "mm4", "600s", interpreted=True)
    print("| what | ours | rival or limit | ratio | wanted |\n|---|---|---|---|---|")
    row("M/M/4, requests/s: naive SimPy", *pairs(compiled, simpy), "at least 10")
    row("M/M/4, interpreted: naive SimPy", *pairs(plain, simpy), "at least 3")
    row("M/M/4: Ciw", *pairs(compiled, python("rivals/ciw_mm4.py", "50000")), "at least 20")
    hand = by_hand()
    if hand is not None:
        row("M/M/4: the loop by hand in C++", *pairs(compiled, hand), "at least 0.10")
    guards = (
        "traffic.users.timeout=10s",
        "traffic.users.retry={attempts: 3}",
        "traffic.users.breaker={}",
        "traffic.users.bulkhead={concurrency: 1000}",
    )
    guarded = python("ours.py", "mm4", "3000s", *guards)
    row(
        "M/M/4, timeout, retry, breaker, bulkhead: bare",
        *pairs(guarded, compiled),
        "at least 0.5",
    )
    waiting = numbers(python("inactive_faults.py", "3000"))
    row("M/M/4, faults of which none is active: without", *waiting, "at least 0.97")
    boutique = median(
        output(python("ours.py", "online-boutique", "24m", "calls")) for _ in range(3)
    )
    row("Online Boutique, calls/s", boutique, 150_000, boutique / 150_000, "at least 1")
    scaling(row)
    limit = 120.0
    spent = comparing()
    row("compare: 8 balancers x 10 replications, s", spent, limit, spent / limit, "at most 1")
    little = output(python("ours.py", "mm4", "3125s", "memory"))
    much = output(python("ours.py", "mm4", "31250s", "memory"))
    row("peak MiB, 10 M requests: 1 M requests", much, little, much / little, "at most 1.10")
    row("peak MiB, 10 M requests: limit", much, 300, much / 300, "at most 1")
    live(row)


def live(row: Callable[[str, float, float, float, str], None]) -> None:
    """A simulation that is watched: ten services, 2,000 requests/s."""
    _, slow = numbers(python("live.py", "answers"))
    row("live, flat out: command to picture, 95 %, ms", slow, 100, slow / 100, "at most 1")
    _, slow = numbers(python("screen.py", "keys"))
    row("live, flat out: key to screen, 95 %, ms", slow, 100, slow / 100, "at most 1")
    longest = output(python("live.py", "back"))
    row("live: back to any time of ten minutes, s", longest, 3, longest / 3, "at most 1")
    share = output(python("screen.py", "idle"))
    row("live, at 1x: % of a core, dashboard and simulation", share, 15, share / 15, "at most 1")
    opening = output(python("screen.py", "opens"))
    row("live: command to first picture, s", opening, 3, opening / 3, "at most 1")
    early, late = numbers(python("live.py", "memory", "100"))
    what = "live, flat out, with all copies: MiB after 100 s: 50 s"
    row(what, late, early, late / early, "at most 1.25")
    early, late, before, after = numbers(python("live.py", "flat"))
    what = "live, flat out for hours of a small shop, with all copies: MiB at the end: half-way"
    row(what, late, early, late / early, "at most 1.25")
    what = "the same, simulated s for each s of computing: half-way"
    row(what, after, before, after / before, "at least 0.9")


def comparing() -> float:
    """Seconds that a comparison of eight balancers takes, on all cores, from start to exit."""
    names = (
        "round_robin,random,least_request,least_connections,"
        "peak_ewma,join_idle_queue,prequal,bounded_load_hash"
    )
    program = str(Path(sys.executable).parent / "aftershock")
    file = str(HERE.resolve() / "eight-balancers.yaml")
    words = ["--balancers", names, "--replications", "10", "--quiet"]
    began = time.perf_counter()
    folder = tempfile.gettempdir()
    subprocess.run([program, "compare", file, *words], cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - began


def scaling(row: Callable[[str, float, float, float, str], None]) -> None:
    """Requests a second with few and with many requests, and with few and with many instances."""
    long, short = python("ours.py", "mm4", "9000s"), python("ours.py", "mm4", "900s")
    row("M/M/4, ten times the requests", *pairs(long, short), "about 1")
    rate = ("traffic.users.rate=20000/s", "services.server.concurrency=1000")
    few = python("ours.py", "mm4", "120s", *rate, "services.server.replicas=10")
    many = python("ours.py", "mm4", "120s", *rate, "services.server.replicas=10000")
    row("10,000 instances: 10 instances", *pairs(many, few), "above 0.25 (n log n)")
    file = str(HERE.resolve() / "three-regions.yaml")
    small = {"front": 3, "cart": 4, "stock": 3}
    ten = [f"services.{name}.replicas={count}" for name, count in small.items()]
    ten += [f"services.{name}.concurrency=10000" for name in small]
    ten.append("platform.nodes.general.count=9")
    regions = python("ours.py", file, "60s", "calls"), python("ours.py", file, "60s", *ten, "calls")
    row(
        "2,000 instances, 200 nodes, 3 regions: 10 instances, calls/s",
        *pairs(*regions),
        "at least 0.5",
    )


if __name__ == "__main__":
    main()
