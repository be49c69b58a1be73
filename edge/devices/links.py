"""Shows every device link on the console, and makes a lost one an exception that solves itself when it is back.

A device that is lost again and again, each time too shortly to be told, is told as flapping (F49).
"""

import asyncio
from collections import deque
from collections.abc import Callable

from drivers.supervisor import Link
from edge.clock import Source
from edge.live import DeviceView, Live
from edge.processes.trouble import raise_trouble, solve_trouble
from edge.site import Site
from edge.store.store import Store

PATIENCE = 15.0
"""Seconds a device may be away before a person is told: a reboot of a switch is no exception."""
FLAPS = 5
"""Losses within STEADY that make a device flap: one may be a plug that was pulled, five are a bad plug."""
STEADY = 600.0
"""Seconds: losses are counted over this time, and without any for as long the trouble is over."""


class Links:
    """The links of all devices of the site file, and of the broker and fleet manager that robots are driven through."""

    def __init__(self, site: Site, store: Store, live: Live, source: Source) -> None:
        self._store = store
        self._live = live
        self._source = source
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._losses: dict[str, deque[float]] = {}
        self._calm: dict[str, asyncio.TimerHandle] = {}
        for device in site.devices:
            live.devices[device.id] = DeviceView(device.id, device.kind, device.address, since=source.now())

    def watcher(self, device_id: str) -> Callable[[Link], None]:
        """Return what a driver calls when its link changes; a device that is not there from the start is told too."""
        self._expect(device_id)

        def changed(link: Link) -> None:
            view = self._live.devices[device_id]
            if view.up and not link.up:
                self._count(device_id)
            view.up, view.since, view.error, view.losses = link.up, link.since, link.error, link.losses
            self._live.touch()
            if link.up:
                timer = self._timers.pop(device_id, None)
                if timer is not None:
                    timer.cancel()
                self._store.run(solve_trouble, "exception.device_lost", f"device/{device_id}")
                self._wait_for_calm(device_id)
            else:
                self._expect(device_id)

        return changed

    def partner(self, name: str, kind: str, address: str) -> Callable[[Link], None]:
        """Return the watcher of what is no device of the site file: the broker, a fleet manager."""
        self._live.devices[name] = DeviceView(name, kind, address, since=self._source.now())
        return self.watcher(name)

    def said(self, device_id: str, word: str) -> None:
        """Note what a device last said."""
        view = self._live.devices[device_id]
        view.last_word = word
        view.last_at = self._source.now()
        view.words += 1
        self._live.touch()

    def printing(self, device_id: str, waiting: int, trouble: str | None) -> None:
        """Note how many labels wait for a printer, and what is in its way."""
        view = self._live.devices[device_id]
        if (view.waiting, view.trouble) != (waiting, trouble or ""):
            view.waiting, view.trouble = waiting, trouble or ""
            self._live.touch()

    def dropper(self, device_id: str) -> Callable[[str, object], None]:
        """Return what a driver calls when it gives up what was wanted of an output, as it had become too late."""

        def dropped(point: str, value: object) -> None:
            facts = {"device": device_id, "point": point, "value": str(value)}
            self._store.run(raise_trouble, "exception.wish_dropped", f"device/{device_id}/{point}", **facts)

        return dropped

    def _count(self, device_id: str) -> None:
        """Note a loss, and tell a person when there were too many."""
        now = asyncio.get_running_loop().time()
        losses = self._losses.setdefault(device_id, deque())
        losses.append(now)
        while losses[0] <= now - STEADY:
            losses.popleft()
        calm = self._calm.pop(device_id, None)
        if calm is not None:
            calm.cancel()
        if len(losses) >= FLAPS:
            facts = {"device": device_id, "count": len(losses), "minutes": int(STEADY // 60)}
            self._store.run(raise_trouble, "exception.device_flaps", f"device/{device_id}", **facts)

    def _wait_for_calm(self, device_id: str) -> None:
        """End the trouble when the device stays; one that flapped before a restart too."""
        if device_id not in self._calm:
            loop = asyncio.get_running_loop()
            about = (solve_trouble, "exception.device_flaps", f"device/{device_id}")
            self._calm[device_id] = loop.call_later(STEADY, self._store.run, *about)

    def _expect(self, device_id: str) -> None:
        if device_id not in self._timers:
            loop = asyncio.get_running_loop()
            self._timers[device_id] = loop.call_later(PATIENCE, self._lost, device_id)

    def _lost(self, device_id: str) -> None:
        view = self._live.devices[device_id]
        if not view.up:
            error = view.error or ""
            self._store.run(
                raise_trouble, "exception.device_lost", f"device/{device_id}", device=device_id, error=error
            )
