"""One language: what an English text is called in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True)
class Language:
    """Says texts in one language. Places like `{name}` are filled in after the text was chosen."""

    code: str
    texts: Mapping[str, str]
    """By the English text; empty for English itself."""

    def __call__(self, english: str, **values: object) -> str:
        """A text in this language; in English if it is not known."""
        return self.texts.get(english, english).format(**values)


@cache
def language(code: str) -> Language:
    """The language with a code, one of `LANGUAGES`."""
    if code == "en":
        return Language(code, {})
    text = (files("reports.languages") / f"{code}.yaml").read_text("utf-8")
    return Language(code, yaml.safe_load(text))
