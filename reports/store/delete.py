"""Deleting results: whole folders that Aftershock wrote, and nothing else."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from reports.export import MARK
from reports.store.find import COMPARISON, FOREIGN, RUN, Found, StoreError
from reports.stored import SCENARIO, SERIES, TRACES

OURS: Final = (
    MARK, SCENARIO, TRACES, SERIES, SERIES.replace(".parquet", ".csv"), "replications.csv", "candidate-*.yaml",
)  # fmt: skip
"""What `--out` leaves, as patterns."""
NAMED: Final = 3
"""Strange files that a message names."""


def check_deletable(found: Found, force: bool) -> None:
    """Make sure that a folder is a result, and, without `force`, whole and nothing but a result.

    Raises:
        StoreError: if it is not, with what else lies there.
    """
    folder = found.folder
    if folder.is_symlink():
        raise StoreError(f"{folder}: a link, which is not followed; delete where it points to")
    if Path.cwd().is_relative_to(folder.resolve()):
        raise StoreError(f"{folder}: you are in it; go elsewhere first")
    if found.kind == FOREIGN or not any(_is_ours(each) for each in folder.iterdir()):
        why = found.problem if found.kind == FOREIGN else f"no {MARK} in it"
        raise StoreError(f"{folder}: not a result of this program: {why}")
    if force:
        return
    if found.kind not in (RUN, COMPARISON):
        raise StoreError(f"{folder}: {found.problem}; `--force` deletes it all the same")
    strange = sorted(each.name for each in folder.iterdir() if not _is_ours(each))
    if strange:
        shown = ", ".join(strange[:NAMED]) + (", ..." if len(strange) > NAMED else "")
        message = f"files in it that are not of the result: {shown}; `--force` deletes them too"
        raise StoreError(f"{folder}: {message}")


def delete(found: Sequence[Found]) -> None:
    """Delete folders, each in one step for whoever looks; what links in them point to stays.

    Raises:
        StoreError: if one cannot be deleted; those before it are gone then.
    """
    for each in found:
        folder = each.folder.absolute()
        try:
            aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-deleted-", dir=folder.parent))
            try:
                folder.rename(aside / folder.name)
            finally:
                shutil.rmtree(aside, ignore_errors=True)
        except OSError as error:
            raise StoreError(f"{each.folder}: cannot be deleted: {error.strerror}") from None


def _is_ours(file: Path) -> bool:
    return (
        any(fnmatchcase(file.name, pattern) for pattern in OURS)
        and file.is_file()
        and not file.is_symlink()
    )
