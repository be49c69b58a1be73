"""`genba backup` and `genba restore`: whole files under their own names, and nothing thrown away (H15, P69h)."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from edge.cli import app
from edge.clock import real_source
from edge.sitefile import load_site
from edge.store.backup import examine, facts_of
from edge.store.database import Database, StoreError
from edge.store.store import Store
from edge.store.tx import Tx

SITE = Path(__file__).parents[3] / "config" / "demo.yaml"
DAMAGE = 8192
"""From here on a file is overwritten: the schema is still there, rows are not."""


class Box:
    """A site's data folder and the commands on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "genba.db"
        self.backup = folder / "backups" / "genba.db"
        self.backup.parent.mkdir()

    def genba(self, command: str, *words: str | Path) -> Result:
        """Run a command."""
        return CliRunner().invoke(app, [command, str(SITE), *map(str, words), "--data", str(self.folder)])

    def happen(self, *events: str) -> None:
        """Let something happen while the edge runs, and stop it."""

        async def live() -> None:
            store = self.open()
            for event in events:
                await store.run(happens, event)
            store.close()

        asyncio.run(live())

    def open(self) -> Store:
        """Start an edge, as far as its database goes."""
        return Store.open(Database(f"sqlite:///{self.database}"), load_site(SITE), real_source(), inline=True)

    def kinds(self, file: Path) -> list[str]:
        """Return what a database says has happened."""
        with closing(sqlite3.connect(file)) as connection:
            return [kind for (kind,) in connection.execute("select kind from journal order by seq")]

    def aside(self) -> list[Path]:
        """Return what was kept of earlier databases."""
        return sorted(self.folder.glob("genba.db.before-restore-*Z"))


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def test_H15_P69h_backup_of_a_running_site_is_one_whole_file_that_only_its_owner_may_read(box: Box) -> None:
    async def run() -> Result:
        store = box.open()
        await store.run(happens, "one")
        made = await asyncio.to_thread(box.genba, "backup", box.backup)
        await store.run(happens, "two")
        store.close()
        return made

    made = asyncio.run(run())
    assert made.exit_code == 0, made.output
    assert "whole and checked" in made.output
    assert box.kinds(box.backup) == ["one"]
    assert [file.name for file in box.backup.parent.iterdir()] == ["genba.db"]
    assert box.backup.stat().st_mode & 0o777 == 0o600
    assert examine(box.backup).seq == 1


def test_a_backup_into_a_folder_is_named_after_site_and_time(box: Box) -> None:
    box.happen("one")
    assert box.genba("backup", box.backup.parent).exit_code == 0
    (made,) = box.backup.parent.iterdir()
    assert made.match("genba-OS1-*Z.db")


def test_backup_and_restore_speak_japanese_where_the_environment_does(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    box.happen("one")
    assert "拠点 OS1、第 1 世代" in box.genba("backup", box.backup).output
    assert "次にすること" in box.genba("restore", box.backup).output
    spoil(box.database)
    failed = box.genba("backup", box.backup).exception
    assert isinstance(failed, StoreError)
    assert "確認してください" in failed.words("ja")


def test_P69h_a_damaged_database_makes_no_backup_and_leaves_the_last_one(box: Box) -> None:
    box.happen(*["one"] * 400)
    assert box.genba("backup", box.backup).exit_code == 0
    kept = box.backup.read_bytes()
    spoil(box.database)
    failed = box.genba("backup", box.backup)
    assert isinstance(failed.exception, StoreError)
    assert box.backup.read_bytes() == kept
    assert [file.name for file in box.backup.parent.iterdir()] == ["genba.db"]


def test_H15_restore_keeps_the_present_file_and_begins_a_new_incarnation(box: Box) -> None:
    box.happen("one")
    box.genba("backup", box.backup)
    box.happen("two", "three")
    back = box.genba("restore", box.backup)
    assert back.exit_code == 0, back.output
    assert "What comes next" in back.output
    assert box.kinds(box.database) == ["one", "site.restored"]
    assert facts_of(box.database).incarnation == 2
    (aside,) = box.aside()
    assert str(aside) in back.output.replace("\n", "")
    assert box.kinds(aside) == ["one", "two", "three"]
    assert facts_of(box.backup).incarnation == 1
    assert box.genba("restore", box.backup).exit_code == 0
    assert facts_of(box.database).incarnation == 3
    assert facts_of(box.database).seq > 2_000_000_000


def test_H15_restore_needs_the_edge_stopped(box: Box) -> None:
    box.happen("one")
    box.genba("backup", box.backup)

    async def run() -> Result:
        store = box.open()
        refused = await asyncio.to_thread(box.genba, "restore", box.backup)
        store.close()
        return refused

    refused = asyncio.run(run())
    assert "is in use by another genba" in str(refused.exception)
    assert box.kinds(box.database) == ["one"]


@pytest.mark.parametrize("what", ["damaged", "other", "missing", "none"])
def test_P69h_a_backup_that_is_no_good_changes_nothing(box: Box, what: str) -> None:
    box.happen(*["one"] * 400)
    box.genba("backup", box.backup)
    if what == "damaged":
        spoil(box.backup)
    elif what == "other":
        with closing(sqlite3.connect(box.backup)) as connection:
            connection.execute("update meta set value = 'XX9' where key = 'site'")
            connection.commit()
    elif what == "missing":
        box.backup.unlink()
    before = box.database.read_bytes()
    failed = box.genba("restore", *([] if what == "none" else [box.backup]))
    assert failed.exit_code == 1
    said = str(failed.exception)
    word = {"damaged": "damaged", "other": "XX9", "missing": "is there", "none": "which backup"}[what]
    assert word in said or "malformed" in said
    assert box.database.read_bytes() == before
    assert box.aside() == []
    assert list(box.folder.glob(".*")) == []


def test_H15_a_damaged_database_is_kept_and_parcel_numbers_leap(box: Box) -> None:
    box.happen(*["one"] * 400)

    async def parcel() -> None:
        store = box.open()
        await store.run(lambda tx: tx.next_number("tracking"))
        store.close()

    asyncio.run(parcel())
    box.genba("backup", box.backup)
    box.database.write_bytes(b"rubbish" * 1000)
    back = box.genba("restore", box.backup)
    assert back.exit_code == 0, back.output
    (aside,) = box.aside()
    assert aside.read_bytes().startswith(b"rubbish")

    async def next_parcel() -> int:
        store = box.open()
        number = await store.run(lambda tx: tx.next_number("tracking"))
        store.close()
        return number

    assert asyncio.run(next_parcel()) == 10_002


def test_postgres_is_left_to_its_own_tools(box: Box) -> None:
    address = "postgresql+psycopg://genba:hidden@db/genba"
    for command, tool in (("backup", "pg_dump"), ("restore", "pg_restore")):
        told = str(box.genba(command, box.backup, "--database", address).exception)
        assert tool in told
        assert "hidden" not in told


def happens(tx: Tx, event: str) -> None:
    tx.journal(event, "site/OS1")


def spoil(file: Path) -> None:
    """Overwrite a part of a file, as a failing disk does."""
    with file.open("rb+") as open_file:
        open_file.seek(DAMAGE)
        open_file.write(b"\xff" * (file.stat().st_size - 2 * DAMAGE))
