"""Parcels on the scale of a pack station teach what their items weigh (F10)."""

from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from edge.model.states import Role
from edge.processes.inventory import put_item
from edge.processes.weighing import forget
from edge.processes.weights import AGREE, GRAM
from edge.site import Device
from edge.store.line import Line
from edge.store.tables import item_weights, journal, parcels, people
from tests.support.floor import JAN, Floor
from tests.support.store import HandClock, make_store, small_site

TOLD = 100
TARE = 120
"""The carton of the small site."""


class Bench:
    """Sato at the pack station, who is a supervisor too, and orders that come one by one."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.orders = 0

    async def bring(self, *lines: tuple[str, int]) -> None:
        """Bring an order as far as the scale."""
        self.orders += 1
        await self.floor.order(str(self.orders), *lines)
        self.floor.clock.pass_(minutes=1)
        await self.floor.robots()
        await self.floor.work("sato", "ZONE:A")
        await self.floor.robots()
        if (await self.floor.screen("sato"))["process"] == "idle":
            await self.floor.act("sato", "leave")
        await self.floor.act("sato", "scan", "PACK-1")
        while (screen := await self.floor.screen("sato"))["step"] != "weigh":
            undone = [line["sku"] for line in screen["lines"] if line["done"] < line["want"]]
            await self.floor.act("sato", "scan", JAN[undone[0]] if undone else screen["target"])

    async def weigh(self, grams: int) -> str:
        """Weigh, and pack to the end what fits; return the answer's code."""
        answer = await self.floor.act("sato", "weigh", str(grams))
        if answer["result"]["kind"] != "wrong":
            await self.floor.act("sato", "scan", answer["screen"]["target"])
        return str(answer["result"]["code"])

    async def accept(self) -> None:
        """Accept the weight as it is, and pack to the end."""
        answer = await self.floor.act("sato", "accept")
        await self.floor.act("sato", "scan", answer["screen"]["target"])

    async def known(self, sku: str) -> Any:
        """Return what was learnt of an item."""
        return await self.floor.store.read(lambda reader: reader.get(item_weights, owner="ACME", sku=sku))

    async def expected(self) -> int:
        """Return what the parcel on the scale should weigh."""
        rows = await self.floor.store.read(lambda reader: reader.all(parcels, state="open"))
        return int(rows[-1].expected_g)


@pytest_asyncio.fixture
async def bench(floor: Floor) -> Bench:
    """Return a pack station with stock enough."""
    return await stocked(floor)


async def stocked(floor: Floor) -> Bench:
    """Bring stock, and let Sato accept what does not fit."""
    for sku, place in (("SKU1", "A-01-1"), ("SKU2", "A-01-1")):
        await floor.stock(sku, place, 99)
    roles = [Role.PICKER, Role.PACKER, Role.SUPERVISOR]
    await floor.store.run(lambda tx: tx.change(people, {"id": "sato"}, roles=roles))
    return Bench(floor)


async def test_F10_a_parcel_that_fits_teaches_the_next_one(bench: Bench) -> None:
    await bench.bring(("SKU1", 1))
    assert await bench.weigh(TARE + TOLD + 12) == "pack.printing"
    known = await bench.known("SKU1")
    assert (known.told_g, known.parcels) == (TOLD, 1)
    assert TOLD * GRAM < known.weight <= (TOLD + 12) * GRAM
    await bench.bring(("SKU1", 2))
    assert await bench.expected() == TARE + round(2 * known.weight / GRAM)


async def test_F10_a_parcel_that_does_not_fit_teaches_nothing(bench: Bench) -> None:
    await bench.bring(("SKU1", 1), ("SKU2", 1))
    assert await bench.weigh(TARE + TOLD) == "pack.weight_off"
    assert (await bench.known("SKU1"), await bench.known("SKU2")) == (None, None)
    assert await bench.weigh(TARE + 2 * TOLD) == "pack.printing"
    assert (await bench.known("SKU1")).parcels == (await bench.known("SKU2")).parcels == 1


async def test_F10_two_lines_of_one_item_are_one_part(bench: Bench) -> None:
    await bench.bring(("SKU1", 1), ("SKU1", 2))
    assert await bench.expected() == TARE + 3 * TOLD
    assert await bench.weigh(TARE + 3 * TOLD) == "pack.printing"
    assert (await bench.known("SKU1")).parcels == 1


async def test_F10_a_wrong_weight_of_the_wms_is_unlearnt_by_parcels_that_agree(bench: Bench) -> None:
    for parcel in range(AGREE):
        await bench.bring(("SKU1", 1))
        assert await bench.weigh(TARE + 160) == "pack.weight_off"
        before = await bench.known("SKU1")
        assert before is None or (before.weight, before.odd_parcels) == (TOLD * GRAM, parcel)
        await bench.accept()
    assert (await bench.known("SKU1")).weight == 160 * GRAM
    await bench.bring(("SKU1", 2))
    assert await bench.weigh(TARE + 320) == "pack.printing"
    corrected = await bench.floor.store.read(
        lambda reader: reader.rows(_journal("item.weight_corrected")),
    )
    assert [(row.subject, row.data) for row in corrected] == [("item/ACME/SKU1", {"was": 100, "weight": 160})]


async def test_F10_what_was_learnt_is_forgotten_by_a_word_and_when_the_wms_tells_another_weight(bench: Bench) -> None:
    store = bench.floor.store
    await bench.bring(("SKU1", 1))
    await bench.weigh(TARE + TOLD + 12)
    assert await store.run(forget, "ACME", "SKU1")
    assert not await store.run(forget, "ACME", "SKU1")
    assert await bench.known("SKU1") is None
    await bench.bring(("SKU1", 1))
    assert await bench.expected() == TARE + TOLD
    await bench.weigh(TARE + TOLD + 12)
    item = {"name": {"ja": "1", "en": "1"}, "codes": [JAN["SKU1"]], "weight_g": TOLD}
    await store.run(put_item, "ACME", "SKU1", item)  # told again the same: that is no news
    await bench.bring(("SKU1", 1))
    assert await bench.expected() > TARE + TOLD
    await store.run(put_item, "ACME", "SKU1", item | {"weight_g": 300})
    assert await bench.weigh(TARE + 300) == "pack.printing"
    known = await bench.known("SKU1")
    assert (known.told_g, known.weight, known.parcels) == (300, 300 * GRAM, 1)


async def test_F10_weighing_costs_one_read_and_one_write_more(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[str] = []
    for name in ("execute", "execute_many"):
        real = getattr(Line, name)
        monkeypatch.setattr(Line, name, _hearing(heard, real))
    for _ in range(3):
        await bench.bring(("SKU1", 2), ("SKU2", 1))
        heard.clear()
        await bench.weigh(TARE + 3 * TOLD)
        assert len([sql for sql in heard if "item_weight" in sql]) == 2, heard


def _hearing(heard: list[str], real: Any) -> Any:
    def told(line: Line, sql: str, *values: Any) -> Any:
        heard.append(sql)
        return real(line, sql, *values)

    return told


def _journal(kind: str) -> Any:
    return select(journal).where(journal.c.kind == kind)


async def with_scale(folder: Path, device: dict[str, str] | None) -> Bench:
    """Return a pack station with a scale, or without one."""
    devices = [Device.model_validate({"id": "S", "address": "tcp://s:1", **device})] if device else []
    site, clock = small_site(), HandClock()
    stations = [one.model_copy(update={"scale": "S" if device else None}) for one in site.stations]
    floor = Floor(make_store(folder, site.model_copy(update={"devices": devices, "stations": stations}), clock), clock)
    await floor.open()
    return await stocked(floor)


async def test_a_packer_sets_the_scale_to_zero_and_the_journal_says_who(tmp_path: Path) -> None:
    bench = await with_scale(tmp_path, {"kind": "scale"})
    await bench.bring(("SKU1", 2))
    answer = await bench.floor.act("sato", "zero", "37")
    assert (answer["result"]["code"], answer["screen"]["step"]) == ("pack.scale_zeroed", "weigh")
    rows = await bench.floor.store.read(lambda reader: reader.all(journal, kind="scale.zeroed"))
    assert [(row.subject, row.actor, row.data["grams"]) for row in rows] == [("station/PACK-1", "person:sato", 37)]
    bench.floor.store.close()


@pytest.mark.parametrize(
    ("device", "offered"),
    [
        ({"kind": "scale", "protocol": "sics"}, True),
        ({"kind": "scale", "protocol": "continuous"}, False),
        ({"kind": "modbus"}, False),
        (None, False),
    ],
)
async def test_zero_is_offered_where_the_scale_takes_commands(
    tmp_path: Path, device: dict[str, str] | None, *, offered: bool
) -> None:
    bench = await with_scale(tmp_path, device)
    await bench.bring(("SKU1", 2))
    screen = await bench.floor.screen("sato")
    assert ("zero" in [button["id"] for button in screen["buttons"]]) is offered
    bench.floor.store.close()
