"""An EPCIS repository as a receiver: events over its capture interface (EPCIS 2.0 §12; H08, H12, H13, I52).

A repository takes a document, answers 202 and says at the job's own address how it ended. The job is all or nothing
(rollback), so the follower may cut a refused document in half until the entry that is refused stands alone.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import msgspec

from drivers.epcis.faults import faults
from edge.host.calling import ANSWER_SECONDS, Caller, check_status, parsed, said
from edge.host.epcis.documents import capture_document, events_of
from edge.host.epcis.events import Event
from edge.host.follower import Fault, Follower, Link, SendError
from edge.host.interests import EPCIS
from edge.host.outbox import Outcome, Result
from edge.live import Live, ReceiverView
from edge.store.store import Store
from edge.store.tx import Entry

MOST_ENTRIES = 100
HEADERS = {
    "GS1-EPCIS-Version": "2.0.0",
    "GS1-CBV-Version": "2.0.0",
    "GS1-Capture-Error-Behaviour": "rollback",
}
FIRST_LOOK, LONGEST_LOOK = 0.25, 4.0
"""Seconds between looks at a job under way: doubled each time."""
UNKNOWN_QUESTION = (405, 501)
"""A repository that is there and knows no OPTIONS."""
KNOWN = 409
"""The repository has an event of this id."""
ALREADY = "alreadyexists"
"""A word in the type of the standard's exception for what is there already."""
TOLD = Result(Outcome.DELIVERED)


class CaptureSink:
    """Brings events to the repository."""

    name = EPCIS
    down_code = "exception.epcis_down"
    most = MOST_ENTRIES

    def __init__(self, store: Store, http: httpx.AsyncClient, url: str, token: str) -> None:
        self._store = store
        self._caller = Caller(http, token)
        self._url = parsed(f"{url.rstrip('/')}/capture")

    async def send(self, entries: Sequence[Entry]) -> Mapping[int, Result]:
        """Have the events of entries captured; raises SendError when the document is not taken as a whole.

        What says nothing in EPCIS counts as told. An event that our own checks refuse does not leave (I48).
        """
        if not entries:
            answer = await self._caller.request("OPTIONS", self._url)
            if answer.status_code not in UNKNOWN_QUESTION:
                check_status(answer)
            return {}
        told = await self._store.read(events_of, entries)
        results = {seq: self._judged(events) for seq, events in told.items()}
        good = [entry.seq for entry in entries if results[entry.seq] is TOLD and told[entry.seq]]
        if good and not await self._captured([event for seq in good for event in told[seq]], alone=len(good) == 1):
            raise SendError(Fault.SICK, "the capture job has not ended")
        return results

    def _judged(self, events: Sequence[Event]) -> Result:
        found = faults(self._document(events))
        if not found:
            return TOLD
        return Result(Outcome.REFUSED, "; ".join(f"{one.where}: {one.fault} {one.value}" for one in found))

    def _document(self, events: Sequence[Event]) -> dict[str, Any]:
        return capture_document(self._store.site, self._store.source.now(), events)

    async def _captured(self, events: Sequence[Event], *, alone: bool) -> bool:
        """Return whether the repository has the events; one that has them of one entry already has them (H08)."""
        body = msgspec.json.encode(self._document(events))
        answer = await self._caller.request("POST", self._url, HEADERS, content=body)
        if alone and answer.status_code == KNOWN:
            return True
        check_status(answer)
        job = self._job(answer)
        return job is None or await self._done(job, alone=alone)

    def _job(self, answer: httpx.Response) -> httpx.URL | None:
        """Return where the job can be looked at; None where the repository does not say: it took the events at once.

        Our token goes to nobody else: a job at another host is a fault of the repository.
        """
        told = answer.headers.get("Location")
        if told is None or not isinstance(self._url, httpx.URL):
            return None
        try:
            job = self._url.join(told)
        except httpx.InvalidURL as error:
            raise SendError(Fault.SICK, f"Location not understood: {said(error)}") from error
        if (job.scheme, job.netloc) != (self._url.scheme, self._url.netloc):
            raise SendError(Fault.SICK, f"the capture job is elsewhere: {job.host}")
        return job

    async def _done(self, job: httpx.URL, *, alone: bool) -> bool:
        """Wait for the end of a job and return whether it came; raises SendError when the events were refused."""
        loop = asyncio.get_running_loop()
        until, wait = loop.time() + ANSWER_SECONDS, FIRST_LOOK
        while loop.time() < until:
            answer = await self._caller.request("GET", job, HEADERS)
            check_status(answer)
            try:
                state = answer.json()
                running, success = state["running"], state["success"]
            except (ValueError, KeyError, TypeError) as error:
                raise SendError(Fault.SICK, f"answer not understood: {said(error)}") from error
            if running is False:
                errors = state.get("errors") or state.get("errorFile") or "no reason given"
                if success is True or (alone and _known(errors)):
                    return True
                raise SendError(Fault.WRONG, str(errors))
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_LOOK)
        return False


def follow_epcis(store: Store, live: Live, http: httpx.AsyncClient, url: str, token: str) -> Follower:
    """Return the follower that tells the repository, and keeps `live` told how it stands with it."""
    live.epcis = ReceiverView()

    def show(link: Link) -> None:
        live.epcis = ReceiverView(link.up, link.since, link.waiting)
        live.touch()

    return Follower(store, CaptureSink(store, http, url, token), show)


def _known(errors: object) -> bool:
    """Return whether a job failed for nothing but events that are there already."""
    if not isinstance(errors, list) or not errors:
        return False
    kinds = [str(one.get("type", "")) if isinstance(one, Mapping) else "" for one in errors]
    return all(ALREADY in kind.lower() for kind in kinds)
