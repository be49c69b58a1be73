"""A random day in decisions: orders, robots, people who do the right or a wrong thing, cancels, deaths, bad passages.

`Walk` takes the steps; what must be true after each of them is in invariants.py.
"""

from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

from sqlalchemy import func, select

from edge.model.reasons import Refusal
from edge.model.states import LoadState, OrderState, ParcelState
from edge.planning.plan import stock_came
from edge.processes import carry
from edge.processes.buttons import face_pressed, face_short, slot_pressed
from edge.processes.byhand import release_asked
from edge.processes.cancel import request_cancel
from edge.processes.changes import change_order, set_hold, set_priority
from edge.processes.faces import lit_faces
from edge.processes.load import gate_passed
from edge.processes.pick import SHORT_REASONS
from edge.processes.robots import declare_dead, return_to_service, take_out_of_service
from edge.processes.sendoff import parcels_of
from edge.processes.wall import lit
from edge.processes.work import set_task_priority, unassign_task
from edge.site import Owner, RobotUnit, Site, Station
from edge.store.tables import batches, loads, orders, parcels, robots, seats, tasks, totes, trips
from edge.store.tx import Reader, Tx
from tests.support.floor import JAN, Floor
from tests.support.store import name, small_site

Step = Callable[[], Coroutine[Any, Any, object]]

PEOPLE = ("sato", "kim")
PLACES = ("ZONE:A", "PACK-1", "PACK-2", "DOCK-1")
DATES = ("", "", "2026-11-23", "2026-11-24", "2026-12-24")
BUTTONS = (
    "undo",
    "skip",
    "short",
    "quantity",
    "missing",
    "recount",
    "weigh",
    "accept",
    "reprint",
    "go",
    "back",
    "absent",
    "by_hand",
)


def walk_site(rule: str, site: Site | None = None) -> Site:
    """Return the small site, or one like it, with a second robot and pack station, few totes and small loads."""
    site = site or small_site()
    rules = site.rules.model_copy(update={"totes": 9, "load_parcels": 3})
    return site.model_copy(
        update={
            "rules": rules,
            "owners": [Owner.model_validate({"id": "ACME", "name": name("Acme"), "on_short": rule})],
            "robots": [
                RobotUnit(id=one, type="tote4", manufacturer="GenbaSim", serial=one, home="PARK-1")
                for one in ("R1", "R2")
            ],
            "stations": [*site.stations, Station(id="PACK-2", kind="pack", node="N5", x=10000, y=1000)],
        }
    )


def tell_loads(tx: Tx, robot_id: str, more: int) -> None:
    """Let a robot at a tote or pack station say that it has taken or handed over this many totes more."""
    batch = carry.batch_of(tx, robot_id)
    rows = sorted(tx.all(totes, batch_id=batch.id), key=lambda row: row.slot)
    aboard = [row.id for row in rows if row.place == f"robot:{robot_id}"]
    if carry.next_stop(tx, batch.id).kind == "totes":
        aboard += [row.id for row in rows if row.place == "buffer"][:more]
    else:
        aboard = aboard[more:]
    carry.loads_told(tx, robot_id, aboard)


class Walk:
    """Takes random steps on a floor; every choice comes from the dice."""

    def __init__(self, floor: Floor, dice: Random) -> None:
        self.floor = floor
        self.dice = dice
        self.store = floor.store
        self.booked: dict[str, int] = dict.fromkeys(JAN, 0)
        self.orders = 0
        self.steps: dict[Step, int] = {
            self.some_order: 6,
            self.some_stock: 4,
            self.floor.plan: 8,
            self.some_robot: 14,
            self.right: 40,
            self.wrong: 12,
            self.go_elsewhere: 8,
            self.some_cancel: 3,
            self.some_hold: 3,
            self.some_priority: 2,
            self.some_change: 1,
            self.some_death: 1,
            self.some_return: 3,
            self.some_passage: 4,
            self.time: 6,
            self.supervise: 2,
        }
        self._reasons = ("blocked", "absent") if self.store.site.wall else ("blocked",)
        self.places = (*PLACES, *self.store.site.wall)
        if self.store.site.wall:
            often: dict[Step, int] = {self.some_order: 16, self.right: 90, self.wrong: 20, self.some_robot: 30}
            self.steps |= often | {self.some_button: 8}
        if self.store.site.face:
            self.steps |= {self.some_order: 16, self.some_robot: 30, self.some_face: 30}

    async def step(self) -> str:
        """Take one step and return its name."""
        (chosen,) = self.dice.choices(list(self.steps), list(self.steps.values()))
        await chosen()
        return chosen.__name__

    async def some_order(self) -> None:
        """An order comes; some ask for what nobody has."""
        self.orders += 1
        lines = [(self.dice.choice(list(JAN)), self.dice.randint(1, 4)) for _ in range(self.dice.randint(0, 4))]
        more: dict[str, Any] = {"priority": self.dice.randint(0, 9)}
        if self.dice.random() < 0.1:
            more["hold"] = True
        await self.floor.order(str(self.orders), *lines, **more)

    async def stock_up(self, units: int) -> None:
        """Let goods be there from the beginning, so that most orders are picked."""
        for number, sku in enumerate(JAN, start=1):
            await self.floor.stock(sku, f"A-0{number}-1", units)
            self.booked[sku] += units

    async def some_stock(self) -> None:
        """Goods come, some too old to ship."""
        sku, units = self.dice.choice(list(JAN)), self.dice.randint(1, 6)
        place = f"A-0{self.dice.randint(1, 4)}-1"
        await self.floor.stock(sku, place, units, self.dice.choice(DATES), self.dice.choice(("", "L1", "L2")))
        self.booked[sku] += units
        await self.store.run(stock_came, "ACME", sku)

    async def some_robot(self) -> None:
        """A robot takes a batch, begins a trip, ends it or fails."""
        await self.store.run(self._robot, self.dice.choice(("R1", "R2")), self.dice.random())

    def _robot(self, tx: Tx, robot_id: str, chance: float) -> None:
        robot = tx.get(robots, id=robot_id)
        if robot.dead:
            return
        trip = carry.running_trip(tx, robot_id)
        if trip is not None:
            if chance < 0.1:
                carry.trip_failed(tx, trip.id, "action failed")
            elif chance < 0.4:
                tell_loads(tx, robot_id, 1)
            else:
                carry.trip_done(tx, trip.id)
                carry.trip_done(tx, trip.id)
            return
        batch = carry.batch_of(tx, robot_id)
        if batch is None:
            planned = tx.one(select(batches).where(batches.c.state == "planned").order_by(batches.c.id))
            loaded = tx.value(select(func.count()).select_from(totes).where(totes.c.place == f"robot:{robot_id}"))
            if planned is not None and robot.in_service and not loaded:
                carry.assign_robot(tx, planned.id, robot_id)
            return
        stop = carry.next_stop(tx, batch.id)
        if stop is not None and stop.arrived_at is None:
            actions = carry.actions_at(tx, robot_id, stop)
            carry.begin_trip(tx, robot_id, purpose="batch", route=[stop.node], actions=actions, batch_id=batch.id)

    async def right(self) -> None:
        """Somebody does what their screen asks."""
        person = self.dice.choice(PEOPLE)
        screen = await self.floor.screen(person)
        answer = await self.answer(person, screen)
        if answer is not None:
            assert answer["result"]["kind"] in ("right", "done", "info"), (screen, answer["result"])

    async def answer(self, person: str, screen: dict[str, Any]) -> dict[str, Any] | None:
        """Do what a screen asks and return the answer; None when there was nothing to say to it."""
        step = (screen["process"], screen["step"])
        if screen["process"] in ("idle", "start"):
            return None
        if screen["process"] == "count":
            return await self.floor.count(person, screen)
        if step in (("pick", "item"), ("putback", "item")):
            return await self.floor.act(person, "scan", JAN[screen["item"]["sku"]])
        if step in (("pack", "verify"), ("wall", "item")):
            line = next(line for line in screen["lines"] if line["done"] < line["want"])
            return await self.floor.act(person, "scan", JAN[line["sku"]])
        if step == ("wall", "put") and not screen["target"]:
            return None
        if step == ("pack", "weigh"):
            return await self.floor.act(person, "weigh", str(await self.store.read(_expected_weight, person)))
        if step == ("load", "parcel") and all(line["done"] for line in screen["lines"]):
            return await self.floor.act(person, "go")
        if step == ("load", "release"):
            (load,) = await self.store.read(lambda reader: reader.all(loads, state=LoadState.AT_GATE))
            await self.store.run(release_asked, load.id, "mori")
            return None
        if step == ("load", "gate"):
            await self.store.run(self._pass, lambda _epc: True, "out")
            return None
        return await self.floor.act(person, "scan", screen["target"])

    async def wrong(self) -> None:
        """Somebody scans or presses anything at all."""
        person = self.dice.choice(PEOPLE)
        more: dict[str, Any] = {}
        if self.dice.random() < 0.5:
            screen = await self.floor.screen(person)
            shown = [button["id"] for button in screen["buttons"]]
            action, value = self.dice.choice([*shown, *shown, *BUTTONS]), str(self.dice.randint(0, 999))
            more["quantity"] = self.dice.choice((None, 0, 1, 2, 3, 99, -1))
            more["reason"] = self.dice.choice((*SHORT_REASONS, *self._reasons, None))
        else:
            action, value = "scan", self.dice.choice(await self.store.read(_codes))
        answer = await self.floor.act(person, action, value, **more)
        assert answer["result"]["kind"] in ("right", "wrong", "done", "info")

    async def go_elsewhere(self) -> None:
        """Somebody without work goes to another place."""
        person = self.dice.choice(PEOPLE)
        if (await self.floor.screen(person))["process"] in ("idle", "start"):
            await self.floor.act(person, "scan", self.dice.choice(self.places))

    async def some_button(self) -> None:
        """Somebody presses the button of a slot, mostly of one that is lit."""
        (wall,) = self.store.site.wall
        bright = list(await self.store.read(lit, wall))
        slots = list(self.store.site.slot)
        chosen = self.dice.choice(bright if bright and self.dice.random() < 0.8 else slots)
        await self.store.run_as(f"station:{wall}", slot_pressed, chosen)

    async def some_face(self) -> None:
        """Somebody presses a button at a location, mostly of one that is lit, now and then the second one."""
        bright = list(await self.store.read(lit_faces))
        location = self.dice.choice(bright if bright and self.dice.random() < 0.8 else list(self.store.site.face))
        pressed = face_short if self.dice.random() < 0.1 else face_pressed
        await self.store.run_as(f"location:{location}", pressed, location)

    async def some_cancel(self) -> None:
        """The WMS asks to cancel."""
        await self._on_order(request_cancel, "c1", "order.cancel_asked")

    async def some_hold(self) -> None:
        """An order is held back or let go."""
        await self._on_order(lambda tx, order, hold: set_hold(tx, [order], hold), self.dice.random() < 0.4)

    async def some_priority(self) -> None:
        """An order gets another priority."""
        await self._on_order(lambda tx, order, level: set_priority(tx, [order], level), self.dice.randint(0, 9))

    async def some_change(self) -> None:
        """The WMS changes an order."""
        request = self.dice.choice(
            ({"hold": False}, {"priority": 9}, {"carrier": "yamato"}, {"ship_to": {"name": "x"}})
        )
        await self._on_order(change_order, request)

    async def _on_order(self, decide: Callable[..., object], *more: Any) -> None:
        known = await self.store.read(_order_ids)
        if known:
            await self._try(decide, self.dice.choice(known), *more)

    async def _try(self, decide: Callable[..., object], *more: Any) -> None:
        try:
            await self.store.run(decide, *more)
        except Refusal:
            return

    async def some_death(self) -> None:
        """A robot dies, or is taken out."""
        decide = declare_dead if self.dice.random() < 0.8 else take_out_of_service
        await self.store.run(decide, self.dice.choice(("R1", "R2")))

    async def some_return(self) -> None:
        """A robot comes back."""
        await self.store.run(return_to_service, self.dice.choice(("R1", "R2")))

    async def some_passage(self) -> None:
        """Something goes through the gate; tags are missed, strays are read."""
        chance, stray = self.dice.choice((1.0, 0.8, 0.3)), self.dice.random() < 0.2
        direction = "in" if self.dice.random() < 0.1 else "out"
        await self.store.run(self._pass, lambda _epc: self.dice.random() < chance, direction, stray)

    def _pass(self, tx: Tx, is_read: Callable[[str], bool], direction: str, stray: bool = False) -> None:
        load = tx.one(select(loads).where(loads.c.state == LoadState.AT_GATE))
        epcs = [row.epc for row in (parcels_of(tx, load.id) if load else []) if is_read(row.epc)]
        if stray:
            epcs += [row.epc for row in tx.rows(select(parcels.c.epc).where(parcels.c.epc.is_not(None)).limit(1))]
        seen = {"direction": direction, "opened_at": tx.now, "closed_at": tx.now, "epcs": sorted(set(epcs))}
        gate_passed(tx, "GATE-1", seen)

    async def time(self) -> None:
        """Time passes; leases may end."""
        self.floor.clock.pass_(seconds=self.dice.choice((1, 20, 120, 600, 1000)))
        await self.floor.plan()

    async def supervise(self) -> None:
        """A supervisor takes work away or puts it first."""
        known = await self.store.read(_task_ids)
        if not known:
            return
        task = self.dice.choice(known)
        if self.dice.random() < 0.5:
            await self._try(unassign_task, task, "work.replaced")
        else:
            await self.store.run(set_task_priority, [task], self.dice.randint(0, 9))

    async def run_down(self) -> None:
        """Everything is put right and everybody works rightly until nothing moves any more."""
        for robot in ("R1", "R2"):
            await self.store.run(return_to_service, robot)
        for order in await self.store.read(_order_ids):
            await self._try(lambda tx, one: set_hold(tx, [one], hold=False), order)
        for _ in range(400):
            before = await self.store.read(_progress)
            self.floor.clock.pass_(minutes=2)
            await self.floor.plan()
            for robot in ("R1", "R2") * 3:
                await self.store.run(self._robot, robot, 1.0)
            for place in self.places:
                await self.work(place)
            if await self.store.read(_progress) == before:
                break
        for order in await self.store.read(_waiting_for_stock):
            await self._try(request_cancel, order, "end", "order.cancel_asked")

    async def work(self, place: str) -> None:
        """Let sato do all there is at a place, and kim end what is in hand."""
        for person in ("kim", "sato"):
            for _ in range(200):
                screen = await self.floor.screen(person)
                if screen["process"] in ("idle", "start"):
                    if person == "kim" or screen["header"]["place"] == place:
                        break
                    await self.floor.act(person, "scan", place)
                    continue
                answer = await self.answer(person, screen)
                assert answer is None or answer["result"]["kind"] != "wrong", (screen, answer)


def _order_ids(reader: Reader) -> list[str]:
    return [row.id for row in reader.rows(select(orders.c.id).order_by(orders.c.id))]


def _waiting_for_stock(reader: Reader) -> list[str]:
    waiting = (orders.c.state == OrderState.ACCEPTED, orders.c.reason == "wait.no_stock")
    return [row.id for row in reader.rows(select(orders.c.id).where(*waiting).order_by(orders.c.id))]


def _task_ids(reader: Reader) -> list[str]:
    return [row.id for row in reader.rows(select(tasks.c.id).order_by(tasks.c.id))]


def _codes(reader: Reader) -> list[str]:
    labels = [row.tracking for row in reader.rows(select(parcels.c.tracking).where(parcels.c.tracking.is_not(None)))]
    places = [location.id for location in reader.site.locations]
    boxes = [row.id for row in reader.rows(select(totes.c.id).order_by(totes.c.id))]
    cartons = [carton.id for carton in reader.site.cartons]
    return [
        *JAN.values(),
        *PLACES,
        *places,
        *boxes,
        *cartons,
        *labels,
        *labels,
        *reader.site.slot,
        "T-9999",
        "",
        "ZONE:Z",
        "4900000000000",
    ]


def _expected_weight(reader: Reader, person: str) -> int:
    seat = reader.get(seats, person_id=person)
    grams: int = reader.get(parcels, id=seat.detail["parcel"]).expected_g
    return grams


def _progress(reader: Reader) -> tuple[Any, ...]:
    """Return what changes when anything goes forward."""
    ended = tuple((row.id, row.state) for row in reader.rows(select(tasks.c.id, tasks.c.state).order_by(tasks.c.id)))
    at = tuple((row.id, row.state) for row in reader.rows(select(orders.c.id, orders.c.state).order_by(orders.c.id)))
    shipped = reader.value(select(func.count()).select_from(parcels).where(parcels.c.state == ParcelState.SHIPPED))
    drives = reader.value(select(func.count()).select_from(trips))
    return ended, at, shipped, drives
