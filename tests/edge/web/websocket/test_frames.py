"""Frames: any cut of any messages gives the same messages, and rubbish is refused with a code and bounded memory."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.web.websocket.frames import Broken, Code, Frame, Frames, Opcode, accept_key, close_code, closing, frame
from edge.web.websocket.pace import Pace
from simulators.massrobotics.socket import masked_frame

MOST = 1000

data_frames = st.tuples(st.sampled_from([Opcode.TEXT, Opcode.BINARY]), st.binary(max_size=MOST))
control_frames = st.tuples(st.sampled_from([Opcode.PING, Opcode.PONG, Opcode.CLOSE]), st.binary(max_size=125))
masks = st.binary(min_size=4, max_size=4)


def read_all(frames: Frames) -> list[Frame]:
    found = []
    while (one := frames.next()) is not None:
        found.append(one)
    return found


def code_of(sent: bytes) -> Code:
    frames = Frames(MOST)
    frames.feed(sent)
    with pytest.raises(Broken) as caught:
        read_all(frames)
    return caught.value.code


@given(st.lists(st.one_of(data_frames, control_frames), max_size=8), masks, st.data())
def test_any_cut_of_the_stream_gives_the_messages_that_were_sent(
    sent: list[tuple[Opcode, bytes]], mask: bytes, data: st.DataObject
) -> None:
    stream = b"".join(masked_frame(opcode, body, mask) for opcode, body in sent)
    frames, found = Frames(MOST), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        frames.feed(stream[:size])
        stream = stream[size:]
        found += read_all(frames)
    assert [(one.opcode, one.data) for one in found] == sent
    assert len(frames) == 0


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=20), masks, st.binary(max_size=125))
def test_fragments_are_joined_and_control_frames_between_them_come_first(
    parts: list[bytes], mask: bytes, ping: bytes
) -> None:
    frames = Frames(MOST)
    last = len(parts) - 1
    for number, part in enumerate(parts):
        frames.feed(masked_frame(Opcode.CONTINUATION if number else Opcode.TEXT, part, mask, final=number == last))
        if number < last:
            frames.feed(masked_frame(Opcode.PING, ping, mask))
    assert read_all(frames) == [*[Frame(Opcode.PING, ping)] * last, Frame(Opcode.TEXT, b"".join(parts))]


@given(st.lists(st.binary(max_size=3000), max_size=6))
def test_rubbish_ends_in_a_code_and_keeps_no_more_than_a_message(chunks: list[bytes]) -> None:
    frames = Frames(MOST)
    with contextlib.suppress(Broken):
        for chunk in chunks:
            frames.feed(chunk)
            read_all(frames)
            assert len(frames) < MOST + 14


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (masked_frame(Opcode.TEXT, b"x", b""), Code.PROTOCOL),
        (masked_frame(Opcode.CONTINUATION, b"x", b"mask"), Code.PROTOCOL),
        (masked_frame(Opcode.TEXT, b"x", b"mask", final=False) * 2, Code.PROTOCOL),
        (masked_frame(Opcode.PING, b"", b"mask", final=False), Code.PROTOCOL),
        (masked_frame(Opcode.PING, b"x" * 126, b"mask"), Code.PROTOCOL),
        (masked_frame(3, b"", b"mask"), Code.PROTOCOL),
        (bytes([0xC1, 0x80]) + b"mask", Code.PROTOCOL),
        (masked_frame(Opcode.TEXT, b"x" * (MOST + 1), b"mask")[:8], Code.TOO_BIG),
        (bytes([0x82, 0xFF]) + (2**62).to_bytes(8), Code.TOO_BIG),
        (
            masked_frame(Opcode.TEXT, b"x" * MOST, b"mask", final=False)
            + masked_frame(Opcode.CONTINUATION, b"x", b"mask"),
            Code.TOO_BIG,
        ),
        (
            masked_frame(Opcode.TEXT, b"", b"mask", final=False)
            + masked_frame(Opcode.CONTINUATION, b"", b"mask", final=False) * 64,
            Code.POLICY,
        ),
    ],
)
def test_what_no_client_may_send_is_refused_with_its_code(sent: bytes, code: Code) -> None:
    assert code_of(sent) == code


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536])
def test_what_we_send_has_the_length_that_is_due(size: int) -> None:
    sent = frame(Opcode.TEXT, b"x" * size)
    head = {0: 2, 125: 2, 126: 4, 65535: 4, 65536: 10}[size]
    assert (len(sent), sent[0], sent[1] & 0x80) == (head + size, 0x81, 0)


def test_the_reason_of_a_close_is_cut_between_letters() -> None:
    sent = closing(Code.POLICY, "長" * 100)
    assert len(sent) == 2 + sent[1] <= 127
    assert sent[2:4] == (1008).to_bytes(2)
    assert sent[4:].decode() == "長" * 41


@pytest.mark.parametrize(
    ("data", "code"), [(b"", 1005), (b"\x03\xe8", 1000), (b"\x03\xe8bye", 1000), (b"\x0f\xa0", 4000)]
)
def test_codes_of_a_close_are_read(data: bytes, code: int) -> None:
    assert close_code(data) == code


@pytest.mark.parametrize("data", [b"\x03", b"\x03\xed", b"\x03\xee", b"\x00\x01", b"\x07\xd0"])
def test_codes_that_may_not_be_sent_are_refused(data: bytes) -> None:
    with pytest.raises(Broken):
        close_code(data)


def test_the_key_is_answered_as_the_standard_has_it() -> None:
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # RFC 6455, 1.3


@pytest.mark.parametrize("key", ["", "x", "dGhlIHNhbXBsZQ==", "dGhlIHNhbXBsZSBub25jZ!=="])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        accept_key(key)


@given(st.lists(st.floats(0, 3), max_size=200))
def test_whoever_waits_as_told_is_never_faster_than_the_pace(pauses: list[float]) -> None:
    now = 0.0
    pace = Pace(2.0, 5, now)
    for taken, pause in enumerate(pauses, start=1):
        now += pause
        now += pace.take(now)
        assert taken <= 5 + 2.0 * now + 1e-6
