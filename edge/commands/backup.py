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
    "{url} is PostgreSQL: its own tools make backups. Run\n"
    "    pg_dump --format=custom --file={to} '{url}'"
)  # fmt: skip
FROM_POSTGRES = (
    "{url} is PostgreSQL: its own tools put a backup back. Stop the edge, keep the present database under another name "
    "(alter database … rename to …), create an empty one, and run\n"
    "    pg_restore --dbname='{url}' {backup}\n"
    "    genba restore SITE"
)
NO_BACKUP = "Say which backup to put back: genba restore SITE FILE."
OTHER_SITE = "{file} is a backup of site {found}, the site file says {site}. Take the right one."
NEXT = """
What comes next:
 1. Start the edge. It asks the WMS what it knows, then goes on from there; until then it tells nobody anything.
 2. Look at the console's exceptions: they name the orders whose story is lost. Those that have ended for the WMS are
    ended here too, the others are on hold.
 3. Compare GET /host/v1/stock with the WMS, and let it book the differences.
 4. Walk the floor: totes on robots and at stations against the console. Then release the holds.
 5. Badges, PINs and keys are those of the backup: repeat what was changed since."""


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
        raise Failed(BY_POSTGRES.format(url=_shown(database), to=to))
    source = _file_of(data, database)
    _check_site(plan, facts_of(source), source)
    if to.is_dir():
        to /= f"genba-{plan.id}-{_stamp()}.db"
    facts = back_up(source, to)
    out.print(f"{to}: whole and checked, {to.stat().st_size:,} bytes, {_told(plan, facts)}.")


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
            raise Failed(FROM_POSTGRES.format(url=_shown(database), backup=source))
        incarnation = asyncio.run(_begin(database, plan, None))
        out.print(f"This is incarnation {incarnation} of site {plan.id}.")
    elif source is None:
        raise Failed(NO_BACKUP)
    else:
        _put_back(plan, source, _file_of(data, database))
    out.print(NEXT)


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
                out.print(f"The present database is kept as {aside}.")
            put_in_place(draft, present)
    out.print(f"{present} is now {source}, {_told(plan, facts)}. This is incarnation {incarnation} of site {plan.id}.")


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
        raise Failed(OTHER_SITE.format(file=file, found=facts.site, site=plan.id))


def _told(plan: Site, facts: Facts) -> str:
    last = "nothing happened yet" if facts.at is None else f"up to {plan.local(facts.at):%Y-%m-%d %H:%M:%S}"
    return f"site {facts.site}, incarnation {facts.incarnation}, {last}"


def _stamp() -> str:
    return f"{real_source().now():{STAMP}}Z"
