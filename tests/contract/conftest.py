"""What holds of every run, whatever its policies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from simulator.experiment.result import Result


def total(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The sum of some counts by outcome."""
    return dict(sum((Counter(each) for each in counts), Counter[str]()))


def conserved(result: Result) -> None:
    """At every hop, what began has ended or is under way, and each count is that of its parts."""
    for traffic in (result.total, *result.traffic.values()):
        assert traffic.started == traffic.finished + traffic.in_flight
        assert traffic.finished == sum(traffic.outcomes.values())
    assert result.total.started == sum(each.started for each in result.traffic.values())
    for name, service in result.services.items():
        edges = [each for each in result.edges if each.callee.startswith(f"{name}.")]
        assert service.attempts == sum(service.outcomes.values()) + service.in_flight
        assert service.attempts == sum(each.attempts for each in edges)
        assert service.calls == sum(each.calls for each in edges)
        assert dict(service.call_outcomes) == total(each.outcomes for each in edges)
        assert dict(service.outcomes) == total(each.outcomes for each in service.instances.values())
        assert all(sum(each.outcomes.values()) <= each.calls for each in edges)
