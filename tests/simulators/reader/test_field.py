"""Tags in the field keep silent as their Gen2 session lets them (I12)."""

import asyncio
import itertools
import random
from datetime import UTC, datetime

import pytest

from drivers.rfid.llrp.link import LlrpLink, Settings
from drivers.rfid.port import Read
from simulators.reader import Field, Reader
from simulators.world import loop as virtual
from simulators.world.streams import Network

TAGS = [f"30{n:022X}" for n in range(50)]
START = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)


class Scene:
    """A field with a clock of its own, in which every tag that may answer does."""

    def __init__(self) -> None:
        self.now = 0.0
        self.field = Field(random.Random(1), chance=1.0, clock=lambda: self.now)

    def rounds(self, session: int, until: float, antennas: tuple[int, ...] = ()) -> dict[str, list[float]]:
        """Run ten rounds a second and return when each tag answered."""
        heard: dict[str, list[float]] = {}
        while self.now < until:
            for sight in self.field.look(antennas, session):
                heard.setdefault(sight.epc, []).append(self.now)
            self.now = round(self.now + 0.1, 1)
        return heard


def test_I12_in_S0_a_tag_answers_every_antenna_in_every_round() -> None:
    scene = Scene()
    scene.field.enter(TAGS, 60, (1, 2))
    assert {len(times) for times in scene.rounds(0, 3.0).values()} == {60}
    assert {len(times) for times in scene.rounds(0, 6.0, (2,)).values()} == {30}


def test_I12_in_S1_a_tag_is_silent_for_half_a_second_to_five() -> None:
    scene = Scene()
    scene.field.enter(TAGS, 60, (1, 2))
    heard = scene.rounds(1, 30.0)
    assert {times[0] for times in heard.values()} == {0.0}
    gaps = [later - earlier for times in heard.values() for earlier, later in itertools.pairwise(times)]
    assert 0.5 <= min(gaps) < 1.0
    assert 4.5 < max(gaps) <= 5.1


def test_I12_in_S1_the_silence_goes_on_and_ends_without_power() -> None:
    scene = Scene()
    scene.field.enter(TAGS, 0.1)
    assert len(scene.rounds(1, 0.4)) == len(TAGS)
    scene.field.enter(TAGS, 0.1)
    assert scene.rounds(1, 5.1) == {}
    scene.field.enter(TAGS, 0.1)
    assert len(scene.rounds(1, 5.2)) == len(TAGS)


@pytest.mark.parametrize("session", [2, 3])
def test_I12_in_S2_and_S3_a_tag_is_silent_while_it_has_power_and_two_seconds_more(session: int) -> None:
    scene = Scene()
    scene.field.enter(TAGS, 60)
    assert {len(times) for times in scene.rounds(session, 60.0).values()} == {1}
    scene.now = 61.9
    scene.field.enter(TAGS, 0.1)
    assert scene.rounds(session, 62.0) == {}
    scene.now = 73.0
    scene.field.enter(TAGS, 0.1)
    assert len(scene.rounds(session, 73.1)) == len(TAGS)


def test_I12_sessions_know_nothing_of_each_other() -> None:
    scene = Scene()
    scene.field.enter(TAGS, 60)
    assert len(scene.field.look((), 1)) == len(scene.field.look((), 2)) == len(scene.field.look((), 0)) == len(TAGS)
    assert scene.field.look((), 1) == scene.field.look((), 2) == []


def test_I12_no_round_is_due_while_all_tags_are_silent() -> None:
    scene = Scene()
    scene.field.enter(TAGS[:1], 60)
    assert scene.field.next_look(1) == 0.0
    assert len(scene.field.look((), 1)) == 1
    due = scene.field.next_look(1)
    assert due is not None
    assert 0.5 <= due <= 5.0
    assert scene.field.next_look(0) == 0.0
    scene.now = due
    assert len(scene.field.look((), 1)) == 1


@pytest.mark.parametrize(("session", "fewest", "most"), [(0, 15, 40), (1, 1, 8), (2, 1, 1)])
def test_I12_the_reader_asks_in_the_session_of_its_operation(session: int, fewest: int, most: int) -> None:
    async def passage() -> list[Read]:
        network, clock = Network(random.Random(1)), virtual.clock()
        field = Field(random.Random(2))
        reader = Reader("tcp://reader:5084", field=field, listen=network.listen, now=clock, dice=random.Random(3))
        await reader.start()
        reads: list[Read] = []
        link = LlrpLink(
            "r",
            reader.address,
            dial=network.dial,
            now=clock,
            dice=random.Random(4),
            on_reads=reads.extend,
            settings=Settings(session=session),
        )
        running = asyncio.ensure_future(link.run())
        await asyncio.sleep(1)
        field.enter(TAGS, 4)
        await asyncio.sleep(10)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await reader.stop()
        return reads

    epcs = [read.epc for read in virtual.run(passage(), 1, START)]
    counts = [epcs.count(epc) for epc in TAGS]
    assert fewest <= min(counts)
    assert max(counts) <= most
