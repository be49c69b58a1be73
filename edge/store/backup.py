"""Backups of a SQLite database: taken while the edge runs, checked, and put back in place of a damaged one (H15, P69h).

Files appear under their own names only when they are whole and on disk: whoever finds a backup may trust it.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from edge.store.database import StoreError
from edge.store.tables import EPOCH

COMPANIONS = ("-wal", "-shm")
"""What SQLite keeps beside a database that was not closed; they belong to that file and to no other."""
PRIVATE = 0o600
"""A database holds names and addresses."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a database says of itself."""

    site: str
    incarnation: int
    seq: int
    """Its last journal row."""
    at: datetime | None
    """When that was written."""
    counters: Mapping[str, int]


def back_up(database: Path, to: Path) -> Facts:
    """Copy a database as it is at one moment, running or not, check the copy and give it its name; StoreError if not.

    The edge goes on writing meanwhile (SQLite's online backup, one snapshot of the write-ahead log).
    """
    with _explained(database), closing(_open(database)) as source:
        draft = draft_of(to)
        with closing(sqlite3.connect(_created(draft))) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without companions
        facts = examine(draft)
        put_in_place(draft, to)
        return facts


def examine(database: Path) -> Facts:
    """Check every page of a database and return what it says of itself; StoreError when it is damaged or none."""
    with _explained(database), closing(_open(database)) as connection:
        found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise StoreError(
                f"{database} is damaged ({found}). Take another backup.",
                ja=f"{database} が壊れています（{found}）。別のバックアップを使ってください。",
            )
        return _facts(connection)


def facts_of(database: Path) -> Facts:
    """Return what a database says of itself, unchecked; StoreError when it cannot even do that."""
    with _explained(database), closing(_open(database)) as connection:
        return _facts(connection)


def glance(database: Path) -> Facts | None:
    """Return what a database, perhaps damaged or not there, can still say of itself."""
    try:
        return facts_of(database)
    except StoreError:
        return None


def copy_file(source: Path, draft: Path) -> None:
    """Copy a file under a preliminary name, readable by its owner alone; StoreError when that fails."""
    with _explained(draft):
        shutil.copyfile(source, _created(draft))


def draft_of(path: Path) -> Path:
    """Return the preliminary name of a file."""
    return path.with_name(f".{path.name}.draft")


def put_in_place(draft: Path, to: Path) -> None:
    """Give a whole file its name, in one step and for good."""
    with _explained(to):
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(to)
        folder = os.open(to.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def set_aside(database: Path, aside: Path) -> None:
    """Give a database a second name and take its companions there; it keeps its first until another takes that."""
    with _explained(aside):
        aside.hardlink_to(database)
        for companion in COMPANIONS:
            beside = Path(f"{database}{companion}")
            if beside.exists():
                beside.rename(f"{aside}{companion}")


def _facts(connection: sqlite3.Connection) -> Facts:
    meta = dict(connection.execute("SELECT key, value FROM meta").fetchall())
    seq, at = connection.execute("SELECT seq, at FROM journal ORDER BY seq DESC LIMIT 1").fetchone() or (0, None)
    if "site" not in meta:
        raise StoreError(
            "It is no database of a site that has run. Take another file.",
            ja="動いた拠点のデータベースではありません。別のファイルを使ってください。",
        )
    return Facts(
        site=meta["site"],
        incarnation=int(meta["incarnation"]),
        seq=seq,
        at=None if at is None else EPOCH + timedelta(microseconds=at),
        counters=dict(connection.execute("SELECT name, value FROM counter").fetchall()),
    )


def _open(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True)


def _created(draft: Path) -> Path:
    draft.unlink(missing_ok=True)
    draft.touch(PRIVATE, exist_ok=False)
    return draft


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say which file it was, and what it said."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise StoreError(
            f"{path}: {said}. Check that the file is there, what it is, and owner and mode.",
            ja=f"{path}: {said}。ファイルがあるか、何のファイルか、所有者とモードを確認してください。",
        ) from error
