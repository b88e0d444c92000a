"""How answers ended that were not simply right: areas upon each other, over time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from reports.charts.house import BLUE, GREY, INK, ORANGE, PALE, RED, SKY, Look, legend
from reports.charts.series import FloatArray

LOOKS: Mapping[str, tuple[str, str]] = {
    "degraded": (PALE, ""),
    "error": (RED, ""),
    "timeout": (ORANGE, "///"),
    "deadline": (ORANGE, "..."),
    "refused": (SKY, "xxx"),
    "reset": (SKY, "\\\\\\"),
    "unreachable": (SKY, "ooo"),
    "queue_full": (BLUE, "---"),
    "shed": (BLUE, "+++"),
    "rate_limited": (GREY, "///"),
    "bulkhead_full": (GREY, "..."),
    "breaker_open": (INK, ""),
    "no_instance": (PALE, "xxx"),
    "unauthorized": (PALE, "///"),
    "cancelled": (PALE, "..."),
}
"""Colour and hatch of each outcome, in every chart."""
DARK = (BLUE, GREY, INK, RED)
MOST = 6
"""Outcomes that are shown apart; the rest is one area."""
LEAST = 1.0
"""Percent that the axis shows at least: less would make much of a single failure."""


def stacked(axes: Axes, when: FloatArray, ended: Mapping[str, FloatArray], look: Look) -> None:
    """Shares of all answers that were not `ok`, in percent; `ended` are counts by outcome."""
    say = look.say
    total = sum(ended.values(), np.zeros(len(when)))
    bad = {name: each for name, each in ended.items() if name != "ok" and each.any()}
    shown = sorted(bad, key=lambda name: (-float(bad[name].sum()), name))[:MOST]
    layers = [(name, bad[name], *LOOKS[name]) for name in LOOKS if name in shown]
    rest = [each for name, each in bad.items() if name not in shown]
    if rest:
        layers.append((say("other"), sum(rest, np.zeros(len(when))), "#ffffff", "|||"))
    below = np.zeros(len(when))
    handles = []
    for name, counts, colour, hatch in layers:
        above = below + 100.0 * counts / np.maximum(total, 1.0)
        how = {
            "facecolor": colour,
            "hatch": hatch,
            "hatchcolor": "#ffffff" if colour in DARK else INK,
            "edgecolor": INK,
            "linewidth": 0.2 * look.size.line,
        }
        axes.fill_between(when, below, above, **how)  # type: ignore[arg-type]
        handles.append(Patch(label=name, **how))  # type: ignore[arg-type]
        below = above
    axes.set_ylim(0.0, max(LEAST, 1.05 * float(below.max(initial=0.0))))
    axes.set_ylabel(say("not ok (% of answers)"))
    if handles:
        legend(axes, handles)
    else:
        axes.text(0.5, 0.5, say("all answers were ok"), transform=axes.transAxes,
                  ha="center", va="center", fontsize=look.size.caption)  # fmt: skip
