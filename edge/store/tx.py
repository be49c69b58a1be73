"""One decision: the rows it reads and writes and what it puts in the journal, all in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, delete, func, select, update
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import Select

from edge.clock import Source
from edge.model.reasons import Refusal
from edge.site import Site
from edge.store.line import Line
from edge.store.statement import Query, by_key, delete_from, insert_into, param, update_of
from edge.store.tables import Row, counters, journal

T = TypeVar("T")


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

    __slots__ = ("line", "now", "site")

    def __init__(self, line: Line, site: Site, now: datetime) -> None:
        self.line = line
        self.site = site
        self.now = now

    @property
    def connection(self) -> Connection:
        """The connection for statements that are built where they are run."""
        return self.line.core

    def rows(self, statement: Select[Any] | Query, **values: Any) -> Sequence[Any]:
        """Return all rows; a query is given its values by name."""
        if isinstance(statement, Query):
            return statement.rows(self.line, values)
        return self.connection.execute(statement).fetchall()

    def one(self, statement: Select[Any] | Query, **values: Any) -> Any:
        """Return the first row or None."""
        if isinstance(statement, Query):
            return statement.one(self.line, values)
        return self.connection.execute(statement).first()

    def value(self, statement: Select[Any] | Query, **values: Any) -> Any:
        """Return the first column of the first row or None."""
        row = self.one(statement, **values)
        return None if row is None else row[0]

    def get(self, table: Table, **key: Any) -> Any:
        """Return the row of a table whose columns equal `key`, the first by primary key; None when there is none."""
        return by_key(table, tuple(key)).one(self.line, key)

    def all(self, table: Table, **key: Any) -> Sequence[Any]:
        """Return all rows of a table whose columns equal `key`, in the order of the primary key."""
        return by_key(table, tuple(key)).rows(self.line, key)


class Tx(Reader):
    """Reads and writes rows and the journal within one savepoint."""

    __slots__ = ("_seq", "actor", "entries", "source")

    def __init__(self, line: Line, site: Site, source: Source, actor: str, seq: int) -> None:
        super().__init__(line, site, source.now())
        self.source = source
        self.actor = actor
        self.entries: list[Entry] = []
        self._seq = seq

    @property
    def seq(self) -> int:
        """The sequence number of the last journal row."""
        return self._seq

    @property
    def steady(self) -> datetime:
        """The time of the clock that nobody can set (P40)."""
        return self.source.steady()

    def new_id(self) -> str:
        """Return a new ULID."""
        return self.source.new_id()

    def part(self, decide: Callable[..., T], *arguments: Any) -> T:
        """Decide a part: a refusal of it undoes its own writes, and what was decided before stays."""
        before, seq = len(self.entries), self._seq
        self.line.execute("SAVEPOINT part")
        try:
            result = decide(self, *arguments)
        except Refusal:
            self.line.execute("ROLLBACK TO SAVEPOINT part")
            del self.entries[before:]
            self._seq = seq
            raise
        finally:
            self.line.execute("RELEASE SAVEPOINT part")
        return result

    def insert(self, table: Table, **values: Any) -> None:
        """Insert one row; columns that are left out get the model's defaults."""
        _insert(table, tuple(values)).run(self.line, values)

    def insert_many(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows, all of the same columns, in one statement; those left out get the model's defaults."""
        if rows:
            _insert(table, tuple(rows[0])).run_all(self.line, rows)

    def update(self, table: Table, *where: ColumnElement[bool], **values: Any) -> int:
        """Update the matching rows and return how many there were."""
        return self.connection.execute(update(table).where(*where).values(**values)).rowcount

    def change(self, table: Table, key: Mapping[str, Any], **values: Any) -> int:
        """Update the rows whose columns equal `key` and return how many there were; quicker than `update`."""
        named = {f"key_{name}": value for name, value in key.items()}
        return update_of(table, tuple(key), tuple(values)).run(self.line, {**named, **values})

    def change_many(self, table: Table, key: tuple[str, ...], rows: Sequence[dict[str, Any]]) -> None:
        """Update rows found by their columns `key`, all of the same columns, in one statement."""
        if rows:
            columns = tuple(name for name in rows[0] if name not in key)
            named = [{f"key_{name}" if name in key else name: value for name, value in row.items()} for row in rows]
            update_of(table, key, columns).run_all(self.line, named)

    def run(self, statement: Query, **values: Any) -> int:
        """Run a prepared update or delete and return how many rows there were."""
        return statement.run(self.line, values)

    def delete(self, table: Table, *where: ColumnElement[bool]) -> int:
        """Delete the matching rows and return how many there were."""
        return self.connection.execute(delete(table).where(*where)).rowcount

    def drop(self, table: Table, **key: Any) -> int:
        """Delete the rows whose columns equal `key` and return how many there were; quicker than `delete`."""
        return delete_from(table, tuple(key)).run(self.line, key)

    def next_number(self, counter: str) -> int:
        """Return the next value of a counter that only grows, starting at 1."""
        row = self.get(counters, name=counter)
        if row is not None:
            value: int = row.value + 1
            self.change(counters, {"name": counter}, value=value)
            return value
        self.insert(counters, name=counter, value=1)
        return 1

    def known_number(self, subject: str) -> int:
        """Return the last number of a subject that the WMS had from before a restore, 0 if there was none (H15)."""
        row = self.get(counters, name=_KNOWN + subject)
        return 0 if row is None else int(row.value)

    def know_number(self, subject: str, number: int) -> None:
        """Let the numbers of a subject go on after one that the WMS had from before a restore (H15)."""
        if not self.change(counters, {"name": _KNOWN + subject}, value=number):
            self.insert(counters, name=_KNOWN + subject, value=number)

    def leap(self, seq: int) -> None:
        """Number the journal on after `seq`, if that is ahead: rows that a restore lost keep their numbers (H15)."""
        self._seq = max(self._seq, seq)

    def journal(
        self, kind: str, subject: str, *, reason: str | None = None, outward: bool = False, **data: Any
    ) -> Entry:
        """Append what happened. Outward entries get the next number of their subject, their name for ever (H09)."""
        number = None
        if outward:
            number = 1 + max(self.value(_LAST_NUMBER, subject=subject) or 0, self.known_number(subject))
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
    for model in Row.__subclasses__():
        fields = model.model_fields
        found[str(model.__tablename__)] = {
            name: field.get_default(call_default_factory=True)
            for name, field in fields.items()
            if not field.is_required()
        }
    return found


_DEFAULTS = _defaults()


@cache
def _insert(table: Table, columns: tuple[str, ...]) -> Query:
    return insert_into(table, columns, _DEFAULTS[table.name])


_KNOWN = "known/"
_LAST_NUMBER = Query(
    select(func.max(journal.c.number)).where(journal.c.subject == param("subject"), journal.c.number.is_not(None))
)
