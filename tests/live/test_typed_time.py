"""Times as people type them, after `--at` and at the key `g`."""

from __future__ import annotations

import pytest

from simulator.live.typed_time import typed_time


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("90s", 90.0),
        ("1m30s", 90.0),
        (" 1:30 ", 90.0),
        ("1:00:00", 3600.0),
        ("90", 90.0),
        ("0.5", 0.5),
        ("0", 0.0),
        ("40%", 1600.0),
        ("+10s", 110.0),
        ("-10s", 90.0),
        ("-0:10", 90.0),
        # From now there is nothing before the start and after the end.
        ("-1h", 0.0),
        ("+2h", 4000.0),
    ],
)
def test_what_a_text_means(text: str, time: float) -> None:
    """In a run of 4,000 s, at 100 s."""
    assert typed_time(text, 100.0, 4000.0) == time


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *((text, "expected a time such as 90s, 1m30s") for text in ("", "-", "soon", "nan", "inf")),
        *((text, "expected a time such as 90s, 1m30s") for text in ("1:2:3:4", "1:", "1e3", "5x")),
        ("2h", "the run ends at 1h6m40s"),
        ("140%", "expected a share from 0 to 1"),
    ],
)
def test_what_means_no_time(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        typed_time(text, 100.0, 4000.0)
