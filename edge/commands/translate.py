"""Lets `--help` speak Japanese to whoever's environment is Japanese; what a mistyped command is told stays English."""

import inspect
from collections.abc import Iterable
from typing import Any

from rich.table import Table
from rich.text import Text
from typer import rich_utils

from edge.commands.language import Language, spoken


def in_words(text: str) -> str:
    """Return a text of the help in the language of the environment."""
    if spoken() is not Language.JA:
        return text
    from edge.commands.help_words import JAPANESE  # noqa: PLC0415  only who reads Japanese waits for it

    return JAPANESE.get(inspect.cleandoc(text), text)


def translate(command: Any, ctx: Any) -> None:
    """Put a command's help into the language of the environment, and that of the commands under it."""
    if spoken() is not Language.JA:
        return
    _prepare()
    for of in (command, *command.get_params(ctx)):
        if of.help:
            of.help = in_words(of.help)
    for under in getattr(command, "commands", {}).values():
        translate(under, ctx)


class _Folded(Table):
    """A table that goes on in the next line where Japanese has no space to break at, instead of cutting it off."""

    def add_row(self, *cells: Any, **more: Any) -> None:
        """Add a row that folds."""
        super().add_row(*cells, **more)
        for column in self.columns:
            column.overflow = "fold"


def _in_a_row(parts: Iterable[Text]) -> Text:
    return Text(" ").join(parts)


def _prepare() -> None:
    """Have Typer write Japanese around the texts of the commands."""
    from edge.commands.help_words import TITLES  # noqa: PLC0415

    changed = TITLES | {"Table": _Folded, "Columns": _in_a_row}
    for name, value in changed.items():
        setattr(rich_utils, name, value)
