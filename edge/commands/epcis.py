"""`genba epcis`: what happened at a site as an EPCIS 2.0 document, and what is wrong with such a document.

While the edge runs it is asked, in the name of a supervisor or engineer who logs in for that.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from drivers.epcis.faults import Finding, events_of, faults
from edge.clock import real_source
from edge.commands.failed import Failed
from edge.commands.language import Language, spoken
from edge.commands.running import LOCAL, EdgeAddress, Running
from edge.commands.where import DATA, DatabaseUrl, DataFolder, SiteFile, Where, said
from edge.host.epcis.documents import capture_document, read_events
from edge.model.reasons import say
from edge.sitefile import load_site
from edge.store.store import Store

DAY = ["%Y-%m-%d"]
PAGE = 1000
"""Events read in one go."""

epcis = typer.Typer(help="What happened, in the words of GS1's EPCIS 2.0.", no_args_is_help=True)


@epcis.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="An EPCISDocument or EPCISQueryDocument in JSON.")],
    *,
    lang: Annotated[
        Language | None, typer.Option(help="Language of what is found; without it that of LC_ALL, LC_MESSAGES or LANG.")
    ] = None,
) -> None:
    """Find what the official schema lets pass: offsets, words, identifiers, lists, quantities."""
    language = lang or spoken()
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise Failed(f"{file}: {say('epcis.unread', language, {'error': why})}") from None
    found = faults(document)
    if found:
        raise Failed("\n".join(_told(file, one, language) for one in found))
    typer.echo(say("epcis.sound", language, {"file": file, "events": len(events_of(document) or ())}))


@epcis.command("export")
def export(
    first: Annotated[datetime, typer.Option("--from", formats=DAY, help="The first day, in the site's time zone.")],
    last: Annotated[datetime, typer.Option("--to", formats=DAY, help="The last day, itself included.")],
    file: Annotated[Path, typer.Argument(help="The file to write.")],
    *,
    site: SiteFile,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
    edge: EdgeAddress = LOCAL,
) -> None:
    """Write the events of some days as an EPCISDocument."""
    with said():
        plan = load_site(site)
    since = first.replace(tzinfo=plan.zone_info)
    until = last.replace(tzinfo=plan.zone_info) + timedelta(days=1)
    events: list[Mapping[str, Any]] = []

    async def read(store: Store) -> None:
        after: int | None = 0
        while after is not None:
            page, after = await store.read(read_events, after=after, since=since, until=until, most=PAGE)
            events.extend(page)

    def ask(running: Running) -> None:
        after = 0
        while after is not None:
            asked = {"from": since.isoformat(), "to": until.isoformat(), "after": after, "limit": PAGE}
            answer = running.ask("GET", f"/api/epcis?{urlencode(asked)}")
            events.extend(answer["events"])
            after = answer["after"]

    Where(site, data, database, edge).do(read, ask)
    bare = [{name: value for name, value in event.items() if name != "recordTime"} for event in events]
    document = capture_document(plan, real_source().now(), bare)
    with said():
        _write(file, document)
    typer.echo(say("epcis.written", spoken(), {"file": file, "events": len(events)}))


def _write(file: Path, document: Mapping[str, Any]) -> None:
    """Write a document that is sound; raises Failed for one that is not, and when it cannot be written."""
    found = faults(document)
    if found:
        raise Failed("\n".join(_told(file, one, spoken()) for one in found))
    try:
        file.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise Failed(f"{file}: {say('epcis.unwritten', spoken(), {'error': error.strerror})}") from None


def _told(file: Path, one: Finding, language: str) -> str:
    words = say(one.fault, language, {"value": one.value})
    return ": ".join(part for part in (str(file), one.where, str(words)) if part)
