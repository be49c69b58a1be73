"""A real edge with read points: real sockets to a reader, a Modbus unit and a WMS, and a kill in between (I12, P56)."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
import yaml

from drivers.streams import listen
from simulators.plc.device import Plc
from simulators.reader import Field, Reader
from simulators.wms.app import create_app
from simulators.wms.books import Books
from tests.drivers.modbus.wires import served
from tests.site.test_outputs import ROOT, WITHIN, edge, lay_out
from tests.support.broker import free_port

TAGS = [f"3034257BF400B78000004C{n:02X}" for n in range(6)]


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def wms(books: Books) -> AsyncIterator[str]:
    """Serve a WMS; give its address."""
    app = create_app(books, "t", random.Random(1))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


@asynccontextmanager
async def reader(field: Field) -> AsyncIterator[str]:
    """Serve a reader with what is before its antennas; give its address."""
    served_one = Reader("tcp://127.0.0.1:0", field=field, listen=listen, now=now, dice=random.Random(2))
    await served_one.start()
    yield served_one.address
    await served_one.stop()


async def until(condition: Callable[[], object], meanwhile: Callable[[], None] = lambda: None) -> None:
    """Wait for what other programs do."""
    async with asyncio.timeout(WITHIN):
        while not condition():
            meanwhile()
            await asyncio.sleep(0.1)


def site(url: str, shelf: str, lane: str, plc: str) -> dict[str, Any]:
    """Return a site with a shelf that is read all the time, and a lane that a photo-eye has read."""
    raw: dict[str, Any] = yaml.safe_load((ROOT / "config" / "putwall.yaml").read_text(encoding="utf-8"))
    raw["wms"]["url"] = url
    raw["broker"]["url"] = f"mqtt://127.0.0.1:{free_port()}"
    raw["devices"] += [
        {"id": "shelf-reader", "kind": "rfid", "address": shelf, "session": 0},
        {"id": "lane-reader", "kind": "rfid", "address": lane, "session": 0},
        {"id": "lane-io", "kind": "modbus", "address": plc, "points": {"eye": {"table": "discrete", "address": 0}}},
    ]
    name = {"ja": "棚", "en": "Shelf"}
    cycle = {"name": name, "duration": 1, "gone_after": 3}
    raw["read_points"] = [
        {"id": "SHELF", "readers": ["shelf-reader"], "repeat": 1, **cycle},
        {"id": "LANE", "readers": ["lane-reader"], "io": "lane-io", "start": "eye", "reports": [{"set": "current"}]}
        | cycle,
    ]
    return raw


async def test_I12_what_stands_at_read_points_is_told_to_a_real_wms_and_once_over_a_kill(tmp_path: Path) -> None:
    books = Books(":memory:", now, "OS3")
    shelf, lane = Field(random.Random(3)), Field(random.Random(4))
    plc = Plc({"eye": {"table": "discrete", "address": 0}})

    def told() -> int:
        return int(books.report()["events"].get("tags.reported", 0))

    def wave() -> None:
        plc.set_input("eye", not plc.value("eye"))

    async with wms(books) as url, reader(shelf) as one, reader(lane) as other, served("tcp", plc) as io:
        raw = site(url, one, other, io)
        lay_out(tmp_path, raw, f"tcp://127.0.0.1:{free_port()}")
        shelf.enter(TAGS[:3], 3600)
        lane.enter(TAGS[3:], 3600)
        async with edge(tmp_path):
            await until(lambda: books.tags_at("SHELF") == TAGS[:3])
            assert books.tags_at("LANE") == [], "nothing has gone through the photo-eye"
            await until(lambda: books.tags_at("LANE") == TAGS[3:], wave)
        before = told()
        shelf.leave(TAGS[:1])
        async with edge(tmp_path):
            await until(lambda: books.tags_at("SHELF") == TAGS[1:3])
        assert (told(), books.violations(at_end=True)) == (before + 1, [])
        assert books.tags_at("LANE") == TAGS[3:]
    books.close()
