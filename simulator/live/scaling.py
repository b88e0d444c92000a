"""Having more or fewer instances: appointments of an autoscaler that goes by the clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from simulator.experiment.run import Run
from simulator.live.branch import Deed
from simulator.live.changes import appointments_of, changed
from simulator.live.gap import next_moment
from simulator.live.refused import Refused, reason_of
from simulator.scenario import ScenarioError, parse, resolved_yaml
from simulator.scenario.model.autoscaler.bounds import MOST
from simulator.scenario.model.scenario import Scenario
from simulator.scenario.model.service import Service
from simulator.scenario.problem import few, nearest
from simulator.units import format_duration


class Scaling:
    """What it takes to scale services of a scenario; `folder` is where the files lie that it names."""

    def __init__(self, base: Scenario, folder: Path | None) -> None:
        self.base = base
        self.folder = folder

    def deed(self, run: Run, past: Sequence[Deed], service: str, replicas: int) -> Deed:
        """That a service has so many instances from now on; `past` is what was done before.

        Raises:
            Refused: if it cannot have them.
        """
        given = _scalable(changed(self.base, past), service)
        before = wanted_at(given, {}, run.now)
        if replicas == before:
            raise Refused(f"`{service}` is to have {before} already")
        if not 1 <= replicas <= MOST:
            raise Refused(f"expected 1 to {MOST:,} instances, found {replicas:,}")
        words = f"scaled {service} from {before} to {replicas}"
        deed = Deed(run.now, "scale", service, words, replicas=replicas, structural=True)
        try:
            parse(resolved_yaml(changed(self.base, [*past, deed]), self.folder))
        except ScenarioError as error:
            raise Refused(f"`{service}` cannot be scaled: {reason_of(error)}") from None
        return replace(deed, time=next_moment(run))

    def back(self, run: Run, past: Sequence[Deed], service: str, count: int) -> Deed | None:
        """That the last so many deeds which scaled a service hold no more; None if that is no change.

        Raises:
            Refused: if the run is over.
        """
        still = holding(past)[service]
        kept = {each.time: each.replicas for each in still[: len(still) - count]}
        before = wanted_at(changed(self.base, past).services[service], {}, run.now)
        after = wanted_at(self.base.services[service], kept, run.now)
        if after == before:
            return None
        words = f"undone: {service} is scaled back from {before} to {after}"
        time = next_moment(run)
        return Deed(
            time, "scale", service, words, replicas=after, takes_back=count, structural=True
        )


def holding(deeds: Iterable[Deed]) -> dict[str, list[Deed]]:
    """By service, the deeds that scaled it and were not taken back, the latest last."""
    found: dict[str, list[Deed]] = {}
    for deed in deeds:
        if deed.what == "scale":
            still = found.setdefault(deed.name, [])
            if deed.takes_back:
                del still[-deed.takes_back :]
            else:
                still.append(deed)
    return {service: still for service, still in found.items() if still}


def wanted_at(service: Service, further: Mapping[float, int], time: float) -> int:
    """How many instances a service is to have at a time, by the clock, with `further` appointments."""
    schedule = appointments_of(service) | dict(further)
    past = [each for each in schedule if each <= time]
    return schedule[max(past)] if past else service.replicas


def _scalable(scenario: Scenario, name: str) -> Service:
    """A service that nobody else scales."""
    given = scenario.services.get(name)
    if given is None:
        hint = nearest(name, scenario.services) or few(list(scenario.services))
        raise Refused(f"there is no service `{name}` to be scaled{hint}")
    scaler = given.autoscaler
    if scaler is None:
        return given
    if scaler.scheduled is None:
        does = "changes their size" if scaler.kind == "vertical" else "would scale it back"
        raise Refused(f"`{name}` is scaled by `{scaler.kind}`, which {does}")
    if scaler.scheduled.every is not None:
        every = format_duration(scaler.scheduled.every)
        raise Refused(f"`{name}` is scaled by a schedule that begins again every {every}")
    return given
