"""What a comparison says: who is better than the baseline, and what may be noise."""

from __future__ import annotations

from reports.spread import p_value, spread
from reports.story.words import counted, listed, times, were
from reports.tables.comparison import precision_line
from simulator.experiment.comparison import Compared, Comparison, Difference
from simulator.experiment.measures import Measure


def sentences(comparison: Comparison) -> list[str]:
    """What was compared, each candidate against the baseline, and who pays least for most.

    The `headline` stands above.
    """
    measure = comparison.measure
    better = "lower" if measure.lower_is_better else "higher"
    told = [
        f"{counted(len(comparison.candidates), 'candidate')} {were(len(comparison.candidates))} "
        f"played {times(comparison.replications)} each on the same random numbers, and compared in "
        f"their {measure.title} with {comparison.baseline}, the baseline; {better} is better.",
    ]
    told += [
        against_baseline(each, each.difference, comparison)
        for each in comparison.candidates
        if each.difference is not None
    ]
    if comparison.against is not None and comparison.front:
        told.append(_front(comparison, comparison.against))
    precision = precision_line(comparison)
    if precision is not None:
        told.append(f"The {precision.plain.replace('NOT', 'not')}.")
    return told


def headline(comparison: Comparison) -> str:
    """How many candidates are better, worse, or not to be told from the baseline."""
    verdicts = [each.difference.verdict for each in comparison.candidates if each.difference]
    parts = []
    for verdict, words in (
        ("better", "better than the baseline"),
        ("worse", "worse than the baseline"),
        ("no difference shown", "not to be told from the baseline"),
        ("not measured", "not measured"),
    ):
        number = sum(each == verdict for each in verdicts)
        if number == len(verdicts):
            who = "The other candidate is" if number == 1 else f"All {number} other candidates are"
            return f"{who} {words}."
        if number:
            parts.append(f"{number} {'is' if number == 1 else 'are'} {words}")
    return f"Of {len(verdicts)} other candidates {listed(parts)}."


def against_baseline(candidate: Compared, difference: Difference, comparison: Comparison) -> str:
    """Whether one candidate differs from the baseline by more than noise."""
    measure, baseline = comparison.measure, comparison.baseline
    if difference.interval is None:
        return (
            f"{candidate.name} could not be compared: the {measure.title} does not apply in every "
            "replication."
        )
    if difference.interval.mean == difference.interval.half_width == 0.0:
        return f"{candidate.name} does not differ from {baseline} at all."
    shown = spread(difference.interval, measure.unit, signed=True)
    p = f"p = {p_value(difference.p_adjusted)}".replace("= <", "< ")
    if difference.verdict == "no difference shown":
        return f"{candidate.name} differs from {baseline} by {shown} ({p}), which may be noise."
    return (
        f"{candidate.name} is {difference.verdict} than {baseline}: it differs by {shown} ({p}), "
        "more than noise would."
    )


def _front(comparison: Comparison, against: Measure) -> str:
    front = comparison.front
    if len(front) == len(comparison.candidates):
        who = "All candidates are"
    else:
        who = f"{listed(front)} {'is' if len(front) == 1 else 'are'}"
    return (
        f"{who} on the Pareto front of {against.title} and {comparison.measure.title}: whoever is "
        "better in one of these is worse in the other."
    )
