"""Tables of what commands show."""

from collections.abc import Iterable
from typing import Any

from rich.table import Column, Table

from edge.commands.language import told


def table(headings: Iterable[tuple[str, str]], **look: Any) -> Table:
    """Begin a table by its headings in both languages; what is too wide goes on below, for Japanese has no spaces."""
    return Table(*(Column(told(*heading), overflow="fold") for heading in headings), **look)
