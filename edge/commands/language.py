"""Which language a command speaks to whoever started it."""

import os
from collections.abc import Mapping
from enum import StrEnum

VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Of these the first that is set counts, as for every program (POSIX)."""


class Language(StrEnum):
    """The languages of Genba."""

    JA = "ja"
    EN = "en"


def spoken(environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language of the environment: Japanese for `ja_JP.UTF-8` and its like, else English."""
    chosen = next((environment[name] for name in VARIABLES if environment.get(name)), "")
    return Language.JA if chosen.startswith("ja") else Language.EN


def told(ja: str, en: str) -> str:
    """Return what is said in the language of the environment."""
    return ja if spoken() is Language.JA else en
