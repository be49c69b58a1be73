"""Drives one receiver from the journal: sends, listens to the answer, slows down, goes on (H08, H12, H13, H15, H19).

What is sent and what is written down is decided in edge/host/outbox.py; here is only when, and how much at a time.
A request that fails as a whole is cut in half until the one entry that causes it stands alone; from then on it travels
alone. If several entries in a row fail alone, the receiver is at fault and none of them is blamed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import structlog

from edge.host.interests import interest_of
from edge.host.outbox import Batch, Outcome, Result, delay, record, take
from edge.host.restored import Known, ask_after, cannot_ask, settle
from edge.processes.trouble import raise_trouble, solve_trouble
from edge.store.database import StoreError
from edge.store.store import Store
from edge.store.tx import Entry, Tx

log = structlog.get_logger(__name__)

STRIKES = 3
"""Entries that fail alone, one after the other, before the receiver is held to be at fault and not they."""
DOWN_SECONDS = 300.0
"""A receiver that takes nothing for this long is a person's business."""
GATHER_SECONDS = 5.0
"""News within this time travel in one request: many receivers count requests (H19), none counts seconds."""
PROBE_SECONDS = 60.0
"""With nothing to send, the receiver is asked this often whether it is there."""
LONGEST_WAIT = 900.0
"""The longest Retry-After that is honoured: a typing error there must not silence the site for a day."""


class Fault(StrEnum):
    """Why a request failed as a whole."""

    UNREACHABLE = "unreachable"
    """Nobody took it."""
    DENIED = "denied"
    """Our key or the address is wrong: it will not heal by itself."""
    BUSY = "busy"
    """It asks us to wait."""
    SICK = "sick"
    """It broke on the way or inside the receiver, perhaps because of one entry."""
    WRONG = "wrong"
    """The receiver finds the content wrong."""
    LARGE = "large"
    """Too much at once."""


class SendError(Exception):
    """A request failed as a whole; `wait` is how many seconds the receiver asked for."""

    def __init__(self, fault: Fault, text: str, wait: float | None = None) -> None:
        super().__init__(f"{fault}: {text}")
        self.fault = fault
        self.text = text
        self.wait = wait


class Sink(Protocol):
    """A receiver."""

    name: str
    """The follower's name in the store."""
    down_code: str
    """The exception to raise when it takes nothing for a while."""
    most: int
    """Entries in one request at most."""

    async def send(self, entries: Sequence[Entry]) -> Mapping[int, Result]:
        """Send entries and return results by sequence number; without entries, see whether it is there.

        Raises SendError when the request fails as a whole.
        """


@dataclass(frozen=True, slots=True)
class Link:
    """How it stands with a receiver."""

    up: bool
    since: datetime
    waiting: int
    error: str = ""


@dataclass(frozen=True, slots=True)
class Rest:
    """How long to rest; news of the journal ends a light one. None: until there is news."""

    seconds: float | None
    light: bool = False


NO_REST = Rest(0.0)

Ask = Callable[[int], Awaitable[Sequence[Known]]]
"""Asks a receiver for the last event it knows of each subject, of those with one after a journal row; SendError."""


class Follower:
    """Brings the journal to one receiver, for ever."""

    def __init__(
        self,
        store: Store,
        sink: Sink,
        on_change: Callable[[Link], None] = lambda _link: None,
        ask: Ask | None = None,
    ) -> None:
        self._store = store
        self._sink = sink
        self._on_change = on_change
        self._ask = ask
        self._wants = interest_of(sink.name).wants
        self._news = asyncio.Event()
        self._size = self._most = sink.most
        self._suspect_next = False
        self._strikes = 0
        self._failures = 0
        self._failing_since: float | None = None
        self._heard_at = float("-inf")
        self._called = False
        self._open = True  # an earlier life may have called somebody
        self.link = Link(up=False, since=store.source.now(), waiting=0)

    async def run(self) -> None:
        """Follow until cancelled."""
        stop = self._store.watch(self._watch)
        try:
            while True:
                self._news.clear()
                await self._rest(await self.step())
        finally:
            stop()

    async def step(self) -> Rest:
        """Send once, if there is anything to send, and return how long to rest."""
        try:
            batch = await self._store.read(take, self._sink.name, self._size, suspect=self._suspect_next)
            self._suspect_next = not self._suspect_next
            self._tell(waiting=batch.waiting)
            if batch.restored:
                return await self._meet_again()
            return await (self._send(batch) if batch.entries else self._idle(batch))
        except StoreError as error:
            log.warning("follower.store_failed", follower=self._sink.name, error=str(error))
        except Exception:
            log.exception("follower.bug", follower=self._sink.name)  # the site must not fall silent for one bug
        return self._back_off()

    async def _send(self, batch: Batch) -> Rest:
        try:
            results = await self._sink.send(batch.entries)
        except SendError as error:
            return await self._failed(batch, error)
        await self._store.run(record, self._sink.name, batch, results)
        delivered = sum(result.outcome is Outcome.DELIVERED for result in results.values())
        self._tell(waiting=max(0, batch.waiting - delivered))
        await self._heard()
        if delivered:
            self._strikes = 0
            self._size = min(self._most, self._size * 2)
        return self._until_due(batch) if delivered == batch.waiting else NO_REST

    async def _meet_again(self) -> Rest:
        """Ask what the receiver knows, and go on from there; without a question, wait until another has asked (H15)."""
        if self._ask is None:
            return Rest(None, light=True)
        try:
            known = await self._ask(await self._store.read(ask_after, self._sink.name))
        except SendError as error:
            if error.fault in (Fault.DENIED, Fault.WRONG):
                await self._store.run(cannot_ask, self._sink.name, error.text)
            return await self._silent(error)
        await self._store.run(settle, self._sink.name, known)
        log.info("follower.met_again", follower=self._sink.name, subjects=len(known))
        await self._heard()
        return NO_REST

    async def _idle(self, batch: Batch) -> Rest:
        loop = asyncio.get_running_loop()
        if loop.time() - self._heard_at >= PROBE_SECONDS:
            try:
                await self._sink.send(())
            except SendError as error:
                if error.fault is not Fault.WRONG:  # an answer all the same
                    return await self._silent(error)
            await self._heard()
        return self._until_due(batch)

    def _until_due(self, batch: Batch) -> Rest:
        """Rest until a suspect is due or the receiver is to be asked whether it is there."""
        rest = PROBE_SECONDS - (asyncio.get_running_loop().time() - self._heard_at)
        if batch.next_at is not None:
            rest = min(rest, (batch.next_at - self._store.source.now()).total_seconds())
        return Rest(max(rest, 0.001), light=True)

    async def _failed(self, batch: Batch, error: SendError) -> Rest:
        if error.fault in (Fault.UNREACHABLE, Fault.DENIED, Fault.BUSY):
            return await self._silent(error)
        for_good = error.fault is not Fault.SICK
        if len(batch.entries) > 1:
            self._size = len(batch.entries) // 2
            if error.fault is Fault.LARGE:
                self._most = self._size
            return NO_REST if for_good else await self._silent(error)
        self._strikes += 1
        blamed = self._strikes < STRIKES
        outcome = Outcome.PUT_OFF if not blamed else Outcome.REFUSED if for_good else Outcome.FAILED
        result = Result(outcome, error.text)
        await self._store.run(record, self._sink.name, batch, {batch.entries[0].seq: result})
        return NO_REST if blamed else await self._silent(error)

    async def _heard(self) -> None:
        """The receiver works."""
        self._heard_at = asyncio.get_running_loop().time()
        self._failures = 0
        self._failing_since = None
        self._tell(up=True)
        if self._open:
            await self._store.run(solve_trouble, self._sink.down_code, self._sink.name)
            self._open = False

    async def _silent(self, error: SendError) -> Rest:
        """The receiver does not work: wait, longer each time, and call somebody when it takes too long."""
        now = asyncio.get_running_loop().time()
        if self._failing_since is None:
            self._failing_since = now
            self._called = False
        if error.fault is not Fault.BUSY:
            self._tell(up=False, error=str(error))
        failing = now - self._failing_since
        if not self._called and (error.fault is Fault.DENIED or failing >= DOWN_SECONDS):
            await self._store.run(_call_somebody, self._sink, round(failing / 60), str(error))
            self._called = self._open = True
        return self._back_off(error.wait)

    def _back_off(self, asked: float | None = None) -> Rest:
        self._failures += 1
        own = delay(self._store.source, self._failures)
        return Rest(own if asked is None else max(own, min(asked, LONGEST_WAIT)))

    def _tell(self, *, up: bool | None = None, waiting: int | None = None, error: str = "") -> None:
        before = self.link
        is_up = before.up if up is None else up
        self.link = Link(
            up=is_up,
            since=before.since if is_up == before.up else self._store.source.now(),
            waiting=before.waiting if waiting is None else waiting,
            error=before.error if up is None else error,
        )
        if is_up != before.up:
            log.info("follower.back" if is_up else "follower.lost", follower=self._sink.name, error=error)
        if self.link != before:
            self._on_change(self.link)

    def _watch(self, entries: Sequence[Entry]) -> None:
        if any(self._wants(entry) or entry.kind.startswith("host.") for entry in entries):
            self._news.set()

    async def _rest(self, rest: Rest) -> None:
        if not rest.light:
            await asyncio.sleep(rest.seconds or 0)
            return
        try:
            async with asyncio.timeout(rest.seconds):
                await self._news.wait()
            await asyncio.sleep(GATHER_SECONDS)
        except TimeoutError:
            return


def _call_somebody(tx: Tx, sink: Sink, minutes: int, error: str) -> None:
    raise_trouble(tx, sink.down_code, sink.name, minutes=minutes, error=error)
