"""A scan of the wrong kind is answered by what it is and what is asked, in the person's language (F57)."""

import pytest
import pytest_asyncio

from edge.processes.people import set_language
from edge.store.tables import parcels
from tests.support.floor import JAN, Floor


@pytest_asyncio.fixture
async def floor(floor: Floor) -> Floor:
    """Return a floor where Sato stands before the shelf of an order."""
    await floor.stock("SKU1", "A-01-1", 10)
    await floor.order("1", ("SKU1", 1))
    await floor.plan()
    floor.clock.pass_(minutes=5)
    await floor.robots()
    await floor.act("sato", "scan", "ZONE:A")
    assert (await floor.screen("sato"))["step"] == "location"
    return floor


SHELF = [
    (JAN["SKU2"], "商品「SKU2」です", "an item: SKU2"),
    ("T-0001", "トートです", "is a tote"),
    ("PACK-1", "作業場所です", "a place to work at"),
    ("TOTES-1", "ロボットの場所です", "a robot's station"),
    ("ZONE:A", "作業場所です", "a place to work at"),
    ("nothing", "登録のないコードです", "not a known code"),
]


@pytest.mark.parametrize(("scanned", "japanese", "english"), SHELF)
async def test_F57_who_scans_something_else_at_the_shelf_reads_what_it_is(
    floor: Floor, scanned: str, japanese: str, english: str
) -> None:
    for language, words in (("ja", japanese), ("en", english)):
        await floor.store.run(set_language, "sato", language)
        answer = await floor.act("sato", "scan", scanned)
        assert answer["result"]["kind"] == "wrong"
        assert words in answer["result"]["text"]
        assert "A-01-1" in answer["result"]["text"]
        assert answer["screen"]["step"] == "location"


async def test_F57_a_shelf_or_tote_in_place_of_the_item_is_no_unknown_code(floor: Floor) -> None:
    await floor.act("sato", "scan", "A-01-1")
    for scanned, words in (("A-03-1", "棚です"), ("T-0001", "トートです"), ("4900000000009", "登録のないコード")):
        assert words in (await floor.act("sato", "scan", scanned))["result"]["text"]
    await floor.act("sato", "scan", JAN["SKU1"])
    for scanned, words in (("A-01-1", "棚です"), (JAN["SKU1"], "商品「SKU1」です")):
        answer = await floor.act("sato", "scan", scanned)
        assert (answer["screen"]["step"], words in answer["result"]["text"]) == ("tote", True)


async def test_F57_a_parcel_s_label_at_the_shelf_is_told_as_one(floor: Floor) -> None:
    await floor.work("sato", "ZONE:A")
    await floor.robots()
    await floor.work("sato", "PACK-1")
    tracking = await floor.store.read(lambda reader: reader.get(parcels).tracking)
    await floor.order("2", ("SKU1", 1))
    await floor.plan()
    floor.clock.pass_(minutes=5)
    await floor.robots()
    await floor.act("sato", "leave")
    await floor.act("sato", "scan", "ZONE:A")
    assert "荷物の送り状です" in (await floor.act("sato", "scan", tracking))["result"]["text"]


async def test_F57_who_has_no_place_yet_reads_what_they_scanned_instead_of_one(floor: Floor) -> None:
    answer = await floor.act("kim", "scan", "A-01-1")
    assert answer["result"]["text"] == '"A-01-1" is a location. Scan your place.'


async def test_F57_at_the_pack_table_an_unexpected_shelf_is_no_unknown_code(floor: Floor) -> None:
    await floor.work("sato", "ZONE:A")
    await floor.robots()
    await floor.act("sato", "leave")
    await floor.act("sato", "scan", "PACK-1")
    answer = await floor.act("sato", "scan", "A-01-1")
    assert (answer["result"]["code"], answer["screen"]["step"]) == ("scan.other_kind", "tote")
