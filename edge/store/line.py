"""A connection as the hot paths use it: the driver's own calls, and its errors as SQLAlchemy tells them.

SQLAlchemy's `Connection` is kept beside it (`core`) for statements that are built anew each time. It takes part in the
transaction that the driver has open: see `_begin_immediate` in edge/store/database.py.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


class Line:
    """One connection to the database."""

    __slots__ = ("_errors", "core", "dialect", "driver")

    def __init__(self, core: Connection) -> None:
        self.core = core
        self.dialect = core.dialect
        self.driver: Any = core.connection.dbapi_connection
        self._errors = core.dialect.loaded_dbapi.Error

    def execute(self, sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> Any:
        """Give the driver a statement in its own words and return its cursor; raises DBAPIError."""
        try:
            return self.driver.execute(sql, values)
        except self._errors as error:
            raise self._told(sql, error) from error

    def execute_many(self, sql: str, rows: Sequence[Any]) -> None:
        """Give the driver a statement for each of the rows; raises DBAPIError."""
        try:
            self.driver.cursor().executemany(sql, rows)
        except self._errors as error:
            raise self._told(sql, error) from error

    def commit(self) -> None:
        """Make the transaction durable; raises DBAPIError, also when the database has already given it up."""
        self.execute("COMMIT")
        if self.core.in_transaction():
            self.core.commit()

    def roll_back(self) -> None:
        """Undo the transaction, if there is one; raises DBAPIError."""
        try:
            self.driver.rollback()
        except self._errors as error:
            raise self._told("ROLLBACK", error) from error
        if self.core.in_transaction():
            self.core.rollback()

    def _told(self, sql: str, error: Any) -> Exception:
        """Return a driver's error as SQLAlchemy tells it."""
        lost = self.dialect.is_disconnect(error, self.driver, None)
        told: Exception = DBAPIError.instance(sql, None, error, self._errors, connection_invalidated=lost)
        return told
