"""The WMS's orders: a plausible stream, sent with one key until answered, whatever the line does."""

import asyncio
import random
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from simulators.sitefile import SiteFile, parse
from simulators.wms.books import Books
from simulators.wms.demand import Demand, catalogue, gtin13, opening_stock, wishes
from simulators.wms.host import Host
from simulators.world.loop import run

START = datetime(2026, 4, 1, tzinfo=UTC)
SITE: SiteFile = parse(
    {
        "site": {"id": "OS1"},
        "owners": [{"id": "ACME"}, {"id": "BETA"}],
        "carriers": [{"id": "yamato"}, {"id": "sagawa"}],
        "cutoffs": [{"id": "y", "carrier": "yamato", "at": "14:30"}],
        "locations": [{"id": f"A-{n:02}-1", "zone": "A", "x": n, "y": 0} for n in range(100)],
    }
)


class FakeEdge:
    """Answers as an edge that fails now and then; remembers by key."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.orders: dict[str, Any] = {}
        self.requests: dict[str, Any] = {}
        self.calls = 0

    async def call(self, method: str, path: str, headers: Any, body: Any) -> tuple[int, Any]:
        self.calls += 1
        assert headers["Authorization"] == "Bearer key"
        await asyncio.sleep(0.01)
        trouble = self.dice.random()
        if trouble < 0.2:
            raise ConnectionRefusedError
        if trouble < 0.3:
            return 503, "busy"
        answer = self.answer(method, path, body)
        if trouble < 0.4:
            raise TimeoutError
        return answer

    def answer(self, _method: str, path: str, body: Any) -> tuple[int, Any]:
        if path.endswith("/cancel"):
            assert self.requests.setdefault(body["request_key"], body) == body
            return 202, {"outcome": "pending"}
        if path.endswith("/change"):
            assert self.requests.setdefault(body["request_key"], body) == body
            return 409, {"outcome": "too_late"}
        if path == "/host/v1/orders":
            assert self.orders.setdefault(body["order_key"], body) == body
            if any(line["sku"].endswith("0001") for line in body["lines"]):
                return 200, {"order_key": body["order_key"], "state": "rejected", "reason": "no_stock"}
            return 200, {"order_key": body["order_key"], "state": "accepted"}
        if path == "/host/v1/stock":
            assert self.requests.setdefault(body["request_key"], body) == body
        return 200, {}


def test_H10_every_order_and_request_is_repeated_with_one_key_until_answered() -> None:
    async def main() -> None:
        books = Books(":memory:", lambda: START, "OS1")
        dice = random.Random(4)
        edge = FakeEdge(random.Random(5))
        host = Host(edge.call, "key", books, dice)
        items = catalogue(SITE, seed=1)
        stock = opening_stock(SITE, items, 1, date(2026, 4, 1))
        await host.send_items(items)
        await host.send_stock(stock)
        demand = Demand(per_hour=600, cancel=0.2, change=0.2)
        await host.trade(islice(wishes(SITE, items, demand, dice, START), 200))
        report = books.report()
        assert report["orders"]["sent"] == len(edge.orders) == 200
        assert report["orders"]["accepted"] + report["orders"]["rejected"] == 200
        assert report["orders"]["rejected"] > 5
        assert report["requests"]["cancel.pending"] > 10
        assert report["requests"]["change.too_late"] > 10
        assert report["requests"]["stock.applied"] == 1
        assert edge.calls > 250
        assert sum(n for skus in books.books()["stock"].values() for n in skus.values()) == sum(
            line.quantity for line in stock
        )
        books.close()

    run(main(), seed=1, start=START)


def test_the_demand_is_plausible_and_the_same_for_the_same_seed() -> None:
    items = catalogue(SITE, seed=1)
    orders = [wish.order for wish in islice(wishes(SITE, items, Demand(), random.Random(1), START), 2000)]
    again = [wish.order for wish in islice(wishes(SITE, items, Demand(), random.Random(1), START), 2000)]
    assert orders == again
    counts = [len(order["lines"]) for order in orders]
    assert 0.5 < counts.count(1) / 2000 < 0.6
    sold: dict[str, int] = {}
    for order in orders:
        for line in order["lines"]:
            sold[line["sku"]] = sold.get(line["sku"], 0) + 1
    best = sorted(sold.values(), reverse=True)
    assert sum(best[:16]) > 0.4 * sum(best)
    assert all(len({line["sku"] for line in order["lines"]}) == len(order["lines"]) for order in orders)
    by_yamato = [order for order in orders if order["carrier"] == "yamato"]
    assert all(order["cutoff_at"].endswith("14:30:00+09:00") for order in by_yamato)
    assert all("cutoff_at" not in order for order in orders if order["carrier"] == "sagawa")


@pytest.mark.parametrize(("body", "whole"), [("490123456789", "4901234567894"), ("978030640615", "9780306406157")])
def test_gtin_check_digits(body: str, whole: str) -> None:
    assert gtin13(body) == whole


def test_every_item_has_its_own_code_and_somewhere_to_lie() -> None:
    items = catalogue(SITE, seed=1)
    assert len({item.gtin for item in items}) == len({item.sku for item in items}) == 80
    stock = opening_stock(SITE, items, 1, date(2026, 4, 1))
    assert {line.item.sku for line in stock} == {item.sku for item in items}
    assert {line.location for line in stock} == set(SITE.locations)
    assert all((line.expiry is not None) == line.item.expiry_tracked for line in stock)
    assert stock == opening_stock(SITE, items, 1, date(2026, 4, 1))


def test_H02_a_wms_that_dies_goes_on_with_the_same_keys_and_books_nothing_twice(tmp_path: Path) -> None:
    dice = random.Random(7)
    edge = FakeEdge(random.Random(3))
    items = catalogue(SITE, 1)
    stock = opening_stock(SITE, items, 1, date(2026, 4, 1))

    async def live(seconds: float) -> dict[str, Any]:
        books = Books(str(tmp_path / "wms.db"), lambda: START, "OS1")
        host = Host(edge.call, "key", books, dice)

        async def trade() -> None:
            sent = books.orders_sent()
            await host.resume()
            if not sent:
                await host.send_stock(stock)
            demand = Demand(per_hour=3600, change_of_mind_s=(1.0, 5.0), cancel=0.3, change=0.3)
            await host.trade(islice(wishes(SITE, items, demand, dice, START, sent=sent), 40 - sent))

        try:
            async with asyncio.timeout(seconds):
                await trade()
        except TimeoutError:
            pass
        known = books.books()
        unanswered = books.unanswered()
        books.close()
        return {"known": known, "unanswered": unanswered}

    for life in range(12):
        run(live(2.0 + life), life, START)
    last = run(live(10_000), 99, START)
    assert last["unanswered"] == ([], [])
    assert sorted(edge.orders) == sorted(key.split("/")[1] for key in last["known"]["orders"])
    assert len(edge.orders) == 40
    total = sum(sum(skus.values()) for skus in last["known"]["stock"].values())
    assert total == sum(line.quantity for line in stock)
