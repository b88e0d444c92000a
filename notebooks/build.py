"""Makes the notebooks of both languages from the lessons: `python notebooks/build.py`.

A lesson is one file in `lessons/`, in the percent format of jupytext. Cells with `lang="en"` or
`lang="es"` go to the notebooks of that language, all others to both. What was out of date is written
anew, and then the exit status is 1, so that CI does not pass over it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

HERE = Path(__file__).parent
LANGUAGES = ("en", "es")


class LessonMistake(Exception):
    """A lesson that no notebook can be made of."""


def lessons() -> list[Path]:
    """The lessons, in their order."""
    return sorted((HERE / "lessons").glob("*.py"))


def source_cells(lesson: Path, language: str) -> list[NotebookNode]:
    """The cells of a lesson that one language has, with all the metadata of the source."""
    cells = jupytext.read(lesson, fmt="py:percent").cells
    return [each for each in cells if each.metadata.get("lang", language) == language]


def notebook_path(lesson: Path, language: str) -> Path:
    """Where the notebook of a lesson goes: a lesson says its name in Spanish itself."""
    names = jupytext.read(lesson, fmt="py:percent").metadata.get("lesson", {})
    if language == "es" and "es" not in names:
        raise LessonMistake(
            f"{lesson.name}: its head does not say its Spanish name (`lesson: es:`)"
        )
    return HERE / language / f"{names.get(language, lesson.stem)}.ipynb"


def notebook(lesson: Path, language: str) -> str:
    """The text of one notebook: without outputs, and the same each time.

    Raises:
        LessonMistake: if its languages are out of step, or text is in a cell that both share.
    """
    paired(lesson)
    cells = []
    for number, cell in enumerate(source_cells(lesson, language), start=1):
        make = new_markdown_cell if cell.cell_type == "markdown" else new_code_cell
        kept = {"tags": cell.metadata.tags} if "tags" in cell.metadata else {}
        cells.append(make(cell.source, id=f"cell-{number:02d}", metadata=kept))
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "lang": language,
    }
    made = new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(made)
    return nbformat.writes(made) + "\n"


def paired(lesson: Path) -> None:
    """Raise unless each cell in English is followed by the same kind of cell in Spanish."""
    waiting = None
    for cell in jupytext.read(lesson, fmt="py:percent").cells:
        language = cell.metadata.get("lang")
        begin = cell.source.split("\n", 1)[0][:60]
        if language not in (None, *LANGUAGES):
            raise LessonMistake(f"{lesson.name}: no language {language!r}, at {begin!r}")
        if language is None and cell.cell_type == "markdown":
            raise LessonMistake(f"{lesson.name}: text without a language, at {begin!r}")
        if (language == "es") != (waiting is not None) or (waiting and waiting != cell.cell_type):
            raise LessonMistake(f"{lesson.name}: not one cell en, then one es, at {begin!r}")
        waiting = cell.cell_type if language == "en" else None
    if waiting:
        raise LessonMistake(f"{lesson.name}: its last cell is in English only")


def wanted() -> dict[Path, str]:
    """Every notebook that there should be, and its text."""
    return {
        notebook_path(lesson, language): notebook(lesson, language)
        for lesson in lessons()
        for language in LANGUAGES
    }


def main() -> int:
    """Write what is out of date, and remove what no lesson makes; 1 if there was anything."""
    notebooks = wanted()
    changed = False
    for path, text in notebooks.items():
        if not path.is_file() or path.read_text("utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
            sys.stderr.write(f"written anew: {path.relative_to(HERE.parent)}\n")
            changed = True
    for path in sorted(HERE.glob("e[ns]/*.ipynb")):
        if path not in notebooks:
            path.unlink()
            sys.stderr.write(f"removed: {path.relative_to(HERE.parent)}\n")
            changed = True
    return int(changed)


if __name__ == "__main__":
    sys.exit(main())
