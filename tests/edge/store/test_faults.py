"""What a failing database says, and that work goes on once it works again."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

import edge.store.database
from edge.clock import Source
from edge.store.database import Database, StoreError
from edge.store.store import Store
from edge.store.tables import answers, journal
from edge.store.tx import Entry, Reader, Tx
from tests.edge.store.postgres import Postgres
from tests.support.store import HandClock, make_store, small_site


def open_store(url: str) -> Store:
    return Store.open(Database(url), small_site(), Source(now=HandClock(), dice=Random(1)))


def write(tx: Tx, key: str, size: int = 10) -> Entry:
    entry = tx.journal("test.written", f"key/{key}", outward=True)
    tx.insert(answers, key=key, request_hash="", status=200, body={"filler": "x" * size}, at=tx.now)
    return entry


def counts(reader: Reader) -> tuple[int, int, int | None]:
    return (
        reader.value(select(func.count()).select_from(answers)),
        reader.value(select(func.count()).select_from(journal)),
        reader.value(select(func.max(journal.c.seq))),
    )


async def test_full_database_undoes_the_whole_decision_and_recovers(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'genba.db'}")
    pages = store.database.writer.exec_driver_sql("PRAGMA page_count").scalar_one()
    store.database.writer.exec_driver_sql(f"PRAGMA max_page_count={pages + 20}")
    store.database.writer.rollback()
    results = await asyncio.gather(*(store.run(write, str(n), 3000) for n in range(60)), return_exceptions=True)
    results += await asyncio.gather(*(store.run(write, f"b{n}", 3000) for n in range(5)), return_exceptions=True)
    failed = [result for result in results if isinstance(result, BaseException)]
    assert failed
    assert all(isinstance(error, StoreError) and "Free space on that disk" in str(error) for error in failed)
    kept = len(results) - len(failed)
    assert await store.read(counts) in [(kept, kept, kept), (0, 0, None)]
    store.database.writer.exec_driver_sql("PRAGMA max_page_count=100000")
    store.database.writer.rollback()
    entry = await store.run(write, "later", 3000)
    assert entry.seq == kept + 1
    store.close()


async def test_locked_file_says_who_might_hold_it_and_recovers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge.store.database, "BUSY_SECONDS", 0.05)
    store = open_store(f"sqlite:///{tmp_path / 'genba.db'}")
    other = sqlite3.connect(tmp_path / "genba.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"locked.*Another program holds the file"):
        await store.run(write, "a")
    assert await store.read(counts) == (0, 0, None)
    other.execute("ROLLBACK")
    other.close()
    assert (await store.run(write, "a")).seq == 1
    store.close()


async def test_damaged_file_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "genba.db"
    store = open_store(f"sqlite:///{path}")
    await asyncio.gather(*(store.run(write, str(n), 2000) for n in range(100)))
    store.close()
    image = bytearray(path.read_bytes())
    for start in range(4096 * 3, len(image) - 200, 4096):
        image[start : start + 200] = b"\xa5" * 200
    path.write_bytes(image)
    with pytest.raises(StoreError, match=r"genba\.db.*(restore the last backup)"):
        Database(f"sqlite:///{path}")


def test_other_file_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "genba.db"
    path.write_bytes(b"This is a letter, not a database. " * 100)
    with pytest.raises(StoreError, match=r"no SQLite database. Check the path"):
        Database(f"sqlite:///{path}")
    path.unlink()
    Database(f"sqlite:///{path}").close()


def test_folder_that_cannot_be_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"cannot be written .* owner and mode"):
        Database(f"sqlite:///{tmp_path / 'file' / 'genba.db'}")


def test_newer_database_is_refused_with_the_remedy(url: str) -> None:
    database = Database(url)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(StoreError, match=r"written by a newer genba .* Start that version"):
        Database(url)


def test_unreachable_server_is_named_without_its_password() -> None:
    with pytest.raises(StoreError, match=r"Check that the database server runs") as caught:
        Database("postgresql+psycopg://genba:hunter2@/genba?host=/nonexistent")
    assert "hunter2" not in str(caught.value)


async def test_failed_read_is_a_store_error(tmp_path: Path) -> None:
    store = make_store(tmp_path, small_site())
    with store.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE answer")
    with pytest.raises(StoreError, match="no such table"):
        await store.read(counts)
    store.close()


@pytest.fixture
def own_server() -> Iterator[Postgres]:
    """Give a PostgreSQL that may be stopped without disturbing other tests."""
    server = Postgres()
    yield server
    server.remove()


async def test_lost_server_fails_decisions_whole_and_they_go_on_after(own_server: Postgres) -> None:
    url = own_server.new_database()
    store = open_store(url)
    await asyncio.gather(*(store.run(write, f"a{n}") for n in range(20)))
    assert (await store.read(counts))[0] == 20
    own_server.stop()
    for attempt in range(3):
        with pytest.raises(StoreError, match="Check that the database server runs"):
            await store.run(write, f"lost{attempt}")
    with pytest.raises(StoreError, match="Check that the database server runs"):
        await store.read(counts)
    own_server.start()
    assert (await store.run(write, "b")).seq == 21
    assert await store.read(counts) == (21, 21, 21)
    with pytest.raises(StoreError, match="is in use by another genba"):
        Database(url)
    store.close()


async def test_edge_that_lost_the_server_does_not_write_beside_its_successor(own_server: Postgres) -> None:
    url = own_server.new_database()
    first = open_store(url)
    await first.run(write, "a")
    own_server.stop()
    own_server.start()
    second = open_store(url)
    await second.run(write, "b")
    for _ in range(2):
        with pytest.raises(StoreError):
            await first.run(write, "c")
    second.close()
    assert (await first.run(write, "d")).seq == 3
    first.close()
