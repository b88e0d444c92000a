"""Makes run.svg, the picture in the README, from a real run: `python docs/images/make_run_svg.py`."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from rich.console import Console

from reports.tables import report
from simulator.experiment.run import simulate
from simulator.scenario import load

WIDTH = 118
NAME, SETTING = "retry-storm", "services.stock.policy.retry.budget=null"


def main() -> None:
    """Play a retry storm and draw what the terminal shows."""
    loaded = load(NAME, [SETTING])
    result = simulate(loaded.scenario, folder=loaded.folder)
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    console.print(f"[bold]$ aftershock run {NAME} --set {SETTING}[/bold]", highlight=False)
    for part in report(result, WIDTH):
        console.print(part)
    picture = Path(__file__).with_name("run.svg")
    picture.write_text(console.export_svg(title="aftershock", unique_id="run"), "utf-8")


main()
