"""Parts of the Chafon link alone: checksum, frames (I01, I04), answers to an inventory, by real captures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.rfid.chafon import framing, inventory
from drivers.rfid.chafon.framing import Answer, Cutter
from drivers.rfid.stats import Rubbish
from tests.fuzz.guide import Lines

INFORMATION = bytes.fromhex("1100210000160c034e001e0a01000000e651")
FIRST = bytes.fromhex("1500010301010c0000000000000000000003136bb1a5")
SECOND = bytes.fromhex("1500010301010c3039606303c74380001a055940f93e")
SHORT = bytes.fromhex("0d000103010104003230386da3d2")
LAST = bytes.fromhex("0700010101001e4b")
CAPTURED = [INFORMATION, FIRST, SECOND, SHORT, LAST]
"""What a UHFReader288 answered (tests of https://github.com/wabson/chafon-rfid)."""


def test_the_checksum_is_crc_16_mcrf4xx() -> None:
    assert framing.crc16(b"123456789") == 0x6F91, "the published check value"
    assert framing.command(inventory.READER_INFORMATION, address=0) == bytes.fromhex("040021d96a")
    assert all(framing.crc16(frame) == 0 for frame in CAPTURED)


@given(st.binary(max_size=300))
def test_the_checksum_is_that_of_its_definition(data: bytes) -> None:
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    assert framing.crc16(data) == crc


def test_I04_noise_of_which_every_byte_may_begin_a_frame_costs_little() -> None:
    noise = bytes.fromhex("fc8ae58a") * 250
    lines = Lines(("chafon/framing.py",), 40 * len(noise))
    assert lines.new(lambda: [*(cutter := Cutter()).feed(noise), *cutter.quiet()])


@given(st.lists(st.integers(0, sum(map(len, CAPTURED))), max_size=30))
def test_I01_any_chunking_gives_the_same_answers(cuts: list[int]) -> None:
    stream = b"".join(CAPTURED)
    places = [0, *sorted(cuts), len(stream)]
    cutter = Cutter()
    found = [piece for a, b in zip(places, places[1:], strict=False) for piece in cutter.feed(stream[a:b])]  # noqa: RUF007
    assert found == [Answer(frame[1], frame[2], frame[3], frame[4:-2]) for frame in CAPTURED]
    assert cutter.waiting == 0


@given(st.binary(max_size=300))
def test_I04_whatever_came_before_an_answer_is_found_behind_it_once_the_line_is_quiet(noise: bytes) -> None:
    cutter = Cutter()
    pieces = [*cutter.feed(noise), *cutter.quiet(), *cutter.feed(FIRST), *cutter.quiet()]
    answers = [piece for piece in pieces if isinstance(piece, Answer)]
    assert answers[-1] == Answer(0, 1, 3, FIRST[4:-2])
    rubbish = sum(len(piece.data) for piece in pieces if isinstance(piece, Rubbish))
    assert rubbish + sum(len(answer.data) + 6 for answer in answers) == len(noise) + len(FIRST)


def answer(frame: bytes) -> Answer:
    (piece,) = Cutter().feed(frame)
    assert isinstance(piece, Answer)
    return piece


def test_tags_of_captured_answers() -> None:
    assert inventory.tags(answer(FIRST)) == [inventory.Tag("000000000000000000000313", 96, 1, 0x6B)]
    assert inventory.tags(answer(SHORT)) == [inventory.Tag("00323038", 32, 1, 0x6D)]
    assert not inventory.tags(answer(LAST))
    assert [inventory.is_last(answer(frame)) for frame in (FIRST, SHORT, LAST)] == [False, False, True]


def test_two_tags_and_another_antenna() -> None:
    body = bytes.fromhex("0402" + "02AABB50" + "01CC51")
    assert inventory.tags(Answer(0, 1, inventory.DONE, body)) == [
        inventory.Tag("AABB", 16, 3, 0x50),
        inventory.Tag("CC", 8, 3, 0x51),
    ]


@pytest.mark.parametrize("body", ["0101", "010102AA", "010201AA50", "010101AA", "01"])
def test_I04_an_answer_shorter_than_its_tags_is_an_error(body: str) -> None:
    with pytest.raises(ValueError, match="shorter than its tags"):
        inventory.tags(Answer(0, 1, inventory.DONE, bytes.fromhex(body)))


def test_a_request_as_the_manual_has_it() -> None:
    assert inventory.request(antenna=2, session=1, scan=20) == bytes.fromhex("040101000000008114")
