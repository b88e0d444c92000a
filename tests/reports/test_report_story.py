"""The sentences of a report: each says what the figure says, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from made_results import fault, made, played

from reports.stored import StoredRun
from reports.story import faults, load, policies, scaling, story, verdict
from reports.story.comparison import headline
from reports.story.comparison import sentences as told_of_comparison
from reports.story.pictures import described
from reports.story.words import after, counted, listed, time
from simulator.experiment.comparison import Compared, Comparison, Difference, Summary
from simulator.experiment.measures import MEASURES
from simulator.experiment.promises import ExpectationResult, SloFigures
from simulator.experiment.result import (
    AffectedService,
    CostFigures,
    DeathFigures,
    DeploymentFigures,
    FaultFigures,
    Metastability,
    PolicyFigures,
    Result,
    ScalingFigures,
    Stopped,
    Trace,
)
from simulator.experiment.run import simulate
from simulator.experiment.statistics import Interval
from simulator.scenario import load as load_scenario


def told(result: Result) -> str:
    """The whole story in one text."""
    return " ".join(text for chapter in story(result) for text in chapter.paragraphs)


def of_faults(*found: FaultFigures) -> list[str]:
    """The paragraphs about some faults."""
    return [" ".join(each) for each in faults.paragraphs(made(faults=found))]


def test_a_fault_from_begin_to_end() -> None:
    """Whom it hit, who noticed, how deep it went, when it was over, and what was lost."""
    assert of_faults(fault()) == [
        "At 120 s pod-kill (kill) hit payments-1. It was over at 130 s. Callers noticed after 3.2 s, "
        "because the outlier detection put an instance aside. Users felt it at once, first in fewer "
        "right answers; at worst goodput fell to 41.0 % of what was to be expected. They were back to "
        "normal after 12 s, 2 s after it was over. 42 requests were lost."
    ]


@pytest.mark.parametrize(
    ("figures", "said", "unsaid"),
    [
        ({"lost_requests": 1}, "1 request was lost.", "requests"),
        ({"lost_requests": 0}, "No request was lost beyond the usual.", "0 request"),
        ({"lost_requests": None}, "back to normal", "lost"),
        ({"end": None}, "It was not over within the run.", "after it was over"),
        ({"kind": "cache_flush", "end": None}, "hit payments-1. Callers noticed", "not over"),
        ({"end": 120.0}, "hit payments-1. Callers noticed", "over"),
        ({"end": 140.0}, "after 12 s, while it was still on.", "after it was over"),
        ({"end": 132.0}, "after 12 s, as soon as it was over.", "while"),
        (
            {"recovered_after": None, "stayed_down": True},
            "They never came back to normal, although it was over.",
            "after 12 s",
        ),
        (
            {"recovered_after": None, "end": None},
            "They were not back to normal at the end of the run.",
            "although",
        ),
        ({"departed_after": None, "recovered_after": None, "lost_requests": 0}, "Users felt nothing of it.", "normal"),
        (
            {"departed_after": None, "recovered_after": None},
            "Users felt nothing of it beyond what is usual, though 42 requests more failed than usually do.",
            "back to normal",
        ),
        ({"steady": None}, "nobody can tell its effect.", "Users felt"),
        ({"detected_after": None, "detected_by": None}, "Nothing noticed it.", "Callers"),
        ({"detected_by": "breaker"}, "because a circuit breaker opened.", "outlier"),
        ({"detected_by": "autoscaler"}, "The autoscaler reacted after 3.2 s", "Callers"),
        ({"detected_after": 0.0}, "Callers noticed at once, because", "after 0"),
        ({"depth": 1.02}, "first in fewer right answers.", "fell to"),
        ({"departed_by": "latency"}, "first in slower answers", "fewer"),
        ({"targets": ()}, "pod-kill (kill) began, and hit no instance.", "hit ."),
        ({"targets": tuple("abcdef")}, "hit a, b, c, d and 2 more.", "e and f"),
        ({"times": 3}, "hit payments-1, 3 times in all.", "twice"),
        ({"name": "kill-1"}, "At 120 s kill-1 hit", "(kill)"),
        ({"amplification_peak": 3.1}, "a request made 3.10 attempts in the mean, against 1.00 before.", "fewer attempts"),
        ({"amplification_peak": 1.05}, "were lost.", "attempts"),
        ({"error_budget_spent": {"paying": 0.12}}, "It cost 12.0 % of the error budget", "slos"),
    ],
)  # fmt: skip
def test_what_else_may_become_of_a_fault(
    figures: dict[str, object], said: str, unsaid: str
) -> None:
    """What is None is told as what it stands for, and numbers of things have their plural."""
    (text,) = of_faults(fault(**figures))
    assert said in text
    assert unsaid not in text
    assert "None" not in text


def test_every_way_of_noticing_can_be_told() -> None:
    """Whoever may notice a fault has a sentence."""
    from simulator.experiment.detection import WATCHERS

    assert set(faults.NOTICED) == set(WATCHERS)


def test_a_fault_that_did_not_begin() -> None:
    """Nothing else is said of it."""
    never = FaultFigures("later", "kill", None, None, ())
    assert of_faults(never) == ["The fault later (kill) did not begin."]


def test_the_way_of_a_fault() -> None:
    """Those whom it did not hit itself are named, with the one from whom the trouble came."""
    reached = (
        AffectedService("payments", None, 0.0, "failures", {}),
        AffectedService("shop", "payments", 1.5, "latency", {}),
        AffectedService("web", "shop", None, None, {}),
    )
    (text,) = of_faults(fault(blast_radius=reached))
    assert text.endswith("It spread to shop (from payments, after 1.5 s) and web (from shop).")


def test_two_faults_at_once() -> None:
    """The second says that what came of it cannot be told from the first; one that came later does not."""
    first, second = fault(name="one"), fault(name="two", start=125.0, end=126.0)
    later = fault(name="three", start=160.0, end=165.0)
    texts = of_faults(first, second, later)
    assert ["came of both together" in each for each in texts] == [False, True, False]
    assert "Users still felt one when it began" in texts[1]


def test_many_faults() -> None:
    """Six are told, those that cost most, in the order of the run; of the rest only how many they are."""
    many = [fault(name=f"f{number}", start=100.0 * number, end=100.0 * number + 1.0,
                  lost_requests=number) for number in range(1, 9)]  # fmt: skip
    texts = of_faults(*many)
    assert [re.search(r" (f\d) ", each)[1] for each in texts[:6]] == [  # type: ignore[index]
        "f3", "f4", "f5", "f6", "f7", "f8",
    ]  # fmt: skip
    assert texts[6:] == [
        "2 more faults that cost users no more than these are in the table of faults."
    ]


def test_verdicts() -> None:
    """Each verdict says why; what was stopped or interrupted says when."""
    missed = ExpectationResult("availability >= 99%", 0.5, met=False)
    kept = replace(missed, met=True)
    assert verdict.why(made(expectations=())).startswith("Nothing was expected")
    assert verdict.why(made(expectations=(kept,))) == "The one expectation was met."
    assert verdict.why(made(expectations=(kept, kept))) == "All 2 expectations were met."
    assert verdict.why(made(expectations=(kept, missed))) == "1 of 2 expectations was not met."
    stopped = Stopped("availability < 50% over the last 10s", 31.0, 0.42)
    assert verdict.why(made(stopped=stopped)) == (
        "The run stopped itself at 31 s of 60 s, because of \u201cavailability < 50% over the last "
        "10s\u201d: it was 42.0 %."
    )
    cut = made(simulated=12.5)
    assert verdict.why(cut) == "The run was interrupted at 12.5 s of 60 s."
    assert "of the part that was played" in told(cut)
    assert "not met" not in told(replace(cut, expectations=(missed,)))


def test_metastability() -> None:
    """Whether the system came back, with the figures of both."""
    found = Metastability(True, 20.0, 30.0, 280.0, 0.0, 1.0, 2.0)
    assert verdict.metastable(found) == (
        "The system is metastable: its trigger was over at 30 s, and yet it stayed down, with a "
        "goodput of 0/s, against 280/s before; a request made 2.00 attempts in the mean at the end, "
        "and 1.00 before."
    )
    assert "came back" in verdict.metastable(replace(found, metastable=False))
    assert "attempts" not in verdict.metastable(replace(found, attempts_after=None))


def test_missed_expectations() -> None:
    """What was measured, by how much it is off, since when, and which faults were on."""
    missed = ExpectationResult(
        "availability >= 99.7%", 0.987, False, 10, 0.01, 0.0101, 61.0, ("crash", "slow-net")
    )
    text = told(made(expectations=(missed, replace(missed, met=True, weight=5))))
    assert (
        "\u201cavailability >= 99.7%\u201d was not met: it was 98.70 %, off by 1.00 %; first at 61 s, "
        "while crash and slow-net were on. 1 other was met. By their weights that is a score of 33.3 "
        "out of 100."
    ) in text
    nothing = told(made(expectations=(ExpectationResult("p99 <= 1s", None, False),)))
    assert "\u201cp99 <= 1s\u201d was not met: nothing was measured." in nothing


def test_no_fault_and_no_answer() -> None:
    """A run without faults, and one without requests or answers, say so."""
    assert "No fault was injected." in told(made(faults=()))
    total = replace(played().total, started=0)
    assert load.sentences(made(total=total))[0] == "From 5 s to 60 s no request was made."
    hung = replace(played().total, availability=None)
    assert "None of them had an answer by then." in load.sentences(made(total=hung))


def test_load_and_failures() -> None:
    """How many came, how many failed and how, and what is still under way."""
    total = replace(
        played().total,
        started=1000,
        in_flight=1,
        availability=0.93,
        outcomes={"ok": 880, "degraded": 50, "timeout": 60, "refused": 9},
        failed_by={"buyers": 60, "payments-2": 9},
    )
    text = " ".join(load.sentences(made(total=total)))
    assert "users made 1,000 requests. 93.00 % of those that ended had a useful answer" in text
    assert (
        "69 requests failed: timeout (60) and refused (9); decided by buyers (60) and payments-2 (9)."
    ) in text
    assert "50 answers came from a fallback (degraded). 1 request was still under way." in text
    assert "by class" not in text


def test_bottlenecks() -> None:
    """The bottleneck with its figures; that there is none where nothing has a limit."""
    service = replace(played().services["payments"], utilization=0.5, utilization_peak=0.8)
    result = made(services={"payments": service}, bottleneck="payments")
    assert load.sentences(result)[-1] == (
        "The bottleneck was payments, the service nearest to its limit: 50.0 % of its capacity was in "
        "use, 80.0 % in the busiest interval."
    )
    assert "No service has a limit" in load.sentences(made(bottleneck=None))[-1]


def _policy(kind: str, caller: str | None = "shop", **counters: float) -> PolicyFigures:
    return PolicyFigures(caller, "payments", kind, ("payments.charge",), 1, counters)


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (_policy("retry", sent=1, succeeded=0, refused=5), "Retries sent 1 further attempt, and saved 0 calls; 5 refused by their budgets."),
        (_policy("hedge", copies=1, won=1), "Hedging sent 1 copy, of which 1 answered first."),
        (_policy("breaker", opened=2, rejected=7, open_seconds=12.5), "Circuit breakers opened twice and turned 7 attempts away; together they were open for 12.5 s."),
        (_policy("breaker", opened=0, rejected=7), "Circuit breakers turned 7 attempts away."),
        (_policy("bulkhead", rejected=3, waited=4), "Bulkheads turned 3 attempts away, and had 4 wait."),
        (_policy("cache", hits=3, stale=1, misses=4), "Caches answered 50.0 % of 8 questions."),
        (_policy("fallback", used=1, failed=2), "Fallbacks answered 1 call, and 2 failed themselves."),
        (_policy("call", duplicates=1), "Callees did 1 thing again that they had done for the same call."),
        (_policy("gate", None, shed_priority=6), "Services turned requests away themselves: 6 by shed priority."),
        (_policy("cpu_limit", None, periods=10, throttled_periods=4, throttled_seconds=0.2), "CPU limits stopped instances in 4 of 10 periods; together they were stopped for 200 ms."),
        (_policy("retry", sent=0, balance=110), "The policies of the scenario had nothing to do."),
    ],
)  # fmt: skip
def test_policies(figures: PolicyFigures, said: str) -> None:
    """What each kind of policy did, in a sentence; levels are no deeds."""
    assert policies.sentences(made(policies=(figures,))) == [said]


def test_the_busiest_of_several_callers() -> None:
    """Counters are summed, and the caller that did most is named."""
    both = (_policy("retry", sent=3), _policy("retry", "web", sent=9))
    (text,) = policies.sentences(made(policies=both))
    assert text.startswith(
        "Retries sent 12 further attempts (most from web to payments), and saved"
    )


def test_deaths_deployments_objectives_cost_and_instances() -> None:
    """What happens in some runs only is told where it does."""
    deaths = (
        DeathFigures("payments-1", 20.0, 30.0, 1.4, 2.0, 7, 1),
        DeathFigures("payments-2", 21.0, None, None, 0.5, 1, 0),
    )
    rollout = DeploymentFigures(
        "shop", "v2", "canary", 30.0, 95.0, "rolled back", "error > 1%", 280, 27
    )
    slo = SloFigures("buyers", 0.99, 1.0, 95.0, 2769, 1, 27.69, 0.036, 0.036, None, None, None, None,
                     (), 40.0, 10.0)  # fmt: skip
    cost = CostFigures({}, {}, {}, {}, 0.5, 30.0, None, 0.25)
    grown = ScalingFigures(3, 9, 5.4, 8, 12, 7, 40.0, 45.0, 1)
    services = {"shop": replace(played().services["shop"], scaling=grown)}
    result = made(deaths=deaths, deployments=(rollout,), slos={"paying": slo}, cost=cost,
                  services=services, bottleneck="shop")  # fmt: skip
    text = told(result)
    for said in (
        "2 instances died; 1 of them came back. The registry knew after 1.4 s, and of 1 death never.",
        "The last caller knew after at most 2 s.",
        "Meanwhile 8 attempts reached the dead, and 1 request inside was lost.",
        "rollout (canary) of shop v2 began; it was taken back (\u201cerror > 1%\u201d), which was done at 95 s.",
        "Until then 280 attempts met the new version, and 27 failed.",
        "1 of 2,769 requests was bad, 3.60 % of the error budget",
        "an alert fired at 40 s, 10 s after the start of the last fault before it.",
        "30.0 an hour, without a single answer that was right and in time. 25.0 % of it paid for",
        "shop had between 3 and 9 ready instances, 5.40 in the mean and 8 at the end: 12 started and "
        "7 stopped, and 1 restart in place; it took 40 s until one was ready.",
    ):
        assert said in text
    assert scaling.sentences(played()) == []
    assert "rollout" not in told(played())


def test_comparisons() -> None:
    """A difference that may be noise is not told as one."""
    wide = Interval(-0.001, -0.004, 0.002)
    figure = {"p99": Summary((0.1, 0.1), Interval(0.1, 0.09, 0.11))}

    def one(name: str, difference: Difference | None) -> Compared:
        return Compared(name, {}, {"replicas": name}, figure, difference)

    comparison = Comparison(
        "shop", "", 1, 2, MEASURES["p99"], "2",
        (
            one("2", None),
            one("4", Difference(Interval(-0.02, -0.021, -0.019), 0.0001, 0.0002, "better")),
            one("8", Difference(wide, 0.4, 0.4, "no difference shown")),
            one("9", Difference(None, None, None, "not measured")),
        ),
        None, 1.0,
    )  # fmt: skip
    assert headline(comparison) == (
        "Of 3 other candidates 1 is better than the baseline, 1 is not to be told from the baseline and 1 is "
        "not measured."
    )
    better = comparison.candidates[:2]
    assert headline(replace(comparison, candidates=better)) == (
        "The other candidate is better than the baseline."
    )
    assert headline(replace(comparison, candidates=(*better, better[1]))) == (
        "All 2 other candidates are better than the baseline."
    )
    text = " ".join(told_of_comparison(comparison))
    assert (
        "4 is better than 2: it differs by -20.0 ± 1.0 ms (p < 0.001), more than noise would."
        in text
    )
    assert "8 differs from 2 by -1.0 ± 3.0 ms (p = 0.400), which may be noise." in text
    assert "9 could not be compared" in text
    assert "Pareto" not in text
    sizes = {"p99": 0.1, "p50": 0.05}
    both = {key: Summary((size, size), Interval(size, size, size)) for key, size in sizes.items()}
    pair = tuple(replace(each, measures=both) for each in better)
    paid = replace(comparison, candidates=pair, against=MEASURES["p50"])
    assert told_of_comparison(paid)[-1] == (
        "All candidates are on the Pareto front of p50 latency and p99 latency: whoever is better in "
        "one of these is worse in the other."
    )


def test_what_charts_show(tmp_path: object) -> None:
    """Each kind has a sentence from the data, also one without words of its own."""
    stored = StoredRun(tmp_path, made(faults=(fault(),)), "")  # type: ignore[arg-type]
    assert described("recovery", stored) == (
        "two-tiers: pod-kill brought goodput to 41.0 % of what was to be expected, and users were "
        "back to normal after 12 s."
    )
    asked = "2 services; shop.buy asks payments.charge and buyers asks shop.buy."
    assert asked in described("topology", stored)
    assert described("of-tomorrow", stored) == described("overview", stored)
    assert "; 1 fault: pod-kill at 120 s." in described("overview", stored)
    assert "half of the useful answers came within" in described("latency", stored)
    assert "no circuit breaker opened." in described("breakers", stored)
    assert "number of instances stayed the same" in described("scaling", stored)
    untraced = replace(stored, result=made(traces=()))
    assert "no sampled request ended." in described("waterfall", untraced)
    slow = Trace(1, "buyers", "shop.buy", 10.0, 10.25, "ok", ())
    busy = made(
        traces=(replace(slow, ended=None), replace(slow, ended=10.1), slow),
        policies=(_policy("breaker", opened=1, rejected=0),),
    )
    full = replace(stored, result=busy)
    assert described("waterfall", full).endswith(
        "of 2 sampled requests the slowest, shop.buy, took 250 ms and 0 attempts."
    )
    assert described("breakers", full).endswith("Circuit breakers opened once.")
    assert re.search(r"differ from their mean by [\d.]+ % of it", described("imbalance", stored))


def test_words() -> None:
    """Numbers and lists, as they stand in a sentence."""
    assert [counted(number, "request") for number in (0, 1, 1234)] == [
        "0 requests", "1 request", "1,234 requests",
    ]  # fmt: skip
    assert [listed(list("abcd")[:number]) for number in range(4)] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert [time(value) for value in (0.0, 0.0123, 0.1, 2.0, 9.996, 120.0, 1234.5)] == [
        "0 s", "12.3 ms", "100 ms", "2 s", "10 s", "120 s", "1,234.5 s",
    ]  # fmt: skip
    assert after(0.0) == "at once"


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("three-tiers", [], "It spread to ledger (from db, at once)"),
        ("crash-consul", ["duration=140s", "warmup=60s"], "hit shop-"),
        ("online-store", ["duration=30s"], "Caches answered"),
    ],
)
def test_stories_of_real_runs(name: str, settings: list[str], said: str) -> None:
    """What is told of bundled scenarios are figures of their results."""
    result = simulate(load_scenario(name, settings).scenario)
    text = told(result)
    assert said in text
    assert f"users made {counted(result.total.started, 'request')}." in text
    assert "None " not in text.replace("None failed", "").replace("None of them", "")
    assert not re.search(r"\bnan\b|\binf\b|  |\.\.|\( | \)", text)
    for each in result.faults:
        assert each.start is not None
        assert f"At {time(each.start)} {each.name}" in text
        if each.recovered_after is not None:
            assert f"back to normal {after(each.recovered_after)}" in text
        if each.lost_requests:
            assert counted(each.lost_requests, "request") in text
