"""Moments of a run in calendar time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Calendar:
    """Moments of a run as other programs count them: whole units since 1970."""

    def __init__(self, start: datetime) -> None:
        self.start = (start - BEGINNING) // timedelta(microseconds=1)
        """When the run began, in microseconds."""

    def microseconds(self, time: float) -> int:
        """A moment of the run."""
        return self.start + round(time * 1e6)

    def nanoseconds(self, time: float) -> int:
        """The same, finer."""
        return self.start * 1000 + round(time * 1e9)
