"""`--help` in Japanese: every text has its words, names in it are kept, nothing is cut off at the edge of a table."""

import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from edge.cli import app
from edge.commands.help_words import JAPANESE
from edge.commands.lazy import Lazy, load

TYPERS = "Show this message and exit."
NAMES = re.compile(r"`[^`]+`|(?<!\w)--?[a-z][\w-]*|\b[A-Z][A-Z0-9_]{2,}\b|\b\d[\d.:]*\b|\b\w+=\w+|\bpty:\S+(?<!\W)")


def texts(command: Any) -> Iterator[str]:
    """Yield every text that the help of a command and of those under it shows."""
    yield command.help or ""
    for param in command.params:
        yield getattr(param, "help", None) or ""
    under = getattr(command, "commands", {}).values()
    if isinstance(command, Lazy):
        yield from (place.about for place in command.places.values())
        under = [load(place, name) for name, place in command.places.items()]
    for one in under:
        yield from texts(one)


def shown(language: str, *words: str, width: str = "120") -> str:
    """Return what a command prints in a terminal so wide."""
    environment = os.environ | {"LC_ALL": language, "TERMINAL_WIDTH": width, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "edge.cli", *words, "--help"]
    return subprocess.run(command, check=True, capture_output=True, env=environment, encoding="utf-8").stdout


def test_every_text_has_its_words_and_no_words_are_idle() -> None:
    english = {inspect.cleandoc(text) for text in texts(typer.main.get_command(app)) if text}
    assert english | {TYPERS} == JAPANESE.keys()


@pytest.mark.parametrize("english", JAPANESE)
def test_names_and_numbers_are_kept(english: str) -> None:
    missing = [name for name in NAMES.findall(english) if name not in JAPANESE[english]]
    assert missing == []


@pytest.mark.parametrize("words", [(), ("user", "badge"), ("bench", "gate")])
def test_the_environment_says_in_which_language(words: tuple[str, ...]) -> None:
    english, japanese = shown("C.UTF-8", *words), shown("ja_JP.UTF-8", *words)
    assert TYPERS in english
    assert "この説明を表示して終わります。" in japanese
    assert not re.search(r"[぀-ヿ]", english)
    assert "Options" not in japanese.replace("[OPTIONS]", "")


def test_japanese_is_not_cut_off_where_it_has_no_space_to_break_at() -> None:
    told = re.sub(r"[│\s]", "", shown("ja_JP.UTF-8", "user", "badge", width="80"))
    assert "動いているエッジのアドレス（動いている場合）。" in told
    assert "…" not in told
