"""Waves by cut-off and urgency, tours by urgency before company, loads by dock: each in time (F07, F92, F97m)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from edge.planning.batches import make_batches
from edge.planning.loads import make_loads
from edge.store.tables import batches, loads, orders, parcels, totes
from edge.store.tx import Reader, Tx
from tests.edge.planning.conftest import FloorOf
from tests.support.floor import Floor, travel
from tests.support.store import START


async def fill(floor: Floor) -> None:
    for place in range(1, 5):
        await floor.stock("SKU1", f"A-0{place}-1", 9, lot=f"L{place}")
        await floor.stock("SKU2", f"A-0{place}-1", 9, lot=f"L{place}")


async def keys(floor: Floor, *where: Any) -> list[str]:
    """Return the order keys that match."""

    def query(reader: Reader) -> list[str]:
        return [row.order_key for row in reader.rows(select(orders).where(*where).order_by(orders.c.order_key))]

    return await floor.store.read(query)


async def tours(floor: Floor) -> list[list[str]]:
    """Return the orders of each tour, in slots."""

    def query(reader: Reader) -> list[list[str]]:
        found = []
        for batch in reader.rows(select(batches).order_by(batches.c.id)):
            rows = reader.rows(select(totes).where(totes.c.batch_id == batch.id).order_by(totes.c.slot))
            found.append([row.order_id.removeprefix("ACME/") for row in rows])
        return sorted(found)

    return await floor.store.read(query)


async def test_F07_orders_are_released_near_their_cutoff_or_when_urgent(floor_of: FloorOf) -> None:
    floor = await floor_of()
    await fill(floor)
    near, far = START + timedelta(minutes=200), START + timedelta(minutes=300)
    await floor.order("1", ("SKU1", 1), cutoff_at=near)
    await floor.order("2", ("SKU1", 1), cutoff_at=far)
    await floor.order("3", ("SKU1", 1), cutoff_at=far, priority=8)
    await floor.plan()
    assert await keys(floor, orders.c.wave_id.is_not(None)) == ["1", "3"]
    floor.clock.pass_(minutes=61)
    await floor.plan()
    assert await keys(floor, orders.c.wave_id.is_(None)) == []


async def test_F97k_a_wave_is_named_after_the_sites_day_and_hour(floor_of: FloorOf) -> None:
    floor = await floor_of()
    await fill(floor)
    await floor.order("1", ("SKU1", 1), cutoff_at=START.replace(hour=15, minute=30), priority=9)
    await floor.plan()
    waves = await floor.store.read(lambda reader: [row.wave_id for row in reader.rows(select(orders))])
    assert waves == ["yamato-20261125-0030"]


async def test_F05_a_tour_takes_as_many_orders_as_the_robot_has_places(floor_of: FloorOf) -> None:
    floor = await floor_of()
    await fill(floor)
    for key in range(6):
        await floor.order(str(key), ("SKU1", 1))
    await floor.plan()
    assert [len(one) for one in await tours(floor)] == [4]
    floor.clock.pass_(seconds=20)
    await floor.plan()
    assert sorted(len(one) for one in await tours(floor)) == [2, 4]


async def test_F89_those_travel_together_that_lie_near_one_another(floor_of: FloorOf) -> None:
    floor = await floor_of(batch_choice=2)
    for place, sku in (("A-01-1", "SKU1"), ("A-04-1", "SKU2")):
        await floor.stock(sku, place, 20)
    for key, sku in enumerate(["SKU1", "SKU2"] * 4):
        await floor.order(str(key), (sku, 1))
    await floor.plan()
    first = (await tours(floor))[0]
    assert first == ["0", "2", "4", "6"], "a tour of the first four would visit both places"


async def test_F91_a_full_tour_waits_for_better_company_only_so_long(floor_of: FloorOf) -> None:
    floor = await floor_of(batch_choice=2, batch_wait_seconds=60)
    await fill(floor)
    for key in range(7):
        await floor.order(str(key), ("SKU1", 1))
    await floor.plan()
    assert await tours(floor) == []
    await floor.order("7", ("SKU1", 1))
    await floor.plan()
    assert [len(one) for one in await tours(floor)] == [4]
    floor.clock.pass_(seconds=60)
    await floor.plan()
    assert [len(one) for one in await tours(floor)] == [4, 4]


async def test_F89_cutoffs_that_are_far_do_not_part_neighbours(floor_of: FloorOf) -> None:
    floor = await floor_of(batch_choice=2, wave_minutes=24 * 60)
    for place, sku in (("A-01-1", "SKU1"), ("A-04-1", "SKU2")):
        await floor.stock(sku, place, 20)
    for key in range(8):
        sku = ("SKU1", "SKU2")[key % 2]
        await floor.order(str(key), (sku, 1), cutoff_at=START + timedelta(hours=4 + (key + 1) // 2))
    await floor.plan()
    assert (await tours(floor))[0] == ["0", "2", "4", "6"]


async def test_F91_who_has_waited_long_enough_joins_the_next_tour_from_wherever(floor_of: FloorOf) -> None:
    floor = await floor_of(batch_choice=2, batch_wait_seconds=60, wave_minutes=24 * 60)
    for place, sku in (("A-01-1", "SKU1"), ("A-04-1", "SKU2")):
        await floor.stock(sku, place, 20)
    await floor.order("0", ("SKU2", 1), cutoff_at=START + timedelta(hours=9))
    floor.clock.pass_(seconds=60)
    for key in range(1, 8):
        await floor.order(str(key), ("SKU1", 1))
    await floor.plan()
    assert "0" in (await tours(floor))[0]


async def test_F97m_urgency_comes_before_company(floor_of: FloorOf) -> None:
    floor = await floor_of()
    await fill(floor)
    for key in "12345":
        await floor.order(key, ("SKU1", 1), priority=5)
    await floor.order("9", ("SKU2", 1), priority=7)
    await floor.plan()
    first = (await tours(floor))[0]
    assert first[0] == "9"
    assert len(first) == 4


async def test_a_lone_order_waits_for_company_only_so_long(floor_of: FloorOf) -> None:
    floor = await floor_of(batch_wait_seconds=20)
    await fill(floor)
    await floor.order("1", ("SKU1", 1))
    await floor.plan()
    assert await tours(floor) == []
    floor.clock.pass_(seconds=20)
    await floor.plan()
    assert await tours(floor) == [["1"]]


async def test_an_order_near_its_cutoff_does_not_wait(floor_of: FloorOf) -> None:
    floor = await floor_of()
    await fill(floor)
    await floor.order("1", ("SKU1", 1), cutoff_at=START + timedelta(minutes=59))
    await floor.plan()
    assert await tours(floor) == [["1"]]


async def test_a_tour_takes_no_more_orders_than_there_are_free_totes(floor_of: FloorOf) -> None:
    floor = await floor_of(totes=3)
    await fill(floor)
    for key in range(5):
        await floor.order(str(key), ("SKU1", 1))
    await floor.plan()
    floor.clock.pass_(minutes=1)
    await floor.plan()
    assert [len(one) for one in await tours(floor)] == [3]


async def test_F46_orders_that_belong_to_two_pack_stations_never_share_a_tour(floor_of: FloorOf) -> None:
    floor = await floor_of(stations=2, wave_minutes=1, batch_wait_seconds=0)
    await fill(floor)
    for key in "123":
        await floor.order(key, ("SKU1", 1), priority=7 if key == "1" else 5)
    await floor.plan()

    def assigned(tx: Tx) -> int:
        tx.update(orders, wave_id="w")
        tx.update(orders, orders.c.order_key == "2", station="PACK-1")
        tx.update(orders, orders.c.order_key == "3", station="PACK-2")
        return make_batches(tx, travel)

    assert await floor.store.run(assigned) == 2
    assert await tours(floor) == [["1", "2"], ["3"]]


async def put(floor: Floor, *keys: str) -> None:
    """Put packed parcels of orders at the dock."""

    def insert(tx: Tx) -> None:
        for key in keys:
            tx.insert(
                parcels,
                id=f"P{key}",
                order_id=f"ACME/{key}",
                state="packed",
                station="PACK-1",
                carton="C60",
                expected_g=1,
                tracking=key,
                carrier="yamato",
                packed_at=tx.now,
            )

    for key in keys:
        await floor.order(key, ("SKU1", 1), cutoff_at=START + timedelta(hours=5))
    await floor.store.run(insert)


async def test_F11_a_load_goes_when_it_is_full(floor_of: FloorOf) -> None:
    floor = await floor_of(load_parcels=2)
    await put(floor, "1", "2", "3")
    assert await floor.store.run(make_loads) == 1
    assert await floor.store.run(make_loads) == 0


async def test_F11_a_part_filled_load_goes_after_a_while_or_before_the_cutoff(floor_of: FloorOf) -> None:
    floor = await floor_of(load_wait_seconds=120)
    await put(floor, "1")
    assert await floor.store.run(make_loads) == 0
    floor.clock.pass_(seconds=120)
    assert await floor.store.run(make_loads) == 1
    await put(floor, "2")
    await floor.store.run(lambda tx: tx.update(orders, cutoff_at=tx.now + timedelta(minutes=30)))
    assert await floor.store.run(make_loads) == 1


async def loaded(floor: Floor) -> list[tuple[str, str, list[str]]]:
    """Return dock, carrier and parcels of each load."""

    def query(reader: Reader) -> list[tuple[str, str, list[str]]]:
        made = reader.rows(select(loads).order_by(loads.c.id))
        return [(row.dock, row.carrier, [one.tracking for one in reader.all(parcels, load_id=row.id)]) for row in made]

    return await floor.store.read(query)


def two_docks(floor: Floor) -> None:
    """Give the site a second dock for yamato, and sagawa on both."""
    site = floor.store.site
    docks = [site.docks[0].model_copy(update={"id": id_, "carriers": ["yamato", "sagawa"]}) for id_ in ("D1", "D2")]
    floor.store.site.__dict__["docks"] = docks


async def test_F11_a_load_is_of_one_carrier_and_one_cutoff(floor_of: FloorOf) -> None:
    floor = await floor_of(load_wait_seconds=0)
    two_docks(floor)
    await put(floor, "1", "2", "3", "4")
    await floor.store.run(lambda tx: tx.change(parcels, {"id": "P2"}, carrier="sagawa"))
    await floor.store.run(lambda tx: tx.change(orders, {"order_key": "4"}, cutoff_at=START + timedelta(hours=9)))
    assert await floor.store.run(make_loads) == 3
    made = sorted((carrier, sorted(numbers)) for _, carrier, numbers in await loaded(floor))
    assert made == [("sagawa", ["2"]), ("yamato", ["1", "3"]), ("yamato", ["4"])]


async def test_F11_two_docks_of_a_carrier_share_its_loads(floor_of: FloorOf) -> None:
    floor = await floor_of(load_wait_seconds=0, load_parcels=2)
    two_docks(floor)
    await put(floor, "1", "2", "3", "4", "5")
    assert await floor.store.run(make_loads) == 3
    assert sorted((dock, len(mine)) for dock, _, mine in await loaded(floor)) == [("D1", 1), ("D1", 2), ("D2", 2)]


async def test_F11_a_dock_takes_only_its_carriers(floor_of: FloorOf) -> None:
    floor = await floor_of(load_wait_seconds=0)
    await put(floor, "1", "2")
    await floor.store.run(lambda tx: tx.change(parcels, {"id": "P2"}, carrier="sagawa"))
    assert await floor.store.run(make_loads) == 1
    rows = await floor.store.read(lambda reader: [(row.dock, row.carrier) for row in reader.rows(select(loads))])
    assert rows == [("DOCK-1", "yamato")]
