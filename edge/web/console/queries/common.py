"""What several views need: names of people, pages of rows, how far the WMS has been told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.sql.elements import ColumnElement

from edge.store.tables import cursors, held, people
from edge.store.tx import Reader

PAGE = 50
"""Rows of a page: a screen and a half at 40 px, quickly scrolled and light."""
WMS = "wms"
"""The follower that tells the WMS."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the rows, and how many there are in all."""

    rows: Sequence[Any]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))

    @property
    def first(self) -> int:
        """Number of the first row shown, 0 when there is none."""
        return (self.page - 1) * PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return (self.page - 1) * PAGE + len(self.rows)


def page_of(reader: Reader, statement: Select[Any], page: int) -> Page:
    """Read one page of a statement that is already ordered; a page beyond the end becomes the last one."""
    total: int = reader.value(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    page = max(1, min(page, -(-total // PAGE) or 1))
    return Page(reader.rows(statement.limit(PAGE).offset((page - 1) * PAGE)), total, page)


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name in both languages."""

    ja: str
    en: str


def people_names(reader: Reader) -> dict[str, Name]:
    """Return everybody's names, also of those who left: the journal still speaks of them."""
    known = {worker.id: Name(worker.name.ja, worker.name.en) for worker in reader.site.people}
    rows = reader.rows(select(people.c.id, people.c.name_ja, people.c.name_en))
    return known | {row.id: Name(row.name_ja, row.name_en) for row in rows}


@dataclass(frozen=True, slots=True)
class Told:
    """How far the WMS has been told of the journal."""

    seq: int
    stuck: dict[str, tuple[int, bool]]
    """Subject → (first row not delivered, parked)."""

    def state(self, subject: str, seq: int) -> str:
        """Return acknowledged, waiting, retrying or parked for an outward row."""
        first, parked = self.stuck.get(subject, (seq + 1, False))
        if first <= seq:
            return "parked" if parked and first == seq else "retrying"
        return "acknowledged" if seq <= self.seq else "waiting"


def told(reader: Reader) -> Told:
    """Read how far the WMS has been told."""
    seq = reader.value(select(cursors.c.seq).where(cursors.c.follower == WMS)) or 0
    rows = reader.rows(select(held.c.subject, held.c.seq, held.c.parked).where(held.c.follower == WMS))
    return Told(seq, {row.subject: (row.seq, row.parked) for row in rows})


def any_of(*conditions: ColumnElement[bool] | None) -> list[ColumnElement[bool]]:
    """Return the conditions that were asked for."""
    return [condition for condition in conditions if condition is not None]


def like(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Match a piece of text anywhere, without regard to case."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    found: ColumnElement[bool] = column.ilike(f"%{escaped}%", escape="\\")
    return found
