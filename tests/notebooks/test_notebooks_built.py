"""The notebooks in the repository are what the lessons make, in two languages that do not differ in code."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import nbformat
import pytest

HEAD = "# ---\n# jupyter:\n#   lesson:\n#     es: 01-hola\n# ---\n\n"
ENGLISH = '# %% [markdown] lang="en"\n# Hello\n\n'
SPANISH = '# %% [markdown] lang="es"\n# Hola\n\n'


def test_committed(build: ModuleType) -> None:
    """Not one is out of date, missing, or left over: `python notebooks/build.py` writes them anew."""
    wanted = build.wanted()
    assert len(wanted) == 2 * len(build.lessons()) >= 10
    assert sorted(build.HERE.glob("e[ns]/*.ipynb")) == sorted(wanted)
    for path, text in wanted.items():
        assert path.read_text("utf-8") == text, f"out of date: {path}"


def test_same_code(build: ModuleType) -> None:
    """But for the cell that says the language."""
    for lesson in build.lessons():
        english, spanish = (
            nbformat.reads(build.notebook(lesson, each), as_version=4).cells
            for each in build.LANGUAGES
        )
        assert [each.cell_type for each in english] == [each.cell_type for each in spanish]
        different = [
            (en.source, es.source)
            for en, es in zip(english, spanish, strict=True)
            if en.cell_type == "code" and en.source != es.source
        ]
        assert len(different) == 1
        assert different[0][0].replace('Lesson("en")', 'Lesson("es")') == different[0][1]
        prose = [
            each for each in zip(english, spanish, strict=True) if each[0].cell_type == "markdown"
        ]
        assert all(en.source != es.source for en, es in prose)


def test_made_the_same_each_time(build: ModuleType, tmp_path: Path) -> None:
    lesson = tmp_path / "01-hello.py"
    lesson.write_text(
        f'{HEAD}{ENGLISH}{SPANISH}# %% tags=["answer"] right="1"\nx = None\n', "utf-8"
    )
    made = build.notebook(lesson, "es")
    assert made == build.notebook(lesson, "es")
    assert build.notebook_path(lesson, "es").name == "01-hola.ipynb"
    assert build.notebook_path(lesson, "en").name == "01-hello.ipynb"
    read = nbformat.reads(made, as_version=4)
    assert [each.source for each in read.cells] == ["Hola", "x = None"]
    assert [each.id for each in read.cells] == ["cell-01", "cell-02"]
    assert read.cells[1].metadata == {"tags": ["answer"]}  # the right answer stays behind
    assert read.cells[1].outputs == []
    assert (read.metadata.lang, read.metadata.kernelspec.name) == ("es", "python3")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENGLISH, "its last cell is in English only"),
        (SPANISH, "not one cell en, then one es, at 'Hola'"),
        (ENGLISH + ENGLISH, "not one cell en, then one es, at 'Hello'"),
        (ENGLISH + '# %% lang="es"\nx = 1\n', "not one cell en, then one es, at 'x = 1'"),
        ("# %% [markdown]\n# Hello\n", "text without a language, at 'Hello'"),
        ('# %% [markdown] lang="fr"\n# Bonjour\n', "no language 'fr', at 'Bonjour'"),
    ],
)
def test_languages_out_of_step(build: ModuleType, tmp_path: Path, text: str, message: str) -> None:
    lesson = tmp_path / "01-hello.py"
    lesson.write_text(HEAD + text, "utf-8")
    with pytest.raises(build.LessonMistake, match=f"01-hello.py: {message}"):
        build.notebook(lesson, "en")


def test_no_spanish_name(build: ModuleType, tmp_path: Path) -> None:
    lesson = tmp_path / "01-hello.py"
    lesson.write_text(ENGLISH + SPANISH, "utf-8")
    with pytest.raises(build.LessonMistake, match="does not say its Spanish name"):
        build.notebook_path(lesson, "es")


def test_writes_what_is_out_of_date(
    build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, with status 1; then there is nothing left to do. What no lesson makes goes away."""
    monkeypatch.setattr(build, "HERE", tmp_path)
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / "01-hello.py").write_text(HEAD + ENGLISH + SPANISH, "utf-8")
    (tmp_path / "es").mkdir()
    (tmp_path / "es" / "09-old.ipynb").write_text("{}", "utf-8")
    assert build.main() == 1
    found = [each.relative_to(tmp_path).as_posix() for each in sorted(tmp_path.glob("e*/*"))]
    assert found == ["en/01-hello.ipynb", "es/01-hola.ipynb"]
    assert build.main() == 0
