"""Statements built once and run many times: SQLAlchemy writes the SQL and converts the values, the driver runs it.

Building an expression anew and looking it up costs twenty times what SQLite needs to answer it (109 µs against 5), so
hot paths keep theirs: `READY = Query(select(tasks).where(tasks.c.place == param("place")))`, run as
`tx.rows(READY, place="ZONE:A")`. The makers below serve the plain cases of any table.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
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
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import NullType, TypeEngine

Convert = Callable[[Any], Any]
Statement = Select[Any] | Insert | Update | Delete


class Query:
    """A statement with parameters. `in_` takes only lists that are known when it is built, and NULL is `null()`."""

    __slots__ = ("_columns", "_compiled", "_statement")

    def __init__(self, statement: Statement, *, columns: Sequence[str] = ()) -> None:
        self._statement = statement
        self._columns = columns
        self._compiled: dict[Dialect, _Compiled] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Execute it and return how many rows it changed; raises DBAPIError as SQLAlchemy does."""
        changed: int = _execute(connection, self._for(connection.dialect), values).rowcount
        return changed

    def run_all(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Execute it once for each of the rows; raises DBAPIError as SQLAlchemy does."""
        compiled = self._for(connection.dialect)
        try:
            connection.connection.cursor().executemany(compiled.sql, [_given(compiled, values) for values in rows])
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, compiled.sql, error) from error

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Return all rows as named tuples."""
        compiled = self._for(connection.dialect)
        return [_row(compiled, found) for found in _execute(connection, compiled, values).fetchall()]

    def one(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Return the first row as a named tuple, or None."""
        compiled = self._for(connection.dialect)
        found = _execute(connection, compiled, values).fetchone()
        return None if found is None else _row(compiled, found)

    def _for(self, dialect: Dialect) -> "_Compiled":
        compiled = self._compiled.get(dialect)
        if compiled is None:
            compiled = self._compiled[dialect] = _compile(self._statement, dialect, self._columns)
        return compiled


def execute(connection: Connection, sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> Any:
    """Give the driver a statement in its own words and return its cursor; raises DBAPIError as SQLAlchemy does."""
    driver: Any = connection.connection.dbapi_connection
    try:
        return driver.execute(sql, values)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, sql, error) from error


def param(name: str, type_: TypeEngine[Any] | None = None) -> BindParameter[Any]:
    """Return a value that each run gives; the type is needed only where no column stands beside it."""
    return bindparam(name, required=False, type_=type_)


@cache
def by_key(table: Table, keys: tuple[str, ...]) -> Query:
    """Return the query for whole rows whose columns `keys` equal what is given, in primary key order."""
    where = [table.c[key] == param(key) for key in keys]
    return Query(select(table).where(*where).order_by(*table.primary_key.columns))


@cache
def insert_into(table: Table) -> Query:
    """Return the statement that inserts a row of which every column is given."""
    return Query(insert(table))


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
    by_name: bool
    """The driver wants the values by name, not by position."""
    names: tuple[str, ...]
    wanted: int
    fixed: Mapping[str, Any]
    """Values that are part of the statement."""
    to_driver: tuple[tuple[str, Convert], ...]
    from_driver: tuple[tuple[int, Convert], ...]
    row: Callable[..., Any]


def _compile(statement: Statement, dialect: Dialect, columns: Sequence[str]) -> _Compiled:
    lists_in_full = {"render_postcompile": True}
    compiled = statement.compile(dialect=dialect, column_keys=columns or None, compile_kwargs=lists_in_full)
    names = tuple(compiled.positiontup or compiled.params)
    asked = [name for name in names if name in compiled.binds and compiled.binds[name].value is None]
    required = [name for name in names if name in compiled.binds and compiled.binds[name].required]
    untyped = [name for name in (*asked, *required) if isinstance(compiled.binds[name].type, NullType)]
    if untyped:
        raise TypeError(f"{compiled.string}: {', '.join(untyped)} would reach the driver unconverted, give a type")
    types = {name: compiled.binds[name].type.dialect_impl(dialect) for name in names if name in compiled.binds}
    found = list(statement.selected_columns) if isinstance(statement, Select) else []
    results = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in found]
    return _Compiled(
        sql=compiled.string,
        by_name=compiled.positiontup is None,
        names=names,
        wanted=len(compiled.params),
        fixed={name: value for name, value in compiled.params.items() if name not in (*asked, *required)},
        to_driver=tuple(
            (name, convert) for name, type_ in types.items() if (convert := type_.bind_processor(dialect)) is not None
        ),
        from_driver=tuple((at, convert) for at, convert in enumerate(results) if convert is not None),
        row=namedtuple("Row", [column.key or "" for column in found], rename=True),  # noqa: PYI024  made at run time
    )


def _execute(connection: Connection, compiled: _Compiled, values: Mapping[str, Any]) -> Any:
    return execute(connection, compiled.sql, _given(compiled, values))


def _given(compiled: _Compiled, values: Mapping[str, Any]) -> Any:
    """Return the values as the driver takes them."""
    given = {**compiled.fixed, **values}
    if len(given) != compiled.wanted:
        raise TypeError(f"{compiled.sql} wants {', '.join(compiled.names)}; given are {', '.join(given)}")
    for name, convert in compiled.to_driver:
        given[name] = convert(given[name])
    return given if compiled.by_name else [given[name] for name in compiled.names]


def _told(connection: Connection, sql: str, error: Any) -> Exception:
    """Return a driver's error as SQLAlchemy tells it."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    told: Exception = DBAPIError.instance(sql, None, error, dialect.loaded_dbapi.Error, connection_invalidated=lost)
    return told


def _row(compiled: _Compiled, found: Iterable[Any]) -> Any:
    if compiled.from_driver:
        found = list(found)
        for at, convert in compiled.from_driver:
            found[at] = convert(found[at])
    return compiled.row(*found)
