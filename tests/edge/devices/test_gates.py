"""A gate with its real logic in virtual time: pass, stop, a second pass, late reads, light off again (I28, F12)."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from drivers.modbus.unit import Change
from drivers.rfid.antennas import PASSAGES
from drivers.rfid.antennas import TAGS as TAGS_HEARD
from drivers.rfid.port import Read
from edge.devices.gates import LIGHT_SECONDS, GateKeeper
from edge.devices.links import Links
from edge.live import DeviceView, Live
from edge.model.states import TaskKind
from edge.store.queue import add_task
from edge.store.tables import exceptions, loads, orders, parcels, passages
from edge.store.tx import Tx
from simulators.world.loop import clock
from tests.edge.devices.bench import live
from tests.support.floor import Floor

TAGS = ("3034257BF400B7800004CB2F", "3034257BF400B7800004CB30")


class Gate:
    """A gate with a load of two parcels before it."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.out: dict[str, bool] = {}
        site, store = floor.store.site, floor.store
        view = Live()
        links = Links(site, store, view, store.source)
        view.devices["r"] = DeviceView("r", "rfid", "tcp://r:5084")
        self.keeper = GateKeeper(
            site.gates[0],
            store=store,
            live=view,
            links=links,
            source=store.source,
            want=self.out.__setitem__,
            antennas=(1, 2),
        )
        self.antenna = 1
        self.keeper.eyes(seen=True)

    async def load(self) -> None:
        """Bring a load to the gate."""
        for key in "12":
            await self.floor.order(key, ("SKU1", 1))

        def bring(tx: Tx) -> None:
            due = tx.now
            task = add_task(
                tx,
                TaskKind.LOAD,
                "load/L",
                place="DOCK-1",
                needs="shipper",
                priority=5,
                due_at=due,
                detail={"load": "L"},
            )
            tx.insert(loads, id="L", dock="DOCK-1", gate="GATE-1", carrier="yamato", state="at_gate", task_id=task)
            for key, tag in zip("12", TAGS, strict=True):
                tx.change(orders, {"order_key": key}, state="packed")
                tx.insert(
                    parcels,
                    id=f"P{key}",
                    order_id=f"ACME/{key}",
                    state="packed",
                    station="PACK-1",
                    carton="C60",
                    expected_g=1,
                    tracking=key,
                    epc=tag,
                    load_id="L",
                    carrier="yamato",
                )
            tx.journal("load.at_gate", "load/L")

        await self.floor.store.run(bring)
        await asyncio.sleep(1)

    async def push(self, read: Sequence[str], late: Sequence[str] = (), *, inward: bool = False) -> None:
        """Push a cage out, or in; `late` tags are told by the reader only afterwards, though seen in the gate."""
        seen = clock()()
        first, second = "oi" if inward else "io"
        for point, blocked in ((first, True), (second, True), (first, False), (second, False)):
            self.keeper.beam(Change(point, int(blocked), clock()()))
            if blocked and read:
                self.keeper.reads([self._read(tag) for tag in read])
            await asyncio.sleep(0.6)
            seen = seen if point == "o" else clock()()
        if late:
            self.keeper.reads([self._read(tag, seen) for tag in late])
        await asyncio.sleep(3)

    async def draw_back(self, read: Sequence[str]) -> None:
        """Push a cage into the first beam and draw it back."""
        for blocked in (True, False):
            self.keeper.beam(Change("i", int(blocked), clock()()))
            self.keeper.reads([self._read(tag) for tag in read])
            await asyncio.sleep(0.6)
        await asyncio.sleep(3)

    def _read(self, tag: str, at: datetime | None = None) -> Read:
        now = clock()()
        seen = now if at is None else at
        return Read(tag, 96, self.antenna, -50, seen, seen, 3, now)

    async def troubles(self) -> list[tuple[str, str]]:
        """Return what people were told."""
        rows = await self.floor.store.read(lambda reader: reader.all(exceptions))
        return [(row.code, row.state) for row in rows]

    async def verdicts(self) -> list[str]:
        """Return what was decided."""
        rows = await self.floor.store.read(lambda reader: reader.rows(passages.select().order_by(passages.c.id)))
        return [row.verdict for row in rows]


def with_gate(folder: Path, story: Callable[[Gate], Coroutine[Any, Any, None]]) -> None:
    async def day(floor: Floor) -> None:
        gate = Gate(floor)
        running = asyncio.ensure_future(gate.keeper.run())
        await gate.load()
        await story(gate)
        running.cancel()
        await asyncio.wait([running])

    live(folder, day)


def test_I28_a_whole_load_passes_is_shipped_and_the_light_goes_off_again(tmp_path: Path) -> None:
    async def story(gate: Gate) -> None:
        await gate.push(TAGS)
        assert await gate.verdicts() == ["pass"]
        assert (gate.out["g"], gate.out["d"]) == (True, False)
        await asyncio.sleep(LIGHT_SECONDS)
        assert (gate.out["g"], gate.out["d"]) == (False, False)
        states = await gate.floor.store.read(lambda reader: [row.state for row in reader.rows(orders.select())])
        assert states == ["shipped", "shipped"]

    with_gate(tmp_path, story)


def test_I28_a_missing_parcel_stops_the_load_and_a_second_pass_completes_it(tmp_path: Path) -> None:
    async def story(gate: Gate) -> None:
        await gate.push(TAGS[:1])
        assert await gate.verdicts() == ["stop"]
        assert (gate.out["g"], gate.out["d"]) == (False, True)
        await asyncio.sleep(20)
        await gate.push(TAGS[1:])
        assert (await gate.verdicts())[-1] == "pass"

    with_gate(tmp_path, story)


def test_I27_a_parcel_left_standing_at_the_antennas_stops_its_load_and_is_named(tmp_path: Path) -> None:
    async def story(gate: Gate) -> None:
        gate.keeper.reads([gate._read(TAGS[1])])
        await asyncio.sleep(8)
        await gate.push(TAGS)
        assert (await gate.verdicts(), gate.out.get("g")) == ([], None)
        gate.keeper.reads([gate._read(TAGS[1])])
        await asyncio.sleep(1)
        assert (gate.out["g"], gate.out["d"]) == (False, True)
        stop = await gate.floor.store.read(lambda reader: reader.one(passages.select()))
        left = await gate.floor.store.read(lambda reader: reader.get(parcels, epc=TAGS[1]))
        assert (stop.verdict, stop.detail["missing"], stop.detail["stayed"]) == ("stop", *[[left.tracking]] * 2)

    with_gate(tmp_path, story)


def test_I27_a_load_in_doubt_passes_when_nothing_is_read_any_more(tmp_path: Path) -> None:
    async def story(gate: Gate) -> None:
        gate.keeper.reads([gate._read(TAGS[1])])
        await asyncio.sleep(8)
        await gate.push(TAGS)
        await asyncio.sleep(12)
        assert await gate.verdicts() == ["pass"]

    with_gate(tmp_path, story)


def test_I27_reads_of_a_passage_that_the_eyes_missed_put_the_next_one_in_no_doubt(tmp_path: Path) -> None:
    async def story(gate: Gate) -> None:
        gate.keeper.eyes(seen=False)
        gate.keeper.reads([gate._read(tag) for tag in TAGS])
        await asyncio.sleep(8)
        gate.keeper.eyes(seen=True)
        await asyncio.sleep(20)
        await gate.push(TAGS)
        assert await gate.verdicts() == ["pass"]

    with_gate(tmp_path, story)


def test_I24_whoever_draws_a_load_back_in_is_told_so_at_once_and_not_what_it_lacks(tmp_path: Path) -> None:
    async def story(gate: Gate) -> None:
        await gate.floor.act("kim", "scan", "DOCK-1")
        gate.keeper.reads([gate._read(TAGS[1])])
        await asyncio.sleep(8)
        await gate.push(TAGS, inward=True)
        assert (await gate.floor.screen("kim"))["last"]["code"] == "gate.came_in"
        assert await gate.troubles() == []

    with_gate(tmp_path, story)


def test_I24_a_load_that_is_drawn_back_is_not_shipped_however_well_it_was_read(tmp_path: Path) -> None:
    async def story(gate: Gate) -> None:
        await gate.draw_back(TAGS)
        assert await gate.verdicts() == ["stop"]
        assert (gate.out["g"], gate.out["d"]) == (False, True)
        states = await gate.floor.store.read(lambda reader: [row.state for row in reader.rows(orders.select())])
        assert states == ["packed", "packed"]
        assert await gate.floor.store.read(lambda reader: reader.all(exceptions)) == []
        await asyncio.sleep(20)
        await gate.push(TAGS)
        assert (await gate.verdicts())[-1] == "pass"

    with_gate(tmp_path, story)


def test_nothing_is_decided_when_nobody_is_expected_and_nothing_is_read(tmp_path: Path) -> None:
    async def story(gate: Gate) -> None:
        await gate.push(TAGS)
        await asyncio.sleep(20)
        before = await gate.verdicts()
        await gate.push(())
        assert await gate.verdicts() == before

    with_gate(tmp_path, story)


def test_I29_tags_told_late_turn_a_stop_into_a_pass(tmp_path: Path) -> None:
    async def story(gate: Gate) -> None:
        await gate.push(TAGS[:1], late=TAGS[1:])
        assert (await gate.verdicts())[-1] == "pass"
        assert gate.out["g"]

    with_gate(tmp_path, story)


def test_I28_a_gate_that_read_nothing_of_a_load_is_told_as_blind_until_one_passes(tmp_path: Path) -> None:
    async def story(gate: Gate) -> None:
        await gate.push(())
        assert await gate.verdicts() == ["stop"]
        assert ("exception.gate_blind", "open") in await gate.troubles()
        await asyncio.sleep(20)
        await gate.push(TAGS)
        assert ("exception.gate_blind", "solved") in await gate.troubles()

    with_gate(tmp_path, story)


def test_I25_a_beam_that_stays_broken_is_told_as_the_sensors_fault(tmp_path: Path) -> None:
    async def story(gate: Gate) -> None:
        gate.keeper.beam(Change("i", 1, clock()()))
        await asyncio.sleep(600)
        assert ("exception.gate_alarm", "open") in await gate.troubles()

    with_gate(tmp_path, story)


def test_I29_a_tag_told_after_the_deadline_is_a_person_s_business(tmp_path: Path) -> None:
    async def story(gate: Gate) -> None:
        passed = clock()()
        await gate.push(TAGS)
        await asyncio.sleep(30)
        extra = "3034257BF400B7800004CB31"
        gate.keeper.reads([gate._read(extra, passed + timedelta(seconds=1))])
        await asyncio.sleep(1)
        found = await gate.floor.store.read(lambda reader: reader.get(exceptions))
        assert (found.code, found.detail) == ("exception.late_tag", {"gate": "GATE-1", "tag": extra})

    with_gate(tmp_path, story)


def test_I16_a_quiet_antenna_is_told_and_ends_by_itself(tmp_path: Path) -> None:
    async def story(gate: Gate) -> None:
        async def quiet() -> list[str]:
            return [state for code, state in await gate.troubles() if code == "exception.antenna_quiet"]

        for number in range(PASSAGES):
            assert await quiet() == []
            await gate.push([f"{number:02X}{tag:022X}" for tag in range(TAGS_HEARD // PASSAGES)])
            await asyncio.sleep(20)
        assert await quiet() == ["open"]
        gate.antenna = 2
        await gate.push(["FF" * 12])
        await asyncio.sleep(20)
        assert await quiet() == ["solved"]

    with_gate(tmp_path, story)
