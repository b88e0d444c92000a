"""What a class says of itself."""

from __future__ import annotations

import ast
import sys
from functools import cache
from inspect import cleandoc
from pathlib import Path

ROOT = Path(__file__).parents[2]


def docstring_of(kind: type) -> str:
    """The docstring of a class, from its source: a compiled class has none.

    The plain files are installed beside the compiled ones.
    """
    for node in _classes(kind.__module__):
        if node.name == kind.__name__:
            return cleandoc(ast.get_docstring(node) or "")
    raise LookupError(f"{kind.__module__} does not define {kind.__name__}")


def story_of(kind: type) -> str:
    """The docstring of a class, without what only its code needs."""
    paragraphs = docstring_of(kind).split("\n\n")
    kept = [each for each in paragraphs if not each.startswith(("Args:", "Attributes:"))]
    return "\n\n".join(kept)


@cache
def _classes(module: str) -> tuple[ast.ClassDef, ...]:
    """The classes that a module defines."""
    source = ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text("utf-8")
    tree = ast.parse(source, feature_version=sys.version_info[:2])
    return tuple(node for node in tree.body if isinstance(node, ast.ClassDef))
