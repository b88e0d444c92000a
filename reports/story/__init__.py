"""What happened in a run, told in sentences that are made from its result, and from nothing else.

Each topic is a module with a function from a `Result` to sentences (that of faults: to paragraphs of them),
none where there is nothing to tell. What a figure means is said where it is made; what is None is told as
what it stands for (never, nobody, unknown), and not as 0. Sentences are plain text: whoever shows them
escapes them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reports.story import (
    deaths,
    deployments,
    expectations,
    faults,
    load,
    money,
    objectives,
    policies,
    scaling,
    verdict,
)
from simulator.experiment.result import Result


@dataclass(frozen=True, slots=True)
class Chapter:
    """What is to be said of one topic."""

    title: str
    paragraphs: tuple[str, ...]


Told = Callable[[Result], list[list[str]]]
"""Sentences by paragraph."""


def _one(sentences: Callable[[Result], list[str]]) -> Told:
    """A topic that needs no more than one paragraph."""
    return lambda result: [sentences(result)]


TOPICS: tuple[tuple[str, Told], ...] = (
    ("In the end", _one(verdict.sentences)),
    ("Faults", faults.paragraphs),
    ("Deaths", _one(deaths.sentences)),
    ("Load and answers", _one(load.sentences)),
    ("Policies", _one(policies.sentences)),
    ("Instances", _one(scaling.sentences)),
    ("Deployments", _one(deployments.sentences)),
    ("Objectives", _one(objectives.sentences)),
    ("Cost", _one(money.sentences)),
    ("Expectations", _one(expectations.sentences)),
)
"""In the order in which a reader wants to know."""


def story(result: Result) -> tuple[Chapter, ...]:
    """The story of a run, topic by topic; topics of which there is nothing to say are left out."""
    chapters = []
    for title, tell in TOPICS:
        paragraphs = tuple(" ".join(sentences) for sentences in tell(result) if sentences)
        if paragraphs:
            chapters.append(Chapter(title, paragraphs))
    return tuple(chapters)
