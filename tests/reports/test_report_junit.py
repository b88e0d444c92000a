"""JUnit XML of a report, held to the schema that CI systems read.

What is checked is `junit-10.xsd` of Jenkins' xUnit plugin: which elements stand in which, in which number, with
which attributes, which of these must be there, and that times are numbers of seconds; and beyond the schema
that counts agree with the cases, which Jenkins and GitLab show side by side.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

from made_results import made, played
from stored_results import stored_comparison

from reports.documents.junit import document
from reports.stored import StoredRun, read_stored
from simulator.experiment.promises import ExpectationResult
from simulator.experiment.result import Result, Stopped

ATTRIBUTES = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set()),
    "testsuite": (
        {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname",
         "id", "package", "file", "log", "url"},
        {"name", "tests", "failures", "errors"},
    ),
    "properties": (set(), set()),
    "property": ({"name", "value"}, {"name", "value"}),
    "testcase": ({"name", "time", "classname", "group"}, {"name"}),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"type", "message"}, set()),
}  # fmt: skip
"""By element, the attributes that it may have, and those that it must have."""
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testsuite", "properties", "testcase", "system-out", "system-err"},
    "properties": {"property"},
    "testcase": {"skipped", "error", "failure", "system-out", "system-err"},
}
SUREFIRE_TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")


def checked(text: str) -> ET.Element:
    """The root of a file that keeps to the schema."""
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    root = ET.fromstring(text.encode())
    assert root.tag == "testsuites"
    for element in root.iter():
        allowed, required = ATTRIBUTES[element.tag]
        assert required <= set(element.attrib) <= allowed, element.tag
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set()), element.tag
        if element.tag in ("testsuites", "testsuite"):
            assert SUREFIRE_TIME.fullmatch(element.attrib["time"])
        if element.tag not in ("failure", "error", "skipped"):
            assert not (element.text or "").strip()
    for suite in root:
        cases = suite.findall("testcase")
        assert len(cases) == int(suite.attrib["tests"]) == int(root.attrib["tests"])
        for attribute, tag in (
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ):
            assert int(suite.attrib[attribute]) == sum(case.find(tag) is not None for case in cases)
        assert len({case.attrib["name"] for case in cases}) == len(cases)
    return root


def cases(result: Result) -> dict[str, ET.Element]:
    """The cases of a run by name."""
    root = checked(document(StoredRun(Path("run"), result, "")))
    return {each.attrib["name"]: each for each in root.iter("testcase")}


def test_a_run() -> None:
    """One suite, a case for each expectation and objective, and whose run it was."""
    root = checked(document(StoredRun(Path("run"), played(), "")))
    (suite,) = root
    assert suite.attrib["name"] == "two-tiers"
    assert suite.attrib["time"] == "60"
    properties = {each.attrib["name"]: each.attrib["value"] for each in root.iter("property")}
    assert properties["seed"] == "7"
    assert properties["digest"] == played().digest
    assert [each.attrib["name"] for each in root.iter("testcase")] == [
        "the run plays to its end",
        "availability >= 99.9%",
        "buyers.p99 <= 500ms",
        "objective paying",
    ]
    assert {each.attrib["classname"] for each in root.iter("testcase")} == {"two-tiers"}


def test_failures_say_what_was_measured_and_what_expected() -> None:
    """An expectation that is not met and a budget that is overspent fail; what is met does not."""
    found = cases(played())
    failure = found["availability >= 99.9%"].find("failure")
    assert failure is not None
    assert failure.attrib["message"] == (
        "expected availability >= 99.9%, measured 95.45 %: not met, by 4.45 %, first at 20.0 s (crash)"
    )
    assert failure.text == failure.attrib["message"]
    slo = found["objective paying"].find("failure")
    assert slo is not None
    assert (
        "expected 99.9% of buyers, 55s, measured 100 bad of 2,200 requests: 4,545 % of the error budget spent"
        in slo.text
    )
    assert len(found["buyers.p99 <= 500ms"]) == 0


def test_a_budget_that_is_not_overspent() -> None:
    """An objective fails when more than all of its budget was spent; without requests it is skipped."""
    slo = played().slos["paying"]
    name = "objective paying"
    assert len(cases(made(slos={"paying": replace(slo, budget_spent=1.0)}))[name]) == 0
    nothing = cases(made(slos={"paying": replace(slo, budget_spent=None)}))[name]
    assert nothing.find("skipped") is not None


def test_runs_that_ended_early() -> None:
    """What stopped itself has failed; what was interrupted is an error, and tells nothing of the rest."""
    end = "the run plays to its end"
    stopped = cases(made(stopped=Stopped("availability < 50% over the last 10s", 31.0, 0.42)))
    assert stopped[end].find("failure") is not None
    assert stopped["availability >= 99.9%"].find("failure") is not None
    cut = cases(made(simulated=12.5))
    error = cut[end].find("error")
    assert (
        error is not None
        and error.attrib["message"] == "The run was interrupted at 12.5 s of 60 s."
    )
    assert all(case.find("skipped") is not None for name, case in cut.items() if name != end)


def test_nothing_measured() -> None:
    """An expectation without a value fails, and says that nothing was measured."""
    failure = cases(made(expectations=(ExpectationResult("p99 <= 1s", None, False),)))["p99 <= 1s"][
        0
    ]
    assert failure.attrib["message"] == "expected p99 <= 1s, measured -: not met"


def test_names_that_xml_cannot_write() -> None:
    """Characters that XML has no way to write are replaced, others escaped."""
    root = checked(document(StoredRun(Path("run"), made(scenario='a<b>&"\x07'), "")))
    assert root[0].attrib["name"] == 'a<b>&"\ufffd'


def test_a_comparison(tmp_path: Path) -> None:
    """A case for each candidate but the baseline, which fails where it is worse."""
    root = checked(document(read_stored(stored_comparison(tmp_path))))
    failed = [each.find("failure") is not None for each in root.iter("testcase")]
    assert failed == [False, True]
    names = [each.attrib["name"] for each in root.iter("testcase")]
    assert names == ["4 is not worse than 2 in p99 latency", "1 is not worse than 2 in p99 latency"]
