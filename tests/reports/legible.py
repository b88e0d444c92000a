"""Whether a chart can be read: no word is cut, none lies upon another, and grey tells lines apart."""

from __future__ import annotations

from itertools import combinations, pairwise

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

TOUCHING = 0.12
"""The part of a line's height by which two boxes may overlap: what is between their letters is empty."""
ALIKE = 0.12
"""Two brightnesses, from 0 to 1, that are no further apart cannot be told apart."""


def texts(figure: Figure) -> list[Text]:
    """All words of a figure that show, once it is drawn."""
    hidden = {id(label) for axes in figure.axes for label in _hidden(axes)}
    return [
        each
        for each in figure.findobj(Text)
        if isinstance(each, Text)
        and each.get_visible()
        and each.get_text().strip()
        and id(each) not in hidden
    ]


def faults_of_reading(figure: Figure) -> list[str]:
    """What cannot be read in a figure, in words; empty if all can.

    Every text must lie in the figure; no two may overlap; every axis that has numbers must say in
    a label what they are; and of two lines in the same axes with the same dash and marker the
    brightness must differ.
    """
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    found = [*_cut(figure), *_overlapping(figure)]
    for axes in figure.axes:
        found += [*_unlabelled(axes), *_alike(axes)]
    return found


def brightness(colour: object) -> float:
    """How bright a colour is printed in grey, from 0 to 1 (Rec. 709)."""
    red, green, blue = to_rgb(colour)  # type: ignore[arg-type]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _hidden(axes: Axes) -> list[Text]:
    """Labels of ticks that lie beyond the limits, or of a hidden axis."""
    found: list[Text] = []
    for axis in (axes.xaxis, axes.yaxis):
        shown = axes.get_visible() and axis.get_visible()
        drawn = axis._update_ticks() if shown else []  # type: ignore[attr-defined]
        for tick in (*axis.majorTicks, *axis.minorTicks):
            if tick not in drawn:
                found += (tick.label1, tick.label2)
        if not shown:
            found += (axis.label, axis.offsetText)
    return found


def _box(text: Text) -> Bbox:
    """Where the letters are; not the arrow of an annotation."""
    if isinstance(text, Annotation):
        return Text.get_window_extent(text)
    return text.get_window_extent()


def _cut(figure: Figure) -> list[str]:
    width, height = figure.bbox.width, figure.bbox.height
    found = []
    for text in texts(figure):
        box = _box(text)
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1:
            found.append(f"cut: {text.get_text()!r}")
    return found


def _overlapping(figure: Figure) -> list[str]:
    found = []
    boxes = [(text, _box(text)) for text in texts(figure)]
    for (one, here), (other, there) in combinations(boxes, 2):
        wide = min(here.x1, there.x1) - max(here.x0, there.x0)
        high = min(here.y1, there.y1) - max(here.y0, there.y0)
        line = min(_line(one), _line(other)) * figure.dpi / 72.0
        if wide > TOUCHING * line and high > TOUCHING * line:
            found.append(f"one upon another: {one.get_text()!r} and {other.get_text()!r}")
    return found


def _line(text: Text) -> float:
    return float(text.get_fontsize())


def _unlabelled(axes: Axes) -> list[str]:
    """Axes with numbers at their ticks, and no words beside them."""
    found = []
    shown = {id(each) for each in texts(axes.figure)}
    for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        labels = [each.get_text() for each in axis.get_ticklabels() if id(each) in shown]
        if any(_number(each) for each in labels) and not axis.label.get_text():
            found.append(f"no label on the {name} axis with {labels[:3]}")
    return found


def _number(text: str) -> bool:
    plain = text.replace("\N{MINUS SIGN}", "-").replace(",", "").rstrip(" %")
    try:
        float(plain)
    except ValueError:
        return False
    return True


def _alike(axes: Axes) -> list[str]:
    """Lines that look the same in grey; of those that are in the legend, and so mean something."""
    lines = [each for each in axes.get_lines() if not str(each.get_label()).startswith("_")]
    looks: dict[tuple[object, ...], list[Line2D]] = {}
    for each in lines:
        # What `get_linestyle` says of a dash is only that it is one.
        dash = each._dash_pattern  # type: ignore[attr-defined]
        key = (str(dash), each.get_marker(), round(each.get_linewidth(), 1))
        looks.setdefault(key, []).append(each)
    found = []
    for same in looks.values():
        ranked = sorted(same, key=lambda each: brightness(each.get_color()))
        for one, other in pairwise(ranked):
            if brightness(other.get_color()) - brightness(one.get_color()) < ALIKE:
                found.append(f"alike in grey: {one.get_label()!r} and {other.get_label()!r}")
    return found
