"""A floor in miniature for tests of decisions: drives robots and people through the decisions, without any device."""

from typing import Any

from sqlalchemy import select

from edge.planning.plan import plan
from edge.processes import carry, tally
from edge.processes.inventory import apply_stock, put_item
from edge.processes.load import gate_passed
from edge.processes.orders import accept_order
from edge.processes.screens import act, screen_of
from edge.processes.stays import sync_robots
from edge.processes.stocktake import books_of
from edge.processes.totes import sync_totes
from edge.store.store import Store
from edge.store.tables import batches, parcels, people, robots, seats, tasks
from edge.store.tx import Tx
from tests.support.store import HandClock

JAN = {"SKU1": "4901234567894", "SKU2": "4912345678904", "SKU3": "4569951110016"}


def travel(one: str, other: str) -> int:
    """Return a driving time on the ring of the small site."""
    if not (one.startswith("N") and other.startswith("N")):
        return 2000
    return (int(other[1:]) - int(one[1:])) % 8 * 2000


class Floor:
    """Moves the site along step by step."""

    def __init__(self, store: Store, clock: HandClock) -> None:
        self.store = store
        self.clock = clock
        self.key = 0

    async def open(self) -> None:
        """Put people, totes, robots, items and stock in place."""

        def set_up(tx: Tx) -> None:
            sync_totes(tx)
            sync_robots(tx)
            for worker in tx.site.people:
                tx.insert(
                    people,
                    id=worker.id,
                    name_ja=worker.name.ja,
                    name_en=worker.name.en,
                    language=worker.language,
                    roles=list(worker.roles),
                )
            for sku, code in JAN.items():
                put_item(
                    tx,
                    "ACME",
                    sku,
                    {
                        "name": {"ja": sku, "en": sku},
                        "codes": [code],
                        "weight_g": 100,
                        "length": 100,
                        "width": 50,
                        "height": 20,
                    },
                )

        await self.store.run(set_up)

    async def stock(self, sku: str, location: str, quantity: int, expiry: str = "", lot: str = "") -> None:
        """Book opening stock."""
        line = {"owner": "ACME", "sku": sku, "location": location, "quantity": quantity, "expiry": expiry, "lot": lot}
        await self.store.run(apply_stock, [line])

    async def order(self, key: str, *lines: tuple[str, int], **more: Any) -> dict[str, Any]:
        """Send an order as the WMS would."""
        request = {
            "order_key": key,
            "owner": "ACME",
            "carrier": "yamato",
            "ship_to": {"name": "山田 太郎", "postcode": "530-0001", "address": "大阪市北区", "phone": "06-0000-0000"},
            "lines": [{"line": no, "sku": sku, "quantity": units} for no, (sku, units) in enumerate(lines, start=1)],
        }
        return await self.store.run(accept_order, request | more)

    async def plan(self) -> None:
        """Plan until nothing moves."""
        while await self.store.run(plan, travel):
            pass

    async def robots(self) -> None:
        """Let every robot take a batch and drive as far as it can."""
        moved = True
        while moved:
            await self.plan()
            moved = await self.store.run(self._robots_step)

    def _robots_step(self, tx: Tx) -> bool:
        moved = False
        for robot in tx.rows(select(robots).where(robots.c.dead.is_(False)).order_by(robots.c.id)):
            batch = carry.batch_of(tx, robot.id)
            if batch is None:
                planned = tx.one(select(batches).where(batches.c.state == "planned").order_by(batches.c.id))
                if planned is None:
                    continue
                carry.assign_robot(tx, planned.id, robot.id)
                batch = carry.batch_of(tx, robot.id)
            running = carry.running_trip(tx, robot.id)
            if running is not None:
                carry.trip_done(tx, running.id)
                moved = True
                continue
            stop = carry.next_stop(tx, batch.id)
            if stop is None or stop.arrived_at is not None:
                continue
            trip = carry.begin_trip(
                tx,
                robot.id,
                purpose="batch",
                route=[stop.node],
                actions=carry.actions_at(tx, robot.id, stop),
                batch_id=batch.id,
            )
            carry.trip_done(tx, trip)
            moved = True
        return moved

    async def screen(self, person: str) -> dict[str, Any]:
        """Return a person's screen, as they look at it."""
        return await self.store.run(screen_of, person, f"handheld-{person}")

    async def act(self, person: str, action: str, value: str = "", **more: Any) -> dict[str, Any]:
        """Scan or press as a person on the screen of this moment."""
        screen = await self.screen(person)
        self.key += 1
        done = {"key": f"K{self.key}", "screen": screen["id"], "action": action, "value": value, "source": "scan"}
        return await self.store.run_as(f"person:{person}", act, person, done | more)

    async def work(self, person: str, place: str) -> int:
        """Let a person do all the work that is at a place; return how many scans it took."""
        if (await self.screen(person))["header"]["place"] != place:
            if (await self.screen(person))["process"] == "idle":
                await self.act(person, "leave")
            await self.act(person, "scan", place)
        scans = 0
        while True:
            screen = await self.screen(person)
            if screen["process"] in ("idle", "start"):
                return scans
            answer = await self._answer(person, screen)
            scans += 1
            assert answer["result"]["kind"] in ("right", "done", "info"), (screen, answer)
            assert scans < 500, screen

    async def count(self, person: str, screen: dict[str, Any]) -> dict[str, Any]:
        """Count a location as the books have it; a short asks for it by itself."""
        if screen["step"] == "location":
            return await self.act(person, "scan", screen["target"])
        if screen["step"] == "choose":
            return await self.act(person, "choose", reason=screen["buttons"][0]["reasons"][0]["id"])
        await self.store.run(_count_by_the_books, person)
        shown = [button["id"] for button in (await self.screen(person))["buttons"]]
        return await self.act(person, "done" if "done" in shown else "empty")

    async def _answer(self, person: str, screen: dict[str, Any]) -> dict[str, Any]:
        step = (screen["process"], screen["step"])
        if screen["process"] == "count":
            return await self.count(person, screen)
        if step in (("pick", "item"), ("putback", "item")):
            return await self.act(person, "scan", JAN[screen["item"]["sku"]])
        if step in (("pack", "verify"), ("wall", "item")):
            line = next(line for line in screen["lines"] if line["done"] < line["want"])
            return await self.act(person, "scan", JAN[line["sku"]])
        if step == ("pack", "weigh"):
            expected = await self.store.read(
                lambda reader: reader.value(select(parcels.c.expected_g).where(parcels.c.state == "open"))
            )
            return await self.act(person, "weigh", str(expected))
        if step == ("load", "gate"):
            await self.gate([])
            return {"result": {"kind": "done"}}
        return await self.act(person, "scan", screen["target"])

    async def gate(self, lost: list[str]) -> str:
        """Send the load at the gate through it; tags of tracking numbers in `lost` are not read."""

        def passed(tx: Tx) -> str:
            rows = tx.rows(select(parcels).where(parcels.c.state == "packed", parcels.c.load_id.is_not(None)))
            tags = [row.epc for row in rows if row.tracking not in lost]
            seen = {"direction": "out", "opened_at": tx.now, "closed_at": tx.now, "epcs": tags}
            return gate_passed(tx, "GATE-1", seen)

        return await self.store.run(passed)

    async def run_down(self) -> None:
        """Let robots and sato work until nothing moves any more."""
        while True:
            before = await self.store.read(lambda reader: reader.now)
            await self.robots()
            scans = await self.work("sato", "ZONE:A")
            await self.robots()
            scans += await self.work("sato", "PACK-1")
            self.clock.pass_(minutes=5)
            await self.plan()
            scans += await self.work("sato", "DOCK-1")
            del before
            if not scans:
                return


def _count_by_the_books(tx: Tx, person: str) -> None:
    task = tx.get(tasks, id=tx.get(seats, person_id=person).task_id)
    tally.clear(tx, task.id)
    for goods, units in books_of(tx, task.detail["location"]).items():
        tally.note(tx, task.id, person, goods, kind=tally.NUMBER, what=str(units), quantity=units)
