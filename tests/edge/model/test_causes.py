"""Causes of lost links: every one has words in both languages (I55)."""

import pytest

from edge.model.causes import CAUSES, cause_of
from edge.model.words import WORDS


@pytest.mark.parametrize(("part", "code"), CAUSES)
def test_I55_every_cause_is_found_and_has_words_and_a_remedy(part: str, code: str) -> None:
    assert cause_of(f"{part}: what the system says") in {known for _, known in CAUSES}
    assert all(WORDS[code])


def test_I55_an_error_nobody_knows_has_words_too() -> None:
    assert all(WORDS[cause_of("something new")])
