"""`aftershock compare`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cli.compare_options import (
    AgainstOption,
    BalancersOption,
    BaselineOption,
    ChartOption,
    ForceOption,
    JobsOption,
    MeasureOption,
    MostOption,
    OutOption,
    PrecisionOption,
    QuietOption,
    ReplicationsOption,
    VaryOption,
)
from cli.options import (
    DurationOption,
    JsonOption,
    ScenarioArgument,
    SeedOption,
    SettingsOption,
    all_settings,
)
from cli.run import INTERRUPTED
from simulator.errors import SimulatorError

if TYPE_CHECKING:
    from simulator.experiment.candidates import Candidate, Vary
    from simulator.experiment.comparison import Comparison, Told


def compare(
    scenario: ScenarioArgument,
    vary: VaryOption = None,
    balancers: BalancersOption = None,
    measure: MeasureOption = "p99",
    against: AgainstOption = None,
    baseline: BaselineOption = None,
    replications: ReplicationsOption = 10,
    precision: PrecisionOption = None,
    most: MostOption = 100,
    jobs: JobsOption = None,
    json_output: JsonOption = False,
    chart: ChartOption = None,
    out: OutOption = None,
    force: ForceOption = False,
    settings: SettingsOption = None,
    seed: SeedOption = None,
    duration: DurationOption = None,
    quiet: QuietOption = False,
) -> None:
    """Compare candidates on the same random numbers.

    Plays every candidate many times, on the same requests, and says which are better, which are
    worse, and where no difference is shown. Exits with status 0 whatever the verdicts, 2 if the
    scenario or the call is wrong, 130 if it was stopped with Ctrl-C.

    For example: aftershock compare mm4 --vary services.server.concurrency=4,5
    """
    from reports.charts.formats import format_of
    from reports.export import prepare, prepare_file
    from simulator.experiment.candidates import Vary, load_candidates
    from simulator.experiment.comparison import compare as compare_candidates
    from simulator.experiment.comparison import place_of_baseline
    from simulator.experiment.measures import measure_named

    chosen = measure_named(measure)
    other = None if against is None else measure_named(against, "--against")
    if other is chosen:
        raise SimulatorError(f"--against {against}: this is the --measure; expected another one")
    share = _precision(precision)
    if chart is not None:
        format_of(chart)
        prepare_file(chart)
    varied = [] if balancers is None else [_balancers(balancers)]
    varied += [Vary.parse(text) for text in vary or ()]
    candidates = load_candidates(scenario, varied, all_settings(settings, seed, duration))
    place_of_baseline(candidates, baseline)
    if not quiet:
        _warn(candidates)
    if out is not None:
        prepare(out, force)
    try:
        with _progress(not quiet and sys.stderr.isatty()) as told:
            comparison = compare_candidates(
                candidates,
                measure=chosen,
                against=other,
                baseline=baseline,
                replications=replications,
                precision=share,
                most=most,
                jobs=jobs or os.cpu_count() or 1,
                told=told,
            )
        _leave(comparison, candidates, out, force, chart)
    except KeyboardInterrupt:
        typer.echo("stopped: nothing was compared", err=True)
        raise typer.Exit(INTERRUPTED) from None
    _tell(comparison, json_output, quiet)


def _balancers(text: str) -> Vary:
    """What `--balancers` varies."""
    from simulator.experiment.candidates import Vary
    from simulator.scenario.model.balancer import balancer_names
    from simulator.scenario.problem import few, nearest

    known = balancer_names()
    names = known if text.strip() == "all" else tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in known:
            hint = nearest(name, known) or few(known)
            raise SimulatorError(f"--balancers {name}: there is no such balancer{hint}")
        if names.count(name) > 1:
            raise SimulatorError(f"--balancers {text}: `{name}` stands here twice")
    return Vary("defaults.balancer", names, "--vary")


def _precision(text: str | None) -> float | None:
    """The share that `--precision` asks for."""
    from simulator.scenario.read import scalar
    from simulator.units import parse_share

    if text is None:
        return None
    try:
        share = parse_share(scalar(text))
    except ValueError as error:
        raise SimulatorError(f"--precision {text}: {error}") from None
    if share <= 0.0:
        raise SimulatorError(f"--precision {text}: expected more than 0 %")
    return share


def _warn(candidates: Sequence[Candidate]) -> None:
    """Say each doubt once, and whom it concerns where that is not everybody."""
    doubts: dict[str, list[str]] = {}
    for candidate in candidates:
        for warning in candidate.loaded.warnings:
            doubts.setdefault(str(warning), []).append(candidate.name)
    for doubt, names in doubts.items():
        whom = "" if len(names) == len(candidates) else f" ({', '.join(names)})"
        typer.echo(f"warning{whom}: {doubt}", err=True)


@contextmanager
def _progress(show: bool) -> Iterator[Told | None]:
    """A progress bar on standard error, if there is someone to see it."""
    if not show:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total:.0f} runs"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("comparing", total=1)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _leave(
    comparison: Comparison,
    candidates: Sequence[Candidate],
    out: Path | None,
    force: bool,
    chart: Path | None,
) -> None:
    """Write what was asked for."""
    from reports.export import write_comparison, write_file
    from simulator.scenario import resolved_yaml

    if out is not None:
        texts = [resolved_yaml(each.scenario, each.folder) for each in candidates]
        write_comparison(comparison, texts, out, force)
    if chart is not None:
        from reports.charts.formats import drawn, format_of
        from reports.charts.house import look
        from reports.charts.kinds import draw
        from reports.stored import StoredComparison

        kind = "comparison" if comparison.against is None else "pareto"
        figure = draw(kind, StoredComparison(out or chart.parent, comparison), look())
        write_file(chart, drawn(figure, format_of(chart)))


def _tell(comparison: Comparison, json_output: bool, quiet: bool) -> None:
    from rich.console import Console

    from reports.tables.comparison import comparison_report, precision_line, verdict_lines

    if json_output:
        typer.echo(json.dumps(comparison.to_json()))
    console = Console(stderr=json_output, highlight=False)
    if not quiet:
        for part in comparison_report(comparison, console.width):
            console.print(part)
        return
    for line in verdict_lines(comparison):
        console.print(line)
    precision = precision_line(comparison)
    if precision is not None:
        console.print(precision)
