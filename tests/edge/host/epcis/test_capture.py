"""The repository as a receiver: jobs that last, answers that are lost, events that are refused, a site put back."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from drivers.epcis.faults import Fault as DocumentFault
from drivers.epcis.faults import Finding
from drivers.epcis.same import fingerprint
from edge.clock import Source
from edge.host import restored
from edge.host.epcis import capture
from edge.host.epcis.capture import follow_epcis
from edge.host.follower import DOWN_SECONDS, Fault, Follower, SendError
from edge.host.interests import EPCIS
from edge.host.outbox import backlogs, begin_to_follow, move_cursor, parked, retry, stop_following, take
from edge.live import Live
from edge.processes.inventory import apply_stock, put_item
from edge.processes.stocktake import tell
from edge.store.store import Store
from edge.store.tables import exceptions
from edge.store.tx import Reader, Tx
from simulators.epcis.app import Trouble, create_app
from simulators.epcis.repository import Repository
from simulators.world.http import Asgi, Line, Transport
from simulators.world.loop import clock, run
from tests.edge.host.epcis.telling import URL, document, telling_site, told
from tests.support.store import START, database

TOKEN = "token"
PLACES = ("A-01-1", "A-02-1", "A-03-1")


class World:
    """A site and a repository, joined by memory in virtual time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.repository = Repository()
        self.trouble = Trouble()
        self.app: Asgi = create_app(self.repository, TOKEN, Random(1), trouble=self.trouble)
        self.live = Live()
        self.asked: list[str] = []
        self.http = httpx.AsyncClient(transport=Transport({URL: Line(lambda: self._app, Random(2))}))

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(f"{scope['method']} {scope['path']}")
        await self.app(scope, receive, send)

    def follower(self, token: str = TOKEN) -> Follower:
        return follow_epcis(self.store, self.live, self.http, URL, token)

    async def book(self, *quantities: int) -> None:
        """Let the WMS book so many units of goods of their own."""
        lines = [
            {"owner": "ACME", "sku": f"S{n % 4}", "location": PLACES[n % 3], "quantity": units, "reason": "x"}
            for n, units in enumerate(quantities)
        ]
        await self.store.run(_known, lines)

    async def told(self, seconds: float = 3600) -> None:
        """Wait until the repository has been told everything that is not parked."""
        async with asyncio.timeout(seconds):
            while (await self.store.read(take, EPCIS, 1)).waiting > len(await self.store.read(parked, EPCIS)):  # noqa: ASYNC110
                await asyncio.sleep(0.5)

    def captured(self) -> list[Any]:
        return [event["quantityList"][0]["quantity"] for event in self.repository.events.values()]


def _known(tx: Tx, lines: list[dict[str, Any]]) -> None:
    for line in lines:
        put_item(tx, "ACME", line["sku"], {"name": {"ja": "x", "en": "x"}, "codes": []})
    apply_stock(tx, lines)


def virtually(test: Callable[[World], Awaitable[None]], folder: Path) -> None:
    """Run a test in virtual time, on a site that follows from its first entry on."""

    async def main() -> None:
        source = Source(now=clock(), dice=Random(1))
        store = Store.open(database(folder), telling_site(), source, inline=True)
        await store.run(begin_to_follow, EPCIS)
        world = World(store)
        await test(world)
        await world.http.aclose()
        store.close()

    run(main(), 1, START)


async def following(world: World, seconds: float = 3600) -> None:
    task = asyncio.create_task(world.follower().run())
    await world.told(seconds)
    task.cancel()
    await asyncio.wait([task])


def troubles(reader: Reader) -> list[tuple[str, str]]:
    return [(row.code, row.state) for row in reader.rows(select(exceptions).order_by(exceptions.c.since))]


def test_H08_events_are_captured_with_what_says_nothing_in_between(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        await world.book(5, 0, 7)
        await following(world)
        assert sorted(world.captured()) == [5, 7]
        assert world.live.epcis is not None
        assert (world.live.epcis.up, world.live.epcis.waiting) == (True, 0)
        assert world.repository.refused == []

    virtually(test, tmp_path)


def test_H13_a_job_that_lasts_is_waited_for_and_one_that_does_not_end_is_sent_again(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        world.trouble.slow, world.trouble.slow_s = 1.0, 10.0
        await world.book(5)
        await following(world)
        assert world.captured() == [5]
        assert world.repository.repeated == 0
        assert sum(asked.startswith("GET /capture/") for asked in world.asked) > 3
        world.trouble.slow_s = 60.0
        await world.book(6)
        task = asyncio.create_task(world.follower().run())
        await asyncio.sleep(120)
        assert (await world.store.read(take, EPCIS, 1)).waiting == 1
        world.trouble.slow = 0.0
        await world.told()
        task.cancel()
        assert sorted(world.captured()) == [5, 6]
        assert world.repository.repeated > 0

    virtually(test, tmp_path)


def test_I52_lost_answers_and_errors_send_the_same_events_again_under_their_ids(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        world.trouble.error_500 = world.trouble.error_after = 0.4
        task = asyncio.create_task(world.follower().run())
        for units in range(1, 30):
            await world.book(units)
            await asyncio.sleep(20)
        await world.told(100_000)
        task.cancel()
        assert sorted(world.captured()) == list(range(1, 30))
        assert world.repository.repeated > 0
        assert world.repository.refused == []

    virtually(test, tmp_path)


def test_H12_an_event_that_is_refused_waits_for_a_person_and_stops_no_other(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        world.repository.refuse["cycle_counting"] = None
        await world.book(1, 2, 3, 4)
        line = {"owner": "ACME", "sku": "S0", "lot": "", "expiry": "", "books": 9, "counted": 9}
        count: dict[str, Any] = {"location": "A-01-1", "count": "C1", "request": None, "rounds": [], "others": []}
        await world.store.run(tell, count, "agreed", [line])
        await world.book(5, 6)
        await following(world)
        assert sorted(world.captured()) == [1, 2, 3, 4, 5, 6]
        ((entry, error),) = await world.store.read(parked, EPCIS)
        assert (entry.kind, "no cycle_counting is taken here" in error) == ("stock.counted", True)
        assert ("exception.epcis_parked", "open") in await world.store.read(troubles)
        world.repository.refuse.clear()
        await world.store.run(retry, EPCIS, entry.subject)
        await following(world)
        assert sorted(world.captured()) == [1, 2, 3, 4, 5, 6, 9]
        assert ("exception.epcis_parked", "solved") in await world.store.read(troubles)

    virtually(test, tmp_path)


def test_I48_an_event_with_a_fault_does_not_leave_and_the_others_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def strict(told: dict[str, Any]) -> list[Finding]:
        events = told["epcisBody"]["eventList"]
        bad = [n for n, event in enumerate(events) if event["quantityList"][0]["quantity"] == 13]
        return [Finding(f"events[{n}]", DocumentFault.QUANTITY, "13") for n in bad]

    async def test(world: World) -> None:
        await world.book(12, 13, 14)
        await following(world)
        assert sorted(world.captured()) == [12, 14]
        assert world.repository.refused == []
        ((_, error),) = await world.store.read(parked, EPCIS)
        assert error == "events[0]: epcis.quantity 13"

    monkeypatch.setattr(capture, "faults", strict)
    virtually(test, tmp_path)


def test_H12_a_repository_that_is_away_is_told_to_people_and_that_it_is_back(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        world.trouble.down = True
        await world.book(5)
        task = asyncio.create_task(world.follower().run())
        await asyncio.sleep(DOWN_SECONDS + 120)
        assert await world.store.read(troubles) == [("exception.epcis_down", "open")]
        assert world.live.epcis is not None
        assert (world.live.epcis.up, world.live.epcis.waiting) == (False, 1)
        world.trouble.down = False
        await world.told()
        await asyncio.sleep(5)
        task.cancel()
        assert await world.store.read(troubles) == [("exception.epcis_down", "solved")]

    virtually(test, tmp_path)


def test_H12_a_wrong_token_is_told_at_once(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        await world.book(5)
        await world.follower("old").step()
        assert await world.store.read(troubles) == [("exception.epcis_down", "open")]
        await following(world)
        assert world.captured() == [5]

    virtually(test, tmp_path)


async def answering(send: Any, status: int, headers: dict[str, str], body: bytes = b"") -> None:
    told = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": body})


CAPTURED = b'{"running": false, "success": true, "errors": []}'


def refusing(kind: str) -> bytes:
    return b'{"running": false, "success": false, "errors": [{"type": "%s"}]}' % kind.encode()


@pytest.mark.parametrize(
    ("status", "headers", "job", "units", "ends"),
    [
        (409, {}, b"", (5,), True),
        (409, {}, b"", (5, 6), False),
        (201, {}, b"", (5, 6), True),
        (202, {"Location": "capture/7"}, CAPTURED, (5, 6), True),
        (
            202,
            {"Location": "/capture/7"},
            refusing("x"),
            (5,),
            False,
        ),
        (
            202,
            {"Location": "/capture/7"},
            refusing("epcisException:ResourceAlreadyExistsException"),
            (5,),
            True,
        ),
        (202, {"Location": "/capture/7"}, b"soon", (5,), False),
        (202, {"Location": "https://elsewhere.invalid/capture/7"}, b"", (5,), False),
    ],
)
def test_H08_what_a_repository_answers_says_whether_it_has_the_events(
    tmp_path: Path, status: int, headers: dict[str, str], job: bytes, units: tuple[int, ...], *, ends: bool
) -> None:
    async def test(world: World) -> None:
        async def app(scope: Any, _receive: Any, send: Any) -> None:
            if scope["method"] == "POST":
                await answering(send, status, headers)
            else:
                await answering(send, 200, {}, job)

        world.app = app
        await world.book(*units)
        entries = (await world.store.read(take, EPCIS, 100)).entries
        sink = capture.CaptureSink(world.store, world.http, URL, TOKEN)
        if ends:
            results = await sink.send(entries)
            assert {result.outcome for result in results.values()} == {"delivered"}
        else:
            with pytest.raises(SendError) as told:
                await sink.send(entries)
            assert told.value.fault in (Fault.WRONG, Fault.SICK)

    virtually(test, tmp_path)


@pytest.mark.parametrize(("status", "there"), [(204, True), (405, True), (401, False), (503, False)])
def test_H12_a_repository_without_options_is_there_all_the_same(tmp_path: Path, status: int, *, there: bool) -> None:
    async def test(world: World) -> None:
        world.app = lambda _scope, _receive, send: answering(send, status, {})
        sink = capture.CaptureSink(world.store, world.http, URL, TOKEN)
        if there:
            assert await sink.send(()) == {}
        else:
            with pytest.raises(SendError):
                await sink.send(())

    virtually(test, tmp_path)


def test_H08_without_a_repository_nothing_piles_up_and_a_new_one_hears_what_comes(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        world.repository.refuse["storing"] = None
        await world.book(1)
        await following(world)
        assert len(await world.store.read(parked, EPCIS)) == 1
        await world.store.run(stop_following, EPCIS)
        await world.book(2, 3)
        assert [one.follower for one in await world.store.read(backlogs)] == []
        assert await world.store.read(troubles) == [("exception.epcis_parked", "solved")]
        world.repository.refuse.clear()
        await world.store.run(begin_to_follow, EPCIS)
        await world.book(4)
        await following(world)
        assert world.captured() == [4]

    virtually(test, tmp_path)


def test_H15_I52_a_site_put_back_sends_again_under_the_same_ids_and_only_when_the_wms_was_asked(tmp_path: Path) -> None:
    async def test(world: World) -> None:
        await world.book(1, 2, 3)
        await following(world)
        before = await told(world.store)
        await world.store.run(lambda tx: move_cursor(tx, EPCIS, 0))  # as in a backup
        await world.store.run(restored.begin, None)
        await world.book(4)
        task = asyncio.create_task(world.follower().run())
        await asyncio.sleep(600)
        assert len(world.captured()) == 3
        await world.store.run(restored.settle, "wms", [])
        await world.told()
        task.cancel()
        after = await told(world.store)
        assert after[: len(before)] == before
        assert sorted(world.captured()) == [1, 2, 3, 4]
        assert world.repository.repeated == 3
        assert world.repository.refused == []
        known = [fingerprint(event) for event in world.repository.events.values()]
        assert known == [fingerprint(event) for event in document(world.store, after)["epcisBody"]["eventList"]]

    virtually(test, tmp_path)
