"""A reader at no gate: what it has read lately is there to be seen, and nothing is decided by it (I12)."""

from datetime import timedelta
from pathlib import Path
from random import Random

from drivers.rfid.port import Read
from edge.clock import Source
from edge.devices.inventory import MOST, InventoryPoint
from edge.devices.links import Links
from edge.live import LATELY, Live
from edge.site import Device
from simulators.world.loop import clock
from tests.edge.devices.bench import live
from tests.support.floor import Floor

SHELF = Device.model_validate({"id": "shelf-1", "kind": "rfid", "address": "tcp://10.0.0.9:5084"})


def point_of(floor: Floor, shown: Live) -> InventoryPoint:
    site = floor.store.site.model_copy(update={"devices": [SHELF]})
    links = Links(site, floor.store, shown, Source(now=clock(), dice=Random(1)))
    return InventoryPoint("shelf-1", live=shown, links=links)


def read(epc: str, ago: timedelta) -> Read:
    at = clock()() - ago
    return Read(epc, 96, 1, -50, at, at, 1, clock()())


def test_I12_a_tag_is_shown_for_as_long_as_it_was_read_lately_the_latest_first(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        shown = Live()
        point = point_of(floor, shown)
        point.reads([read("A", timedelta(0)), read("OLD", LATELY * 2), read("B", timedelta(seconds=30))])
        point.reads([read("A", timedelta(minutes=9))])
        view = shown.points["shelf-1"]
        assert list(view.lately(clock()()).items()) == [
            ("A", clock()()),
            ("B", clock()() - timedelta(seconds=30)),
        ]
        assert (shown.devices["shelf-1"].last_word, shown.devices["shelf-1"].words) == ("A", 2)

    live(tmp_path, day)


def test_I11_a_shelf_of_any_number_of_tags_takes_bounded_room(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        shown = Live()
        point = point_of(floor, shown)
        for start in range(0, MOST + 1000, 500):
            point.reads([read(f"{n:024X}", timedelta(0)) for n in range(start, start + 500)])
        assert len(shown.points["shelf-1"].tags) == MOST
        assert f"{MOST + 999:024X}" in shown.points["shelf-1"].tags

    live(tmp_path, day)
