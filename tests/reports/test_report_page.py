"""Reports as a page: what its text has, and what a browser makes of it."""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from made_results import WORLD, made, played
from stored_results import stored_comparison

from reports.charts.kinds import KINDS
from reports.documents.page import document
from reports.documents.reproduce import flow
from reports.documents.svg import inline
from reports.stored import StoredRun, read_stored

CHROMIUM = Path("/usr/bin/chromium")
in_a_browser = pytest.mark.skipif(
    not CHROMIUM.exists() or importlib.util.find_spec("playwright") is None,
    reason="needs chromium and playwright",
)


class Outline(HTMLParser):
    """What of a page can be told from its tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.pictures: list[dict[str, str | None]] = []
        self.addresses: list[str] = []
        self.tables = self.captions = self.scopeless = 0
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "svg":
            self.pictures.append(found)
        self.addresses += [
            str(found[key]) for key in ("href", "src", "xlink:href") if found.get(key)
        ]
        self.tables += tag == "table"
        self.captions += tag == "caption"
        self.scopeless += tag == "th" and "scope" not in found


FEW = {
    name: kind
    for name, kind in KINDS.items()
    if name in ("overview", "recovery", "comparison", "pareto")
}
"""Enough charts to see how they stand beside each other; all of them would take longer."""


@pytest.fixture(scope="module", autouse=True)
def _few_charts() -> Iterator[None]:
    with patch("reports.documents.pictures.KINDS", FEW):
        yield


@pytest.fixture(scope="module")
def run_page() -> str:
    """The page of the small run."""
    return document(StoredRun(Path("run"), played(), WORLD.lstrip()))


@pytest.fixture(scope="module")
def comparison_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of the small comparison."""
    return document(read_stored(stored_comparison(tmp_path_factory.mktemp("report"))))


def test_a_page_needs_nothing_else(run_page: str, comparison_page: str) -> None:
    """Everything it refers to is in it, each name once; there is no script."""
    for text in (run_page, comparison_page):
        page = Outline(text)
        assert len(set(page.ids)) == len(page.ids)
        assert page.addresses
        for address in page.addresses:
            assert address.startswith("data:") or address.removeprefix("#") in page.ids
        for name in re.findall(r"url\(#([^)]+)\)", text):
            assert name in page.ids
        assert not page.tags & {"script", "link", "iframe", "img"}
        assert "@import" not in text


def test_a_page_can_be_heard(run_page: str, comparison_page: str) -> None:
    """One h1, no level left out; every picture has words, every table a caption, every th a scope."""
    for text in (run_page, comparison_page):
        page = Outline(text)
        assert page.headings[0] == 1 and page.headings.count(1) == 1
        assert all(
            after - before <= 1
            for before, after in zip(page.headings, page.headings[1:], strict=False)
        )
        assert page.tables == page.captions > 1
        assert page.scopeless == 0
        for each in page.pictures:
            assert each["role"] == "img"
            assert len(str(each["aria-label"])) > 30
    assert len(Outline(run_page).pictures) == 4


def test_what_a_page_of_a_run_says(run_page: str) -> None:
    """Verdict, story, tables, scenario, and how to play it again; names are no markup."""
    for said in (
        '<html lang="en">',
        '<strong class="fail">FAIL</strong> 1 of 2 expectations was not met.',
        "A shop &amp; its &lt;payments&gt;.",
        "<p>At 20 s crash (kill) hit payments-2.",
        "\u2718 not met, by 4.45 %",
        "aftershock run scenario.yaml --seed 7",
        "aftershock run scenario.yaml --seed 7 --set services.",
        played().digest,
        "scenario: two-tiers\ndescription: A shop &amp; its &lt;payments&gt;.",
    ):
        assert said in run_page
    for title in ("Traffic", "Services", "Faults", "Deaths", "Objectives", "Event log"):
        assert f">{title}</caption>" in run_page


def test_the_same_run_gives_the_same_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time of the clock, no chance, no path."""
    monkeypatch.setattr("reports.documents.pictures.KINDS", {"overview": KINDS["overview"]})
    later = made(wall_seconds=played().wall_seconds + 1.0)
    here, there = StoredRun(Path("here"), played(), "x"), StoredRun(Path("there"), later, "x")
    assert document(here) == document(there)


def test_a_run_without_a_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupted run says that it is one, and that it cannot be had again as it is."""
    monkeypatch.setattr("reports.documents.pictures.KINDS", {})
    text = document(StoredRun(Path("run"), made(simulated=12.5), "x"))
    assert '<strong class="incomplete">INCOMPLETE</strong>' in text
    assert "has another digest" in text
    assert "<td>not judged</td>" in text and "\u2714 met" not in text and "not met" not in text


def test_what_a_page_of_a_comparison_says(comparison_page: str) -> None:
    """Verdicts, the front, every measure, the settings and the command."""
    for said in (
        "Verdicts",
        "Every measure",
        "Settings",
        "attempts per request against p99 latency",
    ):
        assert f">{said}</caption>" in comparison_page
    assert "--vary services.payments.replicas=4,2,1" in comparison_page
    assert "<h3>Comparison</h3>" in comparison_page and "<h3>Pareto</h3>" in comparison_page


def test_values_as_vary_reads_them() -> None:
    """A value of a setting in one line of YAML."""
    values = [4, "least_request", None, True, {"a": [1, "x"]}, "a: b"]
    assert [flow(each) for each in values] == [
        "4", "least_request", "null", "true", "{a: [1, x]}", "'a: b'",
    ]  # fmt: skip


def test_a_chart_beside_others() -> None:
    """Names in an SVG get a prefix wherever they stand; its style sheet would hold for the whole page."""
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" '
        b'height="9" viewBox="0 0 9 9"><defs><style>*{fill:red}</style><path id="m1"/></defs>'
        b'<g clip-path="url(#p1)" id="g"><use xlink:href="#m1"/></g><clipPath id="p1"/></svg>'
    )
    text = inline(svg, "a-", "kind", "Goodput < 3 & more.")
    assert 'clip-path="url(#a-p1)"' in text and 'id="a-p1"' in text
    assert 'xlink:href="#a-m1"' in text and 'id="a-m1"' in text
    assert "<style" not in text and "width=" not in text
    assert "<title>kind</title>" in text
    assert 'aria-label="Goodput &lt; 3 &amp; more."' in text


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser without a window."""
    from playwright.sync_api import sync_playwright

    os.environ.pop("DISPLAY", None)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield found
        found.close()


CONTRAST = """() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(at).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  let least = 21;
  for (const element of document.querySelectorAll('h1,h2,h3,p,strong,a,th,td,caption,figcaption,code,dt,dd,li')) {
    if (!element.textContent.trim()) continue;
    const one = light(parse(getComputedStyle(element).color)), two = light(ground(element));
    least = Math.min(least, (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05));
  }
  return least;
}"""
"""The least contrast of any text, by the formula of WCAG 2."""


@in_a_browser
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["run", "comparison"])
def test_in_a_browser(
    which: str,
    scheme: str,
    width: int,
    browser: Any,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    """No request, no error, nothing to scroll sideways, every word legible, charts on a light ground."""
    file = tmp_path / "report.html"
    file.write_text(request.getfixturevalue(f"{which}_page"), "utf-8")
    asked, said = [], []
    with browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme
    ) as context:
        page = context.new_page()
        page.route("**/*", lambda route: (asked.append(route.request.url), route.continue_()))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(file.as_uri())
        assert asked == [file.as_uri()]
        assert said == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(CONTRAST) >= 4.5
        assert page.get_by_role("heading", level=1).count() == 1
        seen = [each for each in page.locator("figure svg").all() if each.is_visible()]
        assert len(seen) == page.locator("figure").count()
        for each in seen:
            assert each.bounding_box()["height"] > 100
        colours = page.evaluate("[document.body, ...document.querySelectorAll('figure svg')].map("
                                "each => getComputedStyle(each).backgroundColor)")  # fmt: skip
        assert colours[0] == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 22, 27)"}[scheme]
        assert set(colours[1:]) <= {"rgb(255, 255, 255)"}


@in_a_browser
def test_by_keyboard_and_on_paper(browser: Any, run_page: str, tmp_path: Path) -> None:
    """The first key leads past the contents; on paper nothing is left out and nothing is dark."""
    file = tmp_path / "report.html"
    file.write_text(run_page, "utf-8")
    with browser.new_context(color_scheme="dark") as context:
        page = context.new_page()
        page.goto(file.as_uri())
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.emulate_media(media="print")
        assert (
            page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        )
        assert not page.locator("nav").is_visible()
        assert page.locator("figure .wide svg").first.is_visible()
        # 180 mm of an A4 sheet between its margins.
        page.set_viewport_size({"width": 680, "height": 1000})
        assert page.evaluate("document.documentElement.scrollWidth") <= 680
        assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
