"""The one stream of the console: reads Live five times a second while somebody looks, and passes on what changed."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from edge.fleet.reasons import Reason
from edge.live import DeviceView, DoorView, ForeignView, GateView, LiftView, Live, RobotView
from edge.site import Site
from edge.store.store import Store
from edge.store.tables import exceptions
from edge.store.tx import Entry, Reader
from edge.web.console.frames import Frame, Parts, Subscriber, changes

FRAMES_PER_SECOND = 5
"""Smooth with interpolation on the screen, and a fifth of a core's thousandth for 200 robots (P46)."""
BEATS = 5 * FRAMES_PER_SECOND
"""Frames between heartbeats: a console that hears nothing for two of them says so."""
PATH_NODES = 12
"""Reserved nodes shown ahead of a robot."""
RATE_SPAN = timedelta(seconds=60)
"""Over which a device's rate is measured."""


class Hub:
    """Feeds every open console from one loop that runs only while there is one."""

    def __init__(self, store: Store, site: Site, live: Live) -> None:
        self._store = store
        self._site = site
        self._live = live
        self._nodes = {node.id: (node.x, node.y) for node in site.roadmap.nodes}
        self._maps = site.maps
        self._subscribers: dict[int, Subscriber] = {}
        self._number = 0
        self._task: asyncio.Task[None] | None = None
        self._unwatch: Callable[[], None] | None = None
        self._last = Frame()
        self._version = -1
        self._topics: dict[str, None] = {}
        self._notes: list[dict[str, Any]] = []
        self._open = 0
        self._counts: dict[str, deque[tuple[Any, int]]] = {}

    @property
    def watched(self) -> int:
        """How many consoles listen."""
        return len(self._subscribers)

    async def listen(self) -> AsyncGenerator[bytes, None]:
        """Yield server-sent events for one console, beginning with everything there is."""
        number, subscriber = await self._join()
        try:
            while (chunk := await subscriber.next()) is not None:
                yield chunk
        finally:
            self._subscribers.pop(number, None)
            if not self._subscribers:
                self._rest()

    async def head(self) -> dict[str, Any]:
        """Return what the head of every page shows: links, counts of what is down or open."""
        self._open = await self._store.read(_open_exceptions)
        return self._look().head

    def close(self) -> None:
        """End all streams."""
        for subscriber in self._subscribers.values():
            subscriber.close()
        self._rest()

    def rate(self, device: str) -> float | None:
        """Return what a device said per minute lately, or None while that is not known."""
        seen = self._counts.get(device)
        if not seen or len(seen) < 2:
            return None
        (first, before), (last, words) = seen[0], seen[-1]
        minutes = (last - first).total_seconds() / 60
        return (words - before) / minutes if minutes > 0 else None

    async def _join(self) -> tuple[int, Subscriber]:
        self._open = await self._store.read(_open_exceptions)
        if self._task is None:
            self._unwatch = self._store.watch(self._committed)
            self._task = asyncio.create_task(self._pump(), name="console-stream")
        self._tick()
        subscriber = Subscriber(self._whole())
        self._number += 1
        self._subscribers[self._number] = subscriber
        return self._number, subscriber

    def _rest(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None

    async def _pump(self) -> None:
        beat = 0
        with suppress(asyncio.CancelledError):
            while True:
                await asyncio.sleep(1 / FRAMES_PER_SECOND)
                beat += 1
                if beat % BEATS == 0 or "exception" in self._topics:
                    self._open = await self._store.read(_open_exceptions)
                self._tick(beat=beat % BEATS == 0)

    def _committed(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            topic = entry.kind.partition(".")[0]
            self._topics[topic] = None
            if topic == "exception":
                self._notes.append(
                    {"kind": entry.kind, "code": entry.reason, "subject": entry.subject, "details": entry.data}
                )

    def _tick(self, *, beat: bool = False) -> None:
        notes, self._notes = self._notes, []
        for subscriber in self._subscribers.values():
            for note in notes:
                subscriber.note("exception", note)
        if self._live.version == self._version and not self._topics and not beat:
            return
        self._version = self._live.version
        whole = self._look()
        frame = Frame(
            robots=changes(self._last.robots, whole.robots),
            foreign=changes(self._last.foreign, whole.foreign),
            gates=changes(self._last.gates, whole.gates),
            doors=changes(self._last.doors, whole.doors),
            lifts=changes(self._last.lifts, whole.lifts),
            devices=changes(self._last.devices, whole.devices),
            head=whole.head if beat else {k: v for k, v in whole.head.items() if self._last.head.get(k) != v},
            topics=self._topics,
            at=self._milliseconds(),
        )
        self._last, self._topics = whole, {}
        if beat:
            self._measure()
        if frame:
            for subscriber in self._subscribers.values():
                subscriber.offer(frame)

    def _whole(self) -> Frame:
        return replace(self._last, topics={}, at=self._milliseconds())

    def _milliseconds(self) -> int:
        return int(self._store.source.now().timestamp() * 1000)

    def _look(self) -> Frame:
        live, now = self._live, self._store.source.now()
        devices: Parts = {view.id: device_fields(view) for view in live.devices.values()}
        down = len(devices_down(live, self._site))
        return Frame(
            robots={view.id: robot_fields(view, self._nodes, self._maps) for view in live.robots.values()},
            foreign={view.id: foreign_fields(view, now) for view in live.foreign.values() if view.placed},
            gates={view.id: gate_fields(view) for view in live.gates.values()},
            doors={view.id: door_fields(view) for view in live.doors.values()},
            lifts={view.id: lift_fields(view) for view in live.lifts.values()},
            devices=devices,
            head={"wms": live.wms_up, "waiting": live.wms_waiting, "down": down, "exceptions": self._open},
        )

    def _measure(self) -> None:
        now = self._store.source.now()
        for view in self._live.devices.values():
            seen = self._counts.setdefault(view.id, deque())
            if seen and view.words < seen[-1][1]:
                seen.clear()
            seen.append((now, view.words))
            while now - seen[0][0] > RATE_SPAN:
                seen.popleft()


def robot_state(view: RobotView) -> str:
    """Return the one word that a robot's colour and icon stand for."""
    signs = (
        ("dead", view.code in ("robot.dead", "robot.dead_answers")),
        ("out", view.code == "robot.out_of_service"),
        ("silent", not view.online),
        ("error", bool(view.errors) or view.code == "robot.strange_load"),
        ("paused", view.code in ("robot.paused", "robot.all_stopped", "robot.not_automatic")),
        ("charging", view.charging),
        ("blocked", _waits_on_the_way(view.code)),
        ("driving", view.driving),
        ("idle", view.code == "robot.called_home" or (view.code != Reason.AT_STOP and not view.totes)),
    )
    return next((state for state, is_so in signs if is_so), "working")


def _waits_on_the_way(code: str) -> bool:
    return code.startswith("traffic.") and code not in (Reason.HOME, Reason.GOING, Reason.AT_STOP)


def robot_fields(
    view: RobotView, nodes: Mapping[str, tuple[int, int]], maps: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return a robot as the map draws it; `m` is the map of its floor, `p` the reserved way there as x, y … in mm."""
    ahead = (
        view.path[1:] if view.path and view.path[0] == view.node else view.path
    )  # the node behind it is no way ahead
    here = [node for node in ahead[:PATH_NODES] if not maps or not view.map or maps.get(node) == view.map]
    path = [value for node in here for value in nodes.get(node, ())]
    return {
        "m": view.map,
        "x": view.x,
        "y": view.y,
        "h": view.heading,
        "b": view.battery,
        "s": robot_state(view),
        "t": list(view.totes),
        "p": path,
    }


FOREIGN_STATES: Mapping[str, str] = {
    "navigating": "driving",
    "idle": "idle",
    "disabled": "error",
    "offline": "out",
    "charging": "charging",
    "waiting": "blocked",
    "loadingUnloading": "working",
    "manualOveride": "paused",
}
"""The standard's words for what a robot does, in ours."""


def foreign_state(view: ForeignView, now: datetime) -> str:
    """Return the one word for a robot that others drive; those of our own robots, so far as they fit."""
    if view.silent(now):
        return "silent"
    return "error" if view.errors else FOREIGN_STATES.get(view.state, "unknown")


def foreign_fields(view: ForeignView, now: datetime) -> dict[str, Any]:
    """Return a robot that others drive as the map draws it."""
    return {
        "x": view.x,
        "y": view.y,
        "h": view.heading,
        "b": view.battery,
        "s": foreign_state(view, now),
        "n": view.name,
        "p": [] if view.silent(now) else [value for point in view.path for value in point],
    }


def gate_fields(view: GateView) -> dict[str, Any]:
    """Return a gate's beams, light and verdict."""
    return {"inner": view.inner, "outer": view.outer, "light": view.light, "verdict": view.verdict, "reads": view.reads}


def door_fields(view: DoorView) -> dict[str, Any]:
    """Return a door's state, and the robots it is open for."""
    return {"s": view.state, "r": list(view.robots)}


def lift_fields(view: LiftView) -> dict[str, Any]:
    """Return a lift's state, the floor where it is, where it is called, and the robots it serves."""
    return {"s": view.state, "f": view.floor, "c": view.call, "r": list(view.robots)}


def device_fields(view: DeviceView) -> dict[str, Any]:
    """Return a device link as its card shows it."""
    return {"up": view.up, "word": view.last_word, "words": view.words, "losses": view.losses}


def devices_down(live: Live, site: Site) -> list[str]:
    """Return the devices of the site file that are not connected, and then whatever else is linked and is not."""
    names = dict.fromkeys([*(device.id for device in site.devices), *live.devices])
    return [name for name in names if name not in live.devices or not live.devices[name].up]


def _open_exceptions(reader: Reader) -> int:
    found: int = reader.value(
        select(func.count()).select_from(exceptions).where(exceptions.c.state.in_(("open", "taken")))
    )
    return found
