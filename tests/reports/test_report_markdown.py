"""Reports as Markdown, as GitHub reads it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from made_results import WORLD, fault, made, played
from stored_results import stored_comparison

from reports.documents.grid import Grid, figures, words
from reports.documents.markdown import document, escaped, fenced, table
from reports.stored import StoredRun, read_stored

RUN = StoredRun(Path("run"), played(), WORLD.lstrip())


def test_a_run() -> None:
    """At first sight: the verdict, the story of the faults, and what was expected."""
    text = document(RUN)
    short = text[: text.index("<details>")]
    assert short.startswith(
        "## \u274c two-tiers: fail\n\nA shop \\& its \\<payments\\>.\n\n1 of 2 expectations was not met.\n"
    )
    assert "At 20 s crash (kill) hit payments-2." in short
    assert "100 requests were lost." in short
    assert "| availability \\>= 99.9% | 10 | 95.45 % | \u2718 not met, by 4.45 %" in short
    assert len(short) < 2000
    assert played().digest in text
    assert "```yaml\nscenario: two-tiers\n" in text
    assert text.count("<details>") == text.count("</details>") > 5


def test_every_table_is_whole() -> None:
    """Each row of a table has as many cells as its heading."""
    for block in re.findall(r"(?:^\|.*\|\n)+", document(RUN), re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(widths) == 1


def test_long_tables_are_cut() -> None:
    """Forty rows of a table are shown, and how many more there are."""
    many = tuple(replace(fault(), name=f"f{number}") for number in range(42))
    text = document(StoredRun(Path("run"), made(faults=many), "x"))
    assert "| f39 |" in text and "| f40 |" not in text
    assert "And 2 more, in result.json." in text


def test_names_are_no_markup() -> None:
    """What is markup in Markdown or HTML is escaped; line breaks would end a row."""
    assert escaped("a|b*c_d`<x>\ny") == "a\\|b\\*c\\_d\\`\\<x\\> y"
    grid = Grid("T", (*words("a|b"), *figures("n")), (("x|y", "1"),))
    assert table(grid) == "| a\\|b | n |\n| --- | --: |\n| x\\|y | 1 |"
    odd = document(StoredRun(Path("run"), made(scenario="<script>"), "x"))
    assert "<script>" not in odd


def test_fences() -> None:
    """A fence is longer than any in the text."""
    assert fenced("a\n```\nb\n", "yaml") == "````yaml\na\n```\nb\n````"


def test_a_comparison(tmp_path: Path) -> None:
    """The verdicts come first; the candidates' settings and the command are there to be unfolded."""
    text = document(read_stored(stored_comparison(tmp_path)))
    short = text[: text.index("<details>")]
    assert "1 is better than the baseline and 1 is worse than the baseline." in short
    assert re.search(r"\| 2 \| [\d.]+ ± [\d.]+ ms \| - \| - \| - \| baseline \|", short)
    assert "| 1 | 1 |" in text
    assert (
        "aftershock compare candidate-1.yaml --vary services.payments.replicas=4,2,1 --measure p99 "
        "--against attempts_per_request --baseline 2 --replications 5 --seed 7"
    ) in text
