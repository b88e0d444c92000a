"""Instances that died, and what was sent to them meanwhile."""

from __future__ import annotations

from reports.story.words import counted, time, were
from simulator.experiment.result import Result


def sentences(result: Result) -> list[str]:
    """How many died and came back, how long it took to be known, and what that cost."""
    deaths = result.deaths
    if not deaths:
        return []
    back = sum(each.back is not None for each in deaths)
    died = f"{counted(len(deaths), 'instance')} died"
    if len(deaths) == 1:
        died = f"{deaths[0].instance} died at {time(deaths[0].died)}"
        told = [f"{died}, and {'came back' if back else 'did not come back'}."]
    else:
        told = [f"{died}; {_of_many(back, len(deaths))} came back."]
    told += _known("registry", [each.registry_knew_after for each in deaths])
    told += _known("last caller", [each.callers_knew_after for each in deaths])
    sent, lost = (
        sum(each.sent_meanwhile for each in deaths),
        sum(each.lost for each in deaths),
    )
    meanwhile = f"Meanwhile {counted(sent, 'attempt')} reached the dead"
    if lost:
        meanwhile += f", and {counted(lost, 'request')} inside {were(lost)} lost"
    return [*told, f"{meanwhile}."]


def _of_many(number: int, total: int) -> str:
    return "none" if not number else "all" if number == total else f"{number:,} of them"


def _known(who: str, after: list[float | None]) -> list[str]:
    known = [each for each in after if each is not None]
    if not known:
        return [f"The {who} never knew."]
    never = len(after) - len(known)
    worst = "" if len(known) == 1 else "at most "
    late = max(known)
    text = f"The {who} knew after {worst}{time(late)}" if late else f"The {who} knew at once"
    return [f"{text}, and of {counted(never, 'death')} never." if never else f"{text}."]
