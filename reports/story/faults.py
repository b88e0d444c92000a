"""What each fault did, who noticed it, and how long users felt it."""

from __future__ import annotations

from collections.abc import Sequence

from reports.quantity import digits, share
from reports.story.words import after, counted, listed, sentence, time, times, were
from simulator.experiment.result import AffectedService, FaultFigures, Result
from simulator.scenario.model.fault.fault import MOMENTARY

MOST = 6
"""So many faults are told one by one: those that cost users most."""
MOST_NAMED = 4
AMPLIFIED = 1.1
"""From this factor on it is worth telling that each request made more attempts than usual."""

NOTICED = {
    "outlier": "Callers noticed {after}, because the outlier detection put an instance aside.",
    "health_check": "Callers noticed {after}, because their health checks of an instance failed.",
    "breaker": "Callers noticed {after}, because a circuit breaker opened.",
    "registry": "The registry noticed {after}, and no longer listed an instance.",
    "name_server": "The name server noticed {after}, and took a region out.",
    "callers": "Callers noticed {after}: none of them sent to an instance that was hit any more.",
    "autoscaler": "The autoscaler reacted {after}, and asked for more instances.",
}
"""By `detected_by`. Who noticed did not know what the fault was, only that something was amiss."""
FELT = {
    "goodput": "in fewer right answers",
    "failures": "in more failures",
    "latency": "in slower answers",
}
"""By `departed_by`."""


def paragraphs(result: Result) -> list[list[str]]:
    """The story of each fault, in the order of time."""
    faults = result.faults
    if not faults:
        return [["No fault was injected."]]
    told = [of_fault(faults[number], faults) for number in _worst(faults)]
    rest = len(faults) - len(told)
    if rest:
        more = counted(rest, "more fault")
        verb = "is" if rest == 1 else "are"
        told.append([f"{more} that cost users no more than these {verb} in the table of faults."])
    return told


def of_fault(fault: FaultFigures, faults: Sequence[FaultFigures]) -> list[str]:
    """Everything there is to say of one fault."""
    if fault.start is None:
        return [f"The fault {named(fault)} did not begin."]
    told = [_began(fault), *_over(fault), _noticed(fault)]
    if fault.steady is None:
        told.append(
            "Too little time lay before it to know what was usual, so nobody can tell its effect."
        )
        return told
    others = _together(fault, faults)
    if others:
        told.append(
            f"Users still felt {listed(others, MOST_NAMED)} when it began, so what follows is what "
            "came of both together."
        )
    return [*told, *_felt(fault), *_reached(fault), *_budgets(fault)]


def named(fault: FaultFigures) -> str:
    """Its name, and its kind where the name is not made of it."""
    return fault.name if fault.name.startswith(fault.kind) else f"{fault.name} ({fault.kind})"


def _worst(faults: Sequence[FaultFigures]) -> list[int]:
    """The numbers of the faults that are told one by one, in the order of the run."""

    def harm(number: int) -> tuple[int, bool]:
        return (faults[number].lost_requests or 0, not faults[number].unharmed)

    # The sort is stable: of those that harm the same, the first ones are told.
    return sorted(sorted(range(len(faults)), key=harm, reverse=True)[:MOST])


def _began(fault: FaultFigures) -> str:
    assert fault.start is not None
    whom = listed(fault.targets, MOST_NAMED)
    text = f"At {time(fault.start)} {named(fault)} "
    text += f"hit {whom}" if whom else "began, and hit no instance"
    return f"{text}, {times(fault.times)} in all." if fault.times > 1 else f"{text}."


def _over(fault: FaultFigures) -> list[str]:
    """When it was over; nothing of one that is over in the moment in which it begins."""
    if fault.end is None:
        return [] if fault.kind in MOMENTARY else ["It was not over within the run."]
    return [] if fault.end == fault.start else [f"It was over at {time(fault.end)}."]


def _noticed(fault: FaultFigures) -> str:
    if fault.detected_after is None:
        return "Nothing noticed it."
    by = NOTICED[fault.detected_by or ""]
    return by.format(after=after(fault.detected_after))


def _together(fault: FaultFigures, faults: Sequence[FaultFigures]) -> list[str]:
    """The earlier faults that users still felt when this one began."""
    assert fault.start is not None
    found = []
    for each in faults:
        if each is fault or each.start is None or each.departed_after is None:
            continue
        back = None if each.recovered_after is None else each.start + each.recovered_after
        begun = each.start + each.departed_after <= fault.start and each.start < fault.start
        if begun and (back is None or back > fault.start):
            found.append(each.name)
    return found


def _felt(fault: FaultFigures) -> list[str]:
    if fault.departed_after is None:
        nothing = "Users felt nothing of it"
        if fault.lost_requests:
            more = counted(fault.lost_requests, "request")
            nothing += f" beyond what is usual, though {more} more failed than usually do"
        return [f"{nothing}."]
    how = FELT[fault.departed_by or ""]
    text = f"Users felt it {after(fault.departed_after)}, first {how}"
    if fault.depth is not None and fault.depth < 1.0:
        text += f"; at worst goodput fell to {share(fault.depth)} of what was to be expected"
    told = [f"{text}.", _recovered(fault)]
    if fault.lost_requests is not None:
        lost = fault.lost_requests
        told.append(
            f"{counted(lost, 'request')} {were(lost)} lost."
            if lost
            else "No request was lost beyond the usual."
        )
    before, peak = fault.amplification_before, fault.amplification_peak
    if before is not None and peak is not None and peak > before * AMPLIFIED:
        told.append(
            f"In the worst interval a request made {digits(peak)} attempts in the mean, against "
            f"{digits(before)} before."
        )
    return told


def _recovered(fault: FaultFigures) -> str:
    if fault.recovered_after is None:
        if fault.stayed_down:
            return "They never came back to normal, although it was over."
        return "They were not back to normal at the end of the run."
    assert fault.start is not None
    text = f"They were back to normal {after(fault.recovered_after)}"
    if fault.end is None or fault.end == fault.start:
        return f"{text}."
    late = fault.start + fault.recovered_after - fault.end
    if late > 0.0:
        return f"{text}, {time(late)} after it was over."
    return f"{text}, while it was still on." if late < 0.0 else f"{text}, as soon as it was over."


def _reached(fault: FaultFigures) -> list[str]:
    """Whom it reached beyond those that it hit itself."""
    further = [each for each in fault.blast_radius if each.parent is not None]
    if not further:
        return []
    return [f"It spread to {listed([_way(each) for each in further], MOST_NAMED)}."]


def _way(service: AffectedService) -> str:
    if service.departed_after is None:
        return f"{service.service} (from {service.parent})"
    return f"{service.service} (from {service.parent}, {after(service.departed_after)})"


def _budgets(fault: FaultFigures) -> list[str]:
    spent = {name: part for name, part in (fault.error_budget_spent or {}).items() if part > 0.0}
    if not spent:
        return []
    parts = [f"{share(part)} of the error budget of {name}" for name, part in spent.items()]
    return [sentence(f"it cost {listed(parts, MOST_NAMED)}")]
