"""When a key was last used: known to the minute, and never a commit for each request."""

import asyncio
from datetime import datetime

import pytest

from edge.processes import people
from edge.processes.people import KeyRole
from edge.store.database import StoreError
from edge.store.store import Store
from edge.store.tables import api_keys
from edge.store.tx import Tx
from edge.web import keyuse
from edge.web.pins import digest, new_key
from tests.edge.web.conftest import Web
from tests.support.store import START


class Writings:
    """Watches when the use of keys is written; the loop's clock is moved by hand."""

    def __init__(self, web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
        self.web = web
        self.seen: list[list[str]] = []
        self.fails = False
        self.written = asyncio.Event()
        self._plain = people.note_use
        monkeypatch.setattr(people, "note_use", self._note)

    def _note(self, tx: Tx, used: dict[str, datetime]) -> None:
        self.written.set()
        if self.fails:
            raise StoreError("disk full")
        self.seen.append(sorted(used))
        self._plain(tx, used)

    async def next(self) -> None:
        """Wait for the next writing to be over."""
        await self.written.wait()
        self.written.clear()
        await self.web.store.run(_nothing)


def _nothing(_tx: Tx) -> None:
    """Decide nothing, after all that was asked before."""


async def last_use(store: Store, key: str) -> datetime | None:
    found: datetime | None = await store.read(lambda reader: reader.get(api_keys, id=key).last_used_at)
    return found


@pytest.fixture
def writings(web: Web, monkeypatch: pytest.MonkeyPatch) -> Writings:
    return Writings(web, monkeypatch)


async def make(web: Web, key_id: str) -> dict[str, str]:
    key = new_key(key_id, web.services.source.dice)
    await web.store.run(people.add_key, key_id, KeyRole.WMS, digest(key))
    return {"Authorization": f"Bearer {key}"}


async def test_the_first_use_is_written_at_once_and_many_more_cost_nothing(web: Web, writings: Writings) -> None:
    head = await make(web, "wms-1")
    assert await last_use(web.store, "wms-1") is None
    for _ in range(20):
        assert (await web.client.get("/host/v1/stock", headers=head)).status_code == 200
    await writings.next()
    assert writings.seen == [["wms-1"]]
    assert await last_use(web.store, "wms-1") == START
    assert not any("use" in kind for kind in web.kinds())


async def test_uses_within_a_minute_are_gathered_for_all_keys(
    web: Web, writings: Writings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyuse, "WRITE_SECONDS", 0.2)
    one, other = await make(web, "wms-1"), await make(web, "wms-2")
    await web.client.get("/host/v1/stock", headers=one)
    await writings.next()
    web.clock.pass_(seconds=30)
    for head in (one, other, one):
        await web.client.get("/host/v1/stock", headers=head)
    await writings.next()
    assert writings.seen == [["wms-1"], ["wms-1", "wms-2"]]
    assert await last_use(web.store, "wms-1") == await last_use(web.store, "wms-2") == web.clock()


async def test_a_wrong_key_notes_nothing_and_one_of_another_role_does(web: Web, writings: Writings) -> None:
    head = await make(web, "wms-1")
    assert (await web.client.get("/metrics", headers={"Authorization": "Bearer nothing"})).status_code == 401
    assert (await web.client.get("/metrics", headers=head)).status_code == 403
    await writings.next()
    assert writings.seen == [["wms-1"]]


async def test_what_could_not_be_written_goes_with_the_next_use(
    web: Web, writings: Writings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyuse, "WRITE_SECONDS", 0.0)
    one, other = await make(web, "wms-1"), await make(web, "wms-2")
    writings.fails = True
    await web.client.get("/host/v1/stock", headers=one)
    await writings.next()
    writings.fails = False
    await web.client.get("/host/v1/stock", headers=other)
    await writings.next()
    assert writings.seen == [["wms-1", "wms-2"]]
