"""A refusal, and how its code and any other is said: what is the matter and what to do next, in Japanese or English."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge.model.words import WORDS


@dataclass(frozen=True, slots=True)
class Words:
    """A code's text and the next step, in one language."""

    text: str
    next: str

    def __str__(self) -> str:
        """Return both as one line."""
        return f"{self.text} {self.next}".strip()


class Refusal(Exception):
    """A request that cannot be done: the decision is undone and the asker told why and what next."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(f"{code} {details}" if details else code)
        self.code = code
        self.details = details

    def words(self, language: str) -> Words:
        """Return text and next step in a language."""
        return say(self.code, language, self.details)


def say(code: str, language: str, details: Mapping[str, Any] | None = None) -> Words:
    """Return the words for a code; an unknown code is said as itself, never hidden."""
    ja, next_ja, en, next_en = WORDS.get(code, (code, "", code, ""))
    filled = _Filled(details or {})
    text, step = (ja, next_ja) if language == "ja" else (en, next_en)
    return Words(text.format_map(filled), step.format_map(filled))


class _Filled(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"
