"""Saying a code: filled, in the language asked for, and never a crash in the middle of a shift."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.model.phrases import PHRASES, phrase
from edge.model.reasons import Refusal, Words, say
from edge.model.words import WORDS


def test_a_refusal_says_what_and_what_next() -> None:
    refusal = Refusal("order.unknown", order="ACME/1")
    assert refusal.words("en") == Words("There is no order ACME/1.", "Check the order key.")
    assert str(refusal.words("ja")) == "注文 ACME/1 は見つかりません。 注文番号を確認してください。"
    assert "ACME/1" in str(refusal)


@pytest.mark.parametrize("language", ["ja", "en", "vi"])
def test_an_unknown_code_is_said_as_itself(language: str) -> None:
    assert say("no.such_code", language) == Words("no.such_code", "")


@given(st.sampled_from(sorted(WORDS)), st.sampled_from(["ja", "en"]))
def test_words_without_their_details_show_a_question_mark_not_a_crash(code: str, language: str) -> None:
    words = say(code, language)
    assert words.text
    assert "{" not in str(words) or "{{" in "".join(WORDS[code])  # an example of how a label's field is written


@given(st.text())
def test_details_with_braces_are_shown_as_they_are(scanned: str) -> None:
    assert scanned in say("scan.unknown", "en", {"scanned": scanned, "ask": "x"}).text


def test_a_phrase_that_does_not_exist_is_a_bug() -> None:
    with pytest.raises(KeyError):
        phrase("no.such_phrase", "ja")


def test_phrases_are_short_enough_for_a_handheld() -> None:
    assert max(len(en) for _, en in PHRASES.values()) <= 30
    assert max(len(ja) for ja, _ in PHRASES.values()) <= 22
