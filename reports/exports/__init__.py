"""All formats that other programs read a run in, by the names that `aftershock export --to` knows.

One file for each. The module of a format that is one file has a function
`pieces(run: StoredRun, start: datetime) -> Iterator[str]`, which gives the text of the file piece by
piece; that of a format that is a folder has `fill(run: StoredRun, folder: Path) -> None`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from reports.export import ExportError
from reports.stored import StoredRun

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
"""Where the beginning of a run is put in calendar time, if nobody says otherwise.

It lies in the past, as Prometheus wants what it is given, and begins a block of its two hours, so that
a run of up to two hours becomes one block.
"""


@dataclass(frozen=True, slots=True)
class Format:
    """One format, and what it is called."""

    about: str
    """What it is for, for lists and help."""
    out: str
    """The name of its file or folder where none is given."""
    folder: bool = False
    dated: bool = False
    """Whether its times are those of a calendar."""
    traces: bool = False
    """Whether there is nothing to show where no request was sampled."""


FORMATS: Mapping[str, Format] = {
    "csv": Format("tables, as a folder of CSV files", "csv", folder=True),
    "parquet": Format("tables, as a folder of Parquet files", "parquet", folder=True),
    "openmetrics": Format("metrics over time, for Prometheus", "openmetrics.txt", dated=True),
    "grafana": Format("a dashboard for what `openmetrics` tells", "grafana.json", dated=True),
    "otlp": Format("traces, as OTLP/JSON", "otlp.json", dated=True, traces=True),
    "zipkin": Format("traces, as Zipkin's JSON v2", "zipkin.json", dated=True, traces=True),
    "jaeger": Format("traces, for the Jaeger UI", "jaeger.json", dated=True, traces=True),
    "chrome": Format("a timeline, for Perfetto", "chrome.json", traces=True),
}


def pieces(name: str, run: StoredRun, start: datetime = EPOCH) -> Iterator[bytes]:
    """The file of a format, piece by piece, with the run's beginning at `start`.

    Raises:
        ExportError: if the run has nothing that this format could hold.
    """
    _check(name, run)
    for piece in import_module(f"{__name__}.{name}").pieces(run, start):
        yield piece.encode()


def fill(name: str, run: StoredRun, folder: Path) -> None:
    """Write the files of a format to an empty folder."""
    _check(name, run)
    import_module(f"{__name__}.{name}").fill(run, folder)


def _check(name: str, run: StoredRun) -> None:
    if FORMATS[name].traces and not run.result.traces:
        message = f"no traces in it, and `{name}` shows these; play it with `--set traces=100`"
        raise ExportError(f"{run.folder}: {message}")
