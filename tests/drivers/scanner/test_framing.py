"""Cutting a scanner's bytes into codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scanner.framing import LONGEST_CODE, Cutter, Framing, Garbage, NoRead, Piece, Several
from tests.support.just_now import just_now

CODES = st.text(st.sampled_from("0123456789ABCXYZ-:/\x1d大阪é"), min_size=1, max_size=30).filter(
    lambda t: t.strip() and t.strip() != "ERROR"
)


def cut(data: bytes, framing: Framing | None = None) -> list[Piece]:
    return Cutter(framing or Framing()).feed(data)


@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n", b"\t", b"\t\r\n"])
def test_I47_any_line_ending_ends_a_code(ending: bytes) -> None:
    assert cut(b"T-0001" + ending + b"PACK-1" + ending) == ["T-0001", "PACK-1"]


@given(st.lists(CODES, max_size=6), st.data())
def test_I47_any_chunking_gives_the_same_codes(codes: list[str], data: st.DataObject) -> None:
    stream = b"".join(code.encode() + data.draw(st.sampled_from([b"\r", b"\n", b"\r\n", b"\t"])) for code in codes)
    cutter = Cutter(Framing())
    pieces: list[Piece] = []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        pieces += cutter.feed(stream[:size])
        stream = stream[size:]
    assert pieces == codes


def test_I47_noise_after_power_up_is_garbage_and_no_code() -> None:
    assert cut(b"\x00\x00T-0001\r") == ["T-0001"]
    assert cut(b"\xff\x02\x80T-0001\rT-0002\r") == [Garbage(b"\xff\x02\x80T-0001"), "T-0002"]
    assert cut(b"\x1b[2J\r") == [Garbage(b"\x1b[2J")]


@given(st.binary(max_size=300))
def test_I47_no_bytes_break_it_and_no_code_holds_control_characters(noise: bytes) -> None:
    cutter = Cutter(Framing())
    for piece in cutter.feed(noise + b"\r") + cutter.silence():
        if isinstance(piece, str):
            assert piece.strip()
            assert all(sign >= " " or sign in "\x1d\x1e\x1c\x04" for sign in piece)
    assert cutter.feed(b"T-0001\r") == ["T-0001"]


def test_I47_the_tail_of_a_broken_code_is_no_code() -> None:
    cutter = Cutter(Framing())
    assert cutter.feed(b"49012345") == []
    assert cutter.silence() == [Garbage(b"49012345")]
    assert not cutter.waiting
    assert cutter.feed(b"67894\r4901234567894\r") == ["4901234567894"]


def test_I47_noise_before_a_silence_does_not_cost_the_next_code() -> None:
    cutter = Cutter(Framing())
    cutter.feed(b"\xff\x00")
    assert cutter.silence() == [Garbage(b"\xff\x00")]
    assert cutter.feed(b"T-0001\r") == ["T-0001"]


def test_a_code_without_terminator_ends_with_silence() -> None:
    cutter = Cutter(Framing(terminated=False))
    assert cutter.feed(b"T-00") == []
    assert just_now(cutter.waiting)
    assert cutter.feed(b"01") == []
    assert cutter.silence() == ["T-0001"]
    assert not cutter.waiting
    assert cutter.silence() == []


def test_I46_prefix_and_suffix_are_demanded_and_taken_off() -> None:
    framing = Framing(prefix="<", suffix=">")
    assert cut(b"<T-0001>\rT-0002\r<T-0003\r<>\r", framing) == [
        "T-0001",
        Garbage(b"T-0002"),
        Garbage(b"<T-0003"),
        Garbage(b"<>"),
    ]


def test_I43_an_error_answer_is_no_code() -> None:
    assert cut(b"ERROR\rERRORS\r") == [NoRead(), "ERRORS"]
    assert cut(b"NR\r", Framing(no_read=("NR", "ERROR"))) == [NoRead()]
    assert cut(b"<ERROR>\r", Framing(prefix="<", suffix=">")) == [NoRead()]


def test_a_line_gone_wild_is_garbage_once_and_the_next_code_is_read() -> None:
    pieces = cut(b"A" * (3 * LONGEST_CODE) + b"\rT-0001\r")
    assert pieces == [Garbage(b"A" * 64), "T-0001"]


def test_shift_jis_of_a_makers_qr_code_is_read() -> None:
    assert cut("部品№１２".encode("cp932") + b"\r") == ["部品№１２"]


TUNNEL = Framing(separator="|", prefix="<", suffix=">", no_read=("NOREAD", "BLIND"))


@pytest.mark.parametrize("word", ["ERROR", "error", "NOREAD", "NoRead", "NO READ", "no-read", " NOREAD "])
def test_I43_makers_words_for_a_no_read_are_no_codes(word: str) -> None:
    assert cut(f"{word}\r".encode()) == [NoRead()]


def test_I43_a_sites_own_word_for_a_no_read_is_no_code() -> None:
    assert cut(b"<blind>\rNOREAD\r<4901234567894>\r", TUNNEL) == [NoRead(), NoRead(), "4901234567894"]


@pytest.mark.parametrize(
    ("line", "piece"),
    [
        ("<A-1|B-2|C-3>", Several(("A-1", "B-2", "C-3"))),
        ("<A-1|B-2|A-1>", Several(("A-1", "B-2"))),
        ("<A-1|A-1>", "A-1"),
        ("<A-1|NOREAD|blind>", "A-1"),
        ("<NOREAD|B-2|C-3>", Several(("B-2", "C-3"))),
        ("<NOREAD|blind|NOREAD>", NoRead()),
        ("<|A-1||>", "A-1"),
        ("<||>", Garbage(b"<||>")),
        ("A-1|B-2", Garbage(b"A-1|B-2")),
    ],
)
def test_I43_a_tunnels_line_is_taken_apart(line: str, piece: Piece) -> None:
    assert cut(f"{line}\r".encode(), TUNNEL) == [piece]


@given(st.lists(CODES, min_size=2, max_size=6, unique=True))
def test_I47_no_code_of_several_is_lost_or_changed(codes: list[str]) -> None:
    assert cut(("|".join(codes) + "\r").encode(), Framing(separator="|")) == [Several(tuple(codes))]
    assert cut(("|".join(codes) + "\r").encode()) == ["|".join(codes)]
