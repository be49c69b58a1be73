"""Statements built once and run many times: SQLAlchemy writes the SQL and converts the values, the driver runs it.

Building an expression anew and looking it up costs twenty times what SQLite needs to answer it (109 µs against 5), so
hot paths keep theirs: `READY = Query(select(tasks).where(tasks.c.place == param("place")))`, run as
`tx.rows(READY, place="ZONE:A")`. The makers below serve the plain cases of any table.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    BindParameter,
    Delete,
    Dialect,
    Insert,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.types import NullType, TypeEngine

from edge.store.line import Line
from edge.store.tables import UtcTime, microseconds, moment

Convert = Callable[[Any], Any]
Statement = Select[*tuple[Any, ...]] | Insert | Update | Delete


class Query:
    """A statement with parameters. `in_` takes only lists that are known when it is built, and NULL is `null()`."""

    __slots__ = ("_columns", "_compiled", "_fixed", "_statement")

    def __init__(
        self, statement: Statement, *, columns: Sequence[str] = (), fixed: Mapping[str, Any] | None = None
    ) -> None:
        self._statement = statement
        self._columns = columns
        self._fixed = fixed or {}
        self._compiled: dict[Dialect, _Compiled] = {}

    def run(self, line: Line, values: Mapping[str, Any]) -> int:
        """Execute it and return how many rows it changed; raises DBAPIError as SQLAlchemy does."""
        compiled = self._compiled.get(line.dialect) or self._compile(line.dialect)
        changed: int = line.execute(compiled.sql, compiled.give(values)).rowcount
        return changed

    def run_all(self, line: Line, rows: Iterable[Mapping[str, Any]]) -> None:
        """Execute it once for each of the rows; raises DBAPIError as SQLAlchemy does."""
        compiled = self._compiled.get(line.dialect) or self._compile(line.dialect)
        line.execute_many(compiled.sql, [compiled.give(values) for values in rows])

    def rows(self, line: Line, values: Mapping[str, Any]) -> list[Any]:
        """Return all rows as named tuples."""
        compiled = self._compiled.get(line.dialect) or self._compile(line.dialect)
        found = line.execute(compiled.sql, compiled.give(values)).fetchall()
        return list(map(compiled.take, found))

    def one(self, line: Line, values: Mapping[str, Any]) -> Any:
        """Return the first row as a named tuple, or None."""
        compiled = self._compiled.get(line.dialect) or self._compile(line.dialect)
        found = line.execute(compiled.sql, compiled.give(values)).fetchone()
        return None if found is None else compiled.take(found)

    def _compile(self, dialect: Dialect) -> "_Compiled":
        compiled = self._compiled[dialect] = _compile(self._statement, dialect, self._columns, self._fixed)
        return compiled


def param(name: str, type_: TypeEngine[Any] | None = None) -> BindParameter[Any]:
    """Return a value that each run gives; the type is needed only where no column stands beside it."""
    return bindparam(name, required=False, type_=type_)


@cache
def by_key(table: Table, keys: tuple[str, ...]) -> Query:
    """Return the query for whole rows whose columns `keys` equal what is given, in primary key order."""
    where = [table.c[key] == param(key) for key in keys]
    return Query(select(table).where(*where).order_by(*table.primary_key.columns))


def insert_into(table: Table, columns: Sequence[str], defaults: Mapping[str, Any]) -> Query:
    """Return the statement that inserts a row of which `columns` are given and the others have their defaults."""
    names = [column.name for column in table.columns]
    if [name for name in columns if name not in names] or [name for name in names if name not in (*columns, *defaults)]:
        raise TypeError(f"{table.name} wants {', '.join(names)}; given are {', '.join(columns)}")
    fixed = {name: value for name, value in defaults.items() if value is not None and name not in columns}
    return Query(insert(table), columns=(*columns, *fixed), fixed=fixed)


@cache
def delete_from(table: Table, keys: tuple[str, ...]) -> Query:
    """Return the statement that deletes the rows whose columns `keys` equal what is given."""
    return Query(delete(table).where(*(table.c[key] == param(key) for key in keys)))


@cache
def update_of(table: Table, keys: tuple[str, ...], columns: tuple[str, ...]) -> Query:
    """Return the statement that sets columns where columns `keys` equal what is given as `key_NAME`."""
    where = [table.c[key] == param(f"key_{key}") for key in keys]
    return Query(update(table).where(*where), columns=columns)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as one driver takes it."""

    sql: str
    give: Callable[[Mapping[str, Any]], Any]
    """Turns values by name into what the driver takes; TypeError when some are missing or unknown."""
    take: Callable[[Any], Any]
    """Turns a row of the driver's into ours."""


def _compile(statement: Statement, dialect: Dialect, columns: Sequence[str], defaults: Mapping[str, Any]) -> _Compiled:
    lists_in_full = {"render_postcompile": True}
    compiled = statement.compile(dialect=dialect, column_keys=columns or None, compile_kwargs=lists_in_full)
    positions = compiled.positiontup
    names = tuple(compiled.params if positions is None else positions)
    asked = [name for name in names if name in compiled.binds and compiled.binds[name].value is None]
    required = [name for name in names if name in compiled.binds and compiled.binds[name].required]
    untyped = [name for name in (*asked, *required) if isinstance(compiled.binds[name].type, NullType)]
    if untyped:
        raise TypeError(f"{compiled.string}: {', '.join(untyped)} would reach the driver unconverted, give a type")
    to_driver = {name: _to_driver(compiled.binds[name].type, dialect) for name in names if name in compiled.binds}
    known = {name: value for name, value in compiled.params.items() if name not in (*asked, *required)}
    known.update(defaults)
    fixed = {name: _converted(to_driver.get(name), value) for name, value in known.items()}
    found = list(statement.selected_columns) if isinstance(statement, Select) else []
    return _Compiled(
        sql=compiled.string,
        give=_giver(
            compiled.string,
            names,
            None if positions is None else _picker(names),
            fixed,
            tuple(
                (name if positions is None else at, convert)
                for at, name in enumerate(names)
                if name not in known and (convert := to_driver.get(name)) is not None
            ),
        ),
        take=_taker(
            namedtuple("Row", [column.key or "" for column in found], rename=True),  # noqa: PYI024  made at run time
            tuple(
                (at, convert)
                for at, column in enumerate(found)
                if (convert := _from_driver(column.type, dialect)) is not None
            ),
        ),
    )


def _to_driver(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """Return what turns a value, or None, into the driver's."""
    if isinstance(type_, UtcTime):
        return microseconds  # what SQLAlchemy calls around it costs more than the conversion
    if isinstance(type_, JSON) and not type_.none_as_null:
        return _as_json  # a third of the time of Python's own encoder
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _as_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _from_driver(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """Return what turns a driver's value that is not NULL into ours."""
    if isinstance(type_, UtcTime):
        return moment
    convert = type_.dialect_impl(dialect).result_processor(dialect, None)
    return msgspec.json.decode if convert is not None and isinstance(type_, JSON) else convert


def _converted(convert: Convert | None, value: Any) -> Any:
    return value if convert is None else convert(value)


def _picker(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    if len(names) > 1:
        return itemgetter(*names)
    if not names:
        return lambda _values: ()
    (only,) = names
    return lambda values: (values[only],)


def _giver(
    sql: str,
    names: tuple[str, ...],
    pick: Callable[[Mapping[str, Any]], Sequence[Any]] | None,
    fixed: Mapping[str, Any],
    conversions: tuple[tuple[Any, Convert], ...],
) -> Callable[[Mapping[str, Any]], Any]:
    """Return what gives the driver its values: by `pick` in its order, or by name; conversions likewise."""
    wanted = {name: None for name in names if name not in fixed}
    count = len(wanted)

    def give(values: Mapping[str, Any]) -> Any:
        if len(values) != count:
            raise wants(values)
        every = {**fixed, **values} if fixed else values
        try:
            given: Any = every if pick is None else pick(every)
        except KeyError:
            raise wants(values) from None
        if conversions:
            given = dict(given) if pick is None else list(given)
            for at, convert in conversions:
                given[at] = convert(given[at])
        return given

    def wants(values: Mapping[str, Any]) -> TypeError:
        return TypeError(f"{sql} wants {', '.join(wanted)}; given are {', '.join(values)}")

    return give


def _taker(row: type[Any], conversions: tuple[tuple[int, Convert], ...]) -> Callable[[Any], Any]:
    """Return what makes named tuples of the driver's rows."""
    make = partial(tuple.__new__, row)
    if not conversions:
        return make

    def take(found: Sequence[Any]) -> Any:
        mine = list(found)
        for at, convert in conversions:
            if mine[at] is not None:
                mine[at] = convert(mine[at])
        return make(mine)

    return take
