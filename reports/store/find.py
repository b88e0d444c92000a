"""What `--out` has left under a folder, found again: runs, comparisons, and what is no longer whole."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from reports.export import MARK
from reports.stored import SCENARIO, SERIES, missing_from
from simulator.errors import SimulatorError
from simulator.experiment import comparison as compared
from simulator.experiment import result as results
from simulator.experiment.result import TrafficFigures
from simulator.scenario.problem import listed, nearest

DEEPEST: Final = 4
"""Folders that one goes down."""
ALGORITHM: Final = "sha256:"
SHORTEST: Final = 4
"""Digits of a digest that may stand for it."""
SHOWN: Final = 8
"""Digits of a digest that are shown."""

RUN, COMPARISON, DAMAGED, FOREIGN = "run", "comparison", "damaged", "foreign"


class StoreError(SimulatorError):
    """What was asked of the results in a folder cannot be done."""


@dataclass(frozen=True, slots=True)
class Headline:
    """What a `result.json` says of a run or a comparison in short."""

    scenario: str
    seed: int
    duration: float | None = None
    verdict: str | None = None
    digest: str | None = None
    total: TrafficFigures | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One folder with a result, or with what is left of one."""

    name: str
    """The path from where one looked, with `/` in it."""
    folder: Path
    kind: str
    """`run`, `comparison`, `damaged` (or unfinished) or `foreign` (of another program or version)."""
    written: float
    """When, in seconds since 1970."""
    headline: Headline | None = None
    problem: str | None = None
    """Why it is damaged or foreign."""

    @property
    def digest(self) -> str:
        """The digits of the digest, none if there is none."""
        known = "" if self.headline is None else self.headline.digest or ""
        return known.removeprefix(ALGORITHM)

    def to_json(self) -> dict[str, object]:
        """As `runs --json` has it; what does not apply is null."""
        line = self.headline
        total = None if line is None else line.total
        return {
            "name": self.name,
            "folder": str(self.folder),
            "kind": self.kind,
            "scenario": None if line is None else line.scenario,
            "seed": None if line is None else line.seed,
            "duration": None if line is None else line.duration,
            "verdict": None if line is None else line.verdict,
            "availability": None if total is None else total.availability,
            "p99": None if total is None else total.latency.p99,
            "goodput": None if total is None else total.goodput,
            "digest": None if line is None else line.digest,
            "written": self.written,
            "problem": self.problem,
        }


_HEADLINE: Final = TypeAdapter(Headline)


def find(folder: Path) -> list[Found]:
    """Everything under a folder, itself included, that is or was a result, by name.

    Hidden folders are left out, links are not followed, and below `DEEPEST` folders nobody looks.

    Raises:
        StoreError: if there is no such folder.
    """
    if not folder.is_dir():
        raise StoreError(f"{folder}: there is no such folder")
    return [_looked_at(each, _name(each, folder)) for each in _folders(folder)]


def runs(found: Sequence[Found]) -> list[Found]:
    """Those that are whole runs."""
    return [each for each in found if each.kind == RUN]


def resolve(text: str, folder: Path, found: Sequence[Found] | None = None) -> Found:
    """The result that somebody means by a path, a name as listed, or the beginning of a digest.

    `found` is what lies in `folder`, if that is known already.

    Raises:
        StoreError: if there is none, or more than one.
    """
    path = Path(text)
    if path.name == MARK:
        path = path.parent
    if path.is_dir():
        return _looked_at(path, text)
    known = find(folder) if found is None else found
    for each in known:
        if each.name == text.rstrip("/"):
            return each
    digits = text.removeprefix(ALGORITHM).lower()
    meant = [each for each in known if each.digest.startswith(digits)]
    if len(digits) < SHORTEST or not meant:
        names = [each.name for each in known]
        hint = nearest(text, names) or f"; `aftershock runs --in {folder}` lists what there is"
        expected = "expected a path, a name or the beginning of a digest"
        raise StoreError(f"{text}: no result of that name in {folder}; {expected}{hint}")
    if len(meant) > 1:
        names = [each.name for each in meant]
        raise StoreError(f"{text}: the digest of {listed(names, 'and')}; expected one of the names")
    return meant[0]


def _folders(top: Path) -> Iterator[Path]:
    """Folders with something of ours in them."""
    for root, folders, files in os.walk(top):
        here = Path(root)
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        if len(here.relative_to(top).parts) >= DEEPEST:
            folders.clear()
        # Of a result that lost its result.json the rest is still telling.
        if MARK in files or (SCENARIO in files and any(here.glob(SERIES))):
            yield here


def _name(folder: Path, top: Path) -> str:
    return folder.relative_to(top).as_posix()


def _looked_at(folder: Path, name: str) -> Found:
    mark = folder / MARK
    try:
        written = mark.stat().st_mtime
        found = json.loads(mark.read_bytes())
    except FileNotFoundError:
        since = folder.stat().st_mtime
        return Found(name, folder, DAMAGED, since, problem=f"no {MARK} in it")
    except OSError as error:
        return Found(name, folder, DAMAGED, 0.0, problem=f"cannot be read: {error.strerror}")
    except (ValueError, RecursionError):
        return Found(name, folder, DAMAGED, written, problem=f"{MARK} is cut off, or not JSON")
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema not in (results.SCHEMA, compared.SCHEMA):
        known = f"`{results.SCHEMA}` or `{compared.SCHEMA}`"
        what = f"{MARK} has the schema {schema!r}; expected {known}"
        return Found(name, folder, FOREIGN, written, problem=what)
    try:
        headline = _HEADLINE.validate_python(found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = f"{MARK}: `{'.'.join(map(str, first['loc']))}`: {first['msg']}"
        return Found(name, folder, DAMAGED, written, problem=what)
    kind = RUN if schema == results.SCHEMA else COMPARISON
    missing = _missing(folder, headline) if kind == RUN else None
    if missing is not None:
        return Found(name, folder, DAMAGED, written, headline, f"{missing} is missing")
    return Found(name, folder, kind, written, headline)


def _missing(folder: Path, headline: Headline) -> str | None:
    """A part of a run that is not there."""
    told: Mapping[str, object] = {
        f"`verdict` in {MARK}": headline.verdict,
        f"`digest` in {MARK}": headline.digest,
        f"`total` in {MARK}": headline.total,
    }
    finished = 0 if headline.total is None else headline.total.finished
    return next(
        (name for name, value in told.items() if value is None), missing_from(folder, finished)
    )
