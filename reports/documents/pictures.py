"""The charts of a document: each twice, for a page and for a telephone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reports.charts.formats import drawn
from reports.charts.house import look
from reports.charts.kinds import KINDS, draw
from reports.charts.nothing import NothingToDraw
from reports.documents.svg import inline
from reports.stored import StoredComparison, StoredRun
from reports.story.pictures import described
from reports.story.words import sentence

SIZES = {"wide": "slide", "narrow": "column"}
"""How each is called on the page, and the size that charts are drawn in."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart, ready to stand on a page."""

    kind: str
    about: str
    wide: str
    """An element `<svg>`, that a page is wide enough for."""
    narrow: str


def pictures(stored: StoredRun | StoredComparison) -> Iterator[Picture]:
    """Every kind of chart that has something to show."""
    for kind, entry in KINDS.items():
        if not isinstance(stored, entry.of):
            continue
        label = described(kind, stored)
        try:
            wide, narrow = (
                inline(drawn(draw(kind, stored, look(size)), "svg"), f"{kind}-{name}-", kind, label)
                for name, size in SIZES.items()
            )
        except NothingToDraw:
            continue
        yield Picture(kind, sentence(entry.about), wide, narrow)
