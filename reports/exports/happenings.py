"""The tables of what happened: faults, deaths, rollouts, the log, the verdict, and sampled requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reports.exports.column import (
    Row,
    Table,
    boolean,
    joined,
    number,
    picked,
    seconds,
    text,
    whole,
)
from simulator.experiment.result import Result

RUN = (
    "scenario",
    "description",
    "seed",
    "replication",
    "duration",
    "warmup",
    "simulated",
    "interval",
)
AFTER = (
    "detected_after", "detected_by", "recovered_after", "lost_requests", "departed_after", "departed_by",
    "stayed_down", "depth", "lost_goodput", "amplification_before", "amplification_peak",
)  # fmt: skip
DEATH = (
    "instance", "died", "back", "registry_knew_after", "callers_knew_after", "sent_meanwhile", "lost",
)  # fmt: skip
ROLLOUT = (
    "service", "version", "strategy", "start", "end", "outcome", "why", "requests", "failed",
)  # fmt: skip
EXPECTED = ("expect", "value", "met", "weight", "missed_by", "missed_share", "first_broken")
OBJECTIVE = (
    "of", "objective", "slower_than", "window", "events", "bad", "budget", "budget_spent", "burn_rate",
    "burn_rate_1m", "burn_rate_1m_at", "burn_rate_5m", "burn_rate_5m_at", "alerted_at", "alerted_after",
)  # fmt: skip
SPAN = (
    "id", "parent", "caller", "callee", "instance", "sent", "served_from", "served_until", "ended",
    "outcome", "origin",
)  # fmt: skip


def _run(result: Result) -> Iterator[Row]:
    yield (
        *picked(result, RUN),
        *picked(result, ("events", "digest", "bottleneck", "score", "verdict")),
    )


def _faults(result: Result) -> Iterator[Row]:
    for each in result.faults:
        of = picked(each, ("name", "kind", "start", "end", "times"))
        yield (*of, joined(each.targets), *picked(each, AFTER))


def _deaths(result: Result) -> Iterator[Row]:
    return (picked(each, DEATH) for each in result.deaths)


def _deployments(result: Result) -> Iterator[Row]:
    return (picked(each, ROLLOUT) for each in result.deployments)


def _log(result: Result) -> Iterator[Row]:
    return (picked(each, ("time", "kind", "subject", "detail")) for each in result.log)


def _expectations(result: Result) -> Iterator[Row]:
    for each in result.expectations:
        yield (*picked(each, EXPECTED), joined(each.during or ()))


def _slos(result: Result) -> Iterator[Row]:
    for name, each in result.slos.items():
        yield (name, *picked(each, OBJECTIVE))


def _costs(result: Result) -> Iterator[Row]:
    if result.cost is not None:
        for name, hours in result.cost.instance_hours.items():
            yield "service", name, hours, result.cost.services[name]
        for name, hours in result.cost.node_hours.items():
            yield "pool", name, hours, result.cost.nodes[name]


def _traces(result: Result) -> Iterator[Row]:
    whose = ("traffic", "request", "endpoint", "started", "ended", "outcome")
    return (picked(each, whose) for each in result.traces)


def _spans(result: Result) -> Iterator[Row]:
    for trace in result.traces:
        for each in trace.spans:
            yield (trace.traffic, trace.request, *picked(each, SPAN))


HAPPENINGS: Mapping[str, Table] = {
    "run": Table(
        "The run itself, in one row",
        [
            text("scenario", "what was played"),
            text("description", "in a sentence"),
            whole("seed", "with which seed", ""),
            whole("replication", "which replication of it", ""),
            seconds("duration", "how long it was meant to be"),
            seconds("warmup", "what the summary leaves out at its start"),
            seconds("simulated", "how far the clock came"),
            seconds("interval", "the step of the series"),
            whole("events", "how much was simulated"),
            text("digest", "the fingerprint of its figures"),
            text("bottleneck", "the service that came nearest to its capacity"),
            number("score", "points", "from 0 to 100: the expectations that are met, by weight"),
            text("verdict", "`pass`, `fail` or `incomplete`"),
        ],
        _run,
    ),
    "faults": Table(
        "Faults, and how the system took them",
        [
            text("name", "its name"),
            text("kind", "its kind"),
            seconds("start", "when it began first"),
            seconds("end", "when it ended last"),
            whole("times", "how often it began"),
            text("targets", "whom it hit, with `, ` between them"),
            seconds("detected_after", "when somebody noticed, from its start"),
            text("detected_by", "who that was"),
            seconds("recovered_after", "when users were back for good, from its start"),
            whole("lost_requests", "requests that failed, beyond the usual"),
            seconds("departed_after", "when users left their steady state, from its start"),
            text("departed_by", "the measure that left its band first"),
            boolean("stayed_down", "whether users never came back although it was over"),
            number("depth", "share", "the lowest goodput, of what was to be expected"),
            number("lost_goodput", "count", "right answers that were missing"),
            number("amplification_before", "ratio", "attempts at all hops to requests before it"),
            number("amplification_peak", "ratio", "the same in the worst interval"),
        ],
        _faults,
    ),
    "deaths": Table(
        "Instances that died, and how that became known",
        [
            text("instance", "which"),
            seconds("died", "when"),
            seconds("back", "when it was back; null: never"),
            seconds("registry_knew_after", "when the registry knew, from the death"),
            seconds("callers_knew_after", "when the last caller knew, from the death"),
            whole("sent_meanwhile", "attempts that reached it while it was dead"),
            whole("lost", "attempts that were inside when it died"),
        ],
        _deaths,
    ),
    "deployments": Table(
        "New versions of services",
        [
            text("service", "of what"),
            text("version", "which"),
            text("strategy", "how it was rolled out"),
            seconds("start", "when that began"),
            seconds("end", "when it was done; null: not in the run"),
            text("outcome", "`complete`, `rolled back` or `under way`"),
            text("why", "for what reason it was taken back"),
            whole("requests", "attempts that its instances ended until then"),
            whole("failed", "those of them that failed"),
        ],
        _deployments,
    ),
    "log": Table(
        "The events of note, in the order of time",
        [
            seconds("time", "when"),
            text("kind", "`fault`, `breaker`, `scale`, ..."),
            text("subject", "to whom"),
            text("detail", "what"),
        ],
        _log,
    ),
    "expectations": Table(
        "What was expected, and what came of it",
        [
            text("expect", "the expectation"),
            number("value", "of the measure", "what was measured"),
            boolean("met", "whether that meets it"),
            whole("weight", "how much it counts in the score", "points"),
            number("missed_by", "of the measure", "how far it is beyond what is allowed"),
            number("missed_share", "share", "the same as a part of the bound"),
            seconds("first_broken", "start of the first interval that does not meet it"),
            text("during", "the faults that were on then, with `, ` between them"),
        ],
        _expectations,
    ),
    "slos": Table(
        "Service level objectives and their error budgets",
        [
            text("name", "its name"),
            text("of", "a class, a service or an endpoint; null: all traffic"),
            number("objective", "share", "what must be good"),
            seconds("slower_than", "the latency beyond which an answer is bad"),
            seconds("window", "for how long the budget must last"),
            whole("events", "what came since the warm-up"),
            whole("bad", "of that, what was bad"),
            number("budget", "count", "how many may be bad in the window"),
            number("budget_spent", "share", "of the budget"),
            number("burn_rate", "ratio", "how many times faster than evenly it was spent"),
            number("burn_rate_1m", "ratio", "the highest over a minute"),
            seconds("burn_rate_1m_at", "when that minute was over"),
            number("burn_rate_5m", "ratio", "the highest over five minutes"),
            seconds("burn_rate_5m_at", "when these were over"),
            seconds("alerted_at", "when the first alert fired"),
            seconds("alerted_after", "the same, from the start of the last fault before it"),
        ],
        _slos,
    ),
    "costs": Table(
        "What instances and nodes cost from the warm-up on",
        [
            text("of", "`service` or `pool`"),
            text("name", "which"),
            number("hours", "h", "of its instances or nodes"),
            number("cost", "currency", "in that of the prices"),
        ],
        _costs,
    ),
    "traces": Table(
        "Sampled requests of users",
        [
            text("traffic", "the class"),
            whole("request", "its number within the class", ""),
            text("endpoint", "what was asked for"),
            seconds("started", "when it started"),
            seconds("ended", "when it ended; null: not in the run"),
            text("outcome", "how"),
        ],
        _traces,
    ),
    "spans": Table(
        "The attempts of sampled requests",
        [
            text("traffic", "whose request it was: with `request` the key of `traces`"),
            whole("request", "its number within the class", ""),
            whole("id", "the number of the attempt within the request", ""),
            whole("parent", "the attempt that made it; null: the user did", ""),
            text("caller", "an endpoint or a traffic class"),
            text("callee", "the endpoint that was asked"),
            text("instance", "of the callee; null: none was asked"),
            seconds("sent", "when it was sent"),
            seconds("served_from", "when the instance began; null: never"),
            seconds("served_until", "when the instance was done; null: never"),
            seconds("ended", "when the caller had its answer or gave up; null: not in the run"),
            text("outcome", "how"),
            text("origin", "who decided a failure"),
        ],
        _spans,
    ),
}
