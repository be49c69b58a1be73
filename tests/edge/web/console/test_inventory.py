"""What readers at no gate have read and what stands at read points, on the devices page."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from edge.live import DeviceView, PointView, ReadPointView, ReportView
from edge.processes.orders import accept_order
from edge.processes.readpoints import Told, last_report, tell_tags
from edge.site import Device, ReadPoint
from edge.store.tables import items, parcels
from edge.store.tx import Tx
from tests.edge.web.console.conftest import Console

ORDER = {
    "order_key": "K1",
    "owner": "ACME",
    "carrier": "yamato",
    "ship_to": {"name": "山田 花子", "phone": "0312345678"},
    "lines": [{"line": 1, "sku": "SKU1", "quantity": 2}],
}
HERE, GONE, STRANGE = "3134257BF400B7800004CB2F", "3134257BF400B7800004CB30", "E2801160600002054CC2096F"


def two_parcels(tx: Tx) -> None:
    """Add a parcel that is here and one that has left, both with tags."""
    tx.insert(items, owner="ACME", sku="SKU1", name_ja="Tシャツ", name_en="T-shirt")
    accept_order(tx, ORDER)
    for number, epc, state in (("123456789013", HERE, "packed"), ("223456789010", GONE, "shipped")):
        tx.insert(
            parcels,
            id=number,
            order_id="ACME/K1",
            state=state,
            station="PACK-1",
            carton="C60",
            expected_g=1,
            tracking=number,
            epc=epc,
            carrier="yamato",
        )


@pytest.mark.parametrize(
    ("person", "words"),
    [("mori", ["読んだタグ: 3 枚", "構内の荷物: 1 個"]), ("brown", ["3 tags read within 10 minutes", "1 of them"])],
)
async def test_I12_an_inventory_point_shows_its_tags_and_the_parcels_among_them(
    console: Console, person: str, words: list[str]
) -> None:
    await console.login(person)
    await console.web.store.run(two_parcels)
    services, now = console.web.services, console.web.clock.time
    shelf = Device.model_validate({"id": "shelf-1", "kind": "rfid", "address": "tcp://10.0.0.9:5084"})
    services.site = services.site.model_copy(update={"devices": [*services.site.devices, shelf]})
    services.live.devices["shelf-1"] = DeviceView("shelf-1", "rfid", shelf.address, up=True)
    services.live.points["shelf-1"] = PointView("shelf-1", dict.fromkeys((STRANGE, GONE, HERE), now))
    page = (await console.get("/console/devices")).text
    assert all(word in page for word in words)
    assert ">123456789013</a>" in page
    assert "223456789010" not in page


def buffer(console: Console, tags: Sequence[str], **shown: object) -> ReadPointView:
    """Give the console's site a read point where these tags stand."""
    services, now = console.web.services, console.web.clock.time
    shelf = Device.model_validate({"id": "shelf-1", "kind": "rfid", "address": "tcp://10.0.0.9:5084"})
    name = {"ja": "出荷仮置き場", "en": "Shipping buffer"}
    described = {"id": "BUFFER-1", "name": name, "readers": ["shelf-1"], "repeat": 10, "duration": 10}
    point = ReadPoint.model_validate(described)
    devices = [*services.site.devices, shelf]
    services.site = services.site.model_copy(update={"devices": devices, "read_points": [point]})
    services.live.devices["shelf-1"] = DeviceView("shelf-1", "rfid", shelf.address, up=True)
    there: dict[str, datetime] = dict.fromkeys(tags, now)
    view = services.live.read_points["BUFFER-1"] = ReadPointView("BUFFER-1", there=lambda: there, **shown)  # type: ignore[arg-type]
    return view


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ("mori", ["出荷仮置き場", "読み取り中", "入 2 枚・出 1 枚・在 3 枚", "開始: 周期、終了: 新しいタグなし"]),
        (
            "brown",
            ["Shipping buffer", "Reading", "2 came, 1 went, 3 were here", "Began by its period, ended by no new tags."],
        ),
    ],
)
async def test_I12_a_read_point_shows_what_stands_there_and_what_it_told_last(
    console: Console, person: str, words: list[str]
) -> None:
    await console.login(person)
    await console.web.store.run(two_parcels)
    now = console.web.clock.time
    told = ReportView(now - timedelta(seconds=20), now - timedelta(seconds=10), "repeat_period", "stable_set", 2, 1, 3)
    buffer(console, (STRANGE, GONE, HERE), active=True, told=told)
    page = (await console.get("/console/devices")).text
    assert [word for word in words if word not in page] == []
    assert ">123456789013</a>" in page
    assert "223456789010" not in page, "a parcel that has left is no parcel of the site"
    assert f"<code>{STRANGE}</code>" in page
    assert 'href="#point-BUFFER-1"' in page, "the reader's card says whose it is"
    assert 'id="point-BUFFER-1"' in page


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ("mori", ["リーダー切断", "shelf-1 につながりません", "まだなし"]),
        ("brown", ["Reader away", "shelf-1 cannot be reached: what stands there is not known", "none yet"]),
    ],
)
async def test_I12_a_read_point_whose_reader_is_away_says_that_nobody_goes(
    console: Console, person: str, words: list[str]
) -> None:
    await console.login(person)
    buffer(console, (), active=True, away=("shelf-1",))
    page = (await console.get("/console/devices")).text
    assert [word for word in words if word not in page] == []


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ("mori", ["タグを WMS に報告しました: 入 1 枚、出 0 枚、在 1 枚", "読取ポイント BUFFER-1"]),
        ("brown", ["Tags told to the WMS: 1 came, 0 went, 1 are there", "Read point BUFFER-1"]),
    ],
)
async def test_a_report_is_told_in_the_journal_and_leads_to_its_point(
    console: Console, person: str, words: list[str]
) -> None:
    await console.login(person)
    now = console.web.clock.time
    told = Told("BUFFER-1", now, now, "trigger", "duration", ["additions"], [("additions", [HERE])], [HERE], 1, 0)
    await console.web.store.run(two_parcels)
    await console.web.store.run(tell_tags, told)
    page = (await console.get("/console/journal?kind=tags.reported")).text
    assert [word for word in words if word not in page] == []
    assert "/console/devices#point-BUFFER-1" in page
    entry = await console.web.store.read(last_report, "BUFFER-1")
    assert entry is not None
    tags = entry.data["reports"][0]["tags"]
    assert tags == [{"hex": HERE, "parcel": "123456789013"}]
