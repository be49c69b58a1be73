"""Events over the host API: a page at a time, from and to a moment, for keys that may read."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio

from drivers.epcis.faults import events_of, faults
from edge.processes import people
from edge.processes.inventory import apply_stock, put_item
from edge.processes.people import KeyRole
from edge.store.tx import Tx
from edge.web.pins import digest, new_key
from tests.drivers.epcis.test_faults import validator
from tests.edge.host.epcis.telling import telling_site
from tests.edge.web.conftest import Web, make_web
from tests.support.store import START, small_site

PATH = "/host/v1/epcis/events"


class Desk:
    """The API as somebody with a key sees it."""

    def __init__(self, web: Web, head: dict[str, str]) -> None:
        self.web = web
        self.head = head

    async def ask(self, path: str = PATH, **asked: Any) -> tuple[int, Any, str]:
        """Return status, body and where the next page is."""
        answer = await self.web.client.get(path, params=asked or None, headers=self.head)
        return answer.status_code, answer.json(), answer.links.get("next", {}).get("url", "")


async def desk_of(web: Web, role: KeyRole) -> Desk:
    key = new_key("reader", web.store.source.dice)
    await web.store.run(people.add_key, "reader", role, digest(key))
    return Desk(web, {"Authorization": f"Bearer {key}", "Accept-Language": "en"})


@pytest_asyncio.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    web = await make_web(tmp_path, telling_site())

    def book(tx: Tx, units: int) -> None:
        put_item(tx, "ACME", "S", {"name": {"ja": "x", "en": "x"}, "codes": []})
        apply_stock(tx, [{"owner": "ACME", "sku": "S", "location": "A-01-1", "quantity": units, "reason": "x"}])

    for units in range(1, 8):
        await web.store.run(book, units)
        web.clock.pass_(minutes=1)
    yield web
    await web.client.aclose()
    web.services.close()
    web.store.close()


def units(body: Any) -> list[int]:
    return [event["quantityList"][0]["quantity"] for event in events_of(body) or ()]


@pytest.mark.parametrize("role", [KeyRole.WMS, KeyRole.SUPPORT])
async def test_H28_events_are_fetched_page_by_page_and_none_is_left_out_or_told_twice(web: Web, role: KeyRole) -> None:
    desk = await desk_of(web, role)
    pages = []
    status, body, more = await desk.ask(limit=3)
    while True:
        assert (status, faults(body)) == (200, [])
        pages.append(units(body))
        if not more:
            break
        status, body, more = await desk.ask(more)
    assert pages == [[1, 2, 3], [4, 5, 6], [7]]


async def test_H28_a_span_is_by_when_it_was_written_down_and_ends_before_its_end(web: Web) -> None:
    desk = await desk_of(web, KeyRole.SUPPORT)
    since, until = START + timedelta(minutes=2), START + timedelta(minutes=5)
    _, body, more = await desk.ask(**{"from": since.isoformat(), "to": until.isoformat()})
    assert (units(body), more) == ([3, 4, 5], "")
    _, _, more = await desk.ask(f"{PATH}?{urlencode({'from': since.isoformat(), 'limit': 2})}")
    _, body, _ = await desk.ask(more)
    assert units(body) == [5, 6]


async def test_I48_a_page_keeps_the_official_schema(web: Web) -> None:
    _, body, _ = await (await desk_of(web, KeyRole.SUPPORT)).ask()
    assert events_of(body)
    validator().validate(body)


@pytest.mark.parametrize("asked", [{"from": "2026-11-24T11:00:00"}, {"limit": 0}, {"limit": 1001}, {"after": -1}])
async def test_H28_what_cannot_be_asked_is_told(web: Web, asked: dict[str, Any]) -> None:
    status, body, _ = await (await desk_of(web, KeyRole.SUPPORT)).ask(**asked)
    assert (status, body["error"]["code"]) == (422, "request.invalid")


async def test_H28_no_key_or_another_role_is_not_let_in(web: Web) -> None:
    assert (await Desk(web, {}).ask())[0] == 401
    assert (await (await desk_of(web, KeyRole.METRICS)).ask())[0] == 403


async def test_H28_a_site_without_names_says_what_to_write(tmp_path: Path) -> None:
    web = await make_web(tmp_path, small_site())
    status, body, _ = await (await desk_of(web, KeyRole.SUPPORT)).ask()
    assert (status, body["error"]["code"]) == (404, "epcis.not_set_up")
    await web.client.aclose()
    web.services.close()
    web.store.close()
