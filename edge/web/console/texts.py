"""The console's words: one YAML file per language, the same keys in both, `{name}` where a value goes."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from edge.fastyaml import loaded

FOLDER = Path(__file__).parent.parent / "texts"
LANGUAGES = ("ja", "en")


class Texts:
    """All words of one language; calling it gives one of them."""

    def __init__(self, language: str, words: Mapping[str, str]) -> None:
        self.language = language
        self.words = words

    def __call__(self, key: str, /, **values: Any) -> str:
        """Return the words of a key with values filled in; raises KeyError for a key nobody wrote."""
        words = self.words[key]
        return words.format(**values) if values else words

    def has(self, key: str) -> bool:
        """Say whether there are words for a key."""
        return key in self.words

    def either(self, key: str, otherwise: str, /, **values: Any) -> str:
        """Return the words of a key, or something else for codes that other parts of the site invent."""
        return self(key, **values) if key in self.words else otherwise

    def count(self, key: str, n: int, /, **values: Any) -> str:
        """Return the words for a number of things: `key.one` for one where the language has it."""
        one = f"{key}.one"
        return self(one if n == 1 and one in self.words else key, n=f"{n:,}", **values)


@cache
def texts(language: str) -> Texts:
    """Return the words of a language; whoever reads neither gets English."""
    chosen = language if language in LANGUAGES else "en"
    tree = loaded((FOLDER / f"console.{chosen}.yaml").read_text(encoding="utf-8"))
    return Texts(chosen, dict(_flat(tree, "")))


def _flat(tree: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in tree.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", str(value)))
    return found
