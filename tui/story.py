"""What is happening, in a line of plain language, for whoever sees it for the first time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.live.snapshot import FaultView, ServiceView, Snapshot
from simulator.outcome import is_failure
from tui import text
from tui.glyphs import OUTCOMES, sign
from tui.nodes import MANY
from tui.watching import Watching

FIRST = (
    "arrows select",
    "⏎ looks inside",
    "k kills an instance",
    "space pauses",
    "? helps",
)
"""What to do in the first minute; it goes once harm was done."""

HAPPENS: Mapping[str, str] = {
    "pause": "{who} stands still: callers wait until their timeouts",
    "hang": "{who} accepts requests and answers none: callers wait for timeouts",
    "slow": "{who} works slower: its queue grows once more is asked than it can do",
    "memory_leak": "{who} fills its memory, and is killed when it is full",
    "crash_loop": "{who} dies again and again, and starts later each time",
    "disk_full": "{who} has no room left: what writes fails, what reads goes on",
    "latency": "messages to {who} take longer: whoever waits holds a thread meanwhile",
    "loss": "messages to {who} get lost: callers learn of it by their timeouts",
    "corrupt": "messages to {who} arrive damaged",
    "blackhole": "messages to {who} vanish: callers learn of it by their timeouts",
    "partition": "{who} is cut off: messages vanish, callers learn of it by timeouts",
    "bandwidth": "the link to {who} is narrow: messages queue for it",
    "abort": "questions to {who} are answered with failures",
    "reset": "connections to {who} are reset",
    "dns_error": "the name of {who} does not resolve",
    "certificate_expiry": "the certificate of {who} has run out: callers do not trust it",
    "registry_outage": "the registry is down: what callers know grows old",
    "zone_outage": "a zone is gone: whatever ran there is dead",
    "bad_deploy": "{who} runs a bad version",
    "dependency_outage": "{who} is out: whatever it is asked fails",
    "cache_flush": "the caches of {who} are empty: everything is asked for again",
    "surge": "more is asked than usual",
}
DEAD = frozenset({"kill", "monkey", "zone_outage"})


@dataclass(frozen=True, slots=True)
class Story:
    """A line, the most important part first, and how it is meant: `hint`, `harm`, `end` or `calm`."""

    parts: tuple[str, ...]
    tone: str


def story(watching: Watching) -> Story:
    """The line for what shows now."""
    snapshot = watching.snapshot
    if snapshot is None:
        return Story(("the scenario is being built",), "hint")
    if snapshot.state in ("ended", "stopped"):
        return Story(_end(snapshot), "end")
    active = [fault for fault in snapshot.faults if fault.state == "active"]
    newest = max(active, key=lambda fault: (fault.mine, fault.begins or 0.0), default=None)
    if newest is not None:
        undo = ("u undoes it",) if newest.mine else ()
        return Story((_harm(snapshot, newest), _users(snapshot), *undo), "harm")
    if snapshot.note:
        return Story((snapshot.note,), "hint")
    if snapshot.figures.failed >= MANY:
        rest = _put_aside(snapshot) if watching.hurt else FIRST
        return Story((_unprovoked(snapshot), *rest), "harm")
    if watching.hurt:
        return Story((_users(snapshot), *_put_aside(snapshot)), "calm")
    return Story(FIRST, "hint")


def _end(snapshot: Snapshot) -> tuple[str, ...]:
    word = "the end" if snapshot.state == "ended" else f"stopped: {snapshot.note}"
    verdict = f": {snapshot.verdict.upper()}" if snapshot.verdict else ""
    digest = (snapshot.digest[: len("sha256:") + 12],) if snapshot.digest else ()
    return (f"{word}{verdict}", "[ goes back", "w writes what was done", "q quits", *digest)


def _harm(snapshot: Snapshot, fault: FaultView) -> str:
    services = _hit(snapshot, fault)
    who = _whoever(fault.targets, services) or fault.name
    if fault.kind in DEAD and fault.targets:
        return _death(snapshot, fault, services, _who(fault.targets))
    what = HAPPENS.get(fault.kind, f"{fault.kind.replace('_', ' ')}: {fault.what}")
    return what.format(who=who)


def _death(snapshot: Snapshot, fault: FaultView, services: Sequence[ServiceView], who: str) -> str:
    """What becomes of callers of the dead, which changes when the registry drops it."""
    verb, them = ("are", "them") if len(fault.targets) > 1 else ("is", "it")
    if services and all(each.up == 0 for each in services):
        names = ", ".join(each.name for each in services)
        return f"{names}: no instance is left, and whoever needs one fails"
    since = fault.begins or 0.0
    dropped = {
        event.subject
        for event in snapshot.events
        if event.kind == "registry" and event.time >= since and event.detail == "delisted"
    }
    if dropped.issuperset(fault.targets):
        return f"{who} {verb} dead and delisted: others take over"
    return f"{who} {verb} dead but listed: calls to {them} fail"


def _unprovoked(snapshot: Snapshot) -> str:
    """What fails, and how, while no fault is active."""
    rates = {
        name: rate for name, rate in snapshot.figures.outcomes.items() if is_failure(name) and rate
    }
    worst = sign(OUTCOMES, max(rates, key=lambda name: rates[name])).word
    how = worst if len(rates) == 1 else f"mostly {worst}"
    return (
        f"{text.share(snapshot.figures.failed)} of requests fail ({how}), though no fault is active"
    )


def _put_aside(snapshot: Snapshot) -> tuple[str, ...]:
    """Who is well, and not asked all the same: callers keep their distance for a while."""
    last = {each.subject: each.detail for each in snapshot.events if each.kind == "choice"}
    avoided = [subject for subject, detail in last.items() if detail in ("ejected", "unhealthy")]
    whole = {each.name for each in snapshot.services if each.up == each.replicas}
    names = sorted({each.partition(" > ")[2] for each in avoided})
    well = [each for each in names if each.rpartition("-")[0] in whole]
    if not well:
        return ()
    verb, them = ("is", "it") if len(well) == 1 else ("are", "them")
    return (f"{_who(well)} {verb} up, but callers that saw {them} fail keep {them} aside",)


def _hit(snapshot: Snapshot, fault: FaultView) -> list[ServiceView]:
    return [each for each in snapshot.services if fault.name in each.faults]


def _whoever(targets: Sequence[str], services: Sequence[ServiceView]) -> str:
    """Who is hit, as the subject of a sentence in the singular."""
    if len(targets) <= 1 or not services:
        return _who(targets) or ", ".join(each.name for each in services)
    names = " and ".join(each.name for each in services)
    if len(targets) >= sum(each.replicas for each in services):
        return names if len(services) == 1 else f"each of {names}"
    return f"each of {len(targets)} instances of {names}"


def _who(targets: Sequence[str]) -> str:
    return ", ".join(targets) if len(targets) <= 2 else f"{targets[0]} and {len(targets) - 1} more"


def _users(snapshot: Snapshot) -> str:
    failed = snapshot.figures.failed
    if not snapshot.figures.throughput:
        return "users get no answers"
    if failed <= 0.0:
        fallbacks = snapshot.figures.outcomes.get("degraded", 0.0) / snapshot.figures.throughput
        if fallbacks > 0.0:
            return f"no request fails, {text.share(fallbacks)} get a fallback"
        return "users see no failures"
    return f"{text.share(failed)} of requests fail"
