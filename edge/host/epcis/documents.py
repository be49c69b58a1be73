"""Events as they travel: in a document that is captured, or in the answer to a query (EPCIS 2.0 §8, §10)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from edge.host.epcis.events import Event, Teller
from edge.host.epcis.names import Names
from edge.host.epcis.records import Records
from edge.host.interests import EPCIS, interest_of
from edge.host.outbox import entry_of
from edge.model.reasons import Refusal
from edge.site import Site
from edge.store.tables import journal
from edge.store.tx import Entry, Reader

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
QUERY = "SimpleEventQuery"
"""The name of the standard's query for events."""
AT_ONCE = 500
"""Journal rows read in one go."""


def teller_of(reader: Reader) -> Teller:
    """Return who tells the events of a site; raises Refusal when its site file does not say how they are named."""
    told = reader.site.epcis
    if told is None:
        raise Refusal("epcis.not_set_up")
    return Teller(reader.site, Names(reader.site, told), Records(reader))


def events_of(reader: Reader, entries: Sequence[Entry]) -> Mapping[int, Sequence[Event]]:
    """Return the events of entries by sequence number."""
    teller = teller_of(reader)
    return {entry.seq: teller.events(entry) for entry in entries}


def read_events(
    reader: Reader, *, after: int = 0, since: datetime | None = None, until: datetime | None = None, most: int
) -> tuple[list[Event], int | None]:
    """Return the events of what was written after a journal row, from `since` on and before `until`, as far as `most`.

    The second is the row after which to go on, None when there is no more. An entry's events stay together, so there
    may be one more than `most`. Each has the `recordTime` at which it was written down.
    """
    teller = teller_of(reader)
    found: list[Event] = []
    span = [journal.c.at >= since] if since is not None else []
    span += [journal.c.at < until] if until is not None else []
    if span:
        first, last = reader.one(select(func.min(journal.c.seq), func.max(journal.c.seq)).where(*span))
        if first is None:
            return found, None
        after = max(after, first - 1)
        span.append(journal.c.seq <= last)
    while True:
        here = (journal.c.seq > after, interest_of(EPCIS).rows(), *span)
        rows = reader.rows(select(journal).where(*here).order_by(journal.c.seq).limit(AT_ONCE))
        for row in rows:
            if len(found) >= most:
                return found, after
            found += [{**event, "recordTime": _local(reader.site, row.at)} for event in teller.events(entry_of(row))]
            after = row.seq
        if len(rows) < AT_ONCE:
            return found, None


def capture_document(site: Site, now: datetime, events: Sequence[Event]) -> dict[str, Any]:
    """Return the document that a repository captures."""
    return {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": _local(site, now),
        "epcisBody": {"eventList": list(events)},
    }


def query_document(site: Site, now: datetime, events: Sequence[Event]) -> dict[str, Any]:
    """Return the document that answers a query."""
    return {
        **capture_document(site, now, ()),
        "type": "EPCISQueryDocument",
        "epcisBody": {"queryResults": {"queryName": QUERY, "resultsBody": {"eventList": list(events)}}},
    }


def _local(site: Site, at: datetime) -> str:
    return site.local(at).isoformat(timespec="milliseconds")
