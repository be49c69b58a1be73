"""`genba backup` and `genba restore`: a copy of a running site, and putting one back (H15, P69h)."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy.engine import make_url

from edge.clock import real_source
from edge.commands.failed import Failed
from edge.commands.language import told
from edge.commands.where import ACTOR, DATA, DATABASE_FILE, DatabaseUrl, DataFolder
from edge.host.restored import begin
from edge.site import Site
from edge.sitefile import load_site
from edge.store.backup import Facts, back_up, copy_file, draft_of, examine, facts_of, glance, put_in_place, set_aside
from edge.store.database import Database, locked
from edge.store.store import Store

out = Console(soft_wrap=True)

SiteFile = Annotated[Path, typer.Argument(envvar="GENBA_SITE", help="The site file.")]
STAMP = "%Y%m%dT%H%M%S.%f"

BY_POSTGRES = (
    "{url} は PostgreSQL です。バックアップは PostgreSQL のツールで作ります。\n    {run}",
    "{url} is PostgreSQL: its own tools make backups. Run\n    {run}",
)
DUMP = "pg_dump --format=custom --file={to} '{url}'"
FROM_POSTGRES = (
    """\
{url} は PostgreSQL です。バックアップは PostgreSQL のツールで戻します。
エッジを止め、今のデータベースの名前を変えて残し（alter database … rename to …）、空のデータベースを作って
実行してください。
    {run}""",
    """\
{url} is PostgreSQL: its own tools put a backup back. Stop the edge, keep the present database under another name
(alter database … rename to …), create an empty one, and run
    {run}""",
)
PUT_BACK = "pg_restore --dbname='{url}' {backup}\n    genba restore SITE"
NO_BACKUP = (
    "どのバックアップを戻すかを指定してください: genba restore SITE FILE",
    "Say which backup to put back: genba restore SITE FILE.",
)
OTHER_SITE = (
    "{file} は拠点 {found} のバックアップです。サイトファイルは {site} です。正しいものを使ってください。",
    "{file} is a backup of site {found}, the site file says {site}. Take the right one.",
)
NEXT = (
    """
次にすること:
 1. エッジを起動します。WMS が知っていることを尋ね、そこから続けます。それまでは誰にも何も報告しません。
 2. コンソールの例外を見ます。経過が失われた注文が出ています。WMS で終わっている注文はここでも終わり、
    ほかの注文は保留になっています。
 3. GET /host/v1/stock を WMS と比べ、違いを WMS に計上させます。
 4. フロアを歩き、ロボットとステーションのトートをコンソールと比べます。それから保留を解きます。
 5. バッジ、PIN、キーはバックアップの時点のものです。そのあとに変えたものをもう一度変えます。""",
    """
What comes next:
 1. Start the edge. It asks the WMS what it knows, then goes on from there; until then it tells nobody anything.
 2. Look at the console's exceptions: they name the orders whose story is lost. Those that have ended for the WMS are
    ended here too, the others are on hold.
 3. Compare GET /host/v1/stock with the WMS, and let it book the differences.
 4. Walk the floor: totes on robots and at stations against the console. Then release the holds.
 5. Badges, PINs and keys are those of the backup: repeat what was changed since.""",
)


def backup(
    site: SiteFile,
    to: Annotated[Path, typer.Argument(help="The file to make, or a folder: then the name says site and time.")],
    *,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
) -> None:
    """Copy the database of a site, running or not, and check the copy."""
    plan = load_site(site)
    if database is not None and not _is_sqlite(database):
        url = _shown(database)
        raise Failed(told(*BY_POSTGRES).format(url=url, run=DUMP.format(url=url, to=to)))
    source = _file_of(data, database)
    _check_site(plan, facts_of(source), source)
    if to.is_dir():
        to /= f"genba-{plan.id}-{_stamp()}.db"
    facts = back_up(source, to)
    size, what = f"{to.stat().st_size:,}", _facts(plan, facts)
    out.print(
        told(
            f"{to}: 欠けがないことを確かめました。{size} バイト、{what}。",
            f"{to}: whole and checked, {size} bytes, {what}.",
        )
    )


def restore(
    site: SiteFile,
    source: Annotated[Path | None, typer.Argument(metavar="[FROM]", help="The backup to put back.")] = None,
    *,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
) -> None:
    """Put a backup back in place of the present database. The edge must be stopped; the present file is kept."""
    plan = load_site(site)
    if database is not None and not _is_sqlite(database):
        if source is not None:
            url = _shown(database)
            raise Failed(told(*FROM_POSTGRES).format(url=url, run=PUT_BACK.format(url=url, backup=source)))
        incarnation = asyncio.run(_begin(database, plan, None))
        out.print(_incarnation(plan, incarnation))
    elif source is None:
        raise Failed(told(*NO_BACKUP))
    else:
        _put_back(plan, source, _file_of(data, database))
    out.print(told(*NEXT))


def _put_back(plan: Site, source: Path, present: Path) -> None:
    with locked(present):
        facts = examine(source)
        _check_site(plan, facts, source)
        lost = glance(present)
        with _draft(source, present) as draft:
            incarnation = asyncio.run(_begin(f"sqlite:///{draft}", plan, lost))
            aside = present.with_name(f"{present.name}.before-restore-{_stamp()}")
            if present.exists():
                set_aside(present, aside)
                out.print(
                    told(f"今のデータベースは {aside} に残しました。", f"The present database is kept as {aside}.")
                )
            put_in_place(draft, present)
    now = _facts(plan, facts)
    out.print(told(f"{present} は {source} になりました。{now}。", f"{present} is now {source}, {now}."))
    out.print(_incarnation(plan, incarnation))


@contextmanager
def _draft(source: Path, present: Path) -> Iterator[Path]:
    """Lend a copy of the backup beside the database, and leave nothing of it behind."""
    draft = draft_of(present)
    try:
        copy_file(source, draft)
        yield draft
    finally:
        for rest in (draft, *(Path(f"{draft}{end}") for end in (".lock", "-wal", "-shm"))):
            rest.unlink(missing_ok=True)


async def _begin(database: str, plan: Site, lost: Facts | None) -> int:
    """Begin a new incarnation on a restored database and return its number."""
    store = Store.open(Database(database), plan, real_source())
    try:
        return await store.run_as(ACTOR, begin, lost)
    finally:
        store.close()


def _file_of(data: Path, database: str | None) -> Path:
    return data / DATABASE_FILE if database is None else Path(database.removeprefix("sqlite:///"))


def _is_sqlite(database: str) -> bool:
    return database.startswith("sqlite:///")


def _shown(database: str) -> str:
    return make_url(database).set(drivername="postgresql").render_as_string(hide_password=True)


def _check_site(plan: Site, facts: Facts, file: Path) -> None:
    if facts.site != plan.id:
        raise Failed(told(*OTHER_SITE).format(file=file, found=facts.site, site=plan.id))


def _facts(plan: Site, facts: Facts) -> str:
    if facts.at is None:
        last = told("まだ何も起きていません", "nothing happened yet")
    else:
        last = f"{plan.local(facts.at):%Y-%m-%d %H:%M:%S}"
        last = told(f"{last} まで", f"up to {last}")
    return told(
        f"拠点 {facts.site}、第 {facts.incarnation} 世代、{last}",
        f"site {facts.site}, incarnation {facts.incarnation}, {last}",
    )


def _incarnation(plan: Site, number: int) -> str:
    return told(f"拠点 {plan.id} の第 {number} 世代です。", f"This is incarnation {number} of site {plan.id}.")


def _stamp() -> str:
    return f"{real_source().now():{STAMP}}Z"
