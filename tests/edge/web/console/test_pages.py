"""Every view on an empty site: who may look, what is said, what is exported."""

import csv
import io
import re
from html import escape, unescape
from pathlib import Path

import pytest

from edge.live import DeviceView, DoorView, FaceView, ForeignView, LiftView, RobotView, SlotView, WallView
from edge.model.usage import Amounts, Mark
from edge.processes.bill import COLUMNS
from edge.processes.inventory import put_item
from edge.processes.orders import accept_order
from edge.processes.stays import sync_robots
from edge.processes.totes import sync_totes
from edge.processes.trouble import raise_trouble
from edge.processes.usage import Booking, book_usage, open_meter
from edge.site import Device, Door, ForeignRobots, Text
from edge.sitefile import load_site
from edge.store.tables import (
    allocations,
    batches,
    held,
    item_codes,
    items,
    order_lines,
    orders,
    parcels,
    robots,
    stock,
    tasks,
    totes,
)
from edge.store.tx import Tx
from tests.edge.web.console.conftest import Console, make_console
from tests.support.faces import face_site
from tests.support.store import small_site
from tests.support.walls import SLOTS, wall_site

LIFTS = Path(__file__).parents[4] / "config" / "lifts.yaml"

VIEWS = (
    "",
    "/orders",
    "/work",
    "/floor",
    "/stock",
    "/stock?by=item",
    "/stock/weights",
    "/stock/weights?weighed=1&sort=-parcels&q=x",
    "/devices",
    "/exceptions",
    "/journal",
    "/settings",
    "/settings/people",
    "/settings/people/mori",
    "/settings/line",
    "/settings/line?of=sato",
)
TABLES = ("orders", "work", "floor", "stock", "stock/weights", "devices", "exceptions", "journal", "settings/people")
ORDER = {
    "owner": "ACME",
    "order_key": "1001",
    "carrier": "yamato",
    "ship_to": {"name": "山田 花子", "phone": "0312345678"},
    "lines": [{"line": 1, "sku": "SKU1", "quantity": 2}],
}


async def one_order(console: Console) -> None:
    def write(tx: Tx) -> None:
        tx.insert(items, owner="ACME", sku="SKU1", name_ja="Tシャツ", name_en="T-shirt")
        accept_order(tx, ORDER)

    await console.web.store.run_as("key:wms", write)


def rows_of(text: str) -> list[list[str]]:
    assert text.startswith("\N{ZERO WIDTH NO-BREAK SPACE}")
    return list(csv.reader(io.StringIO(text[1:])))


@pytest.mark.parametrize("path", VIEWS)
async def test_every_view_says_something_in_both_languages(console: Console, path: str) -> None:
    for person, language in (("mori", "ja"), ("brown", "en")):
        await console.login(person)
        page = await console.get(f"/console{path}")
        assert page.status_code == 200
        assert f'<html lang="{language}">' in page.text
        assert "<h1>" in page.text


@pytest.mark.parametrize("path", [*VIEWS, "/stream", "/orders.csv"])
async def test_P49_nobody_looks_without_a_login(console: Console, path: str) -> None:
    console.client.cookies.clear()
    answer = await console.get(f"/console{path}")
    assert answer.status_code in (303, 401)
    if answer.status_code == 303:
        assert answer.headers["location"].startswith("/login?to=%2Fconsole")


async def test_P49_pickers_have_no_business_here_and_are_told_so(console: Console) -> None:
    await console.login("sato")
    page = await console.get("/console")
    assert page.status_code == 403
    assert "権限" in page.text
    assert 'href="/login"' in page.text


async def test_support_may_look_and_hold_but_not_cancel(console: Console) -> None:
    await one_order(console)
    await console.login("aoki")
    page = (await console.get("/console/orders")).text
    assert "/console/do/order-hold" in page
    assert "/console/do/order-cancel" not in page


@pytest.mark.parametrize("name", TABLES)
async def test_every_table_leaves_as_csv(console: Console, name: str) -> None:
    answer = await console.get(f"/console/{name}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert rows_of(answer.text)[0][0]


async def test_csv_holds_what_the_list_holds_and_no_formula(console: Console) -> None:
    await one_order(console)

    def rename(tx: Tx) -> None:
        tx.update(orders, orders.c.order_key == "1001", ship_to={"name": "=1+1"})

    await console.web.store.run(rename)
    head, row = rows_of((await console.get("/console/orders.csv")).text)
    found = dict(zip(head, row, strict=True))
    assert found["注文"] == "1001"
    assert found["点数"] == "2"
    assert found["締め"] == "2026-11-24T14:30:00+09:00"
    assert found["届け先"] == "'=1+1"
    assert rows_of((await console.get("/console/orders.csv?state=shipped")).text)[1:] == []


async def test_a_long_csv_comes_in_pieces(console: Console) -> None:
    def write(tx: Tx) -> None:
        line = {"place": "A-01-1", "owner": "ACME", "quantity": 1}
        tx.insert_many(stock, [line | {"id": f"{i}", "sku": f"S{i:05d}"} for i in range(2300)])

    await console.web.store.run(write)
    rows = rows_of((await console.get("/console/stock.csv")).text)
    assert len(rows) == 2301
    assert len({row[2] for row in rows[1:]}) == 2300


async def test_the_journal_leaves_as_csv_in_pieces_too(console: Console) -> None:
    def write(tx: Tx) -> None:
        for i in range(2100):
            tx.journal("item.put", f"item/ACME/{i}")

    await console.web.store.run(write)
    rows = rows_of((await console.get("/console/journal.csv?kind=item.put")).text)
    assert len(rows) == 2101
    assert [int(row[0]) for row in rows[1:]] == sorted((int(row[0]) for row in rows[1:]), reverse=True)


async def test_an_order_tells_its_story_in_words(console: Console) -> None:
    await one_order(console)
    page = (await console.get("/console/orders/ACME/1001")).text
    assert "注文を受け付けました(1 明細 2 点、Yamato 14:30 締め)" in page
    assert "WMS 送信待ち" in page
    assert "山田 花子" in page
    assert "Tシャツ" in page


async def test_the_lines_of_an_order_leave_as_csv(console: Console) -> None:
    await one_order(console)
    head, row = rows_of((await console.get("/console/lines.csv?order=ACME/1001")).text)
    found = dict(zip(head, row, strict=True))
    assert (found["品番"], found["商品"], found["数量"]) == ("SKU1", "Tシャツ", "2")
    assert (await console.get("/console/lines.csv?order=ACME/77")).status_code == 404


async def test_the_story_says_how_far_the_wms_was_told(console: Console) -> None:
    await one_order(console)

    def park(tx: Tx) -> None:
        seq = tx.seq
        tx.insert(held, follower="wms", subject="order/ACME/1001", seq=seq, attempts=3, parked=True, error="no")

    await console.web.store.run(park)
    assert "WMS 拒否" in (await console.get("/console/orders/ACME/1001")).text


async def test_an_unknown_order_is_said_kindly(console: Console) -> None:
    page = await console.get("/console/orders/ACME/77")
    assert page.status_code == 404
    assert "注文 ACME/77 は見つかりません。" in page.text
    assert 'href="/console"' in page.text


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("1001", "/console/orders/ACME/1001"),
        ("ACME/1001", "/console/orders/ACME/1001"),
        ("0312345678", "/console/orders/ACME/1001"),
        ("花子", "/console/orders/ACME/1001"),
        ("R1", "/console/floor?open=robot:R1"),
        ("a-01-1", "/console/floor?open=location:A-01-1"),
        ("ZONE:A", "/console/floor?open=zone:A"),
        ("１００１", "/console/orders/ACME/1001"),
        ("480000001234", "/console/orders/ACME/1001"),
        ("4800-0000-1234", "/console/orders/ACME/1001"),
        ("t-0007", "/console/orders/ACME/1001"),
        ("T-0008", "/console/journal?subject=tote/T-0008"),
        ("4901234567894", "/console/stock?q=SKU1"),
        ("sku1", "/console/stock?q=SKU1"),
        ("reader-9", "/console/devices#reader-9"),
    ],
)
async def test_the_search_box_leads_straight_to_the_one_thing(console: Console, text: str, target: str) -> None:
    await one_order(console)
    console.web.services.site.devices.append(Device(id="reader-9", kind="rfid", address="tcp://127.0.0.1:5084"))

    def write(tx: Tx) -> None:
        tx.insert(item_codes, owner="ACME", code="4901234567894", sku="SKU1")
        tx.insert(totes, id="T-0007", state="bound", place="robot:R1", order_id="ACME/1001")
        tx.insert(totes, id="T-0008", state="free", place="buffer")
        a_parcel(tx)

    await console.web.store.run(write)
    answer = await console.client.get("/console/find", params={"q": text}, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers.get("location")) == (303, target)


def a_parcel(tx: Tx) -> None:
    facts = {"station": "PACK-1", "carton": "C60", "expected_g": 700, "carrier": "yamato"}
    tx.insert(parcels, id="P1", order_id="ACME/1001", state="packed", tracking="480000001234", **facts)


async def test_a_name_that_two_orders_bear_is_a_choice(console: Console) -> None:
    await one_order(console)

    def again(tx: Tx) -> None:
        row = {"carrier": "yamato", "cutoff_at": tx.now, "payload_hash": "", "received_at": tx.now}
        tx.insert(orders, id="HANA/1001", owner="HANA", order_key="1001", state="accepted", **row)

    await console.web.store.run(again)
    page = await console.get("/console/find?q=1001")
    assert page.status_code == 200
    assert "/console/orders/ACME/1001" in page.text
    assert "/console/orders/HANA/1001" in page.text


async def where(console: Console) -> list[str]:
    page = (await console.get("/console/orders/ACME/1001")).text
    answer = page.partition('id="where"')[2].partition("</section>")[0]
    return re.findall(r"<p(?: class=\"sentence\")?>([^<]+)</p>", answer)


async def test_where_an_order_is_can_be_read_out(console: Console) -> None:
    await one_order(console)
    await console.login("brown")
    assert (await where(console))[0] == "We received it at 11:00; work on it has not begun."

    def pick(tx: Tx) -> None:
        tx.update(orders, orders.c.id == "ACME/1001", state="picking")
        tx.update(order_lines, order_lines.c.order_id == "ACME/1001", allocated=2, picked=1)
        tx.insert(totes, id="T-0007", state="bound", place="robot:R1", order_id="ACME/1001")

    await console.web.store.run(pick)
    first, place, *_ = await where(console)
    assert first == "It is being picked: 1 of 2 pieces are there."
    assert place == "Its goods are in tote T-0007 (Robot R1)."

    def pack(tx: Tx) -> None:
        tx.update(orders, orders.c.id == "ACME/1001", state="packed")
        tx.update(order_lines, order_lines.c.order_id == "ACME/1001", picked=1, packed=1, short=1)
        tx.delete(totes, totes.c.id == "T-0007")
        a_parcel(tx)

    await console.web.store.run(pack)
    first, *_, due, missing = await where(console)
    assert first == "It is packed and waits to be loaded. Tracking number: 480000001234."
    assert due == "It is to leave with Yamato by 14:30, which is some time away."
    assert missing == "One piece is missing and will not come with it."

    def ship(tx: Tx) -> None:
        tx.update(orders, orders.c.id == "ACME/1001", state="shipped", closed_at=tx.now)

    await console.web.store.run(ship)
    assert (await where(console))[0] == "It left at 11:00 with Yamato. Tracking number: 480000001234."


async def test_exceptions_show_what_next_and_who(console: Console) -> None:
    await console.web.store.run(raise_trouble, "exception.gate_alarm", "gate/GATE-1", gate="GATE-1")
    page = (await console.get("/console/exceptions")).text
    assert "/console/do/trouble-take" in page
    assert 'href="/console/floor?open=gate%3AGATE-1"' in page
    assert 'data-head="exceptions">1<' in page


async def test_a_parked_report_may_be_sent_again_or_discarded(console: Console) -> None:
    await console.web.store.run(raise_trouble, "exception.parked", "order/ACME/1", error="unknown carrier")
    page = (await console.get("/console/exceptions")).text
    assert "/console/do/report-retry" in page
    assert "/console/do/report-discard" in page
    assert "/console/do/trouble-settle" not in page


async def test_I55_card_of_a_lost_device_says_why_in_words_with_its_own_words_in_small(console: Console) -> None:
    unit = Device(id="plc-9", kind="modbus", address="tcp://127.0.0.1:502")
    console.web.services.site.devices.append(unit)
    lost = DeviceView(unit.id, unit.kind, unit.address, error="ModbusLost: unit 1 did not answer in 0.3 s")
    console.web.services.live.devices[unit.id] = lost
    page = (await console.get("/console/devices")).text
    assert "<b>時間内に応答がありません。</b>" in page
    assert "<small>ModbusLost: unit 1 did not answer in 0.3 s</small>" in page


async def test_broker_and_fleet_manager_have_cards_and_count_when_they_are_away(console: Console) -> None:
    devices = console.web.services.live.devices
    devices["mqtt-broker"] = DeviceView("mqtt-broker", "mqtt", "mqtt://10.0.5.3", up=True)
    devices["fleet-manager"] = DeviceView("fleet-manager", "fms", "https://10.0.5.2/api", error="refused")
    page = (await console.get("/console/devices")).text
    assert page.index('id="fleet-manager"') < page.index('id="mqtt-broker"')
    assert "メーカーのシステム、アドレス、トークンを確認してください。" in page
    now = (await console.get("/console")).text
    assert "fleet-manager" in now
    assert "mqtt-broker" not in now
    assert "fleet-manager,ロボットの群管理システム" in (await console.get("/console/devices.csv")).text


@pytest.mark.parametrize("person", ["mori", "brown"])
async def test_robots_that_others_drive_are_on_the_devices_page_and_have_a_story(console: Console, person: str) -> None:
    await console.login(person)
    services = console.web.services
    assert 'id="foreign"' not in (await console.get("/console/devices")).text
    services.site = services.site.model_copy(update={"massrobotics": ForeignRobots()})
    empty = (await console.get("/console/devices")).text
    assert "/api/massrobotics" in empty
    now = console.web.clock.time
    known = ForeignView(
        "u1", "maker", 10, now, name="E1<script>", maker="Elsewhere", length=900, width=600, placed=True, x=9_000
    )
    services.live.foreign = {"u1": known, "u2": ForeignView("u2", "other", 10, now, name="lost one", state="idle")}
    page = (await console.get("/console/devices")).text
    assert all(word in page for word in ("Elsewhere", "x 9.0 m", "lost one", "open=foreign:u1"))
    assert "open=foreign:u2" not in page
    story = (await console.get("/console/floor/panel/foreign/u1")).text
    assert "0.9 × 0.6 m" in story
    assert "<script>" not in page + story
    assert (await console.get("/console/floor?open=foreign:u1")).status_code == 200
    assert (await console.get("/console/floor/panel/foreign/u3")).status_code == 404


@pytest.mark.parametrize(
    ("person", "words"), [("mori", "数値ではありません"), ("brown", "location.x is no number: 1.0.")]
)
async def test_what_is_wrong_with_reports_is_said_with_field_and_remedy(
    console: Console, person: str, words: str
) -> None:
    await console.login(person)
    facts = {"key": "maker", "field": "location.x", "value": "1.0", "problem": "not_number"}
    await console.web.store.run(raise_trouble, "exception.foreign_misread", "foreign/maker", **facts)
    page = (await console.get("/console/exceptions")).text
    assert words in page
    assert "/console/devices#foreign" in page


@pytest.mark.parametrize(
    "what",
    ["robot:R1", "location:A-01-1", "station:PACK-1", "dock:DOCK-1", "gate:GATE-1", "zone:A", "node:N3", "lane:N0>N1"],
)
async def test_everything_on_the_floor_has_a_story(console: Console, what: str) -> None:
    kind, _, name = what.partition(":")
    page = await console.get(f"/console/floor/panel/{kind}/{name}")
    assert page.status_code == 200
    assert f"<h2>{escape(name)}</h2>" in page.text
    assert (await console.get(f"/console/floor?open={what}")).status_code == 200


async def test_a_door_shows_its_state_and_whom_it_is_open_for_on_the_map_and_with_its_unit(tmp_path: Path) -> None:
    unit = Device.model_validate(
        {"id": "door-io", "kind": "modbus", "address": "tcp://d:502", "profile": "door-adam-6060"}
    )
    door = Door(id="D1", name=Text(ja="中央扉", en="Middle door"), lanes=["N1>N2"], io="door-io")
    console = await make_console(tmp_path, small_site().model_copy(update={"devices": [unit], "doors": [door]}))
    await console.login("mori")
    console.web.services.live.doors["D1"] = DoorView("D1", "opening", robots=["R1"])
    page = (await console.get("/console/floor")).text
    assert 'data-door="D1" aria-label="扉 中央扉"><path class="leaf" d="M3000 ' in page
    page = (await console.get("/console/floor/panel/door/D1")).text
    for words in ("<h2>中央扉</h2>", '<span class="door-state opening">開動作中</span>', "robot:R1", "lane:N1&gt;N2"):
        assert words in page or words.replace("&gt;", ">") in page
    assert "中央扉 · 開動作中" in (await console.get("/console/devices")).text
    await console.login("brown")
    assert "Middle door · Opening" in (await console.get("/console/devices")).text
    assert (await console.get("/console/floor/panel/door/D2")).status_code == 404
    await console.client.aclose()
    console.web.services.close()
    console.web.store.close()


async def test_a_site_on_two_floors_is_shown_one_floor_at_a_time_with_its_lift(tmp_path: Path) -> None:
    console = await make_console(tmp_path, load_site(LIFTS))
    await console.login("mori")
    live = console.web.services.live
    live.views["R1"] = RobotView("R1", map="floor2")
    live.lifts["LIFT-1"] = LiftView("LIFT-1", "coming", "1", "2", robots=["R1"])
    below, above = [(await console.get(f"/console/floor{more}")).text for more in ("", "?floor=floor2")]
    for page, zone, other, stop in ((below, "A", "B", "1"), (above, "B", "A", "2")):
        assert f'data-open="zone:{zone}"' in page
        assert f'data-open="zone:{other}"' not in page
        assert f'data-lift="LIFT-1" data-stop="{stop}"' in page
    assert 'data-open="station:PACK-1"' in below
    assert 'data-open="station:PACK-1"' not in above
    assert 'href="?floor=floor2" aria-current="true">2階</a>' in above
    for thing in ("robot:R1", "location:B01-1", "zone:B", "node:F2WAIT", "lane:F2WAIT>F2LIFT"):
        assert 'data-floor="floor2"' in (await console.get(f"/console/floor?open={thing}")).text
    assert 'data-floor="floor1"' in (await console.get("/console/floor?floor=attic")).text
    here = {
        floor: (await console.get(f"/console/floor/at?x=12000&y=0{floor}")).json() for floor in ("", "&floor=floor2")
    }
    assert here == {"": {"open": "node:F1WAIT"}, "&floor=floor2": {"open": "node:F2WAIT"}}
    panel = (await console.get("/console/floor/panel/lift/LIFT-1")).text
    for words in ("<h2>荷物用リフト</h2>", '<span class="door-state coming">移動中</span>', "robot:R1", "lift-io"):
        assert words in panel
    assert (await console.get("/console/floor/panel/lift/LIFT-2")).status_code == 404
    assert "荷物用リフト · 移動中 · 1 階" in (await console.get("/console/devices")).text
    await console.client.aclose()
    console.web.services.close()
    console.web.store.close()


async def test_a_robot_shows_what_it_used_and_the_bill_leaves_as_a_table(console: Console) -> None:
    web = console.web
    await web.store.run(sync_robots)
    await web.store.run(open_meter, lambda _one, _other: 0)
    days = {
        "2026-11-23": Amounts(powered_ms=26 * 3_600_000, drove_mm=1_234_000),
        "2026-11-24": Amounts(powered_ms=5_400_000, drained=7),
    }
    await web.store.run(book_usage, 1, [Booking("R1", days, Mark())], lambda _one, _other: 0)
    page = (await console.get("/console/floor/panel/robot/R1")).text
    for row in ("電源</th><td>1:30</td><td>27:30", "走行</th><td>0 m</td><td>1,234 m", "電力量</th><td>–</td><td>–"):
        assert row in page
    link = re.search(r'href="(/console/usage\.csv[^"]+)"', page)
    assert link
    table = (await console.get(unescape(link[1]))).text.splitlines()
    assert table[0].endswith(",".join(COLUMNS))
    assert table[1].startswith("T1,2026-11-23,R1,GenbaSim,R1,93600,")
    await console.login("aoki")
    assert "usage.csv" not in (await console.get("/console/floor/panel/robot/R1")).text
    assert (await console.get(unescape(link[1]))).status_code == 403


async def test_a_point_of_the_map_is_what_lies_there(console: Console) -> None:
    async def at(x: int, y: int) -> str:
        found: str = (await console.get(f"/console/floor/at?x={x}&y={y}")).json()["open"]
        return found

    assert await at(2000, 1000) == "location:A-01-1"
    assert await at(2000, -100) == "node:N1"
    assert await at(1000, -20) == "lane:N0>N1"
    assert await at(12000, 2800) == "zone:A"
    assert await at(500_000, 500_000) == ""


async def test_a_database_that_fails_is_said_and_not_shown_as_a_traceback(console: Console) -> None:
    def drop(tx: Tx) -> None:
        tx.connection.exec_driver_sql("drop table orders")

    await console.web.store.run(drop)
    page = await console.get("/console/orders")
    assert page.status_code == 503
    assert "記録できませんでした" in page.text or "読み" in page.text


async def test_pages_are_short_however_much_there_is(console: Console) -> None:
    def write(tx: Tx) -> None:
        common = {"owner": "ACME", "carrier": "yamato", "cutoff_at": tx.now, "payload_hash": "", "received_at": tx.now}
        rows = [common | {"id": f"ACME/{i}", "order_key": f"{i}", "state": "accepted"} for i in range(3000)]
        tx.insert_many(orders, rows)
        tx.insert_many(
            order_lines,
            [{"order_id": f"ACME/{i}", "line": 1, "owner": "ACME", "sku": "S", "requested": 1} for i in range(3000)],
        )
        work = {"kind": "pick", "state": "ready", "place": "ZONE:A", "needs": "picker", "priority": 5}
        times = {"due_at": tx.now, "created_at": tx.now}
        tx.insert_many(tasks, [work | times | {"id": f"{i}", "subject": f"batch/{i}"} for i in range(3000)])

    await console.web.store.run(write)
    for path in ("/orders", "/orders?page=60", "/orders?page=99999", "/work?page=7", "/work?sort=-priority", ""):
        page = await console.get(f"/console{path}")
        assert page.status_code == 200
        assert len(page.content) < 100_000
    assert "3,000 件中 2,951–3,000 件" in (await console.get("/console/orders?page=99999")).text


async def test_bad_addresses_do_no_harm(console: Console) -> None:
    for path in ("/orders?page=-1&sort=;drop&cutoff=never", "/journal?before=x&day=2026-99-99", "/work?page=%00"):
        assert (await console.get(f"/console{path}")).status_code == 200


async def test_texts_of_others_cannot_become_markup(console: Console) -> None:
    def write(tx: Tx) -> None:
        tx.insert(robots, id="R1", type="tote4", manufacturer="x", serial="x")
        tx.insert(items, owner="ACME", sku="SKU1", name_ja="<script>", name_en="<script>")
        accept_order(tx, ORDER | {"ship_to": {"name": "<script>alert(1)</script>"}})

    await console.web.store.run(write)
    for path in ("/orders", "/orders/ACME/1001", "/find?q=<script>"):
        assert "<script>a" not in (await console.get(f"/console{path}")).text


async def test_F04_lights_at_locations_show_which_are_lit_for_whom(tmp_path: Path) -> None:
    console = await make_console(tmp_path, face_site("green"))
    await console.login("mori")
    assert "いま光っている棚はありません" in (await console.get("/console/devices")).text
    console.web.services.live.faces = {"A-02-1": FaceView("sato", "green", 3)}
    page = (await console.get("/console/devices")).text
    assert '<b>A-02-1</b><small class="green">Sato 3 点 · 緑</small>' in page
    await console.client.aclose()
    console.web.services.close()
    console.web.store.close()


async def test_F08_a_put_wall_shows_its_slots_with_order_progress_and_light(tmp_path: Path) -> None:
    site = wall_site("green")
    console = await make_console(tmp_path, site)
    await console.login("mori")
    page = (await console.get("/console/devices")).text
    assert page.count('<span class="muted">空き</span>') == len(SLOTS)

    def fill(tx: Tx) -> None:
        sync_totes(tx)
        put_item(tx, "ACME", "S", {"name": {"ja": "皿", "en": "Dish"}, "codes": []})
        lines = [{"line": 1, "sku": "S", "quantity": 3}]
        accept_order(tx, {"owner": "ACME", "order_key": "K7", "carrier": "yamato", "ship_to": {}, "lines": lines})
        tx.change(order_lines, {"order_id": "ACME/K7"}, allocated=3, picked=3)
        part = {"line": 1, "owner": "ACME", "sku": "S", "place": "A-01-1", "quantity": 3, "state": "picked"}
        tx.insert(allocations, id="a", order_id="ACME/K7", picked=3, put=2, **part)
        tx.change(totes, {"id": "W1-02"}, state="bound", order_id="ACME/K7")
        sync_robots(tx)
        tour = {
            "wave_id": "w",
            "state": "picking",
            "station": "WALL-1",
            "priority": 5,
            "due_at": tx.now,
            "task_id": "t",
        }
        tx.insert(batches, id="b", robot_id="R1", **tour)
        tx.change(totes, {"id": "T-0001"}, state="bound", place="robot:R1", batch_id="b")

    await console.web.store.run(fill)
    slots = {slot: SlotView(slot) for slot in SLOTS}
    slots["W1-02"] = SlotView("W1-02", "ACME/K7", person="sato", colour="green", units=1)
    console.web.services.live.walls["WALL-1"] = WallView("WALL-1", slots)
    page = (await console.get("/console/devices")).text
    for words in ('<a href="/console/orders/ACME/K7">K7</a>', "2 / 3 点", "Satoに 1 点"):
        assert words in page
    assert (await console.get("/console/floor")).status_code == 200
    assert "複数の注文用" in (await console.get("/console/floor/panel/robot/R1")).text
    assert "<h2>WALL-1</h2>" in (await console.get("/console/floor/panel/station/WALL-1")).text
    await console.client.aclose()
    console.web.services.close()
    console.web.store.close()
