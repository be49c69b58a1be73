"""Remembers for a few seconds who holds which token or key, and how often an address guessed wrong.

What is remembered is forgotten at once when the journal says that a session, person or key changed.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import TypeVar

from edge.model.reasons import Refusal
from edge.processes import people
from edge.processes.people import Machine, Session
from edge.store.store import Store
from edge.store.tx import Entry
from edge.web.keyuse import KeyUse
from edge.web.pins import digest

T = TypeVar("T")

REMEMBER_SECONDS = 600.0
"""Seconds. A session ends by time or by a journal entry; it is read again in case one forgot to say so."""
REMEMBER_MOST = 2000
WRONG_TRIES = 30
WRONG_TRIES_SECONDS = 300.0
"""Failures per address, above the lock of a person: a whole shift behind one proxy may mistype, a guesser may not."""
ADDRESSES_MOST = 5000


class Guard:
    """Finds sessions and machines by what they show."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sessions: OrderedDict[str, tuple[float, Session]] = OrderedDict()
        self._machines: OrderedDict[str, tuple[float, Machine]] = OrderedDict()
        self._round = 0
        self._use = KeyUse(store)
        self._stop = store.watch(self._watch)

    def close(self) -> None:
        """Stop watching the journal and noting the use of keys."""
        self._stop()
        self._use.close()

    async def session(self, token: str) -> Session | None:
        """Return the session of a token, or None."""
        key = digest(token)
        known = self._sessions.get(key)
        if known is not None and known[0] > _now() and known[1].expires_at > self._store.source.now():
            return known[1]
        asked_in = self._round
        found = await self._store.read(people.session, key)
        if found is not None and asked_in == self._round:  # else somebody logged out while we read
            _remember(self._sessions, key, found)
        return found

    async def machine(self, key: str) -> Machine | None:
        """Return the machine of an API key, or None; that it was used is noted."""
        found = await self._machine(digest(key))
        if found is not None:
            self._use.note(found.id)
        return found

    async def _machine(self, hashed: str) -> Machine | None:
        known = self._machines.get(hashed)
        if known is not None and known[0] > _now():
            return known[1]
        asked_in = self._round
        found = await self._store.read(people.machine, hashed)
        if found is not None and asked_in == self._round:
            _remember(self._machines, hashed, found)
        return found

    def _watch(self, entries: Sequence[Entry]) -> None:
        if not people.lets_in(entry.kind for entry in entries):
            return
        changed = {entry.subject: None for entry in entries if people.lets_in((entry.kind,))}
        self._round += 1
        self._machines.clear()
        if not all(subject.startswith(("person/", "key/")) for subject in changed):
            self._sessions.clear()  # about nobody we know by name, so it may be about anybody
        for key, (_, session) in list(self._sessions.items()):
            if f"person/{session.person_id}" in changed:
                del self._sessions[key]


class Tries:
    """Counts wrong logins per address."""

    def __init__(self) -> None:
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, address: str) -> None:
        """Raise Refusal while an address has guessed wrong too often."""
        times = self._recent(address)
        if len(times) >= WRONG_TRIES:
            left = WRONG_TRIES_SECONDS - (_now() - times[0])
            raise Refusal("login.slow", minutes=max(1, -(-int(left) // 60)))

    def wrong(self, address: str) -> None:
        """Count one."""
        self._recent(address).append(_now())

    def _recent(self, address: str) -> deque[float]:
        times = self._wrong.setdefault(address, deque(maxlen=WRONG_TRIES))
        self._wrong.move_to_end(address)
        while len(self._wrong) > ADDRESSES_MOST:
            self._wrong.popitem(last=False)
        while times and times[0] < _now() - WRONG_TRIES_SECONDS:
            times.popleft()
        return times


def _remember(known: OrderedDict[str, tuple[float, T]], key: str, value: T) -> None:
    known[key] = (_now() + REMEMBER_SECONDS, value)
    while len(known) > REMEMBER_MOST:
        known.popitem(last=False)


def _now() -> float:
    return asyncio.get_running_loop().time()
