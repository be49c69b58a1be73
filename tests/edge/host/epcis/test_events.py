"""What the journal's entries say as EPCIS events: packing, shipping, stock, counts, tags, and what is taken back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from drivers.codes import epc
from drivers.epcis.faults import faults
from edge.processes.cancel import request_cancel
from edge.processes.inventory import Goods, adjust, put_item
from edge.processes.labels import reprint
from edge.processes.readpoints import REPORTED
from edge.processes.stocktake import tell
from edge.store.tables import parcels
from edge.store.tx import Tx
from tests.drivers.epcis.test_faults import validator
from tests.edge.host.epcis.telling import BASE, GLN, SITE, document, steps, telling_site, told
from tests.edge.processes.test_reprint import to_label
from tests.support.floor import JAN, Floor
from tests.support.store import HandClock, make_store

GTIN = {sku: f"https://id.gs1.org/01/{code.zfill(14)}" for sku, code in JAN.items()}


@pytest_asyncio.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    clock = HandClock()
    floor = Floor(make_store(tmp_path, telling_site(), clock), clock)
    await floor.open()
    yield floor
    floor.store.close()


async def packed(floor: Floor, *lines: tuple[str, int]) -> str:
    """Have an order packed and return its parcel."""
    for sku, place in (("SKU1", "A-01-1"), ("SKU2", "A-02-1")):
        await floor.stock(sku, place, 20, "2027-01-31", f"LOT-{sku}")
    await floor.order("1", *(lines or (("SKU1", 2), ("SKU2", 1))))
    floor.clock.pass_(minutes=5)
    await pick_and_pack(floor)
    return str(
        await floor.store.read(lambda reader: reader.value(select(parcels.c.id).where(parcels.c.state == "packed")))
    )


async def pick_and_pack(floor: Floor) -> None:
    await floor.robots()
    while await floor.work("sato", "ZONE:A"):
        await floor.robots()
    await floor.work("sato", "PACK-1")


async def sscc(floor: Floor, parcel: str) -> str:
    tag = await floor.store.read(lambda reader: reader.get(parcels, id=parcel).epc)
    return f"https://id.gs1.org/00/{epc.decode(tag).sscc}"


async def test_H28_I50_a_packed_parcel_is_an_aggregation_of_its_goods_lot_by_lot(floor: Floor) -> None:
    parcel = await packed(floor)
    event = (await told(floor.store))[-1]
    del event["eventID"], event["recordTime"]
    assert event == {
        "type": "AggregationEvent",
        "eventTime": "2026-11-24T11:05:00.000+09:00",
        "eventTimeZoneOffset": "+09:00",
        "action": "ADD",
        "bizStep": "packing",
        "disposition": "in_progress",
        "parentID": await sscc(floor, parcel),
        "childQuantityList": [
            {"epcClass": f"{GTIN['SKU1']}/10/LOT-SKU1", "quantity": 2},
            {"epcClass": f"{GTIN['SKU2']}/10/LOT-SKU2", "quantity": 1},
        ],
        "readPoint": {"id": f"{SITE}/254/PACK-1"},
        "bizLocation": {"id": SITE},
        "bizTransactionList": [{"bizTransaction": f"{BASE}/order/ACME/1"}],
    }


async def test_H28_a_shipped_parcel_is_in_transit_from_its_gate_and_nowhere_here(floor: Floor) -> None:
    parcel = await packed(floor)
    floor.clock.pass_(minutes=5)
    await floor.plan()
    await floor.work("sato", "DOCK-1")
    events = await told(floor.store)
    assert steps(events) == ["storing", "storing", "packing", "shipping"]
    assert {name: events[-1].get(name) for name in ("epcList", "disposition", "readPoint", "bizLocation")} == {
        "epcList": [await sscc(floor, parcel)],
        "disposition": "in_transit",
        "readPoint": {"id": f"{SITE}/254/GATE-1"},
        "bizLocation": None,
    }


async def test_I52_a_new_label_declares_the_packing_wrong_and_tells_it_anew(floor: Floor) -> None:
    parcel = await packed(floor)
    first = (await told(floor.store))[-1]
    ssccs = [first["parentID"]]
    for _ in range(2):
        floor.clock.pass_(minutes=1)
        await floor.store.run(reprint, parcel, "damaged", "sato")
        ssccs.append(await sscc(floor, parcel))
    *_, old, wrong, second, wrong_again, third = await told(floor.store)
    assert [event["parentID"] for event in (old, wrong, second, wrong_again, third)] == [
        ssccs[0], ssccs[0], ssccs[1], ssccs[1], ssccs[2],
    ]  # fmt: skip
    assert len({*ssccs}) == 3
    assert wrong["eventID"] == old["eventID"]
    assert wrong_again["eventID"] == second["eventID"]
    assert wrong["errorDeclaration"] == {
        "declarationTime": "2026-11-24T11:06:00.000+09:00",
        "reason": "incorrect_data",
        "correctiveEventIDs": [second["eventID"]],
    }
    assert second["eventTime"] == third["eventTime"] == old["eventTime"]
    assert old == first


async def test_I52_a_parcel_that_is_void_was_packed_by_mistake(floor: Floor) -> None:
    await packed(floor)
    await floor.store.run(request_cancel, "ACME/1", "c1", "customer")
    *_, packing, wrong = await told(floor.store)
    assert steps([packing, wrong]) == ["packing", "!packing"]
    assert wrong["errorDeclaration"]["reason"] == "did_not_occur"
    assert "correctiveEventIDs" not in wrong["errorDeclaration"]
    assert {name: wrong[name] for name in packing if name != "recordTime"} == {
        name: packing[name] for name in packing if name != "recordTime"
    }


async def test_I52_a_label_that_is_void_before_it_was_on_a_parcel_takes_nothing_back(floor: Floor) -> None:
    await to_label(floor)
    parcel = await floor.store.read(lambda reader: reader.value(select(parcels.c.id)))
    await floor.store.run(reprint, parcel, "not_printed", "sato")
    assert steps(await told(floor.store)) == ["storing"]
    await floor.work("sato", "PACK-1")
    event = (await told(floor.store))[-1]
    assert event["parentID"] == await sscc(floor, parcel)


async def test_I52_events_say_the_same_when_items_and_labels_have_changed_since(floor: Floor) -> None:
    parcel = await packed(floor)
    before = await told(floor.store)
    request = {"name": {"ja": "SKU1", "en": "SKU1"}, "codes": ["4901234567900"]}
    await floor.store.run(put_item, "ACME", "SKU1", request)
    await floor.store.run(reprint, parcel, "lost", "sato")
    assert (await told(floor.store))[: len(before)] == before


@pytest.mark.parametrize(
    ("codes", "name"),
    [
        (["4901234567894"], GTIN["SKU1"]),
        (["049000004342", "4901234567894"], "https://id.gs1.org/01/00049000004342"),
        ([{"code": "14901234567891", "quantity": 12}, {"code": "4901234567894", "quantity": 1}], GTIN["SKU1"]),
        (["2000000000008", "49123456"], "https://id.gs1.org/01/00000049123456"),
        (["2000000000008"], f"{BASE}/item/ACME/%E8%8A%B1%2F1"),
        (["A-17"], f"{BASE}/item/ACME/%E8%8A%B1%2F1"),
        ([], f"{BASE}/item/ACME/%E8%8A%B1%2F1"),
    ],
)
async def test_H28_no_gtin_is_made_up_for_goods_without_one(floor: Floor, codes: list[Any], name: str) -> None:
    await floor.store.run(put_item, "ACME", "花/1", {"name": {"ja": "花", "en": "Flower"}, "codes": codes})
    await floor.stock("花/1", "A-01-1", 5)
    (event,) = await told(floor.store)
    assert event["quantityList"] == [{"epcClass": name, "quantity": 5}]


async def test_H28_a_bar_code_that_became_another_items_names_the_first_no_more(floor: Floor) -> None:
    await floor.store.run(put_item, "ACME", "OTHER", {"name": {"ja": "x", "en": "x"}, "codes": [JAN["SKU1"]]})
    await floor.stock("SKU1", "A-01-1", 5)
    await floor.stock("OTHER", "A-02-1", 1)
    names = [event["quantityList"][0]["epcClass"] for event in await told(floor.store)]
    assert names == [f"{BASE}/item/ACME/SKU1", GTIN["SKU1"]]


async def test_H28_stock_that_came_and_went_is_told_with_its_place(floor: Floor) -> None:
    await floor.stock("SKU1", "A-01-1", 20, lot="花")
    await floor.stock("SKU1", "A-01-1", -3, lot="花")

    def lose(tx: Tx) -> None:
        adjust(tx, "A-02-1", Goods("ACME", "SKU2"), -1, "count.missing")
        adjust(tx, "tote:T1", Goods("ACME", "SKU2"), 2, "count.found")

    await floor.store.run(lose)
    events = await told(floor.store)
    assert [(event["bizStep"], event["disposition"], event["quantityList"][0]["quantity"]) for event in events] == [
        ("storing", "available", 20),
        ("stock_taking", "unavailable", 3),
        ("stock_taking", "unavailable", 1),
        ("stock_taking", "available", 2),
    ]
    assert events[0]["quantityList"][0]["epcClass"] == GTIN["SKU1"]  # no GS1 lot has such signs
    places = [(event["readPoint"]["id"], event["bizLocation"]["id"]) for event in events]
    assert places == [(f"{SITE}/254/{place}",) * 2 for place in ("A-01-1", "A-01-1", "A-02-1")] + [(SITE, SITE)]


async def counted(floor: Floor, outcome: str, lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    count: dict[str, Any] = {"location": "A-01-1", "count": "C1", "request": None, "rounds": [], "others": []}
    await floor.store.run(tell, count, outcome, lines)
    return await told(floor.store)


async def test_I51_a_count_tells_what_is_there_and_each_kind_of_goods_once(floor: Floor) -> None:
    line = {"owner": "ACME", "sku": "SKU1", "lot": "", "books": 3}
    lines = [
        {**line, "expiry": "2027-01-31", "counted": 2},
        {**line, "expiry": "2027-02-28", "counted": 3},
        {**line, "sku": "SKU2", "expiry": "", "counted": 0},
    ]
    (event,) = await counted(floor, "taken", lines)
    assert (event["bizStep"], event["readPoint"]) == ("cycle_counting", {"id": f"{SITE}/254/A-01-1"})
    assert event["quantityList"] == [{"epcClass": GTIN["SKU1"], "quantity": 5}]


@pytest.mark.parametrize(("outcome", "units"), [("dismissed", 3), ("taken", 0), ("agreed", 0)])
async def test_I51_what_says_nothing_is_no_event(floor: Floor, outcome: str, units: int) -> None:
    line = {"owner": "ACME", "sku": "SKU1", "lot": "", "expiry": "", "books": 3, "counted": units}
    assert await counted(floor, outcome, [line]) == []


async def test_H28_a_read_point_tells_the_tags_that_came_by_their_gs1_keys(floor: Floor) -> None:
    sgtin = epc.sgtin_96("4901234567894", "17", 7)

    def read(tx: Tx, name: str) -> None:
        tags = [{"hex": sgtin}, {"hex": "0123456789AB"}, {"hex": sgtin}]
        reports = [{"set": name, "tags": tags}]
        tx.journal(REPORTED, "point/BUFFER-1", outward=True, ended_at="2026-11-24T10:59:58.500+09:00", reports=reports)

    await floor.store.run(read, "deletions")
    assert await told(floor.store) == []
    await floor.store.run(read, "additions")
    (event,) = await told(floor.store)
    assert event["epcList"] == ["https://id.gs1.org/01/04901234567894/21/17"]
    assert event["readPoint"] == {"id": f"{SITE}/254/BUFFER-1"}
    assert event["eventTime"] == "2026-11-24T10:59:58.500+09:00"
    assert "bizStep" not in event


@pytest.mark.parametrize(
    ("named", "site", "place", "goods"),
    [
        ({"gln": GLN}, SITE, f"{SITE}/254/A-01-1", None),
        ({"base": BASE}, BASE, f"{BASE}/location/A-01-1", f"{BASE}/item/ACME/NAMELESS"),
    ],
)
async def test_H28_a_site_is_named_by_its_gln_or_by_an_address_of_its_own(
    tmp_path: Path, named: dict[str, str], site: str, place: str, goods: str | None
) -> None:
    clock = HandClock()
    floor = Floor(make_store(tmp_path, telling_site(**named), clock), clock)
    await floor.open()
    await floor.store.run(put_item, "ACME", "NAMELESS", {"name": {"ja": "x", "en": "x"}, "codes": []})
    await floor.stock("NAMELESS", "A-01-1", 1)
    await packed(floor)
    events = await told(floor.store)
    first = events[0].get("quantityList", [{}])[0].get("epcClass")
    assert (first == goods) if goods else (GTIN["SKU1"] in first)
    assert (events[-1]["bizLocation"]["id"], events[-2]["bizLocation"]["id"].rpartition("/")[0]) == (
        site, place.rpartition("/")[0],
    )  # fmt: skip
    assert ("bizTransactionList" in events[-1]) == ("base" in named)
    assert faults(document(floor.store, events)) == []
    floor.store.close()


async def test_I48_I49_I51_a_days_document_has_no_fault_and_keeps_the_official_schema(floor: Floor) -> None:
    parcel = await packed(floor)
    await floor.store.run(reprint, parcel, "damaged", "sato")
    floor.clock.pass_(minutes=5)
    await floor.plan()
    await floor.work("sato", "DOCK-1")
    await floor.order("2", ("SKU1", 1))
    floor.clock.pass_(minutes=5)
    await pick_and_pack(floor)
    await floor.store.run(request_cancel, "ACME/2", "c1", "customer")
    events = await told(floor.store)
    told_once = {(event["eventID"], "errorDeclaration" in event) for event in events}
    assert len(told_once) == len(events)
    assert steps(events).count("!packing") == 2
    assert steps(events).count("shipping") == 1
    found = document(floor.store, events)
    assert faults(found) == []
    validator().validate(found)
