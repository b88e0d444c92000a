"""Samples as lines of OpenMetrics text.

Families are announced once, and what belongs to one metric stands together, in the order of time.
Source: OpenMetrics 1.0 (prometheus.io).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan

from reports.exports.metrics import METRICS

END = "# EOF\n"
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Exposition:
    """Writes the samples of one run."""

    run: str
    """The value of the label `run`, which every sample has."""
    stamps: Sequence[str]
    """The moments of the samples, in seconds since 1970; the first is the start of the run."""

    def family(self, name: str, samples: Iterable[str]) -> Iterator[str]:
        """The samples of a family below what is known of it, if there are any."""
        known = METRICS[name]
        head = f"# TYPE {name} {known.kind}\n"
        if known.unit:
            head += f"# UNIT {name} {known.unit}\n"
        head += f"# HELP {name} {_escaped(known.about)}.\n"
        for each in samples:
            yield head + each
            head = ""

    def points(self, name: str, labels: Labels, values: Sequence[float], first: bool = True) -> str:
        """A line for each value of one metric; `first` if the first is that of the start."""
        head = self.head(name, labels)
        stamps = self.stamps if first else self.stamps[1:]
        return "".join(
            f"{head} {number(value)} {stamp}\n" for value, stamp in zip(values, stamps, strict=True)
        )

    def head(self, name: str, labels: Labels) -> str:
        """A metric with its labels."""
        pairs = {"run": self.run, **labels}
        inside = ",".join(f'{key}="{_escaped(value)}"' for key, value in pairs.items())
        return f"{name}{{{inside}}}"

    def moments(
        self,
        family: str,
        labels: Labels,
        heads: Sequence[str],
        rows: Sequence[Sequence[float]],
        counts: Sequence[float],
        sums: Sequence[float],
    ) -> Iterator[str]:
        """A histogram or a summary, moment by moment: its values, how many there are, and their sum."""
        count, total = self.head(f"{family}_count", labels), self.head(f"{family}_sum", labels)
        for stamp, row, many, seconds in zip(self.stamps, rows, counts, sums, strict=True):
            lines = [
                f"{head} {number(value)} {stamp}\n" for head, value in zip(heads, row, strict=True)
            ]
            lines.append(f"{count} {number(many)} {stamp}\n")
            lines.append(f"{total} {number(seconds)} {stamp}\n")
            yield "".join(lines)


def number(value: float) -> str:
    """A number as OpenMetrics writes it, whole ones without a fraction."""
    if isnan(value):
        return "NaN"
    return str(int(value)) if value == int(value) else repr(float(value))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
