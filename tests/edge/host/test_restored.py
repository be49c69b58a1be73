"""A site that is put back from a backup, its WMS that knows more, and nothing counted twice or lost (H15, P69h)."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from edge.host.follower import Follower
from edge.host.outbox import parked, take
from edge.host.restored import ROOM, Known, begin, settle
from edge.host.wms import follow_wms
from edge.live import Live
from edge.processes.cancel import request_cancel
from edge.store.backup import back_up, copy_file, facts_of
from edge.store.store import Store
from edge.store.tables import exceptions, journal, loads, orders
from edge.store.tx import Reader
from simulators.wms.app import Trouble, create_app
from simulators.wms.books import Books
from simulators.world.http import Line, Transport
from tests.edge.host.model import happen
from tests.support.floor import Floor
from tests.support.store import HandClock, make_store, small_site


class Hosted:
    """A site with its WMS; its database can be copied and put back."""

    def __init__(self, folder: Path, http: httpx.AsyncClient, books: Books, trouble: Trouble) -> None:
        self.folder = folder
        self.http = http
        self.books = books
        self.trouble = trouble
        self.clock = HandClock()
        self.site = small_site()
        self.open()

    def open(self) -> None:
        """Start the site."""
        self.store: Store = make_store(self.folder, self.site, self.clock)
        self.floor = Floor(self.store, self.clock)
        self.follower: Follower = follow_wms(self.store, Live(), self.http, "token")

    async def tell(self) -> None:
        """Let the follower go on until the WMS was told everything."""
        while (await self.store.read(take, "wms", 1)).waiting:
            await self.follower.step()
            self.clock.pass_(seconds=61)

    def back_up(self) -> Path:
        """Take a backup while the site runs."""
        back_up(self.folder / "genba.db", self.folder / "backup.db")
        return self.folder / "backup.db"

    async def restore(self, backup: Path, *, damaged: bool = False) -> None:
        """Put a backup in place, as `genba restore` does, and start the site."""
        self.store.close()
        present = self.folder / "genba.db"
        lost = facts_of(present)
        copy_file(backup, present)
        store = make_store(self.folder, self.site, self.clock)
        await store.run(begin, None if damaged else lost)
        store.close()
        self.open()

    async def order(self, key: str, **more: Any) -> None:
        """Send an order as the WMS does, and write it down there."""
        lines = [{"line": 1, "sku": "SKU1", "quantity": 2}]
        self.books.order_sent("ACME", {"order_key": key, "lines": lines})
        answer = await self.floor.order(key, ("SKU1", 2), **more)
        self.books.order_answered("ACME", key, answer["state"], answer.get("reason"))

    async def ship(self, key: str) -> None:
        """Let the floor work until an order has left; a lone one waits a while for company."""
        while (await self.order_row(key)).state != "shipped":
            await self.floor.run_down()
            self.clock.pass_(minutes=5)

    async def to_gate(self, key: str) -> None:
        """Let sato work until an order's parcel stands at the gate."""
        while (await self.order_row(key)).state != "packed":
            for place in ("ZONE:A", "PACK-1"):
                await self.floor.robots()
                await self.floor.work("sato", place)
            self.clock.pass_(minutes=5)
        await self.floor.plan()
        await self.floor.act("sato", "leave")
        await self.floor.act("sato", "scan", "DOCK-1")
        while (screen := await self.floor.screen("sato"))["step"] == "parcel":
            await self.floor.act("sato", "scan", screen["target"])
        assert screen["step"] == "gate", screen

    async def troubles(self) -> dict[str, dict[str, Any]]:
        """Return the open exceptions: code → details."""
        rows = await self.store.read(lambda reader: reader.all(exceptions, state="open"))
        return {row.code: row.detail for row in rows}

    async def order_row(self, key: str) -> Any:
        """Return an order of ACME."""
        return await self.store.read(lambda reader: reader.get(orders, id=f"ACME/{key}"))

    def told(self, subject: str) -> list[tuple[int, str, int]]:
        """Return number, type and incarnation of what the WMS knows of a subject."""
        with closing(sqlite3.connect(self.folder / "wms.db")) as wms:
            rows = wms.execute(
                "select number, type, incarnation from events where subject = ? order by number", (subject,)
            )
            return rows.fetchall()


@asynccontextmanager
async def hosted(folder: Path, seed: int = 1) -> AsyncIterator[Hosted]:
    """Give a site and its WMS, both over an in-memory line."""
    clock = HandClock()
    books = Books(str(folder / "wms.db"), clock, "T1")
    trouble = Trouble()
    app = create_app(books, "token", Random(seed), trouble=trouble)
    line = Line(lambda: app, Random(seed), latency=(0.0, 0.0))
    url = small_site().wms.url
    async with httpx.AsyncClient(transport=Transport({f"{url}:80": line, url: line})) as http:
        site = Hosted(folder, http, books, trouble)
        yield site
        site.store.close()
        books.close()


async def test_H15_P69h_a_restored_site_counts_nothing_twice_and_names_what_it_lost(tmp_path: Path) -> None:
    async with hosted(tmp_path) as site:
        await site.floor.open()
        await site.floor.stock("SKU1", "A-01-1", 100)
        await site.order("1")
        await site.ship("1")
        await site.order("2")
        await site.order("3", hold=True)
        await site.tell()
        await site.order("4", hold=True)  # accepted, but the WMS hears of it only after the backup
        backup = site.back_up()

        await site.ship("2")
        await site.store.run(happen, ["stock/ACME/SKU1", "stock/ACME/SKU1"])
        await site.store.run(change_priority, "ACME/3")
        await site.order("5")
        await site.tell()
        lost = {key: site.told(f"order/ACME/{key}") for key in "2345"}
        assert lost["2"][-1][1] == "order.shipped"

        await site.restore(backup)
        site.trouble.down = True  # decisions are taken before the WMS says what it knows
        await site.store.run(happen, ["stock/ACME/SKU1"])
        for _ in range(3):
            await site.follower.step()
        assert site.told("stock/ACME/SKU1")[-1][0] == 2
        site.trouble.down = False
        await site.tell()

        named = (await site.troubles())["exception.restored"]
        assert named["count"] == 4, named
        assert [document.split(" ")[0] for document in named["documents"]] == [
            "order/ACME/2",
            "order/ACME/3",
            "order/ACME/5",
            "stock/ACME/SKU1",
        ]
        assert named["documents"][-1] == "stock/ACME/SKU1 (0 → 2)"
        assert site.told("stock/ACME/SKU1") == [
            (1, "stock.adjusted", 1),
            (2, "stock.adjusted", 1),
            (3, "stock.adjusted", 2),
        ]
        assert ((await site.order_row("2")).state, (await site.order_row("3")).hold) == ("cancelled", True)
        assert site.told("order/ACME/2") == lost["2"]
        assert site.told("order/ACME/4") == lost["4"]

        await site.order("5", priority=9)  # the WMS sends it again, as nobody here knows it
        await site.ship("5")
        await site.tell()
        again = site.told("order/ACME/5")
        assert again[: len(lost["5"])] == lost["5"]
        assert again[-1][1:] == ("order.shipped", 2)
        report = site.books.report(at_end=True)
        assert report["violations"] == []
        assert report["duplicates"] == 0
        assert await site.store.read(parked, "wms") == []


async def test_H15_a_load_that_stood_at_the_gate_stands_there_no_more(tmp_path: Path) -> None:
    async with hosted(tmp_path) as site:
        await site.floor.open()
        await site.floor.stock("SKU1", "A-01-1", 100)
        await site.order("1")
        await site.to_gate("1")
        await site.store.run(request_cancel, "ACME/1", "cancel-1", "customer")  # the passage will answer
        await site.tell()
        backup = site.back_up()
        await site.floor.gate([])
        await site.tell()
        assert [kind for _, kind, _ in site.told("order/ACME/1")][-2:] == ["order.shipped", "order.cancel_refused"]
        lost = site.told("order/ACME/1")
        await site.restore(backup)
        await site.follower.step()
        assert (await site.order_row("1")).state == "cancelled"
        assert await site.store.read(lambda reader: [row.state for row in reader.all(loads)]) == ["cancelled"]
        assert site.told("order/ACME/1") == lost
        assert site.books.report(at_end=True)["violations"] == []


def change_priority(tx: Any, order_id: str) -> None:
    tx.journal("order.changed", f"order/{order_id}", outward=True, fields=["priority"], priority=9)


@dataclass
class Told:
    """A row of the final journal and where it stands."""

    subject: str
    number: int
    seq: int


@pytest.mark.parametrize("seed", range(12))
def test_H15_any_story_of_backups_and_restores_leaves_no_gap_and_no_double(tmp_path: Path, seed: int) -> None:
    """Subjects, deliveries, backups, restores of any of them, damaged files and an absent WMS, by dice."""
    asyncio.run(_story(tmp_path, Random(seed)))


async def _story(folder: Path, dice: Random) -> None:
    backups: list[Path] = []
    async with hosted(folder) as site:
        for turn in range(80):
            await site.store.run(happen, [f"stock/ACME/S{dice.randrange(4)}" for _ in range(dice.randrange(4))])
            site.trouble.down = dice.random() < 0.3
            for _ in range(dice.randrange(5)):
                await site.follower.step()
            if dice.random() < 0.1:
                backups.append(site.back_up().rename(folder / f"{turn}.db"))
            elif backups and dice.random() < 0.15:
                await site.restore(dice.choice(backups))
        site.trouble.down = False
        await site.tell()
        report = site.books.report(at_end=True)
        assert report["violations"] == []
        assert report["duplicates"] == 0
        last = await site.store.read(_rows_since_restore)
        assert [row for row in last if (row.number, row.seq) not in _numbers(folder, row.subject)] == []


def _rows_since_restore(reader: Reader) -> list[Told]:
    begun = reader.value(select(journal.c.seq).where(journal.c.kind == "site.restored").order_by(journal.c.seq.desc()))
    rows = reader.rows(select(journal).where(journal.c.seq > (begun or 0), journal.c.number.is_not(None)))
    return [Told(row.subject, row.number, row.seq) for row in rows]


def _numbers(folder: Path, subject: str) -> list[tuple[int, int]]:
    with closing(sqlite3.connect(folder / "wms.db")) as wms:
        return wms.execute("select number, seq from events where subject = ?", (subject,)).fetchall()


async def test_H15_a_second_restore_of_one_backup_is_no_danger_even_when_the_present_file_is_unreadable(
    tmp_path: Path,
) -> None:
    async with hosted(tmp_path) as site:
        await site.store.run(happen, ["stock/ACME/A"])
        backup = site.back_up()
        for _ in range(2):
            await site.restore(backup, damaged=True)
            await site.tell()
            await site.store.run(happen, ["stock/ACME/A", "stock/ACME/B"])
            await site.tell()
        assert [number for number, *_ in site.told("stock/ACME/A")] == [1, 2, 3]
        assert [number for number, *_ in site.told("stock/ACME/B")] == [1, 2]
        codes = {violation["code"] for violation in site.books.report(at_end=True)["violations"]}
        assert codes <= {"seq_twice", "not_asked"}  # what only the lost file could have said: who was here before


async def test_H15_what_the_wms_refused_last_stays_for_a_person(tmp_path: Path) -> None:
    async with hosted(tmp_path) as site:
        await site.store.run(happen, ["order/ACME/unknown"])
        backup = site.back_up()
        await site.follower.step()
        assert len(await site.store.read(parked, "wms")) == 1
        await site.restore(backup)
        for _ in range(3):
            await site.follower.step()
        assert [entry.number for entry, _ in await site.store.read(parked, "wms")] == [1]


async def test_H15_a_wms_that_cannot_say_what_it_knows_is_told_nothing_and_a_person_is_called(tmp_path: Path) -> None:
    posts: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(404)
        posts.append(request.content)
        return httpx.Response(200, json={"results": []})

    store = make_store(tmp_path, small_site())
    await store.run(begin, None)
    await store.run(happen, ["stock/ACME/A"])
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        follower = follow_wms(store, Live(), http, "token")
        for _ in range(3):
            await follower.step()
    assert posts == []
    (trouble,) = await store.read(lambda reader: reader.all(exceptions, state="open"))
    assert (trouble.code, trouble.detail) == ("exception.unasked", {"error": "GET /events/last: HTTP 404"})
    await store.run(settle, "wms", [])
    assert await store.read(lambda reader: reader.all(exceptions, state="open")) == []
    store.close()


async def test_H15_the_question_goes_on_over_pages(tmp_path: Path) -> None:
    asked: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        first = int(asked[-1]["after"])
        rows = range(first + 1, min(first + 1000, 1500) + 1)
        last = [
            {"subject": f"stock/A/{n}", "number": 1, "seq": n, "type": "stock.adjusted", "status": "accepted"}
            for n in rows
        ]
        return httpx.Response(200, content=json.dumps({"last": last}))

    store = make_store(tmp_path, small_site())
    await store.run(begin, None)
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        await follow_wms(store, Live(), http, "token").step()
    assert [(page["site"], page["incarnation"], page["after"]) for page in asked] == [
        ("T1", "1", "0"),
        ("T1", "1", "1000"),
    ]
    numbers = await store.run(happen, ["stock/A/1500"])
    assert (numbers[0].number, numbers[0].seq > ROOM) == (2, True)
    store.close()


async def test_H15_another_follower_waits_until_the_wms_has_answered(tmp_path: Path) -> None:
    store = make_store(tmp_path, small_site())
    await store.run(happen, ["stock/ACME/A"])
    await store.run(begin, None)
    batch = await store.read(take, "webhook", 10)
    assert (batch.entries, batch.restored, batch.waiting) == ((), True, 1)
    await store.run(settle, "wms", [Known("stock/ACME/A", 1, 1, "stock.adjusted")])
    assert [entry.number for entry in (await store.read(take, "webhook", 10)).entries] == [1]
    assert (await store.read(take, "wms", 10)).entries == ()
    store.close()
