"""Frames of RFC 6455 as a server reads and writes them: bytes in, messages out; no I/O, and bounded whatever comes.

No extension is ever agreed on (§9), so the reserved bits are a fault of the client.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from enum import IntEnum

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""§1.3: joined to the client's key to prove that a WebSocket server answers."""
KEY_BYTES = 16
MOST_FRAGMENTS = 64
"""Frames of one message: nobody who reports a robot needs two."""
MOST_CONTROL = 125
"""Bytes of a ping, pong or close (§5.5)."""
FIN, RESERVED, MASKED = 0x80, 0x70, 0x80
LENGTH_16, LENGTH_64 = 126, 127


class Opcode(IntEnum):
    """What a frame is (§5.2)."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


class Code(IntEnum):
    """Why a connection is closed (§7.4.1)."""

    NORMAL = 1000
    GOING_AWAY = 1001
    PROTOCOL = 1002
    NO_STATUS = 1005
    LOST = 1006
    NOT_UTF8 = 1007
    POLICY = 1008
    TOO_BIG = 1009
    FAILED = 1011
    RESTART = 1012


class Broken(Exception):
    """What the client sent cannot be gone on with; `code` is what it is told."""

    def __init__(self, code: Code, why: str) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Frame:
    """A whole message, or a control frame."""

    opcode: Opcode
    data: bytes


class Frames:
    """Joins what arrives into messages of at most `most_bytes`."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._buffer = bytearray()
        self._begun: Opcode | None = None
        self._parts = bytearray()
        self._fragments = 0

    def __len__(self) -> int:
        """Return how many bytes wait to be read."""
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        """Take what arrived."""
        self._buffer += data

    def next(self) -> Frame | None:
        """Return the next message or control frame, None until more arrives; raises Broken."""
        while (found := self._frame()) is not None:
            final, opcode, data = found
            if opcode >= Opcode.CLOSE:
                return Frame(opcode, data)
            message = self._join(opcode, data, final=final)
            if message is not None:
                return message
        return None

    def _join(self, opcode: Opcode, data: bytes, *, final: bool) -> Frame | None:
        if (opcode is Opcode.CONTINUATION) != (self._begun is not None):
            raise Broken(Code.PROTOCOL, "a continuation of nothing, or a message within another")
        self._begun = self._begun or opcode
        self._parts += data
        self._fragments += 1
        if len(self._parts) > self._most:
            raise Broken(Code.TOO_BIG, f"a message has at most {self._most} bytes")
        if self._fragments > MOST_FRAGMENTS:
            raise Broken(Code.POLICY, f"a message has at most {MOST_FRAGMENTS} frames")
        if not final:
            return None
        message = Frame(self._begun, bytes(self._parts))
        self._begun, self._fragments = None, 0
        self._parts.clear()
        return message

    def _frame(self) -> tuple[bool, Opcode, bytes] | None:
        """Take one frame off the buffer: whether it is a message's last, what it is, its data without the mask."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        opcode = _opcode(buffer[0])
        final, length = bool(buffer[0] & FIN), buffer[1] & ~MASKED
        if not buffer[1] & MASKED:
            raise Broken(Code.PROTOCOL, "a client's frame is masked")
        if opcode >= Opcode.CLOSE and (length > MOST_CONTROL or not final):
            raise Broken(Code.PROTOCOL, "a control frame is short and whole")
        begin = 2
        if length >= LENGTH_16:
            begin += 2 if length == LENGTH_16 else 8
            if len(buffer) < begin:
                return None
            length = int.from_bytes(buffer[2:begin])
        if length > self._most and opcode < Opcode.CLOSE:
            raise Broken(Code.TOO_BIG, f"a message has at most {self._most} bytes")
        end = begin + 4 + length
        if len(buffer) < end:
            return None
        data = _unmasked(bytes(buffer[begin + 4 : end]), bytes(buffer[begin : begin + 4]))
        del buffer[:end]
        return final, opcode, data


def frame(opcode: Opcode, data: bytes = b"") -> bytes:
    """Return a frame as a server sends it: whole and without a mask."""
    length = len(data)
    if length < LENGTH_16:
        head = bytes((FIN | opcode, length))
    elif length < 1 << 16:
        head = bytes((FIN | opcode, LENGTH_16)) + length.to_bytes(2)
    else:
        head = bytes((FIN | opcode, LENGTH_64)) + length.to_bytes(8)
    return head + data


def closing(code: int, why: str = "") -> bytes:
    """Return a close frame; a reason that is too long is cut."""
    said = why.encode()[: MOST_CONTROL - 2].decode(errors="ignore").encode()
    return frame(Opcode.CLOSE, code.to_bytes(2) + said)


def close_code(data: bytes) -> int:
    """Return the code in the data of a close frame; raises Broken for what is none (§7.4)."""
    if not data:
        return Code.NO_STATUS
    code = int.from_bytes(data[:2])
    known = 1000 <= code <= 1014 and code not in (1004, 1005, 1006)
    if len(data) < 2 or not (known or 3000 <= code <= 4999):
        raise Broken(Code.PROTOCOL, "a close with a code that may not be sent")
    return code


def accept_key(key: str) -> str:
    """Return what proves to the client that its `Sec-WebSocket-Key` was read; ValueError for a key that is none."""
    try:
        raw = base64.b64decode(key, validate=True)
    except binascii.Error as error:
        raise ValueError(key) from error
    if len(raw) != KEY_BYTES:
        raise ValueError(key)
    digest = hashlib.sha1(key.encode() + GUID, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def _opcode(first: int) -> Opcode:
    if first & RESERVED:
        raise Broken(Code.PROTOCOL, "no extension was agreed on")
    try:
        return Opcode(first & 0x0F)
    except ValueError:
        raise Broken(Code.PROTOCOL, "an opcode that does not exist") from None


def _unmasked(data: bytes, mask: bytes) -> bytes:
    """Take the mask off at once, by one number: a loop over bytes costs a hundred times as much."""
    length = len(data)
    whole = (mask * (length // 4 + 1))[:length]
    return (int.from_bytes(data) ^ int.from_bytes(whole)).to_bytes(length)
