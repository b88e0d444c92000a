"""The house style of all charts: three sizes, letters and lines that go with them, and colours.

Whatever a colour tells, a brightness, a dash or a hatch tells as well: a chart printed in grey, or seen
by somebody who cannot tell red from green, says the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation

from reports.charts.fitting import FONT, columns, thin, wrapped
from reports.languages.language import Language, language


@dataclass(frozen=True, slots=True)
class Size:
    """What a chart is made for. Lengths in inches, text in points at that size."""

    width: float
    height: float
    title: float
    text: float
    caption: float
    line: float
    """Points of the main lines."""
    ticks: int
    """Labels along an axis, at most."""

    @property
    def wide(self) -> bool:
        """Whether panels may stand beside each other; else they stand below, and the sheet is higher."""
        return self.width > 6.0

    @property
    def scale(self) -> float:
        """How large things are here, compared with a slide."""
        return self.line / 2.5


SIZES: Mapping[str, Size] = {
    "slide": Size(13.33, 7.5, 24, 16, 13, 2.5, 8),
    "column": Size(3.5, 3.1, 9, 7.5, 6, 1.1, 5),
    "poster": Size(20.0, 13.0, 40, 28, 21, 4.0, 8),
}
"""16:9 for the back row; a column of a journal; a third of an A0 poster."""


@dataclass(frozen=True, slots=True)
class Line:
    """How a line of one meaning looks, in every chart."""

    colour: str
    dash: str | tuple[float, tuple[float, ...]] = "-"


# From dark to light: the colours of Okabe and Ito (2008), ordered by brightness.
INK, GREY, PALE = "#111111", "#666666", "#d9d9d9"
BLUE, RED, ORANGE, SKY = "#0b4f8a", "#b2182b", "#e69f00", "#56b4e9"
SERIES = (
    Line(BLUE),
    Line(ORANGE, "--"),
    Line(RED, "-."),
    Line(SKY, (0, (1, 1))),
    Line(INK, (0, (5, 1, 1, 1, 1, 1))),
    Line(GREY, (0, (6, 3))),
)
"""For lines without a meaning of their own, in this order; after them it begins again."""
THROUGHPUT, GOODPUT = Line(GREY, "--"), Line(BLUE)
PERCENTILES: Mapping[str, Line] = {
    "p50": Line(BLUE), "p95": Line(ORANGE, "--"), "p99": Line(RED, ":"),
}  # fmt: skip
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "ooo", "+++", "---")
"""Of areas, in the order in which they stand beside each other."""


@dataclass(frozen=True, slots=True)
class Look:
    """How one chart is to look: for what, and in which language."""

    size: Size
    say: Language

    @property
    def room(self) -> float:
        """How long a line of text may be, in points, from the left edge to the right."""
        return 72.0 * self.size.width * 0.98


def look(size: str = "slide", lang: str = "en") -> Look:
    """The look of a size in a language, by their names."""
    return Look(SIZES[size], language(lang))


@contextmanager
def styled(size: Size) -> Iterator[None]:
    """Inside, what matplotlib draws by itself has the right size and colour."""
    with mpl.rc_context(
        {
            "font.family": FONT,
            "font.size": size.text,
            "text.parse_math": False,
            "axes.labelsize": size.text,
            "axes.titlesize": size.text,
            "axes.titlelocation": "left",
            "axes.spines.top": False,
            "axes.spines.right": False,
            # Whole numbers, not parts of a power of ten that stands somewhere at the end.
            "axes.formatter.limits": (-6, 9),
            "axes.formatter.useoffset": False,
            "axes.linewidth": 0.8 * size.scale,
            "axes.axisbelow": True,
            "axes.grid": True,
            "axes.grid.axis": "y",
            "grid.color": PALE,
            "grid.linewidth": 0.8 * size.scale,
            "xtick.labelsize": size.caption,
            "ytick.labelsize": size.caption,
            "xtick.major.size": 4 * size.scale,
            "ytick.major.size": 4 * size.scale,
            "xtick.major.pad": 4 * size.scale,
            "ytick.major.pad": 4 * size.scale,
            "axes.labelpad": 4 * size.scale,
            "legend.fontsize": size.caption,
            "legend.frameon": False,
            "legend.handlelength": 2.4,
            "legend.borderaxespad": 0.2,
            "legend.columnspacing": 1.4,
            "lines.linewidth": size.line,
            "hatch.linewidth": 0.8 * size.scale,
        }
    ):
        yield


class Sheet(Figure):
    """A figure whose words are given room once all is drawn: see `settle`."""

    look: Look
    above: dict[Axes, list[Artist] | None]
    """The axes that have a legend above, with what it explains; None: all that is labelled."""
    lifted: dict[Axes, float]
    """Points by which legend and title stand higher, where a chart writes above its axes itself."""

    def settle(self) -> None:
        """Have legends, titles, labels and ticks fit the axes as these have come out."""
        whole = {text: text.get_text() for axes in self.axes for text in _words(axes)}
        # How wide axes are depends on the labels beside them, and how high on the words above.
        for _ in range(2):
            self.draw_without_rendering()
            for axes in self.axes:
                self._legend(axes)
                self._title(axes, whole)
                for axis in (axes.xaxis, axes.yaxis):
                    thin(axis, self.look.size.ticks)
                box = axes.get_window_extent()
                for axis, room in ((axes.xaxis, box.width), (axes.yaxis, box.height)):
                    letter = float(axis.label.get_fontsize())
                    room *= 72.0 / self.dpi
                    axis.label.set_text(wrapped(whole[axis.label], letter, room))

    def _legend(self, axes: Axes) -> None:
        if axes not in self.above:
            return
        handles = self.above[axes]
        if handles is None:
            handles = axes.get_legend_handles_labels()[0]
        if not handles:
            return
        letter = self.look.size.caption
        room = self._points(axes)
        texts = [wrapped(str(each.get_label()), letter, room - 4.0 * letter) for each in handles]
        axes.legend(
            handles,
            texts,
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            bbox_transform=axes.transAxes
            + ScaledTranslation(0.0, self.lifted.get(axes, 0.0) / 72.0, self.dpi_scale_trans),
            ncols=columns(texts, letter, room),
        )

    def _title(self, axes: Axes, whole: Mapping[Text, str]) -> None:
        """Break it, and have it stand above a legend."""
        title = _title_of(axes)
        if not whole[title]:
            return
        letter = float(title.get_fontsize())
        pad = 0.4 * letter + self.lifted.get(axes, 0.0)
        legend = axes.get_legend()
        if axes in self.above and legend is not None:
            pad += legend.get_window_extent().height * 72.0 / self.dpi
        bold = title.get_fontweight() == "bold"
        text = wrapped(whole[title], letter, self._points(axes), bold)
        axes.set_title(
            text, loc="left", pad=pad, fontsize=letter, fontweight=title.get_fontweight()
        )

    def _points(self, axes: Axes) -> float:
        """How wide axes are, in points."""
        return float(axes.get_window_extent().width) * 72.0 / self.dpi


def _words(axes: Axes) -> tuple[Text, ...]:
    """What may have to be broken."""
    return axes.xaxis.label, axes.yaxis.label, _title_of(axes)


def _title_of(axes: Axes) -> Text:
    title: Text = axes._left_title  # type: ignore[attr-defined]
    return title


def sheet(look: Look, title: str, caption: str = "", height: float = 1.0) -> Sheet:
    """An empty figure with a title above and a caption, which says how to read it, below.

    `height` is how many times as high as usual it is to be. Call it inside `styled`.
    """
    size = look.size
    margin = 0.12 * size.scale
    figure = Sheet(
        figsize=(size.width, size.height * height),
        layout=ConstrainedLayoutEngine(w_pad=margin, h_pad=0.75 * margin, hspace=0.0),
    )
    figure.look = look
    figure.above = {}
    figure.lifted = {}
    title = wrapped(title, size.title, look.room, bold=True)
    figure.suptitle(title, x=0.01, ha="left", fontsize=size.title, fontweight="bold")
    if caption:
        caption = wrapped(caption, size.caption, look.room)
        figure.supxlabel(caption, x=0.01, ha="left", fontsize=size.caption, color=GREY)
    return figure


def legend(axes: Axes, handles: Sequence[Artist] | None = None) -> None:
    """The legend of all that is labelled, or of `handles`, above the axes, where it hides nothing.

    It is as many columns wide as fit once the sheet is settled, and a title then stands above it.
    """
    figure = axes.get_figure(root=True)
    assert isinstance(figure, Sheet), "a figure that `sheet` has made"
    figure.above[axes] = None if handles is None else list(handles)
