"""The WMS's database: stock, requests, counters, and the violations that were found."""

import sqlite3
from contextlib import AbstractContextManager

from simulators.wms.contract import Code, Event
from simulators.wms.schema import SCHEMA


class Register:
    """One database; whoever writes does so in a transaction."""

    def __init__(self, path: str) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.execute("pragma journal_mode = wal")
        self.db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the database."""
        self.db.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Return a block whose writes are made all or not at all."""
        return _Transaction(self.db)

    def answer(self, request_key: str, outcome: str) -> bool:
        """Note the outcome of a request that has no final one; return whether it had none."""
        updated = self.db.execute(
            "update requests set outcome = ? where request_key = ? and (outcome is null or outcome = 'pending')",
            (outcome, request_key),
        )
        return updated.rowcount > 0

    def book(self, owner: str, sku: str, delta: int) -> None:
        """Add to the stock of an item, or take from it."""
        self.db.execute(
            "insert into stock (owner, sku, quantity) values (?, ?, ?) "
            "on conflict (owner, sku) do update set quantity = quantity + excluded.quantity",
            (owner, sku, delta),
        )

    def violate_event(self, code: Code, event: Event, detail: str) -> None:
        """Note that an event breaks a promise."""
        self.violate(code, event.subject, event.number, detail)

    def violate(self, code: Code, subject: str, number: int, detail: str) -> None:
        """Note a promise that was broken."""
        self.db.execute("insert into violations values (?, ?, ?, ?)", (code, subject, number, detail))

    def add(self, counter: str) -> None:
        """Count one more."""
        self.db.execute(
            "insert into counters values (?, 1) on conflict (name) do update set value = value + 1", (counter,)
        )


class _Transaction:
    """All or nothing."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("begin immediate")

    def __exit__(self, kind: object, _error: object, _trace: object) -> None:
        self._db.execute("commit" if kind is None else "rollback")
