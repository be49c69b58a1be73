"""One decision: the rows it reads and writes and what it puts in the journal, all in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, func, insert, select, update
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import Select
from sqlmodel import SQLModel

from edge.clock import Source
from edge.site import Site
from edge.store.tables import counters, journal


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the journal. `number` is set when the WMS is to be told: 1, 2, 3 … per subject."""

    seq: int
    at: datetime
    kind: str
    subject: str
    actor: str
    reason: str | None
    number: int | None
    data: dict[str, Any]


class Reader:
    """Reads rows; what a query function is given."""

    __slots__ = ("connection", "now", "site")

    def __init__(self, connection: Connection, site: Site, now: datetime) -> None:
        self.connection = connection
        self.site = site
        self.now = now

    def rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        """Return all rows."""
        return self.connection.execute(statement).fetchall()

    def one(self, statement: Select[Any]) -> Row[Any] | None:
        """Return the first row or None."""
        return self.connection.execute(statement).first()

    def value(self, statement: Select[Any]) -> Any:
        """Return the first column of the first row or None."""
        return self.connection.execute(statement).scalar()


class Tx(Reader):
    """Reads and writes rows and the journal within one savepoint."""

    __slots__ = ("_seq", "actor", "entries", "source")

    def __init__(self, connection: Connection, site: Site, source: Source, actor: str, seq: int) -> None:
        super().__init__(connection, site, source.now())
        self.source = source
        self.actor = actor
        self.entries: list[Entry] = []
        self._seq = seq

    @property
    def seq(self) -> int:
        """The sequence number of the last journal row."""
        return self._seq

    def new_id(self) -> str:
        """Return a new ULID."""
        return self.source.new_id()

    def insert(self, table: Table, **values: Any) -> None:
        """Insert one row; columns that are left out get the model's defaults."""
        self.connection.execute(insert(table), [_DEFAULTS[table.name] | values])

    def insert_many(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows in one statement; columns that are left out get the model's defaults."""
        if rows:
            defaults = _DEFAULTS[table.name]
            self.connection.execute(insert(table), [defaults | row for row in rows])

    def update(self, table: Table, *where: ColumnElement[bool], **values: Any) -> int:
        """Update the matching rows and return how many there were."""
        return self.connection.execute(update(table).where(*where).values(**values)).rowcount

    def delete(self, table: Table, *where: ColumnElement[bool]) -> int:
        """Delete the matching rows and return how many there were."""
        return self.connection.execute(delete(table).where(*where)).rowcount

    def next_number(self, counter: str) -> int:
        """Return the next value of a counter that only grows, starting at 1."""
        if self.update(counters, counters.c.name == counter, value=counters.c.value + 1):
            value: int = self.value(select(counters.c.value).where(counters.c.name == counter))
            return value
        self.insert(counters, name=counter, value=1)
        return 1

    def journal(
        self, kind: str, subject: str, *, reason: str | None = None, outward: bool = False, **data: Any
    ) -> Entry:
        """Append what happened. Outward entries get the next number of their subject, their name for ever (H09)."""
        number = None
        if outward:
            number = 1 + (self.value(select(func.max(journal.c.number)).where(journal.c.subject == subject)) or 0)
        self._seq += 1
        entry = Entry(self._seq, self.now, kind, subject, self.actor, reason, number, data)
        self.insert(
            journal,
            seq=entry.seq,
            at=entry.at,
            kind=kind,
            subject=subject,
            actor=self.actor,
            reason=reason,
            number=number,
            data=data,
        )
        self.entries.append(entry)
        return entry


def _defaults() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for model in SQLModel.__subclasses__():
        fields = model.model_fields
        found[str(model.__tablename__)] = {
            name: field.get_default(call_default_factory=True)
            for name, field in fields.items()
            if not field.is_required()
        }
    return found


_DEFAULTS = _defaults()
