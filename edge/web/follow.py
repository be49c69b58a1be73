"""Tells handhelds that their screen changed by somebody else: a robot arrived, an order was cancelled, a gate decided.

The journal says what was committed; when that touches somebody's work, one query finds whose, and only their screens
are made anew. Nothing runs while nothing is committed, but a sign of life every few seconds.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from sqlalchemy import or_, select

from edge.model.reasons import Refusal
from edge.model.states import TaskState
from edge.processes.people import lets_in
from edge.store.database import StoreError
from edge.store.queue import SKILL
from edge.store.statement import Query, param
from edge.store.store import Store
from edge.store.tables import logins, seats, tasks
from edge.store.tx import Entry, Reader, Tx

log = structlog.get_logger(__name__)

GATHER_SECONDS = 0.1
"""Commits within this time are looked at together: a robot's arrival is many journal rows and one changed screen."""
LOOK_SECONDS = 10.0
"""Work that was put off becomes due without a commit; everybody is looked after this often."""
WORK = ("task.ready", "task.released", "task.given")
"""Entries after which somebody idle may have work, or works on something else than before."""
TAKEN = "task.claimed"
"""Nobody has to look up for work that somebody took; should it come back, it is new again."""
BEAT_SECONDS = 15.0
"""Streams say this often that they are alive; the page calls the link lost after two missed beats."""
IDLE = "idle"
"""The process of a screen that offers no work."""

_SEATS = Query(
    select(
        seats.c.person_id,
        seats.c.screen,
        seats.c.step,
        seats.c.task_id,
        seats.c.place,
        tasks.c.state,
        tasks.c.epoch,
        tasks.c.holder,
        tasks.c.subject,
    )
    .outerjoin(tasks, tasks.c.id == seats.c.task_id)
    .order_by(seats.c.person_id)
)
_READY = Query(
    select(tasks.c.id, tasks.c.place)
    .where(
        tasks.c.state == TaskState.READY,
        tasks.c.kind.in_(tuple(SKILL)),
        or_(tasks.c.not_before.is_(None), tasks.c.not_before <= param("now")),
    )
    .order_by(tasks.c.id)
)


class Screens(Protocol):
    """How a handheld's screen is made and acted on: `edge.processes.screens` in the site."""

    def screen_of(self, tx: Tx, person_id: str, device: str = "", /) -> dict[str, Any]:
        """Return the person's screen; may claim work for them."""

    def act(self, tx: Tx, person_id: str, act: Mapping[str, Any], /) -> dict[str, Any]:
        """Do what the person did and return {result, screen}; raises Refusal (`work.stale_screen`)."""

    def take(self, tx: Tx, person_id: str, act: Mapping[str, Any], /) -> dict[str, str]:
        """Do one of several scans and return its result: the screen is asked for after the last."""


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
    """What their screen is about, as the journal names it."""
    place: str | None
    """Where they stand idle; None when they have work in hand or are nowhere."""


class Follow:
    """Who follows which screen."""

    def __init__(self, store: Store, screens: Screens) -> None:
        self._store = store
        self._screens = screens
        self._followers: dict[int, Follower] = {}
        self._number = 0
        self._marks: dict[str, Mark] = {}
        self._about: dict[str, tuple[str, ...]] = {}
        """By subject, whose screen was about it at the last look."""
        self._idle: dict[str, str] = {}
        """Where people stand idle, those first who have stood there longest."""
        self._ready: dict[str, str] = {}
        """The place of each task that nobody had taken at the last look."""
        self._taken: dict[str, None] = {}
        """Tasks that were taken since the last look."""
        self._shown: dict[str, str] = {}
        self._answered: dict[str, None] = {}
        """Who was answered a screen since the last look: that is newer than their mark."""
        self._subjects: dict[tuple[str, str], None] = {}
        """What was committed since the last look: subject and actor."""
        self._sessions_changed = False
        self._task: asyncio.Task[None] | None = None
        self._beats: asyncio.TimerHandle | None = None
        self._committed = asyncio.Event()
        self._stop = store.watch(self._watch)

    def close(self) -> None:
        """End all streams."""
        self._stop()
        for follower in self._followers.values():
            follower.end()
        self._rest()

    def open(self, person_id: str, token_hash: str) -> tuple[int, Follower]:
        """Begin to follow a person's screen."""
        self._number += 1
        follower = Follower(person_id, token_hash)
        self._followers[self._number] = follower
        self._marks.pop(person_id, None)  # something may have happened since the first screen was made
        self._committed.set()
        if self._task is None or self._task.done():
            loop = asyncio.get_running_loop()
            self._task = loop.create_task(self._run(), name="screen-follow")
            self._beats = loop.call_later(BEAT_SECONDS, self._beat)
        return self._number, follower

    def drop(self, number: int) -> None:
        """Follow no longer; the last one turns out the light."""
        follower = self._followers.pop(number)
        if all(other.person_id != follower.person_id for other in self._followers.values()):
            self._marks.pop(follower.person_id, None)
        if not self._followers:
            self._rest()

    def shown(self, person_id: str, screen: dict[str, Any]) -> None:
        """Remember the screen that a person was just answered, so that it is not sent twice."""
        self._shown[person_id] = str(screen.get("id"))
        self._answered[person_id] = None

    def _rest(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self._beats is not None:
            self._beats.cancel()

    def _beat(self) -> None:
        """Wake all streams: those that have nothing to tell say that they are alive."""
        for follower in self._followers.values():
            follower.news.set()
        self._beats = asyncio.get_running_loop().call_later(BEAT_SECONDS, self._beat)

    def _watch(self, entries: Sequence[Entry]) -> None:
        if not self._followers:
            return
        self._sessions_changed |= lets_in(entry.kind for entry in entries)
        self._subjects.update(dict.fromkeys((entry.subject, entry.actor) for entry in entries))
        self._taken |= dict.fromkeys(entry.subject.removeprefix("task/") for entry in entries if entry.kind == TAKEN)
        if self._sessions_changed or any(_is_work(entry) or self._is_seen(entry) for entry in entries):
            self._committed.set()

    def _is_seen(self, entry: Entry) -> bool:
        """Tell whether an entry is about somebody's screen and not their own doing, which they were answered."""
        return any(entry.actor != f"person:{person_id}" for person_id in self._about.get(entry.subject, ()))

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._committed.wait()
                await asyncio.sleep(GATHER_SECONDS)
            except TimeoutError:
                pass
            self._committed.clear()
            await self._look_once()

    async def _look_once(self) -> None:
        try:
            await self._look()
        except StoreError as error:
            log.warning("handheld.follow_failed", error=str(error))
            self._marks, self._ready = {}, {}  # what was not sent is sent by the next look

    async def _look(self) -> None:
        committed, self._subjects = self._subjects, {}
        answered, self._answered = self._answered, {}
        taken, self._taken = self._taken, {}
        if self._sessions_changed:
            self._sessions_changed = False
            alive = await self._store.read(_alive, [follower.token_hash for follower in self._followers.values()])
            for follower in self._followers.values():
                if follower.token_hash not in alive:
                    follower.end()
        marks, ready = await self._store.read(_look_at, {one.person_id: None for one in self._followers.values()})
        before, self._marks = self._marks, marks
        self._about = _by_subject(marks)
        for person_id, mark in list(marks.items()):
            old = before.get(person_id)
            changed = old is None or (old.row != mark.row and person_id not in answered)
            if changed or _touched(person_id, mark, committed):
                await self._send(person_id)
        known, self._ready = self._ready.keys() - taken.keys(), ready
        await self._offer(Counter(place for task_id, place in ready.items() if task_id not in known))

    async def _offer(self, left: Counter[str]) -> None:
        """Show each place's new work to whoever stands idle there, longest first, until as many have taken work."""
        stand = {person_id: mark.place for person_id, mark in self._marks.items() if mark.place is not None}
        waited = {person_id: place for person_id, place in self._idle.items() if stand.get(person_id) == place}
        self._idle = waited | stand
        for person_id, place in self._idle.items():
            if left[place] > 0 and await self._send(person_id):
                left[place] -= 1

    async def _send(self, person_id: str) -> bool:
        """Send a person's screen if it is another than they were shown; return whether they have work."""
        try:
            screen = await self._store.run_as(f"person:{person_id}", self._screens.screen_of, person_id)
        except Refusal as refusal:
            log.warning("handheld.no_screen", person=person_id, code=refusal.code)
            return False
        if self._shown.get(person_id) != str(screen.get("id")):
            self.shown(person_id, screen)
            for follower in self._followers.values():
                if follower.person_id == person_id:
                    follower.give(screen)
        return screen.get("process") != IDLE


def _is_work(entry: Entry) -> bool:
    return entry.kind in WORK or (entry.kind == "task.added" and entry.data.get("state") == TaskState.READY)


def _touched(person_id: str, mark: Mark, committed: Mapping[tuple[str, str], None]) -> bool:
    """Tell whether somebody else did something to what a person's screen is about."""
    own = f"person:{person_id}"
    return any(actor != own for subject, actor in committed if subject in mark.subjects)


def _by_subject(marks: Mapping[str, Mark]) -> dict[str, tuple[str, ...]]:
    about: dict[str, tuple[str, ...]] = {}
    for person_id, mark in marks.items():
        for subject in mark.subjects:
            about[subject] = (*about.get(subject, ()), person_id)
    return about


def _alive(reader: Reader, token_hashes: Sequence[str]) -> dict[str, None]:
    rows = reader.rows(select(logins.c.token_hash).where(logins.c.token_hash.in_(token_hashes)))
    return {row.token_hash: None for row in rows}


def _look_at(reader: Reader, person_ids: Mapping[str, None]) -> tuple[dict[str, Mark], dict[str, str]]:
    """Return the marks of those people, and the place of each task that they could take."""
    marks = {row.person_id: _mark(row) for row in reader.rows(_SEATS) if row.person_id in person_ids}
    places = {mark.place: None for mark in marks.values()}
    ready = {row.id: row.place for row in reader.rows(_READY, now=reader.now) if row.place in places}
    return marks, ready


def _mark(row: Any) -> Mark:
    about = () if row.task_id is None else (f"task/{row.task_id}", row.subject)
    return Mark(
        row=(row.screen, row.step, row.task_id, row.place, row.state, row.epoch, row.holder),
        subjects=(f"person/{row.person_id}", *about),
        place=row.place if row.task_id is None else None,
    )
