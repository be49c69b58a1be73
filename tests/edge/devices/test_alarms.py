"""What readers complain of reaches people in words, once, and what needs nobody does not (I11, I20)."""

import asyncio
from pathlib import Path

import pytest

from drivers.rfid.port import Alarm, Trouble
from edge.devices.alarms import AGAIN, TOLD, alarmer
from edge.model.reasons import say
from edge.store.tables import exceptions
from simulators.world.loop import clock
from tests.edge.devices.bench import live
from tests.support.floor import Floor


@pytest.mark.parametrize("trouble", Trouble)
def test_I11_each_complaint_is_told_in_words_or_left_to_the_link(tmp_path: Path, trouble: Trouble) -> None:
    async def day(floor: Floor) -> None:
        alarmer(floor.store, "reader-1")(Alarm("reader-1", trouble, clock()(), "antenna 2"))
        await asyncio.sleep(1)
        rows = await floor.store.read(lambda reader: reader.all(exceptions))
        assert [row.code for row in rows] == ([TOLD[trouble]] if trouble in TOLD else [])
        for row in rows:
            for language in ("ja", "en"):
                assert "reader-1" in say(row.code, language, row.detail).text
                assert "antenna 2" in say(row.code, language, row.detail).text

    live(tmp_path, day)


def test_I11_a_storm_of_complaints_is_one_and_a_later_one_is_told_again(tmp_path: Path) -> None:
    async def day(floor: Floor) -> None:
        alarmed = alarmer(floor.store, "reader-1")
        before = floor.store.writer.commits
        for _ in range(1000):
            alarmed(Alarm("reader-1", Trouble.DROPPED, clock()(), "5 reads"))
        alarmed(Alarm("reader-1", Trouble.ANTENNA_LOST, clock()(), "antenna 2"))
        await asyncio.sleep(1)
        assert floor.store.writer.commits - before <= 2
        await floor.store.run(lambda tx: tx.update(exceptions, exceptions.c.state == "open", state="solved"))
        await asyncio.sleep(AGAIN)
        alarmed(Alarm("reader-1", Trouble.DROPPED, clock()(), "7 reads"))
        await asyncio.sleep(1)
        rows = await floor.store.read(lambda reader: reader.all(exceptions, state="open"))
        assert [(row.code, row.detail["detail"]) for row in rows] == [("exception.reads_lost", "7 reads")]

    live(tmp_path, day)
