"""Antennas of a gate that have gone quiet."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from drivers.rfid.antennas import PASSAGES, TAGS, Antennas, Noticed
from drivers.rfid.passage import AntennaEvidence, Direction, Passage, Reason, Seen, Suppressed

AT = datetime(2026, 1, 5, tzinfo=UTC)


def passage(tags: int, *heard: int, way: Direction = Direction.OUT, strays: int = 0) -> Passage:
    """Return a passage in which these antennas heard so many tags."""
    evidence = tuple(AntennaEvidence(antenna, 3, -60) for antenna in heard)
    found = [Seen(f"{number:024X}", 96, AT, AT, evidence) for number in range(tags + strays)]
    suppressed = tuple(Suppressed(tag, Reason.STRAY) for tag in found[tags:])
    return Passage("G", 1, way, AT, AT, tuple(found[:tags]), suppressed, final=True)


def test_I16_an_antenna_that_hears_nothing_of_many_loads_is_told_once_and_again_when_it_is_heard() -> None:
    antennas = Antennas([1, 2])
    assert antennas.passed(passage(10, 1, 2)) == Noticed(heard=(1, 2))
    told = [antennas.passed(passage(10, 1)) for _ in range(PASSAGES * 2)]
    assert told[: PASSAGES - 1] == [Noticed()] * (PASSAGES - 1)
    assert told[PASSAGES - 1 :] == [Noticed(quiet=(2,)), *[Noticed()] * PASSAGES]
    assert antennas.passed(passage(1, 1, 2)) == Noticed(heard=(2,))
    assert antennas.passed(passage(1, 1, 2)) == Noticed()


def test_I16_what_a_stray_is_heard_by_is_not_quiet() -> None:
    antennas = Antennas([1, 2])
    for _ in range(PASSAGES * 2):
        assert antennas.passed(passage(10, 1)).quiet in ((), (2,))
    assert antennas.passed(passage(0, 1, 2, strays=1)).heard == (2,)


def test_I16_few_tags_no_crossing_or_no_read_at_all_say_nothing_of_an_antenna() -> None:
    antennas = Antennas([1, 2])
    for few in (passage(1, 1), passage(99, 1, way=Direction.NONE), passage(0)):
        for _ in range(PASSAGES * 2):
            assert antennas.passed(few).quiet == ()
    assert antennas.passed(passage(TAGS, 1)).quiet == (2,), "many passages and few tags before it count too"


def test_a_single_antenna_is_not_compared_with_anything() -> None:
    antennas = Antennas([1])
    assert {antennas.passed(passage(10, 1)) for _ in range(PASSAGES * 2)} == {Noticed()}


@given(st.lists(st.tuples(st.integers(0, 30), st.sets(st.integers(1, 4))), max_size=60))
def test_quiet_and_heard_take_turns(passages: list[tuple[int, set[int]]]) -> None:
    antennas = Antennas([1, 2, 3, 4])
    last: dict[int, str] = {}
    for tags, heard in passages:
        noticed = antennas.passed(passage(tags, *heard))
        for what, numbers in (("quiet", noticed.quiet), ("heard", noticed.heard)):
            for number in numbers:
                assert last.get(number) != what
                last[number] = what
