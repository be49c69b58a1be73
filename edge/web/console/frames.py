"""What is sent to a console a few times a second, and the short queue it waits in (P47).

A frame holds only what changed. When a slow tablet leaves frames unread the oldest is dropped, and what only it knew is
carried into the next one, so that a robot never stays where it is not. Notes (exceptions) are never dropped.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

FRAMES_KEPT = 2
"""Frames waiting for one subscriber (P47)."""
NOTES_KEPT = 1000
"""A subscriber this far behind is cut off: it comes again and reads the page, which holds everything."""

Parts = dict[str, dict[str, Any]]


@dataclass(slots=True)
class Frame:
    """Changes since the frame before: by thing and field."""

    robots: Parts = field(default_factory=dict)
    foreign: Parts = field(default_factory=dict)
    gates: Parts = field(default_factory=dict)
    doors: Parts = field(default_factory=dict)
    lifts: Parts = field(default_factory=dict)
    devices: Parts = field(default_factory=dict)
    head: dict[str, Any] = field(default_factory=dict)
    topics: dict[str, None] = field(default_factory=dict)
    """First words of the journal kinds that happened, for pages that show rows."""
    at: int = 0
    """Milliseconds since 1970."""

    def __bool__(self) -> bool:
        """Say whether anything changed."""
        parts = self.robots, self.foreign, self.gates, self.doors, self.lifts, self.devices, self.head, self.topics
        return any(parts)

    def after(self, older: "Frame") -> "Frame":
        """Return one frame that says what both say; this one is the newer."""
        return Frame(
            robots=_merged(older.robots, self.robots),
            foreign=_merged(older.foreign, self.foreign),
            gates=_merged(older.gates, self.gates),
            doors=_merged(older.doors, self.doors),
            lifts=_merged(older.lifts, self.lifts),
            devices=_merged(older.devices, self.devices),
            head=older.head | self.head,
            topics=older.topics | self.topics,
            at=self.at,
        )

    def encode(self) -> bytes:
        """Return it as one server-sent event."""
        body: dict[str, Any] = {"at": self.at}
        for name in ("robots", "foreign", "gates", "doors", "lifts", "devices", "head"):
            value = getattr(self, name)
            if value:
                body[name] = value
        if self.topics:
            body["topics"] = list(self.topics)
        return event("state", body)


def changes(before: Parts, now: Parts) -> Parts:
    """Return the fields that differ; something that is gone is `{"gone": True}`."""
    found: Parts = {}
    for name, fields in now.items():
        old = before.get(name)
        if old is None:
            found[name] = fields
        elif old != fields:
            found[name] = {key: value for key, value in fields.items() if old.get(key) != value}
    for name in before:
        if name not in now:
            found[name] = {"gone": True}
    return found


def event(name: str, body: Any) -> bytes:
    """Return a server-sent event with a JSON body."""
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(body) + b"\n\n"


class Subscriber:
    """One open console: at most two frames wait, every note waits."""

    def __init__(self, first: Frame) -> None:
        self._frames: deque[Frame] = deque([first])
        self._notes: deque[bytes] = deque()
        self._ready = asyncio.Event()
        self._ready.set()
        self.closed = False
        self.dropped = 0

    def offer(self, frame: Frame) -> None:
        """Queue a frame, dropping the oldest when two wait already."""
        self._frames.append(frame)
        if len(self._frames) > FRAMES_KEPT:
            oldest = self._frames.popleft()
            self._frames[0] = self._frames[0].after(oldest)
            self.dropped += 1
        self._ready.set()

    def note(self, name: str, body: Mapping[str, Any]) -> None:
        """Queue something that must arrive; a subscriber hopelessly behind is closed instead."""
        if len(self._notes) >= NOTES_KEPT:
            self.close()
            return
        self._notes.append(event(name, body))
        self._ready.set()

    def close(self) -> None:
        """Let the reader end."""
        self.closed = True
        self._ready.set()

    async def next(self) -> bytes | None:
        """Return what waits, notes first, or None once it is closed and empty."""
        while not (self._notes or self._frames):
            if self.closed:
                return None
            self._ready.clear()
            await self._ready.wait()
        parts: Iterable[bytes] = [*self._notes, *(frame.encode() for frame in self._frames)]
        self._notes.clear()
        self._frames.clear()
        return b"".join(parts)


def _merged(older: Parts, newer: Parts) -> Parts:
    merged = dict(older)
    for name, fields in newer.items():
        old = merged.get(name)
        merged[name] = fields if old is None or "gone" in fields or "gone" in old else old | fields
    return merged
