"""The WMS as a receiver: confirmations in batches over HTTP, a result for each event (H08, H12, H13, H15, H17, H19)."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import msgspec

from edge.host.calling import Caller, check_status, parsed, said
from edge.host.follower import Fault, Follower, Link, SendError
from edge.host.outbox import Outcome, Result
from edge.host.restored import Known
from edge.live import Live
from edge.site import Site
from edge.store.store import Store
from edge.store.tx import Entry

WMS = "wms"
"""The follower's name."""
MOST_EVENTS = 100
MOST_KNOWN = 1000
"""Subjects in one answer about what the WMS knows."""
UNKNOWN_QUESTION = (404, 405, 501)
"""A WMS that cannot say what it knows."""


class WmsSink:
    """Posts events to the WMS."""

    name = WMS
    down_code = "exception.wms_down"
    most = MOST_EVENTS

    def __init__(self, http: httpx.AsyncClient, site: Site, incarnation: int, token: str) -> None:
        self._caller = Caller(http, token)
        self._site = site
        self._incarnation = incarnation
        self._url = parsed(f"{site.wms.url.rstrip('/')}/events")
        self._last_url = parsed(f"{self._url}/last")

    async def send(self, entries: Sequence[Entry]) -> Mapping[int, Result]:
        """Post events and return their results by sequence number; raises SendError when the request fails."""
        events = [event_of(self._site, entry) for entry in entries]
        body = {"site": self._site.id, "incarnation": self._incarnation, "events": events}
        answer = await self._caller.request("POST", self._url, content=msgspec.json.encode(body))
        check_status(answer)
        return _results(entries, [event["id"] for event in events], answer)

    async def known(self, after: int) -> list[Known]:
        """Return the last event the WMS knows of each subject, of those with one after `after`; raises SendError."""
        found: list[Known] = []
        while True:
            asked = {"site": self._site.id, "incarnation": self._incarnation, "after": after, "limit": MOST_KNOWN}
            answer = await self._caller.request("GET", self._last_url, params=asked)
            if answer.status_code in UNKNOWN_QUESTION:
                raise SendError(Fault.WRONG, f"GET /events/last: HTTP {answer.status_code}")
            check_status(answer)
            page = _known(answer)
            found += page
            if len(page) < MOST_KNOWN:
                return found
            after = max(known.seq for known in page)


def follow_wms(store: Store, live: Live, http: httpx.AsyncClient, token: str) -> Follower:
    """Return the follower that tells the WMS, and keeps `live` told how it stands with it."""

    def show(link: Link) -> None:
        live.wms_up, live.wms_since, live.wms_waiting = link.up, link.since, link.waiting
        live.touch()

    sink = WmsSink(http, store.site, store.incarnation, token)
    return Follower(store, sink, show, sink.known)


def event_of(site: Site, entry: Entry) -> dict[str, Any]:
    """Return the event for an outward entry; its id was fixed with the decision: site, subject and number (H09)."""
    data = dict(entry.data)
    if entry.reason is not None:
        data.setdefault("reason", entry.reason)
    return {
        "id": f"{site.id}:{entry.subject}:{entry.number}",
        "seq": entry.seq,
        "subject": entry.subject,
        "number": entry.number,
        "type": entry.kind,
        "at": site.local(entry.at).isoformat(timespec="milliseconds"),
        "data": data,
    }


def _results(entries: Sequence[Entry], ids: Sequence[str], answer: httpx.Response) -> dict[int, Result]:
    try:
        given = {str(result["id"]): result for result in answer.json()["results"]}
    except (ValueError, KeyError, TypeError) as error:
        raise SendError(Fault.SICK, f"answer not understood: {said(error)}") from error
    return {entry.seq: _result(given.get(event_id)) for entry, event_id in zip(entries, ids, strict=True)}


def _known(answer: httpx.Response) -> list[Known]:
    try:
        return [
            Known(str(last["subject"]), int(last["number"]), int(last["seq"]), str(last["type"]), _is_refused(last))
            for last in answer.json()["last"]
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise SendError(Fault.SICK, f"answer not understood: {said(error)}") from error


def _is_refused(last: Mapping[str, Any]) -> bool:
    return {"accepted": False, "refused": True}[last["status"]]


def _result(given: Mapping[str, Any] | None) -> Result:
    if given is None:
        return Result(Outcome.FAILED, "the answer says nothing of this event")
    match given.get("status"):
        case "accepted" | "duplicate":
            return Result(Outcome.DELIVERED)
        case "refused":
            return Result(Outcome.REFUSED, str(given.get("reason") or "no reason given"))
        case unknown:
            return Result(Outcome.FAILED, f"unknown status {unknown!r}")
