"""A store and a floor in virtual time for tests of what drives devices."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

from edge.clock import Source
from edge.site import Device, Site
from edge.store.store import Store
from simulators.world.loop import clock, run
from tests.support.floor import Floor
from tests.support.store import START, HandClock, database, small_site

Day = Callable[[Floor], Coroutine[Any, Any, None]]
PRINTER = Device.model_validate({"id": "printer-1", "kind": "zpl", "address": "tcp://p:9100"})


def live(folder: Path, day: Day, seed: int = 1, changed: Callable[[Site], Site] = lambda site: site) -> None:
    """Live a stretch of virtual time on the small site, or on one that is made of it."""

    async def all_of_it() -> None:
        source = Source(now=clock(), dice=Random(1))
        site = small_site()
        stations = [
            station.model_copy(update={"printer": "printer-1"}) if station.kind == "pack" else station
            for station in site.stations
        ]
        site = changed(site.model_copy(update={"devices": [PRINTER], "stations": stations}))
        store = Store.open(database(folder), site, source, inline=True)
        floor = Floor(store, HandClock())
        await floor.open()
        await day(floor)
        store.close()

    run(all_of_it(), seed, START)


async def pass_(seconds: float) -> None:
    """Let virtual time go by."""
    await asyncio.sleep(seconds)
