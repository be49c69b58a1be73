"""Frames of the UHFReader family: `Len Adr Cmd data CRC-16`, answers `Len Adr reCmd Status data CRC-16`. Pure.

UHF RFID Reader UR series, user manual v1.14, chapter 8 (https://www.manualshelf.com/manual/sid/ur-008/). Len counts all
bytes behind itself. The CRC is reflected 0x8408 from 0xFFFF (CRC-16/MCRF4XX), low byte first.
"""

from binascii import crc_hqx
from dataclasses import dataclass

from drivers.rfid.stats import Rubbish

SHORTEST = 5
"""Len of an answer without data."""


_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
"""Each byte with its bits the other way round."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One frame from the reader."""

    address: int
    command: int
    status: int
    data: bytes


def crc16(data: bytes) -> int:
    """Return the checksum of a frame.

    The library has the one that runs the other way, and is quick: on a noisy line each byte may begin a frame.
    """
    high, low = crc_hqx(data.translate(_MIRRORED), 0xFFFF).to_bytes(2, "big")
    return _MIRRORED[low] << 8 | _MIRRORED[high]


def command(code: int, data: bytes = b"", address: int = 0xFF) -> bytes:
    """Return a frame to a reader; address 0xFF means whoever is on the line."""
    frame = bytes((len(data) + 4, address, code)) + data
    return frame + crc16(frame).to_bytes(2, "little")


class Cutter:
    """Collects bytes and gives whole answers; what fits no frame is skipped byte by byte (I04)."""

    def __init__(self) -> None:
        self._buffer = b""

    @property
    def waiting(self) -> int:
        """Return how many bytes of an unfinished frame are held."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Answer | Rubbish]:
        """Take bytes in any portion; return the answers that are complete now and the rubbish between them."""
        self._buffer += data
        return self._cut(quiet=False)

    def quiet(self) -> list[Answer | Rubbish]:
        """Say that the line fell silent: a reader pauses between frames only, so no frame is still growing."""
        return self._cut(quiet=True)

    def _cut(self, *, quiet: bool) -> list[Answer | Rubbish]:
        found: list[Answer | Rubbish] = []
        at, skipped = 0, 0
        while at < len(self._buffer):
            end = at + self._buffer[at] + 1
            plausible = self._buffer[at] >= SHORTEST
            if plausible and end > len(self._buffer) and not quiet:
                break
            if plausible and end <= len(self._buffer) and crc16(self._buffer[at:end]) == 0:
                if at > skipped:
                    found.append(Rubbish(self._buffer[skipped:at]))
                frame = self._buffer[at:end]
                found.append(Answer(frame[1], frame[2], frame[3], frame[4:-2]))
                at = skipped = end
            else:
                at += 1
        if at > skipped:
            found.append(Rubbish(self._buffer[skipped:at]))
        self._buffer = self._buffer[at:]
        return found
