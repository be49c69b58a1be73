"""A fleet of one robot whose tour leads through doors or lifts, at real Modbus drivers and simulated PLCs."""

import asyncio
import random
from collections.abc import Callable, Mapping

from sqlalchemy import select

from drivers.modbus.points import read_points
from drivers.modbus.profiles import with_profile
from drivers.modbus.unit import Unit
from edge.app import roadmap_of
from edge.devices.passages import Passages
from edge.live import Live
from edge.site import Device
from edge.store.tables import exceptions, orders
from simulators.plc.device import Plc
from simulators.world.loop import clock
from tests.edge.devices.fleet import Fleet
from tests.support.floor import Floor


def plc_of(device: Device) -> Plc:
    """Return the simulated PLC behind a device."""
    return Plc(with_profile(str(device.profile), {}))


def _told(passages: Passages, device: str) -> Callable[[object], None]:
    """Return what tells the passages that there is something new at a device, whatever it is."""
    return lambda _news: passages.heard(device)


class Passageway(Fleet):
    """Joins the PLCs, by the devices of the site, to its passages; picks at N2, before them, and packs beyond."""

    def __init__(self, floor: Floor, version: str, maps: tuple[str, ...], plcs: Mapping[str, Plc]) -> None:
        super().__init__(floor, version, maps)
        self.plcs = plcs
        self._units: list[asyncio.Task[None]] = []

    async def boot(self) -> None:
        """Start the keeper and its units, again if they ran."""
        await self.halt()
        self.live = Live()
        store, roadmap = self.floor.store, roadmap_of(self.floor.store.site)
        passages = self.passages = Passages(store.site, roadmap, store=store, live=self.live)
        for device in store.site.devices:
            if device.id not in self.plcs:
                continue
            heard = _told(passages, device.id)
            unit = Unit(
                device.id,
                device.address,
                1,
                read_points(with_profile(str(device.profile), {})),
                self.plcs[device.id].connect,
                now=clock(),
                dice=random.Random(5),
                on_change=heard,
                on_link=heard,
            )
            passages.attach(device.id, unit)
            self._units.append(asyncio.ensure_future(unit.run()))
        self.keep(roadmap, passages)

    async def halt(self) -> None:
        """Stop the keeper and its units."""
        await super().halt()
        for unit in self._units:
            unit.cancel()
        if self._units:
            await asyncio.wait(self._units)
        self._units.clear()

    async def come(self) -> None:
        """Pick at N2, so that the robot sets out for the pack station."""
        await self.at_stop(1)
        await self.floor.work("sato", "ZONE:A")

    async def see(self, true: Callable[[], object], longest: float = 180.0) -> None:
        """Wait until something is true of the floor."""
        end = asyncio.get_running_loop().time() + longest
        while not true():
            shown = self.live.doors, self.live.lifts, self.live.robots
            assert asyncio.get_running_loop().time() < end, (await self.troubles(), *shown)
            await asyncio.sleep(0.1)

    async def packing(self) -> None:
        """Wait until the tote is at the pack station."""
        await self.until(lambda reader: reader.get(orders, state="packing"))

    async def troubles(self) -> list[tuple[str, str]]:
        """Return the exceptions about doors and lifts, oldest first."""
        about = exceptions.c.subject
        rows = await self.floor.store.read(
            lambda reader: reader.rows(select(exceptions).where(about.startswith("door/") | about.startswith("lift/")))
        )
        return [(row.code, row.state) for row in rows]
