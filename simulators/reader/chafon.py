"""A serial UHF reader of the UHFReader288 family in answer mode, on a pseudo-terminal or a TCP port.

Written from the user manual of the UR series v1.14: reader information (0x21) and inventory (0x01) with session,
antenna and scan time; it answers in frames of a bounded length, the last with status 0x01, or 0xFB for no tag.
"""

import asyncio
import contextlib
from collections.abc import Sequence

from drivers.ports import Listen, Server, Writer
from simulators.reader.field import ROUND_S, Field, Sight

INVENTORY, INFORMATION = 0x01, 0x21
DONE, MORE, NO_TAGS, ILLEGAL, BAD_PARAMETER = 0x01, 0x03, 0xFB, 0xFE, 0xFF
SUCCESS = 0x00
ROOM = 200
"""Bytes of tags in one frame at most; Len is one byte."""
OWN_ADDRESS = 0x00
BROADCAST = 0xFF


class ChafonReader:
    """One reader at `address` (`pty:/tmp/reader` or `tcp://127.0.0.1:0`); tags are in its `field`."""

    def __init__(self, address: str, *, field: Field, listen: Listen, antennas: int = 2) -> None:
        self.field = field
        self.silent = False
        """It hears nothing and answers nothing, but the line stays."""
        self.inventories = 0
        """Inventories asked for since start."""
        self._wanted = address
        self.address = address
        self._listen = listen
        self._antennas = antennas
        self._server: Server | None = None
        self._line: Writer | None = None
        self._extra: list[Sight] = []

    @property
    def connected(self) -> bool:
        """Something is on the other end of the line, as far as anybody can tell."""
        return self._line is not None

    async def start(self) -> None:
        """Switch it on."""
        self._server = await self._listen(self._wanted, self._serve)
        self.address = self._server.address

    async def stop(self) -> None:
        """Switch it off, or pull its plug."""
        if self._server is not None:
            await self._server.close()
            self._server = None
        self._extra.clear()

    async def restart(self, after_s: float = 0.0) -> None:
        """Lose power and come back at the same place."""
        await self.stop()
        await asyncio.sleep(after_s)
        await self.start()

    def rubbish(self, data: bytes) -> None:
        """Send bytes that are no frame."""
        if self._line is not None:
            self._line.write(data)

    def storm(self, epcs: Sequence[str], times: int) -> None:
        """Answer the next inventory with these tags many times."""
        now = asyncio.get_running_loop().time()
        self._extra += [Sight(epc, 1, -50, now) for _ in range(times) for epc in epcs]

    async def _serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        self._line = writer
        try:
            with contextlib.suppress(OSError, EOFError):
                while True:
                    length = (await reader.readexactly(1))[0]
                    frame = bytes((length,)) + await reader.readexactly(length)
                    if not self.silent and frame[1] in (OWN_ADDRESS, BROADCAST) and checksum(frame) == 0:
                        await self._obey(writer, frame[2], frame[3:-2])
        finally:
            self._line = None

    async def _obey(self, writer: Writer, code: int, data: bytes) -> None:
        if code == INFORMATION:
            # version, type, protocols, highest and lowest frequency, power, scan time
            self._send(writer, code, SUCCESS, bytes((3, 1, 0x75, 0x02, 0x4E, 0x00, 30, 3)))
        elif code == INVENTORY:
            self.inventories += 1
            await self._inventory(writer, data)
        else:
            self._send(writer, code, ILLEGAL)
        await writer.drain()

    async def _inventory(self, writer: Writer, data: bytes) -> None:
        # Q, session, mask memory, mask address (2), mask length, target, antenna, scan time
        if len(data) != 9 or data[1] > 3 or not 0x80 <= data[7] < 0x80 + self._antennas or data[8] < 3:
            self._send(writer, INVENTORY, BAD_PARAMETER)
            return
        antenna = data[7] - 0x7F
        seen = await self._scan(antenna, data[1], data[8] / 10)
        blocks = [_block(sight) for sight in (*seen, *self._extra)]
        self._extra.clear()
        if not blocks:
            self._send(writer, INVENTORY, NO_TAGS)
        parts = _parts(blocks)
        for part in parts:
            body = bytes((1 << (antenna - 1), len(part))) + b"".join(part)
            self._send(writer, INVENTORY, DONE if part is parts[-1] else MORE, body)

    async def _scan(self, antenna: int, session: int, seconds: float) -> list[Sight]:
        """Read in rounds for so long; each tag once, as strongly as it was seen."""
        best: dict[str, Sight] = {}
        for _ in range(round(seconds / ROUND_S)):
            for sight in self.field.look((antenna,), session):
                if sight.epc not in best or best[sight.epc].rssi_dbm < sight.rssi_dbm:
                    best[sight.epc] = sight
            await asyncio.sleep(ROUND_S)
        return list(best.values())

    def _send(self, writer: Writer, code: int, status: int, data: bytes = b"") -> None:
        frame = bytes((len(data) + 5, OWN_ADDRESS, code, status)) + data
        writer.write(frame + checksum(frame).to_bytes(2, "little"))


def _block(sight: Sight) -> bytes:
    code = bytes.fromhex(sight.epc)
    return bytes((len(code),)) + code + bytes((sight.rssi_dbm & 0xFF,))


def _parts(blocks: list[bytes]) -> list[list[bytes]]:
    """Divide blocks so that each part fits a frame."""
    parts: list[list[bytes]] = []
    room = 0
    for block in blocks:
        if not parts or room < len(block):
            parts.append([])
            room = ROOM
        parts[-1].append(block)
        room -= len(block)
    return parts


_TABLE = []
for _byte in range(256):
    _crc = _byte
    for _bit in range(8):
        _crc = _crc >> 1 ^ (0x8408 if _crc & 1 else 0)
    _TABLE.append(_crc)


def checksum(data: bytes) -> int:
    """Return CRC-16/MCRF4XX; over a frame with its checksum it is 0."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc
