"""Opening a database: settings, the lock that keeps a second edge out, integrity, migrations.

SQLite runs in WAL with synchronous=FULL (P36: NORMAL lost 476 acknowledged commits per power cut); PostgreSQL with its
own durable defaults.
"""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, OperationalError

from edge.store.line import Line

MIGRATIONS = Path(__file__).parent / "migrations"
STATEMENTS_KEPT = 1000
"""Prepared statements that SQLite keeps per connection: more than the edge has, where 128 are usual."""
BUSY_SECONDS = 5
"""How long to wait for a backup or a reader that holds the file before saying so."""
ADVISORY_LOCK = 0x67656E6261
"""The PostgreSQL advisory lock of the one edge of a database: "genba" in ASCII."""

JSON_CODEC: dict[str, Any] = {
    "json_serializer": lambda value: msgspec.json.encode(value).decode(),
    "json_deserializer": msgspec.json.decode,
}
"""Ten times as fast as the standard library's."""

LOST_SIGNS = ("full", "I/O", "locked", "malformed", "readonly", "memory", "connection", "No space left")
"""Words in a database's operational errors after which nothing of the open transaction can be kept."""
LEAVING_MS = 2000
"""How long to wait for the lock of an edge that has just gone: its server process takes a moment to notice."""
LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's SQLSTATE for a lock that did not come in time."""

REMEDIES = (
    (
        ("disk I/O error",),
        "ディスクに書けません。満杯か、制限か、故障です。空きを作り、ディスクの状態を確認してください。",
        "The disk refuses: it is full, at a limit or failing. Free space, check its health.",
    ),
    (
        ("disk is full", "No space left"),
        "ディスクに空きを作ってください。書きかけのものはなく、作業はひとりでに続きます。",
        "Free space on that disk; nothing was half written, work goes on by itself.",
    ),
    (
        ("locked",),
        "別のプログラム（バックアップやデータベースの閲覧ソフトなど）がファイルを開いています。閉じてください。",
        "Another program holds the file (a backup, a database browser?). Close it.",
    ),
    (
        ("readonly",),
        "ファイルかフォルダーが読み取り専用です。所有者とモードを確認してください。",
        "The file or its folder is read-only. Check owner and mode.",
    ),
    (
        ("unable to open",),
        "フォルダーがあるか、genba が書けるかを確認してください。",
        "Check that the folder exists and that genba may write to it.",
    ),
    (
        ("not a database",),
        "SQLite のデータベースではありません。パスを確認するか、最後のバックアップを戻してください。",
        "The file is no SQLite database. Check the path, or restore the last backup.",
    ),
    (
        ("malformed",),
        "ファイルが壊れています。残しておき、最後のバックアップを戻して起動し直してください。",
        "The file is damaged. Keep it, restore the last backup and start again.",
    ),
    (
        ("connection",),
        "データベースサーバーが動いているか、アドレス、ユーザー、パスワードが正しいかを確認してください。",
        "Check that the database server runs and that address, user and password are right.",
    ),
    (("",), "詳しくはログを見てください。", "See the log for the details."),
)
"""What to do in Japanese and English, by parts of what the driver says; the last fits everything."""


class StoreError(Exception):
    """The database cannot do its work; the text names the file or server and the remedy."""

    def __init__(self, en: str, *, ja: str = "") -> None:
        super().__init__(en)
        self._ja = ja

    def words(self, language: str) -> str:
        """Return the text in `ja` or `en`."""
        return self._ja if language == "ja" and self._ja else str(self)


class InUse(StoreError):
    """Another genba works with the database."""

    def __init__(self, name: object) -> None:
        super().__init__(
            f"{name} is in use by another genba. Stop it first, or give this one its own database.",
            ja=f"{name} は別の genba が使っています。それを止めるか、こちらに別のデータベースを使わせてください。",
        )


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Keep every other genba out of a SQLite file; StoreError when one is in it."""
    path = Path(f"{file}.lock")
    with ExitStack() as stack:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fcntl.flock(stack.enter_context(path.open("w")), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(file) from None
        except OSError as error:
            raise StoreError(
                f"{path} cannot be written ({error.strerror}). Check the folder's owner and mode.",
                ja=f"{path} に書けません（{error.strerror}）。フォルダーの所有者とモードを確認してください。",
            ) from error
        yield


class Database:
    """An opened, checked and migrated database that no other edge writes to."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self._open = ExitStack()
        try:
            self.engine = self._create_engine()
            self._open.callback(self.engine.dispose)
            self._lock()
            self._check()
            self._resting: list[Line] = []
            self._open.callback(self._close_readers)
            self.writer = self._connect_writer()
            self._open.callback(self._close_writer)
            self._migrate()
        except DBAPIError as error:
            self.close()
            raise self.explain(error) from error
        except StoreError:
            self.close()
            raise

    @property
    def name(self) -> str:
        """The file or server, without password."""
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self, *, alone: bool = False) -> Iterator[Line]:
        """Give a connection on which all queries see the same moment.

        When nobody writes until it is given back (`alone`) that is the writer's, which has the pages in memory.
        """
        if alone:
            line = Line(self.writer)
            try:
                line.execute("BEGIN")
                yield line
            finally:
                line.roll_back()
            return
        if not self.sqlite:
            options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            with self.engine.connect().execution_options(**options) as connection, connection.begin():
                yield Line(connection)
            return
        line = self._rested() or Line(self.engine.connect())
        try:
            line.execute("BEGIN")
            yield line
        finally:
            self._rest(line)

    def renew_writer(self) -> Connection:
        """Replace the writer's broken connection; raises StoreError when another edge took over meanwhile."""
        if not self.writer.closed:
            self.writer.invalidate()
            self.writer.close()
        try:
            self.writer = self._connect_writer()
        except DBAPIError as error:
            raise self.explain(error) from error
        return self.writer

    def is_lost(self, error: DBAPIError) -> bool:
        """Tell whether an error took the whole transaction, not only one decision's savepoint."""
        if error.connection_invalidated:
            return True
        broken = isinstance(error, OperationalError) or type(error) is DatabaseError
        return broken and any(sign in str(error.orig) for sign in LOST_SIGNS)

    def explain(self, error: Exception) -> StoreError:
        """Turn a driver's error into one that names the database and the remedy."""
        said = str(getattr(error, "orig", None) or error).strip()
        ja, en = next((ja, en) for signs, ja, en in REMEDIES if any(sign in said for sign in signs))
        return StoreError(f"{self.name}: {said}. {en}", ja=f"{self.name}: {said}。{ja}")

    def close(self) -> None:
        """Close all connections and give the lock back."""
        self._open.close()

    def _create_engine(self) -> Engine:
        if not self.sqlite:
            try:
                return create_engine(self.url, pool_size=4, pool_pre_ping=True, **JSON_CODEC)
            except (ImportError, ArgumentError) as error:
                raise StoreError(
                    f"{self.name} cannot be used ({error}). Install genba[postgres] and check the address.",
                    ja=f"{self.name} は使えません（{error}）。genba[postgres] を入れ、アドレスを確認してください。",
                ) from error
        settings = {"timeout": BUSY_SECONDS, "check_same_thread": False, "cached_statements": STATEMENTS_KEPT}
        engine = create_engine(self.url, connect_args=settings, **JSON_CODEC)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine

    def _rested(self) -> Line | None:
        try:
            return self._resting.pop()
        except IndexError:
            return None

    def _rest(self, line: Line) -> None:
        """Keep a reader's connection for the next one: a new one costs more than most queries."""
        try:
            line.roll_back()
        except DBAPIError:
            line.core.close()
            raise
        self._resting.append(line)

    def _close_readers(self) -> None:
        while (line := self._rested()) is not None:
            line.core.close()

    def _lock(self) -> None:
        if not self.sqlite:
            return  # the writer's connection holds an advisory lock: whoever loses the connection loses the lock
        self._open.enter_context(locked(Path(self.url.database or "")))

    def _close_writer(self) -> None:
        self.writer.close()

    def _connect_writer(self) -> Connection:
        connection = self.engine.connect()
        if self.sqlite:
            return connection
        connection.detach()  # a pool would keep the lock after close
        try:
            connection.execute(text(f"set lock_timeout = {LEAVING_MS}"))
            connection.execute(text(f"select pg_advisory_lock({ADVISORY_LOCK})"))
        except DBAPIError as error:
            connection.close()
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            raise InUse(self.name) from None
        connection.execute(text("set lock_timeout = 0"))
        connection.commit()
        return connection

    def _check(self) -> None:
        if not self.sqlite:
            return
        with self.engine.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if found != "ok":
            raise StoreError(
                f"{self.url.database} is damaged ({found}). Keep the file, restore the last backup with "
                "`genba restore`, and start again.",
                ja=f"{self.url.database} が壊れています（{found}）。ファイルを残しておき、`genba restore` で"
                "最後のバックアップを戻して起動し直してください。",
            )

    def _migrate(self) -> None:
        if self._is_current():
            return
        # imported here: Alembic takes a tenth of a second that a restart need not wait
        from edge.store.upgrade import NewerDatabaseError, upgrade  # noqa: PLC0415

        try:
            upgrade(self.engine, MIGRATIONS)
        except NewerDatabaseError as error:
            raise StoreError(
                f"{self.name} was written by a newer genba ({error}). Start that version, or restore an older backup.",
                ja=f"{self.name} はもっと新しい genba が書きました（{error}）。"
                "その版で起動するか、古いバックアップを戻してください。",
            ) from error

    def _is_current(self) -> bool:
        newest = max(file.stem.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
        with self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return False
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [newest]


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY", "cache_size=-32000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    """Begin to write, unless the driver is told what to do past SQLAlchemy and has a transaction open already."""
    line = Line(connection)
    if not line.driver.in_transaction:
        line.execute("BEGIN IMMEDIATE")
