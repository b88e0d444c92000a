"""The charts of a run or of a comparison as methods, for notebooks: `run.plot.overview()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from matplotlib.figure import Figure

from reports.charts.formats import drawn
from reports.charts.house import SIZES, look
from reports.charts.kinds import KINDS, Drawn, draw
from reports.languages.language import LANGUAGES
from reports.stored import StoredComparison, StoredRun
from simulator.errors import SimulatorError
from simulator.scenario.problem import few, listed, nearest

SHOWN = 75
"""Pixels of a page for an inch of the figure."""


class Plots:
    """One method for each kind of chart; `aftershock chart --help` says what they show.

    Each takes `size` (`slide`, `column` or `poster`) and `lang` (`en` or `es`), and one of a run also
    `fault`, the name of a fault that is to be drawn as if it were the only one. It returns a figure of
    matplotlib, which a notebook shows, and which nothing else keeps alive.
    """

    def __init__(self, stored: Drawn) -> None:
        self._stored = stored

    def __dir__(self) -> list[str]:
        """The kinds, for completion."""
        return list(self._kinds())

    def __getattr__(self, name: str) -> Callable[..., Figure]:
        # What merely looks around, as notebooks do for `_repr_png_`, is answered at once.
        if name.startswith("_"):
            raise AttributeError(name)
        kinds = self._kinds()
        if name not in kinds:
            raise AttributeError(f"there is no chart `{name}`{self._hint(name)}")
        method = partial(self._draw, kinds[name])
        method.__doc__ = f"Of {KINDS[kinds[name]].about}."
        return method

    def __repr__(self) -> str:
        return f"<charts: {', '.join(self._kinds())}>"

    def _kinds(self) -> Mapping[str, str]:
        """The kinds that can be drawn of this, by the name of the method."""
        return {
            name.replace("-", "_"): name
            for name, kind in KINDS.items()
            if isinstance(self._stored, kind.of)
        }

    def _hint(self, name: str) -> str:
        if name.replace("_", "-") in KINDS:
            wanted = "comparison" if isinstance(self._stored, StoredRun) else "run"
            return f" here: it is drawn of a {wanted}"
        return nearest(name, self._kinds()) or few(self._kinds())

    def _draw(
        self, kind: str, *, size: str = "slide", lang: str = "en", fault: str | None = None
    ) -> Figure:
        """The chart of a kind.

        Raises:
            SimulatorError: if there is no such size, language or fault.
            NothingToDraw: if there is nothing that this kind could show.
        """
        for word, value, known in (("size", size, tuple(SIZES)), ("lang", lang, LANGUAGES)):
            if value not in known:
                hint = nearest(value, known) or f"; expected {listed(known)}"
                raise SimulatorError(f"{word}={value!r}: there is no such{hint}")
        stored = self._stored if fault is None else _with_one(self._stored, fault)
        figure = draw(kind, stored, look(size, lang))
        # A figure without a window does not show itself in a notebook.
        figure._repr_png_ = partial(_png, figure)  # type: ignore[attr-defined]
        return figure


def _with_one(stored: Drawn, name: str) -> StoredRun:
    """The same run as if one of its faults were the only one."""
    if isinstance(stored, StoredComparison):
        raise SimulatorError(f"fault={name!r}: a comparison knows no faults")
    faults = stored.result.faults
    chosen = tuple(each for each in faults if each.name == name)
    if not chosen:
        names = [each.name for each in faults]
        hint = nearest(name, names) or few(names) or "; the run had none"
        raise SimulatorError(f"fault={name!r}: there is no such fault{hint}")
    return replace(stored, result=replace(stored.result, faults=chosen))


def _png(figure: Figure) -> tuple[bytes, Mapping[str, float]]:
    """The picture for a notebook, and how large it is to be there: sharp on a dense screen, too."""
    width, height = figure.get_size_inches() * SHOWN
    return drawn(figure, "png"), {"width": float(width), "height": float(height)}
