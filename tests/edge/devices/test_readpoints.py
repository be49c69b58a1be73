"""A read point in virtual time: a simulated reader, its link, the cycles, the journal, a WMS that takes it all.

The rules: I11, I12, I13, I22, I29, H09, H15.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from drivers.modbus.unit import Change
from drivers.rfid.llrp.link import LlrpLink, Settings
from drivers.rfid.port import Read
from drivers.rfid.presence import MOST
from drivers.supervisor import Link
from edge.clock import Source
from edge.devices import readpoints
from edge.devices.links import Links
from edge.devices.readpoints import ReadPointKeeper
from edge.host.wms import event_of
from edge.live import Live
from edge.processes.readpoints import Told, kept_tags, tell_tags
from edge.site import Device, ReadPoint, Site
from edge.store.database import StoreError
from edge.store.tables import exceptions, journal, meta
from edge.store.tx import Entry, Tx
from simulators.reader import Field, Reader
from simulators.wms.books import Books
from simulators.wms.contract import Status
from simulators.world.loop import clock
from simulators.world.streams import Network
from tests.edge.devices.bench import live
from tests.support.floor import Floor

NAME = {"ja": "仮置き場", "en": "Buffer"}
TAGS = [f"3034257BF400B78000004C{n:02X}" for n in range(16)]
STEADY = {"repeat": 10, "duration": 10, "gone_after": 40}


class Place:
    """A read point with simulated readers before which tags come and go."""

    def __init__(self, floor: Floor, network: Network, names: Sequence[str], **described: Any) -> None:
        self.floor = floor
        self.network = network
        self.fields = {name: Field(Random(n), chance=0.6) for n, name in enumerate(names)}
        self.readers = {
            name: Reader(f"tcp://{name}:5084", field=field, listen=network.listen, now=clock(), dice=Random(2))
            for name, field in self.fields.items()
        }
        self.described = {"id": "BUFFER-1", "name": NAME, "readers": [*names], **STEADY, **described}
        self.shown = Live()
        self.keeper: ReadPointKeeper

    @asynccontextmanager
    async def running(self, source: Source | None = None) -> AsyncIterator[ReadPointKeeper]:
        """Run the point's side of the site for a while: its links and its keeper."""
        store, source = self.floor.store, source or self.floor.store.source
        self.shown = Live()
        links = Links(store.site, store, self.shown, source)
        point = ReadPoint.model_validate(self.described)
        keeper = self.keeper = ReadPointKeeper(point, store=store, live=self.shown, links=links, source=source)
        parts = [keeper.run()]
        for name in point.readers:
            link = LlrpLink(
                name,
                f"tcp://{name}:5084",
                dial=self.network.dial,
                now=clock(),
                dice=Random(3),
                on_reads=lambda reads, name=name: keeper.reads(name, reads),  # type: ignore[misc]
                on_link=keeper.link,
                settings=Settings(keepalive_ms=1000),
            )
            parts.append(link.run())
        tasks = [asyncio.ensure_future(part) for part in parts]
        try:
            yield keeper
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert [one for one in ended if not isinstance(one, asyncio.CancelledError)] == []

    def away(self) -> tuple[str, ...]:
        """Return the readers that the console shows as away."""
        return tuple(self.shown.read_points["BUFFER-1"].away)

    def active(self) -> bool:
        """Tell whether the console shows a cycle under way."""
        return self.shown.read_points["BUFFER-1"].active

    async def entries(self) -> list[Entry]:
        """Return what was told."""
        rows = await self.floor.store.read(lambda reader: reader.all(journal, subject="point/BUFFER-1"))
        return [Entry(*row) for row in rows if row.kind == "tags.reported"]

    async def lists(self) -> list[dict[str, list[str]]]:
        """Return the lists of each report."""
        return [
            {one["set"]: [tag["hex"] for tag in one["tags"]] for one in entry.data["reports"]}
            for entry in await self.entries()
        ]

    async def moves(self) -> tuple[list[str], list[str]]:
        """Return who came and who went over all reports, each as often as it was told."""
        lists = await self.lists()
        came = [epc for one in lists for epc in one.get("additions", [])]
        return sorted(came), sorted(epc for one in lists for epc in one.get("deletions", []))

    async def judge(self, folder: Path) -> list[str]:
        """Let a WMS take it all; return what stands there as far as it knows. It finds nothing wrong."""
        books = Books(str(folder / "wms.db"), clock(), "T1")
        events = [event_of(self.floor.store.site, entry) for entry in await self.entries()]
        assert [result.status for result in books.receive(1, events)] == [Status.ACCEPTED] * len(events)
        assert books.violations(at_end=True) == []
        there = books.tags_at("BUFFER-1")
        books.close()
        return there

    async def troubles(self) -> list[tuple[str, str]]:
        """Return what people were told."""
        rows = await self.floor.store.read(lambda reader: reader.all(exceptions))
        return [(row.code, row.state) for row in rows]


def readers(*names: str) -> Callable[[Site], Site]:
    devices = [Device.model_validate({"id": name, "kind": "rfid", "address": f"tcp://{name}:5084"}) for name in names]
    return lambda site: site.model_copy(update={"devices": [*site.devices, *devices]})


def at_place(
    folder: Path,
    story: Callable[[Place], Coroutine[Any, Any, None]],
    *,
    names: Sequence[str] = ("shelf-1",),
    seed: int = 1,
    **described: Any,
) -> None:
    async def day(floor: Floor) -> None:
        place = Place(floor, Network(Random(seed)), names, **described)
        for reader in place.readers.values():
            await reader.start()
        await story(place)
        for reader in place.readers.values():
            await reader.stop()

    live(folder, day, seed, readers(*names))


@pytest.mark.parametrize("gone_after", [40, {}])
@pytest.mark.parametrize("seed", range(3))
def test_I22_what_stands_is_told_once_and_what_left_once_however_badly_it_is_read(
    tmp_path: Path, seed: int, gone_after: Any
) -> None:
    async def story(place: Place) -> None:
        field = place.fields["shelf-1"]
        async with place.running():
            await asyncio.sleep(5)
            field.enter(TAGS[:10], 3600)
            await asyncio.sleep(240)
            field.leave(TAGS[:4])
            field.enter(TAGS[10:], 3600)
            await asyncio.sleep(240)
            assert list(place.keeper.view.there()) != []
            assert sorted(place.keeper.view.there()) == TAGS[4:]
        assert await place.moves() == (TAGS, TAGS[:4])
        assert await place.judge(tmp_path) == TAGS[4:]
        entries = await place.entries()
        assert [entry.number for entry in entries] == [*range(1, len(entries) + 1)]
        assert len(entries) <= 6, "a quiet point writes nothing"
        told = place.keeper.view.told
        assert told is not None
        assert (told.initiation, told.termination, told.present) == ("repeat_period", "duration", 12)

    at_place(tmp_path, story, seed=seed, gone_after=gone_after)


def test_a_report_says_all_that_a_wms_needs(tmp_path: Path) -> None:
    sscc = "31552BD36400000003000000"

    async def story(place: Place) -> None:
        async with place.running():
            await asyncio.sleep(12.5)
            place.fields["shelf-1"].enter([sscc, "E2801160600002054CC2096F"], 3600)
            await asyncio.sleep(30)
        (entry,) = await place.entries()
        assert (entry.actor, entry.number) == ("point:BUFFER-1", 1)
        assert entry.data == {
            "began_at": "2026-11-24T11:00:10.000+09:00",
            "ended_at": "2026-11-24T11:00:20.000+09:00",
            "initiation": "repeat_period",
            "termination": "duration",
            "anew": True,
            "sets": ["additions", "deletions"],
            "reports": [
                {
                    "set": "additions",
                    "tags": [
                        {"hex": sscc, "epc": "urn:epc:id:sscc:4912345.0000000003"},
                        {"hex": "E2801160600002054CC2096F"},
                    ],
                }
            ],
            "came": 2,
            "went": 0,
            "present": 2,
            "away": [],
            "late": 0,
            "given_up": 0,
            "held": 0,
        }

    at_place(tmp_path, story)


def test_after_a_restart_nobody_comes_or_goes_who_stood_there(tmp_path: Path) -> None:
    async def story(place: Place) -> None:
        field = place.fields["shelf-1"]
        field.enter(TAGS[:8], 7200)
        async with place.running():
            await asyncio.sleep(100)
        before = len(await place.entries())
        await asyncio.sleep(600)
        async with place.running():
            told = place.keeper.view.told
            assert told is None, "nothing is known before the store has said it"
            await asyncio.sleep(1)
            told = place.keeper.view.told
            assert told is not None
            assert told.present == 8
            await asyncio.sleep(100)
            assert sorted(place.keeper.view.there()) == TAGS[:8]
        assert len(await place.entries()) == before
        field.leave(TAGS[:3])
        async with place.running():
            await asyncio.sleep(120)
        assert await place.moves() == (TAGS[:8], TAGS[:3])
        assert await place.judge(tmp_path) == TAGS[3:8]

    at_place(tmp_path, story)


def test_the_last_cycle_before_the_end_is_told_as_such(tmp_path: Path) -> None:
    async def story(place: Place) -> None:
        async with place.running():
            await asyncio.sleep(12)
            place.fields["shelf-1"].enter(TAGS[:2], 3600)
            await asyncio.sleep(3)
        (entry,) = await place.entries()
        assert (entry.data["termination"], entry.data["came"]) == ("undefine", 2)

    at_place(tmp_path, story)


def test_H15_after_a_restore_the_wms_begins_anew_with_what_is_there(tmp_path: Path) -> None:
    async def story(place: Place) -> None:
        field = place.fields["shelf-1"]
        field.enter(TAGS[:8], 300)
        async with place.running():
            await asyncio.sleep(100)
        await asyncio.sleep(600)
        await place.floor.store.run(lambda tx: tx.change(meta, {"key": "incarnation"}, value="2"))
        async with place.running():
            await asyncio.sleep(30)
            field.enter(TAGS[:2], 3600)
            await asyncio.sleep(60)
        assert [entry.data["anew"] for entry in await place.entries()] == [True, True, False]
        assert (await place.lists())[1:] == [{"additions": [], "deletions": []}, {"additions": TAGS[:2]}]
        assert await place.judge(tmp_path) == TAGS[:2]

    at_place(tmp_path, story)


def test_a_reader_that_is_away_makes_no_deletions_and_is_named(tmp_path: Path) -> None:
    async def story(place: Place) -> None:
        place.fields["shelf-1"].enter(TAGS[:5], 7200)
        async with place.running():
            await asyncio.sleep(60)
            assert place.away() == ("shelf-2",)
            await place.readers["shelf-2"].start()
            await asyncio.sleep(30)
            assert place.away() == ()
            await place.readers["shelf-1"].stop()
            place.fields["shelf-2"].enter(TAGS[5:7], 7200)
            await asyncio.sleep(600)
            assert place.away() == ("shelf-1",)
            assert await place.moves() == (TAGS[:7], [])
            assert [entry.data["away"] for entry in await place.entries()] == [["shelf-2"], ["shelf-1"]]
            place.fields["shelf-1"].leave(TAGS[:1])
            await place.readers["shelf-1"].start()
            await asyncio.sleep(120)
        assert await place.moves() == (TAGS[:7], TAGS[:1])
        assert await place.judge(tmp_path) == TAGS[1:7]

    async def second_is_away(place: Place) -> None:
        await place.readers["shelf-2"].stop()
        await story(place)

    at_place(tmp_path, second_is_away, names=["shelf-1", "shelf-2"])


def test_I13_a_tag_between_two_readers_counts_once(tmp_path: Path) -> None:
    async def story(place: Place) -> None:
        for field in place.fields.values():
            field.enter(TAGS[:3], 3600)
        async with place.running():
            await asyncio.sleep(120)
            assert sorted(place.keeper.view.there()) == TAGS[:3]
        assert await place.moves() == (TAGS[:3], [])

    at_place(tmp_path, story, names=["shelf-1", "shelf-2"])


TRIGGERED: dict[str, Any] = {"repeat": None, "duration": 60, "stable": 3, "io": "plc-1", "start": "eye"}


def change(point: str, value: bool, before: bool | None = True) -> Change:
    return Change(point, value, clock()(), (not value) if before else None)


def test_a_photo_eye_begins_a_cycle_and_no_new_tags_end_it(tmp_path: Path) -> None:
    async def story(place: Place) -> None:
        field = place.fields["shelf-1"]
        async with place.running() as keeper:
            keeper.signal(change("eye", value=True, before=None))
            field.enter(TAGS[:5], 60)
            await asyncio.sleep(60)
            assert await place.lists() == [], "what a signal was at the first look begins nothing"
            field.enter(TAGS[5:10], 600)
            keeper.signal(change("eye", value=False))
            await asyncio.sleep(60)
            assert await place.lists() == []
            keeper.signal(change("eye", value=True))
            await asyncio.sleep(1)
            keeper.signal(change("eye", value=False))
            await asyncio.sleep(2)
            assert place.active()
            await asyncio.sleep(40)
            assert not place.active()
        (entry,) = await place.entries()
        assert (entry.data["initiation"], entry.data["termination"]) == ("trigger", "stable_set")
        assert await place.lists() == [{"current": TAGS[5:10]}]

    at_place(tmp_path, story, **TRIGGERED, reports=[{"set": "current"}])


@pytest.mark.parametrize("stop", ["eye", "button"])
def test_a_signal_ends_a_cycle_and_the_one_that_began_it_does_so_by_going_off(tmp_path: Path, stop: str) -> None:
    async def story(place: Place) -> None:
        place.fields["shelf-1"].enter(TAGS[:5], 600)
        async with place.running() as keeper:
            await asyncio.sleep(20)
            keeper.signal(change("eye", value=True))
            began = clock()()
            await asyncio.sleep(4)
            keeper.signal(change(stop, value=stop == "button"))
            await asyncio.sleep(10)
        (entry,) = await place.entries()
        assert (entry.data["termination"], entry.data["came"]) == ("trigger", 5)
        assert datetime.fromisoformat(entry.data["ended_at"]) - began == timedelta(seconds=4)

    at_place(tmp_path, story, **{**TRIGGERED, "stable": None, "stop": stop})


def test_only_tags_of_the_site_file_s_patterns_count(tmp_path: Path) -> None:
    async def story(place: Place) -> None:
        place.fields["shelf-1"].enter([*TAGS[:3], "E2801160600002054CC2096F"], 600)
        async with place.running():
            await asyncio.sleep(60)
        assert await place.moves() == (TAGS[1:3], [])

    at_place(tmp_path, story, include=["urn:epc:pat:sgtin-96:*.*.*.*"], exclude=[f"hex:{TAGS[0]}"])


def test_I11_more_tags_than_a_point_can_know_are_told_to_people_until_they_are_fewer(tmp_path: Path) -> None:
    async def story(place: Place) -> None:
        now = clock()()
        crowd = [Read(f"{n:024X}", 96, 1, -50, now, now, 1, now) for n in range(MOST + 7)]
        async with place.running() as keeper:
            keeper.reads("shelf-1", crowd)
            await asyncio.sleep(15)
            assert await place.troubles() == [("exception.point_full", "open")]
            assert len(keeper.view.there()) == MOST
            await asyncio.sleep(15)
        assert await place.troubles() == [("exception.point_full", "solved")]
        assert [entry.data["given_up"] for entry in await place.entries()] == [7]

    at_place(tmp_path, story)


def test_what_was_read_before_the_store_had_answered_counts(tmp_path: Path) -> None:
    async def story(place: Place) -> None:
        now = clock()()
        async with place.running() as keeper:
            keeper.reads("shelf-1", [Read(TAGS[0], 96, 1, -50, now, now, 1, now)])
            keeper.link(Link("shelf-1", up=True, since=now))
            await asyncio.sleep(15)
        assert await place.moves() == (TAGS[:1], [])

    at_place(tmp_path, story)


def test_P36_what_the_store_did_not_take_is_told_later_in_order_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = list[datetime]()

    def unwilling(tx: Tx, told: Told) -> None:
        tried.append(told.ended)
        if len(tried) <= 5:
            raise StoreError("the disk is full")
        tell_tags(tx, told)

    monkeypatch.setattr(readpoints, "tell_tags", unwilling)

    async def story(place: Place) -> None:
        field = place.fields["shelf-1"]
        async with place.running():
            field.enter(TAGS[:3], 600)
            await asyncio.sleep(15)
            field.enter(TAGS[3:6], 600)
            await asyncio.sleep(120)
        assert await place.lists() == [{"additions": TAGS[:3]}, {"additions": TAGS[3:6]}]
        assert tried == [*tried[:1] * 6, tried[-1]]

    at_place(tmp_path, story)


def test_H09_a_cycle_that_is_given_twice_is_written_once(tmp_path: Path) -> None:
    async def story(place: Place) -> None:
        store, now = place.floor.store, clock()()
        told = Told(
            "BUFFER-1", now, now, "trigger", "duration", ["additions"], [("additions", TAGS[:2])], TAGS[:2], 2, 0
        )
        await store.run(tell_tags, told)
        await store.run(tell_tags, told)
        assert await place.lists() == [{"additions": TAGS[:2]}]
        kept = await store.read(kept_tags, "BUFFER-1")
        assert kept is not None
        assert (kept.tags, kept.told) == (TAGS[:2], True)

    at_place(tmp_path, story)


@pytest.mark.parametrize("jump", [timedelta(hours=9), timedelta(hours=-9)])
def test_a_clock_that_is_set_makes_nobody_come_or_go(tmp_path: Path, jump: timedelta) -> None:
    async def story(place: Place) -> None:
        wrong = [timedelta(0)]
        true = clock()
        source = Source(now=lambda: true() + wrong[0], dice=Random(1), unmoved=true)
        async with place.running(source) as keeper:
            for second in range(200):
                if second == 100:
                    wrong[0] = jump
                now = source.now()
                keeper.reads("shelf-1", [Read(TAGS[0], 96, 1, -50, now, now, 1, now)])
                await asyncio.sleep(1)
        assert await place.moves() == (TAGS[:1], [])

    at_place(tmp_path, story)
