"""Tells handhelds that their screen changed by somebody else: a robot arrived, an order was cancelled, a gate decided.

The journal says that something was committed; one query then finds the few people whose work it touched, and only
their screens are made anew. Nothing runs while nothing is committed.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.model.states import TaskState
from edge.processes.people import lets_in
from edge.store.database import StoreError
from edge.store.store import Store
from edge.store.tables import logins, seats, tasks
from edge.store.tx import Entry, Reader, Tx

log = structlog.get_logger(__name__)

GATHER_SECONDS = 0.1
"""Commits within this time are looked at together: a robot's arrival is many journal rows and one changed screen."""
LOOK_SECONDS = 10.0
"""Work that was put off becomes due without a commit; idle people are looked after this often."""


class Screens(Protocol):
    """How a handheld's screen is made and acted on: `edge.processes.screens` in the site."""

    def screen_of(self, tx: Tx, person_id: str, device: str = "", /) -> dict[str, Any]:
        """Return the person's screen; may claim work for them."""

    def act(self, tx: Tx, person_id: str, act: Mapping[str, Any], /) -> dict[str, Any]:
        """Do what the person did and return {result, screen}; raises Refusal (`work.stale_screen`)."""


@dataclass(slots=True)
class Follower:
    """One open stream. Only the newest screen waits in it: a slow handheld never holds anybody up (P47)."""

    person_id: str
    token_hash: str
    screen: dict[str, Any] | None = None
    ended: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def give(self, screen: dict[str, Any]) -> None:
        """Put a screen in, in place of one that was not fetched yet."""
        self.screen = screen
        self.news.set()

    def end(self) -> None:
        """Tell that the session is over."""
        self.ended = True
        self.news.set()

    def take(self) -> dict[str, Any] | None:
        """Fetch the screen that waits, if one does."""
        screen, self.screen = self.screen, None
        self.news.clear()
        return screen


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person's screen depends on; another mark, perhaps another screen."""

    row: tuple[Any, ...]
    subjects: tuple[str, ...]
    ready: tuple[str, ...]
    """Work an idle person could claim."""


class Follow:
    """Who follows which screen."""

    def __init__(self, store: Store, screens: Screens) -> None:
        self._store = store
        self._screens = screens
        self._followers: dict[int, Follower] = {}
        self._number = 0
        self._marks: dict[str, Mark] = {}
        self._shown: dict[str, str] = {}
        self._subjects: dict[str, None] = {}
        self._sessions_changed = False
        self._task: asyncio.Task[None] | None = None
        self._committed = asyncio.Event()
        self._stop = store.watch(self._watch)

    def close(self) -> None:
        """End all streams."""
        self._stop()
        for follower in self._followers.values():
            follower.end()
        if self._task is not None:
            self._task.cancel()

    def open(self, person_id: str, token_hash: str) -> tuple[int, Follower]:
        """Begin to follow a person's screen."""
        self._number += 1
        follower = Follower(person_id, token_hash)
        self._followers[self._number] = follower
        self._committed.set()  # something may have happened since the first screen was made
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run(), name="screen-follow")
        return self._number, follower

    def drop(self, number: int) -> None:
        """Follow no longer; the last one turns out the light."""
        follower = self._followers.pop(number)
        if all(other.person_id != follower.person_id for other in self._followers.values()):
            self._marks.pop(follower.person_id, None)
        if not self._followers and self._task is not None:
            self._task.cancel()
            self._task = None

    def shown(self, person_id: str, screen: dict[str, Any]) -> None:
        """Remember the screen that a person was just answered, so that it is not sent twice."""
        self._shown[person_id] = str(screen.get("id"))

    def _watch(self, entries: Sequence[Entry]) -> None:
        if not self._followers:
            return
        self._sessions_changed |= lets_in(entry.kind for entry in entries)
        self._subjects.update(dict.fromkeys(entry.subject for entry in entries))
        self._committed.set()

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._committed.wait()
                await asyncio.sleep(GATHER_SECONDS)
            except TimeoutError:
                pass
            self._committed.clear()
            try:
                await self._look()
            except StoreError as error:
                log.warning("handheld.follow_failed", error=str(error))

    async def _look(self) -> None:
        touched, self._subjects = self._subjects, {}
        if self._sessions_changed:
            self._sessions_changed = False
            alive = await self._store.read(_alive, [follower.token_hash for follower in self._followers.values()])
            for follower in self._followers.values():
                if follower.token_hash not in alive:
                    follower.end()
        followed = list(dict.fromkeys(follower.person_id for follower in self._followers.values()))
        for person_id, mark in (await self._store.read(_marks, followed)).items():
            before, self._marks[person_id] = self._marks.get(person_id), mark
            if before is None or _changed(before, mark, touched):
                await self._send(person_id)

    async def _send(self, person_id: str) -> None:
        try:
            screen = await self._store.run_as(f"person:{person_id}", self._screens.screen_of, person_id)
        except Refusal as refusal:
            log.warning("handheld.no_screen", person=person_id, code=refusal.code)
            return
        if self._shown.get(person_id) == str(screen.get("id")):
            return
        self.shown(person_id, screen)
        for follower in self._followers.values():
            if follower.person_id == person_id:
                follower.give(screen)


def _changed(before: Mark, now: Mark, touched: dict[str, None]) -> bool:
    if before.row != now.row or any(subject in touched for subject in now.subjects):
        return True
    return any(task_id not in before.ready for task_id in now.ready)


def _alive(reader: Reader, token_hashes: Sequence[str]) -> dict[str, None]:
    rows = reader.rows(select(logins.c.token_hash).where(logins.c.token_hash.in_(token_hashes)))
    return {row.token_hash: None for row in rows}


def _marks(reader: Reader, person_ids: Sequence[str]) -> dict[str, Mark]:
    rows = reader.rows(
        select(seats, tasks.c.state, tasks.c.epoch.label("task_epoch"), tasks.c.holder, tasks.c.subject)
        .outerjoin(tasks, tasks.c.id == seats.c.task_id)
        .where(seats.c.person_id.in_(person_ids))
    )
    places = list(dict.fromkeys(row.place for row in rows if row.task_id is None and row.place is not None))
    ready: dict[str, list[str]] = {}
    if places:
        due = (tasks.c.not_before.is_(None)) | (tasks.c.not_before <= reader.now)
        found = reader.rows(
            select(tasks.c.id, tasks.c.place).where(tasks.c.state == TaskState.READY, tasks.c.place.in_(places), due)
        )
        for task in found:
            ready.setdefault(task.place, []).append(task.id)
    return {
        row.person_id: Mark(
            row=(row.screen, row.step, row.task_id, row.place, row.state, row.task_epoch, row.holder),
            subjects=() if row.task_id is None else (f"task/{row.task_id}", row.subject),
            ready=tuple(ready.get(row.place, ())) if row.task_id is None else (),
        )
        for row in rows
    }
