"""`aftershock chart`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperCommand

from cli.options import RunArgument
from reports.charts.nothing import NothingToDraw
from simulator.errors import SimulatorError
from simulator.scenario.problem import listed, nearest

if TYPE_CHECKING:
    from reports.charts.house import Look
    from reports.charts.kinds import Drawn

ALL = "all"
"""Instead of a kind: each that the folder has something for."""
ALL_IN = Path("charts")
"""The folder for them, unless another is named."""


class ChartCommand(TyperCommand):
    """Lists the kinds of charts in its help, for which alone it imports them."""

    def get_help(self, ctx: typer.Context) -> str:  # type: ignore[override]
        """The help, with the kinds."""
        from reports.charts.kinds import KINDS
        from reports.stored import StoredComparison

        said = self.help or ""
        for title, whose in (("Of a run", False), ("Of a comparison", True)):
            kinds = {n: k for n, k in KINDS.items() if (k.of is StoredComparison) is whose}
            said += f"\n\n{title}:" if kinds else ""
            said += "".join(f"\n\n- {name}: {kind.about}" for name, kind in kinds.items())
        self.help = said
        return super().get_help(ctx)


def complete_kind(incomplete: str) -> list[str]:
    """Names of kinds, for the shell."""
    from reports.charts.kinds import KINDS

    return [name for name in (*KINDS, ALL) if name.startswith(incomplete)]


def complete_size(incomplete: str) -> list[str]:
    """Names of sizes, for the shell."""
    from reports.charts.house import SIZES

    return [name for name in SIZES if name.startswith(incomplete)]


def complete_language(incomplete: str) -> list[str]:
    """Codes of languages, for the shell."""
    from reports.languages.language import LANGUAGES

    return [code for code in LANGUAGES if code.startswith(incomplete)]


def chart(
    run: RunArgument,
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            "-k",
            metavar="KIND",
            autocompletion=complete_kind,
            help="What to show; `all` for every kind that the folder has something for.",
        ),
    ] = "overview",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Where to: .png, .svg or .pdf; for `all` a folder.",
        ),
    ] = None,
    size: Annotated[
        str,
        typer.Option(
            "--size",
            metavar="SIZE",
            autocompletion=complete_size,
            help="For a `slide`, a `column` of a paper or a `poster`.",
        ),
    ] = "slide",
    lang: Annotated[
        str,
        typer.Option(
            "--lang", metavar="LANG", autocompletion=complete_language, help="Words in en or es."
        ),
    ] = "en",
) -> None:
    """Draw a chart of a run or of a comparison.

    Without --out it becomes KIND.png in the folder where you are; all of them become PNG files in the
    folder `charts`. Exits with status 2 if the folder holds no whole result, or nothing that this kind
    could show.

    For example: aftershock chart runs/calm --kind recovery -o recovery.svg --size column
    """
    from reports.charts.formats import format_of
    from reports.charts.house import SIZES, look
    from reports.charts.kinds import KINDS
    from reports.languages.language import LANGUAGES
    from reports.stored import read_stored

    for option, value, known in (
        ("--kind", kind, (*KINDS, ALL)),
        ("--size", size, tuple(SIZES)),
        ("--lang", lang, LANGUAGES),
    ):
        if value not in known:
            hint = nearest(value, known) or f"; expected {listed(known)}"
            raise SimulatorError(f"{option} {value}: there is no such{hint}")
    if kind == ALL:
        _draw_all(read_stored(run), run, out or ALL_IN, look(size, lang))
        return
    path = out or Path(f"{kind}.png")
    form = format_of(path)
    _draw_one(read_stored(run), run, kind, path, form, look(size, lang))


def _draw_one(stored: Drawn, run: Path, kind: str, path: Path, form: str, look: Look) -> None:
    from reports.charts.formats import drawn
    from reports.charts.kinds import KINDS, draw
    from reports.export import prepare_file, write_file
    from reports.stored import StoredComparison

    if not isinstance(stored, KINDS[kind].of):
        found = "a comparison" if isinstance(stored, StoredComparison) else "one run"
        wanted = "a comparison" if KINDS[kind].of is StoredComparison else "one run"
        known = [name for name, each in KINDS.items() if isinstance(stored, each.of)]
        hint = f"; expected {listed(known)}" if known else ""
        raise SimulatorError(f"{run}: `{kind}` is drawn of {wanted}, and this is {found}{hint}")
    prepare_file(path)
    try:
        content = drawn(draw(kind, stored, look), form)
    except NothingToDraw as error:
        raise NothingToDraw(f"{run}: nothing for `{kind}` to show: {error}") from None
    write_file(path, content)
    typer.echo(path)


def _draw_all(stored: Drawn, run: Path, folder: Path, look: Look) -> None:
    """Write every kind that there is something for, once all are drawn."""
    from reports.charts.formats import drawn
    from reports.charts.kinds import KINDS, draw
    from reports.export import ExportError, prepare_file, write_file

    if folder.exists() and not folder.is_dir():
        raise ExportError(f"{folder}: a file; expected a folder for `--kind all`")
    files: dict[Path, bytes] = {}
    for kind in (name for name, each in KINDS.items() if isinstance(stored, each.of)):
        try:
            files[folder / f"{kind}.png"] = drawn(draw(kind, stored, look), "png")
        except NothingToDraw as error:
            typer.echo(f"{kind}: nothing to show: {error}", err=True)
    if not files:
        raise NothingToDraw(f"{run}: nothing that any kind could show")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(f"{folder}: cannot be made: {error.strerror}") from None
    for path in files:
        prepare_file(path)
    for path, content in files.items():
        write_file(path, content)
        typer.echo(path)
