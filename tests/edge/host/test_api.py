"""The host API over HTTP, on the real decisions: answers, keys, refusals in words, snapshots."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from sqlalchemy import func, select

from edge.host.api import host_router, openapi
from edge.host.keyed import keyed
from edge.host.outbox import Outcome, Result, record, take
from edge.model.words import WORDS
from edge.processes import inventory, people
from edge.processes.cancel import cancel_order
from edge.processes.inventory import Goods
from edge.processes.people import KeyRole
from edge.processes.withdraw import withdraw_count
from edge.store.database import StoreError
from edge.store.tables import answers, journal, notices, orders, stock, tasks
from edge.store.tx import Tx
from edge.web.pins import digest, new_key
from edge.web.security import machine
from tests.edge.web.conftest import Web, make_web

ORDER: dict[str, Any] = {
    "order_key": "10001",
    "owner": "ACME",
    "carrier": "yamato",
    "cutoff_at": "2026-11-24T14:30:00+09:00",
    "ship_to": {"name": "髙橋 〜", "postcode": "530-0001", "address": "大阪市", "phone": "06"},
    "lines": [{"line": 1, "sku": "SKU1", "quantity": 2}],
}
ITEM = {"name": {"ja": "カップ", "en": "Mug"}, "codes": ["4901234567894", {"code": "14901234567891", "quantity": 12}]}


class Host:
    """The API as the WMS sees it."""

    def __init__(self, web: Web, key: str) -> None:
        self.web = web
        self.store = web.store
        self.head = {"Authorization": f"Bearer {key}", "Accept-Language": "en"}

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Call and return status and body."""
        url = f"/host/v1{path}"
        response = await self.web.client.request(method, url, json=body, headers=self.head | headers)
        return response.status_code, response.json()

    async def count(self, table: Any) -> int:
        found: int = await self.store.read(lambda reader: reader.value(select(func.count()).select_from(table)))
        return found

    async def kinds(self) -> list[str]:
        return await self.store.read(
            lambda reader: [row.kind for row in reader.rows(select(journal.c.kind).order_by(journal.c.seq))]
        )


@pytest_asyncio.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    web = await make_web(tmp_path)
    key = new_key("wms-1", web.store.source.dice)
    await web.store.run(people.add_key, "wms-1", KeyRole.WMS, digest(key))
    host = Host(web, key)
    assert await host.send("PUT", "/items/ACME/SKU1", ITEM) == (200, {"owner": "ACME", "sku": "SKU1"})
    yield host
    await web.client.aclose()
    web.services.close()
    web.store.close()


def stock_lines(quantity: int = 10, **more: object) -> dict[str, Any]:
    line = {"owner": "ACME", "sku": "SKU1", "location": "A-01-1", "quantity": quantity, "reason": "opening", **more}
    return {"request_key": "s1", "lines": [line]}


async def test_an_order_is_answered_alike_by_the_quick_way_and_by_fastapi_s(host: Host) -> None:
    bodies = [ORDER, ORDER | {"cutoff_at": "2026-11-25T14:30:00+09:00"}, ORDER | {"lines": []}, [], ORDER]
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        for body in bodies:
            lean = await host.send("POST", "/orders", body, **headers)
            own = await host.send("POST", "/orders", body, **headers, **{"Content-Type": "application/json; v=1"})
            assert lean == own


async def test_H01_order_is_accepted_or_rejected_never_silent(host: Host) -> None:
    assert await host.send("POST", "/orders", ORDER) == (200, {"order_key": "10001", "state": "accepted"})
    status, body = await host.send("POST", "/orders", ORDER | {"order_key": "10002", "carrier": "pigeon"})
    assert (status, body["state"], body["reason"]) == (200, "rejected", "order.unknown_carrier")
    assert "pigeon" in body["text"]
    assert body["next"]
    _, japanese = await host.send(
        "POST", "/orders", ORDER | {"order_key": "10002", "carrier": "pigeon"}, **{"Accept-Language": "ja,en;q=0.5"}
    )
    assert japanese["text"] != body["text"]
    kinds = await host.kinds()
    assert (kinds.count("order.accepted"), kinds.count("order.rejected")) == (1, 1)


async def test_H09_decision_is_taken_in_the_name_of_the_key(host: Host) -> None:
    await host.send("POST", "/orders", ORDER)
    row = await host.store.read(lambda reader: reader.one(select(journal).where(journal.c.kind == "order.accepted")))
    assert row is not None
    assert (row.actor, row.subject, row.number) == ("key:wms-1", "order/ACME/10001", 1)


KEYED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("/orders", ORDER | {"order_key": "2"}, {"priority": 9}),
    ("/orders", ORDER | {"order_key": "3", "carrier": "pigeon"}, {"carrier": "yamato"}),
    ("/orders/ACME/10001/cancel", {"request_key": "c1", "reason": "customer"}, {"reason": "fraud"}),
    ("/orders/ACME/10001/change", {"request_key": "h1", "priority": 8}, {"priority": 1}),
    ("/stock", stock_lines(), {"lines": stock_lines(11)["lines"]}),
    ("/counts", {"request_key": "k1", "locations": ["A-01-1", "A-02-1"]}, {"locations": ["A-03-1"]}),
    ("/counts/counted/withdraw", {"request_key": "w1", "reason": "not_needed"}, {"reason": "mistake"}),
    (
        "/inbound",
        {"notice_key": "n1", "owner": "ACME", "lines": [{"line": 1, "sku": "SKU1", "quantity": 5}]},
        {"expected_at": "2026-11-25T09:00:00+09:00"},
    ),
]


@pytest.mark.parametrize(("path", "body", "other"), KEYED)
async def test_H10_same_key_gets_the_first_answer_and_other_content_is_refused(
    host: Host, path: str, body: dict[str, Any], other: dict[str, Any]
) -> None:
    await host.send("POST", "/orders", ORDER)
    await host.send("POST", "/counts", {"request_key": "counted", "locations": ["A-04-1"]})
    first = await host.send("POST", path, body)
    assert first[0] == 200
    before = await host.kinds()
    host.web.clock.pass_(days=3)
    reordered = dict(reversed(body.items())) | {"unknown_field": "ignored (H18)"}
    for again in (body, reordered):
        assert await host.send("POST", path, again) == first
    status, refused = await host.send("POST", path, body | other)
    assert (status, refused["error"]["code"]) == (409, "request.other_content")
    assert await host.kinds() == before


async def test_H10_first_answer_outlives_what_happens_later(host: Host) -> None:
    await host.send("POST", "/orders", ORDER)
    await host.store.run(cancel_order, "ACME/10001", "customer")
    assert await host.send("POST", "/orders", ORDER) == (200, {"order_key": "10001", "state": "accepted"})


async def test_H10_answer_is_kept_with_the_decision_or_not_at_all(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    body = stock_lines(location="Z-99")
    status, refused = await host.send("POST", "/stock", body)
    assert (status, refused["error"]["code"]) == (422, "stock.unknown_location")
    assert await host.count(answers) == 0

    def fails(tx: Tx, lines: Any) -> None:
        inventory.apply_stock(tx, lines)
        raise StoreError("the disk is full")

    monkeypatch.setattr("edge.host.api.apply_stock", fails)
    status, refused = await host.send("POST", "/stock", stock_lines())
    assert (status, refused["error"]["code"]) == (503, "store.failed")
    monkeypatch.undo()
    assert (await host.count(answers), await host.count(stock)) == (0, 0)
    assert (await host.send("POST", "/stock", stock_lines()))[0] == 200


async def test_H10_many_at_once_are_decided_once(host: Host) -> None:
    replies = await asyncio.gather(*(host.send("POST", "/stock", stock_lines()) for _ in range(20)))
    assert all(reply == replies[0] for reply in replies)
    assert await host.store.read(lambda reader: reader.value(select(func.sum(stock.c.quantity)))) == 10


async def test_H02_cancel_is_a_request_with_an_outcome(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    await host.send("POST", "/orders", ORDER)
    wish = {"request_key": "c1", "reason": "customer"}
    assert await host.send("POST", "/orders/ACME/10001/cancel", wish) == (200, {"outcome": "cancelled"})
    status, body = await host.send("POST", "/orders/ACME/nope/cancel", {"request_key": "c9", "reason": "x"})
    assert (status, body["error"]["code"]) == (404, "order.unknown")
    for outcome, expected in (("pending", 202), ("too_late", 409)):
        answer = {"outcome": outcome, "reason": "order.too_late", "details": {"order": "10001", "at": "14:40"}}
        monkeypatch.setattr("edge.host.api.request_cancel", lambda *_arguments, answer=answer: answer)
        wish = {"request_key": outcome, "reason": "customer"}
        status, body = await host.send("POST", "/orders/ACME/10001/cancel", wish)
        assert (status, body["outcome"], body["reason"]) == (expected, outcome, "order.too_late")
        assert "14:40" in body["text"]
    wish = {"request_key": "c1", "reason": "customer"}
    status, body = await host.send("POST", "/orders/ACME/10001x/cancel", wish)
    assert (status, body["error"]["code"]) == (409, "request.other_content")


async def test_H03_change_is_applied_or_too_late(host: Host) -> None:
    await host.send("POST", "/orders", ORDER)
    wish = {"request_key": "h1", "priority": 9, "hold": True, "carrier": None}
    assert await host.send("POST", "/orders/ACME/10001/change", wish) == (200, {"outcome": "applied"})
    row = await host.store.read(lambda reader: reader.one(select(orders)))
    assert row is not None
    assert (row.priority, row.hold, row.carrier, row.ship_to["name"]) == (9, True, "yamato", "髙橋 〜")
    await host.store.run(cancel_order, "ACME/10001", "customer")
    status, body = await host.send("POST", "/orders/ACME/10001/change", {"request_key": "h2", "priority": 1})
    assert (status, body["outcome"], body["reason"]) == (409, "too_late", "order.ended")


BAD: list[tuple[str, str, dict[str, Any], str]] = [
    ("POST", "/orders", ORDER | {"priority": 10}, "priority"),
    ("POST", "/orders", ORDER | {"priority": "urgent"}, "priority"),
    ("POST", "/orders", ORDER | {"cutoff_at": "2026-11-24T14:30:00"}, "cutoff_at"),
    ("POST", "/orders", ORDER | {"cutoff_at": "9999-12-31T23:59:59-12:00"}, "cutoff_at"),
    ("POST", "/orders", ORDER | {"order_key": "a/b"}, "order_key"),
    ("POST", "/orders", ORDER | {"order_key": "a\u0000b"}, "order_key"),
    ("POST", "/orders", ORDER | {"order_key": " "}, "order_key"),
    ("POST", "/orders", ORDER | {"hold": "perhaps"}, "hold"),
    ("POST", "/orders", ORDER | {"lines": [{"line": 1, "sku": "SKU1", "quantity": 0}]}, "lines.0.quantity"),
    ("POST", "/orders", ORDER | {"lines": [{"line": 1, "sku": "SKU1", "quantity": 1.5}]}, "lines.0.quantity"),
    ("POST", "/orders", ORDER | {"ship_to": {"name": "x\u0000", "address": "y"}}, "ship_to.name"),
    ("POST", "/stock", stock_lines(expiry="24.11.2026"), "lines.0.expiry"),
    ("POST", "/stock", {"request_key": "s", "lines": []}, "lines"),
    ("POST", "/counts", {"request_key": "k", "locations": []}, "locations"),
    ("POST", "/counts", {"request_key": "k", "locations": ["A-01-1"] * 501}, "locations"),
    ("PUT", "/items/ACME/SKU9", {"name": {"ja": "x"}}, "name.en"),
    ("POST", "/orders/ACME/1/cancel", {"request_key": "c"}, "reason"),
]


@pytest.mark.parametrize(("method", "path", "body", "field"), BAD)
async def test_H18_wrong_value_is_refused_with_the_name_of_its_field(
    host: Host, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    before = await host.kinds()
    status, refused = await host.send(method, path, body)
    assert (status, refused["error"]["code"]) == (422, "request.invalid")
    assert refused["error"]["fields"][0]["field"] == field
    assert field in refused["error"]["text"]
    assert await host.kinds() == before


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"order_key": "\\ud800"}'])
async def test_bytes_that_are_no_request_are_refused(host: Host, content: bytes) -> None:
    head = host.head | {"Content-Type": "application/json"}
    response = await host.web.client.post("/host/v1/orders", content=content, headers=head)
    assert response.status_code in (400, 422)
    assert response.json()["error"]["code"]


@pytest.mark.parametrize("bad", [{"order_key": "\ud800"}, {"ship_to": {"name": "\ud800", "address": "x"}}])
async def test_text_that_is_no_text_is_refused(host: Host, bad: dict[str, Any]) -> None:
    content = json.dumps(ORDER | bad).encode()
    head = host.head | {"Content-Type": "application/json"}
    response = await host.web.client.post("/host/v1/orders", content=content, headers=head)
    assert (response.status_code, response.json()["error"]["code"]) == (422, "request.invalid")


async def test_batch_answers_each_order_by_itself(host: Host) -> None:
    await host.send("POST", "/orders", ORDER)
    batch = [
        ORDER,
        ORDER | {"priority": 1},
        ORDER | {"order_key": "2"},
        ORDER | {"order_key": "3", "owner": "NOBODY"},
        ORDER | {"order_key": "4", "priority": "x"},
        {"order_key": "5"},
    ]
    status, body = await host.send("POST", "/orders:batch", {"orders": batch})
    assert status == 200
    assert [answer["status"] for answer in body["answers"]] == [200, 409, 200, 200, 422, 422]
    assert [answer["order_key"] for answer in body["answers"]] == ["10001", "10001", "2", "3", "4", "5"]
    assert [answer.get("state") for answer in body["answers"]] == ["accepted", None, "accepted", "rejected", None, None]
    assert await host.count(orders) == 2
    status, _ = await host.send("POST", "/orders:batch", {"orders": [ORDER] * 501})
    assert status == 422


async def test_batch_of_500_shares_commits(host: Host) -> None:
    before = host.store.writer.commits
    batch = [ORDER | {"order_key": f"B{number}"} for number in range(500)]
    _, body = await host.send("POST", "/orders:batch", {"orders": batch})
    assert all(answer["state"] == "accepted" for answer in body["answers"])
    assert host.store.writer.commits - before <= 3


async def test_H14_snapshot_marks_what_is_on_its_way_and_what_was_not_told_yet(host: Host) -> None:
    await host.send("POST", "/stock", stock_lines(10))
    await host.store.run(_move_some)
    status, body = await host.send("GET", "/stock?owner=ACME")
    assert status == 200
    assert body["totals"] == [{"owner": "ACME", "sku": "SKU1", "on_hand": 9, "in_flight": 3, "lost": 1}]
    marks = {line["location"]: (line["quantity"], line["in_flight"], line["lost"]) for line in body["lines"]}
    assert marks == {
        "A-01-1": (6, False, False),
        "lost:A-01-1": (1, False, True),
        "parcel:P1": (1, True, False),
        "tote:T-0001": (2, True, False),
    }
    assert body["told_seq"] == body["seq"] - 1
    batch = await host.store.read(take, "wms", 10)
    results = {entry.seq: Result(Outcome.DELIVERED) for entry in batch.entries}
    await host.store.run(record, "wms", batch, results)
    _, body = await host.send("GET", "/stock")
    assert body["told_seq"] == body["seq"]
    assert (body["site"], body["incarnation"]) == ("T1", 1)
    assert (await host.send("GET", "/stock?owner=OTHER"))[1]["lines"] == []


def _move_some(tx: Tx) -> None:
    goods = Goods("ACME", "SKU1")
    inventory.move(tx, goods, 2, source="A-01-1", target="tote:T-0001")
    inventory.move(tx, goods, 1, source="A-01-1", target="parcel:P1")
    inventory.lose(tx, "A-01-1", goods, 1, "short", promised=False)


async def test_H23_order_status_tells_state_and_why_it_waits(host: Host) -> None:
    await host.send("POST", "/orders", ORDER | {"hold": True})
    status, body = await host.send("GET", "/orders/ACME/10001")
    assert status == 200
    assert (body["state"], body["cutoff_at"]) == ("accepted", "2026-11-24T14:30:00.000+09:00")
    assert body["waits"] == {"code": "wait.hold", "text": "It is on hold.", "next": "Release the hold."}
    assert [line["requested"] for line in body["lines"]] == [2]
    assert [(event["type"], event["number"], event["actor"]) for event in body["timeline"]] == [
        ("order.accepted", 1, "key:wms-1")
    ]
    assert (body["parcels"], body["tracking"]) == ([], [])
    status, body = await host.send("GET", "/orders/ACME/none")
    assert (status, body["error"]["code"]) == (404, "order.unknown")


async def test_order_key_in_japanese_survives_the_way(host: Host) -> None:
    assert (await host.send("POST", "/orders", ORDER | {"order_key": "注文-１ a"}))[1]["state"] == "accepted"
    assert (await host.send("GET", "/orders/ACME/注文-１ a"))[1]["order_key"] == "注文-１ a"


async def test_F15_locations_are_counted_once_however_often_it_is_asked(host: Host) -> None:
    status, body = await host.send("POST", "/counts", {"request_key": "k1", "locations": ["A-01-1", "A-02-1"]})
    assert (status, [one["state"] for one in body["counts"]]) == (200, ["asked", "asked"])
    _, again = await host.send("POST", "/counts", {"request_key": "k2", "locations": ["A-02-1", "A-03-1"]})
    assert [one["state"] for one in again["counts"]] == ["open", "asked"]
    assert again["counts"][0]["count"] == body["counts"][1]["count"]
    assert await host.count(tasks) == 3
    status, refused = await host.send("POST", "/counts", {"request_key": "k3", "locations": ["A-04-1", "A-99-1"]})
    assert (status, refused["error"]["code"]) == (422, "stock.unknown_location")
    assert "A-99-1" in refused["error"]["text"]
    assert await host.count(tasks) == 3


async def test_F15_the_wms_withdraws_the_counts_that_its_request_began(host: Host) -> None:
    first = {"request_key": "k1", "locations": ["A-01-1", "A-02-1"]}
    second = {"request_key": "k2", "locations": ["A-02-1", "A-03-1", "A-04-1"]}
    await host.send("POST", "/counts", first)
    _, asked = await host.send("POST", "/counts", second)
    await host.store.run(withdraw_count, "A-04-1", "mistake")
    wish = {"request_key": "w1", "reason": "not_needed"}
    status, body = await host.send("POST", "/counts/k2/withdraw", wish)
    assert (status, body["request_key"]) == (200, "w1")
    states = [(one["location"], one["state"]) for one in body["counts"]]
    assert states == [("A-02-1", "kept"), ("A-03-1", "withdrawn"), ("A-04-1", "ended")]
    assert body["counts"][1]["count"] == asked["counts"][1]["count"]
    assert await host.send("POST", "/counts/k2/withdraw", wish) == (200, body), "the same key, the first answer"
    rows = await host.store.read(lambda reader: reader.all(journal, kind="stock.counted"))
    told = [(row.subject, row.reason, row.data["outcome"], row.data["request_key"]) for row in rows]
    assert told == [
        ("location/A-04-1", "mistake", "withdrawn", "k2"),
        ("location/A-03-1", "not_needed", "withdrawn", "k2"),
    ]
    status, refused = await host.send("POST", "/counts/none/withdraw", {"request_key": "w2"})
    assert (status, refused["error"]["code"]) == (404, "count.unknown_request")
    assert (await host.send("POST", "/counts", first | {"request_key": "k3"}))[1]["counts"][0]["state"] == "open"


async def test_inbound_notice_is_kept(host: Host) -> None:
    line = {"line": 1, "sku": "SKU1", "quantity": 5, "lot": "L1", "expiry": "2027-01-31"}
    body = {"notice_key": "n1", "owner": "ACME", "expected_at": "2026-11-25T09:00:00+09:00", "lines": [line]}
    assert (await host.send("POST", "/inbound", body))[0] == 200
    row = await host.store.read(lambda reader: reader.one(select(notices)))
    assert row is not None
    assert (row.lines, row.expected_at.isoformat()) == ([line], "2026-11-25T00:00:00+00:00")


async def test_P49_other_keys_and_strangers_are_kept_out(host: Host) -> None:
    key = new_key("m1", host.store.source.dice)
    await host.store.run(people.add_key, "m1", KeyRole.METRICS, digest(key))
    assert (await host.send("POST", "/orders", ORDER, Authorization=f"Bearer {key}"))[0] == 403
    assert (await host.send("POST", "/orders", ORDER, Authorization="Bearer x"))[0] == 401
    support = new_key("s1", host.store.source.dice)
    await host.store.run(people.add_key, "s1", KeyRole.SUPPORT, digest(support))
    assert (await host.send("GET", "/stock", Authorization=f"Bearer {support}"))[0] == 200
    assert (await host.send("POST", "/orders", ORDER, Authorization=f"Bearer {support}"))[0] == 403
    assert await host.count(orders) == 0


async def test_document_names_version_routes_and_examples(host: Host) -> None:
    status, document = await host.send("GET", "/openapi.json")
    assert status == 200
    assert document == openapi(host_router(host.web.services.store, machine))
    assert document["info"]["version"]
    assert set(document["paths"]) == {
        "/orders",
        "/orders:batch",
        "/epcis/events",
        "/orders/{owner}/{order_key}",
        "/orders/{owner}/{order_key}/cancel",
        "/orders/{owner}/{order_key}/change",
        "/items/{owner}/{sku}",
        "/stock",
        "/counts",
        "/counts/{request_key}/withdraw",
        "/inbound",
    }
    for name in (
        "Order",
        "CancelRequest",
        "ChangeRequest",
        "Item",
        "StockRequest",
        "CountRequest",
        "WithdrawRequest",
        "Notice",
    ):
        assert document["components"]["schemas"][name]["example"]
    for methods in document["paths"].values():
        assert all(one["summary"] and one["description"] for one in methods.values())


def test_every_code_of_this_package_has_words() -> None:
    for code in ("request.other_content", "request.invalid", "order.unknown", "store.failed", "host.not_parked"):
        assert all(WORDS[code])


class Wish(BaseModel):
    a: int = 1
    b: list[str] = []


@given(st.builds(Wish, a=st.integers(), b=st.lists(st.text())), st.builds(Wish, a=st.integers(), b=st.lists(st.text())))
def test_H10_content_hash_is_equal_for_equal_content_only(one: Wish, other: Wish) -> None:
    assert (keyed("k", "1", one).hash == keyed("k", "1", other).hash) == (one == other)
    assert keyed("k", "1", one, "x").hash != keyed("k", "1", one, "y").hash


async def test_order_over_a_real_connection(host: Host) -> None:
    config = uvicorn.Config(host.web.app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:  # noqa: ASYNC110  uvicorn has no signal for it
            await asyncio.sleep(0)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=host.head, trust_env=False) as client:
        answer = await client.post("/host/v1/orders", json=ORDER)
        assert (answer.status_code, answer.json()["state"]) == (200, "accepted")
        assert (await client.get("/host/v1/orders/ACME/10001")).json()["state"] == "accepted"
    server.should_exit = True
    await serving
