"""A real edge keeps the lamps of a real Modbus unit and is killed: they go off by themselves and come back (I62, P56).

The unit is the simulated PLC behind a real socket, with its host watchdog on. The order whose slot is lit is a row.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml

from edge.clock import real_source
from edge.processes.orders import accept_order
from edge.processes.totes import sync_totes
from edge.sitefile import load_site
from edge.store.database import Database
from edge.store.store import Store
from edge.store.tables import totes
from edge.store.tx import Tx
from simulators.plc.device import Plc
from tests.drivers.modbus.wires import served
from tests.support.broker import free_port

ROOT = Path(__file__).parents[2]
WATCHDOG = 1.0
WITHIN = 60
HOST = {"table": "holding", "address": 90, "type": "uint16"}
ORDER = {
    "order_key": "K1",
    "owner": "ACME",
    "carrier": "yamato",
    "ship_to": {"name": "山田 太郎", "postcode": "530-0001", "address": "大阪市北区", "phone": "06-0000-0000"},
    "lines": [{"line": 1, "sku": "NOWHERE", "quantity": 1}],
}


def lay_out(folder: Path, raw: dict[str, Any], address: str) -> None:
    """Write the site file with its wall at this address."""
    wall_io(raw)["address"] = address
    secrets = folder / "secrets.yaml"
    (folder / "site.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    secrets.touch(mode=0o600)
    secrets.write_text("wms_token: t\nbroker_password: p\n", encoding="utf-8")


async def decide(folder: Path, decision: Callable[..., None], *given: str) -> None:
    """Decide while the edge is dead."""
    site = load_site(folder / "site.yaml")
    store = Store.open(Database(f"sqlite:///{folder / 'genba.db'}"), site, real_source())
    await store.run(decision, *given)
    store.close()
    store.close()


def wall_io(raw: dict[str, Any]) -> dict[str, Any]:
    device: dict[str, Any] = next(one for one in raw["devices"] if one["id"] == "wall-io")
    return device


def put_whole(tx: Tx, slot: str) -> None:
    """Let the order lie whole in a slot."""
    sync_totes(tx)
    accept_order(tx, ORDER)
    tx.change(totes, {"id": slot}, order_id="ACME/K1", state="waiting")


def move(tx: Tx, slot: str, other: str) -> None:
    """Let it lie in another slot."""
    tx.change(totes, {"id": slot}, order_id=None, state="free")
    tx.change(totes, {"id": other}, order_id="ACME/K1", state="waiting")


@asynccontextmanager
async def edge(folder: Path) -> AsyncIterator[Process]:
    """Run the edge; it is killed at the end as a power cut does."""
    words = ["run", str(folder / "site.yaml"), "--data", str(folder), "--secrets", str(folder / "secrets.yaml")]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "edge.cli", *words, "--listen", f"127.0.0.1:{free_port()}", cwd=ROOT,
        stdout=DEVNULL, stderr=DEVNULL, env={**os.environ},
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


class Lamps:
    """What the unit's outputs do."""

    def __init__(self, plc: Plc) -> None:
        self._plc = plc
        self._news = asyncio.Event()
        plc.on_output = lambda _name, _value: self._news.set()

    async def until(self, name: str, value: int) -> None:
        async with asyncio.timeout(WITHIN):
            while self._plc.value(name) != value:
                await self._news.wait()
                self._news.clear()


async def test_I62_P56_lamps_fall_when_a_real_edge_is_killed_and_come_back_as_the_rows_are_then(tmp_path: Path) -> None:
    raw = yaml.safe_load((ROOT / "config" / "putwall.yaml").read_text(encoding="utf-8"))
    raw["broker"]["url"] = f"mqtt://127.0.0.1:{free_port()}"
    wall_io(raw)["watchdog"] = "host"
    points = wall_io(raw)["points"] = wall_io(raw)["points"] | {"host": HOST}
    plc = Plc(points, watchdog=WATCHDOG)
    lamps = Lamps(plc)
    async with served("tcp", plc) as address:
        lay_out(tmp_path, raw, address)
        await decide(tmp_path, put_whole, "W1-01")
        async with edge(tmp_path):
            await lamps.until("s1_done", 1)
            assert plc.watchdog_fired == 0
        await lamps.until("s1_done", 0)
        assert plc.watchdog_fired == 1
        await decide(tmp_path, move, "W1-01", "W1-02")
        async with edge(tmp_path):
            await lamps.until("s2_done", 1)
            assert not plc.value("s1_done")
