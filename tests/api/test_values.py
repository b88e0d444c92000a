"""Python values as the texts that `--set` takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario.read import read_value
from simulator.scenario.values import plain
from simulator.scenario.write import value_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
NUMBERS = st.integers(-(10**18), 10**18) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_every_value_is_read_back_as_it_was(value: object) -> None:
    assert read_value(value_text(plain(value))) == value


@given(TEXTS.filter(lambda text: "\n" not in text) | NUMBERS)
def test_the_name_of_a_candidate_is_one_line(value: object) -> None:
    assert "\n" not in value_text(value)
