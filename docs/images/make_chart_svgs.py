"""Makes the pictures of docs/charts.md from a real run: `python docs/images/make_chart_svgs.py`."""

from __future__ import annotations

from pathlib import Path

from reports.charts.formats import drawn
from reports.charts.house import look
from reports.charts.kinds import draw
from reports.stored import StoredRun
from simulator.experiment.run import simulate
from simulator.scenario import load, resolved_yaml

NAME, KINDS = "store-game-day", ("overview", "latency", "recovery")


def main() -> None:
    """Play a game day and draw it."""
    loaded = load(NAME)
    result = simulate(loaded.scenario, folder=loaded.folder)
    stored = StoredRun(Path(NAME), result, resolved_yaml(loaded.scenario))
    for kind in KINDS:
        picture = Path(__file__).with_name(f"chart-{kind}.svg")
        picture.write_bytes(drawn(draw(kind, stored, look()), "svg"))


main()
