"""The options of `aftershock compare` that no other command has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def complete_measure(incomplete: str) -> list[str]:
    """Names of measures, for the shell."""
    from simulator.experiment.measures import MEASURES

    return [each.name for each in MEASURES.values() if each.name.startswith(incomplete)]


VaryOption = Annotated[
    list[str] | None,
    typer.Option(
        "--vary",
        metavar="PATH=VALUE,VALUE",
        help="Values to compare, such as services.shop.replicas=2,4; repeated: every combination.",
    ),
]
BalancersOption = Annotated[
    str | None,
    typer.Option(
        "--balancers",
        metavar="NAME,NAME",
        help="Short for --vary defaults.balancer=NAME,NAME; `all` is every one.",
    ),
]
MeasureOption = Annotated[
    str,
    typer.Option(
        "--measure",
        metavar="NAME",
        help="What decides: mean, p50, p90, p95, p99, p99.9, throughput, goodput, "
        "availability, imbalance, attempts_per_request, cost, cost_per_million, wasted_capacity or "
        "replicas.",
        autocompletion=complete_measure,
    ),
]
AgainstOption = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="NAME",
        help="A second measure to weigh it against, such as cost: marks, and draws, the candidates "
        "that none beats in both.",
        autocompletion=complete_measure,
    ),
]
BaselineOption = Annotated[
    str | None,
    typer.Option("--baseline", metavar="NAME", help="What to compare with; left out: the first."),
]
ReplicationsOption = Annotated[
    int, typer.Option("--replications", metavar="N", help="Runs of each candidate.")
]
PrecisionOption = Annotated[
    str | None,
    typer.Option(
        "--precision",
        metavar="SHARE",
        help="Go on until 95 % intervals are within this share of the mean: 2%.",
    ),
]
MostOption = Annotated[
    int,
    typer.Option("--max-replications", metavar="N", min=2, help="Where --precision gives up."),
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs", metavar="N", min=1, help="Processes to use; left out: one for each core."
    ),
]
ChartOption = Annotated[
    Path | None,
    typer.Option("--chart", metavar="FILE", help="Draw it: a file in .png, .svg or .pdf."),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Leave every figure and scenario in a folder."),
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Replace a folder that is not an earlier result.")
]
QuietOption = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print only a verdict for each candidate.")
]
