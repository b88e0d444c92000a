"""The text of a scenario's file, and which of them come with Aftershock."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from simulator.scenario.problem import Place, Problem, ScenarioError, few, nearest
from simulator.scenario.read import LARGEST


@cache
def bundled() -> dict[str, Path]:
    """The bundled scenarios by name, in order of name."""
    folder = Path(str(files("scenarios")))
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def no_such_file(path_or_name: str) -> str:
    """What is wrong with what is neither the path of a file nor the name of a bundled scenario."""
    hint = nearest(path_or_name, bundled()) or few(list(bundled()))
    return f"no such file, and no bundled scenario of that name{hint}"


def read_text(path: Path, name: str, at: Place | None = None) -> str:
    """What stands in a file; `name` stands for it in messages.

    Args:
        path: where it lies.
        name: what it is called.
        at: where it is asked for, to be told where it cannot be opened; left out: the file itself.

    Raises:
        ScenarioError: if it cannot be opened, is too large or is no text.
    """
    at = at or Place(name)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise ScenarioError([Problem(at, no_such_file(name))]) from None
    except IsADirectoryError:
        raise ScenarioError([Problem(at, "a folder, not a file")]) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ScenarioError([Problem(at, f"cannot be read: {reason}")]) from None
    return _decoded(content, name)


def _decoded(content: bytes, name: str) -> str:
    """The text of a file in UTF-8, with a problem that says where it is not one."""
    if len(content) > LARGEST:
        raise ScenarioError([Problem(Place(name), f"larger than {LARGEST // 1024**2} MiB")])
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ScenarioError([Problem(Place(name), "in UTF-16; a scenario is a text in UTF-8")])
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        message = f"not a text in UTF-8: it has the byte 0x{content[error.start]:02X} here"
        raise ScenarioError([Problem(Place(name, line, column), message)]) from None
