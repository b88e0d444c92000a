"""A run or a comparison as JUnit XML, for CI systems that show tests.

A suite is a run, a case is one thing that was expected of it. What a run promises in objectives is a case,
too, which fails if more than the whole error budget was spent. Times are simulated seconds, since those of
the machine would differ from run to run.

Source: the schema `junit-10.xsd` of Jenkins' xUnit plugin, with which the files of Ant, Surefire and pytest
agree. GitLab shows `classname` as the suite and the text of a failure, Jenkins its `message`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from reports.quantity import digits, share
from reports.stored import StoredComparison, StoredRun
from reports.story.comparison import against_baseline
from reports.story.verdict import why
from reports.story.words import trimmed
from reports.tables.expectations import measured, missed
from reports.tables.slos import promised
from simulator.experiment.comparison import Comparison
from simulator.experiment.promises import ExpectationResult, SloFigures
from simulator.experiment.result import Result

UNWANTED = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to write."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was expected: how it ended (`failure`, `error`, `skipped`, or empty), and why."""

    name: str
    ended: str = ""
    message: str = ""


def document(stored: StoredRun | StoredComparison) -> str:
    """The file, with one suite."""
    if isinstance(stored, StoredComparison):
        comparison = stored.comparison
        properties = {
            "seed": str(comparison.seed),
            "replications": str(comparison.replications),
            "measure": comparison.measure.key,
            "baseline": comparison.baseline,
        }
        return _file(comparison.scenario, _of_comparison(comparison), properties, 0.0)
    result = stored.result
    properties = {
        "seed": str(result.seed),
        "digest": result.digest,
        "verdict": result.verdict,
        "duration": f"{result.duration:g}",
    }
    if result.score is not None:
        properties["score"] = digits(result.score)
    return _file(result.scenario, _of_run(result), properties, result.simulated)


def _of_run(result: Result) -> list[Case]:
    cases = [_to_the_end(result)]
    judged = [_expectation(each) for each in result.expectations]
    judged += [_objective(name, slo) for name, slo in result.slos.items()]
    # What was expected of a whole run cannot be told from a part of it.
    whole = result.verdict != "incomplete"
    if whole:
        return [*cases, *judged]
    return [*cases, *(Case(each.name, "skipped", why(result)) for each in judged)]


def _to_the_end(result: Result) -> Case:
    name = "the run plays to its end"
    if result.stopped is not None:
        return Case(name, "failure", why(result))
    return Case(name) if result.complete else Case(name, "error", why(result))


def _expectation(each: ExpectationResult) -> Case:
    if each.met:
        return Case(each.expect)
    return Case(
        each.expect,
        "failure",
        f"expected {each.expect}, measured {measured(each)}: {missed(each)}",
    )


def _objective(name: str, slo: SloFigures) -> Case:
    title = f"objective {name}"
    if slo.budget_spent is None:
        return Case(title, "skipped", "nothing came that could have been good or bad")
    if slo.budget_spent <= 1.0:
        return Case(title)
    spent = f"{share(slo.budget_spent)} of the error budget spent"
    return Case(
        title,
        "failure",
        f"expected {promised(slo)}, measured {slo.bad:,} bad of {slo.events:,} requests: {spent}",
    )


def _of_comparison(comparison: Comparison) -> list[Case]:
    """A case for each candidate but the baseline: that it is not worse."""
    cases = []
    for each in comparison.candidates:
        difference = each.difference
        if difference is None:
            continue
        name = f"{each.name} is not worse than {comparison.baseline} in {comparison.measure.title}"
        ended = {"worse": "failure", "not measured": "skipped"}.get(difference.verdict, "")
        message = against_baseline(each, difference, comparison) if ended else ""
        cases.append(Case(name, ended, message))
    return cases


def _file(suite: str, cases: list[Case], properties: dict[str, str], time: float) -> str:
    counts = {
        "tests": len(cases),
        "failures": sum(each.ended == "failure" for each in cases),
        "errors": sum(each.ended == "error" for each in cases),
    }
    shared = {name: str(value) for name, value in counts.items()}
    shared["time"] = trimmed(f"{time:.3f}")
    skipped = str(sum(each.ended == "skipped" for each in cases))
    root = ET.Element("testsuites", {"name": "aftershock", **shared})
    inside = ET.SubElement(root, "testsuite", {"name": _clean(suite), **shared, "skipped": skipped})
    listed = ET.SubElement(inside, "properties")
    for name, value in properties.items():
        ET.SubElement(listed, "property", {"name": name, "value": _clean(value)})
    for each in cases:
        case = ET.SubElement(
            inside, "testcase", {"name": _clean(each.name), "classname": _clean(suite), "time": "0"}
        )
        if each.ended:
            ended = ET.SubElement(case, each.ended, {"message": _clean(each.message)})
            if each.ended != "skipped":
                ended.set("type", "expectation" if each.ended == "failure" else "interrupted")
            ended.text = _clean(each.message)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, "unicode")}\n'


def _clean(text: str) -> str:
    return UNWANTED.sub("\ufffd", text)
