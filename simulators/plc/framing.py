"""How Modbus frames look on a wire: on TCP with a number each, on a serial line (RTU) with a check sum.

Written apart from the driver's library, so that neither can hide the other's faults.
"""

import asyncio
import struct
from dataclasses import dataclass
from typing import Protocol

HEADER = struct.Struct(">HHHB")
"""Transaction, protocol (0), length from the unit id on, unit id (Messaging on TCP/IP 1.0b §3.1.3)."""
CONVERTED = "?framing=rtu"
"""Ends the address of a converter, which carries a serial line's bytes over TCP."""
SHORT_REQUEST = 8
"""Bytes of an RTU request of functions 1 to 6: unit, function, two words, check sum."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a host asked: unit id, protocol data unit, and on TCP the transaction's number."""

    unit: int
    pdu: bytes
    transaction: int = 0


class Framing(Protocol):
    """Cuts requests out of a stream and wraps answers."""

    async def read(self, reader: asyncio.StreamReader) -> Request:
        """Return the next request; EOFError at the end, ConnectionError for what is no Modbus."""
        ...

    def wrap(self, request: Request, answer: bytes) -> bytes:
        """Return an answer's frame."""
        ...


class Tcp:
    """Modbus TCP."""

    async def read(self, reader: asyncio.StreamReader) -> Request:
        """Return the next request."""
        transaction, protocol, length, unit = HEADER.unpack(await reader.readexactly(HEADER.size))
        if protocol != 0 or not 2 <= length <= 254:
            raise ConnectionError("no Modbus")
        return Request(unit, await reader.readexactly(length - 1), transaction)

    def wrap(self, request: Request, answer: bytes) -> bytes:
        """Return an answer's frame."""
        return HEADER.pack(request.transaction, 0, len(answer) + 1, request.unit) + answer


class Rtu:
    """Modbus RTU; one for each line, as it keeps what came and is no whole request yet."""

    def __init__(self) -> None:
        self._heard = b""

    async def read(self, reader: asyncio.StreamReader) -> Request:
        """Return the next request with a good check sum; whatever stands before it is passed over."""
        while True:
            for start in range(len(self._heard) - SHORT_REQUEST + 1):
                frame = self._heard[start : start + _size(self._heard[start:])]
                if len(frame) >= SHORT_REQUEST and check_sum(frame) == 0:
                    self._heard = self._heard[start + len(frame) :]
                    return Request(frame[0], frame[1:-2])
            self._heard = self._heard[-256:]
            data = await reader.read(256)
            if not data:
                raise EOFError
            self._heard += data

    def wrap(self, request: Request, answer: bytes) -> bytes:
        """Return an answer's frame."""
        frame = bytes([request.unit]) + answer
        return frame + check_sum(frame).to_bytes(2, "little")


def framing_at(address: str) -> Framing:
    """Return how frames look at a `Listen` address."""
    return Rtu() if address.startswith("pty:") or address.endswith(CONVERTED) else Tcp()


def check_sum(frame: bytes) -> int:
    """Return the sum of a frame (Modbus over Serial Line 1.02 §6.2.2); 0 for a frame with its own good sum."""
    register = 0xFFFF
    for byte in frame:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0xA001 if register & 1 else 0)
    return register


def _size(frame: bytes) -> int:
    """Return how long the request is that begins here."""
    return 9 + frame[6] if frame[1] in (15, 16) else SHORT_REQUEST
