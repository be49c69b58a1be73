"""Cuts a byte stream into LLRP messages, however it arrives (LLRP 1.0.1: 10-byte header; I01).

Bytes that cannot begin a message are skipped up to the next header that can, and counted (I04).
"""

from dataclasses import dataclass

from drivers.rfid.stats import Rubbish

HEADER = 10
LONGEST = 1 << 20
"""No reader sends a megabyte at once; a larger length is rubbish."""

_VERSIONS = (1, 2)
_TYPES = frozenset(
    {*range(1, 5), *range(10, 15), *range(20, 27), *range(30, 37), *range(40, 47), *range(50, 58)}
    | {60, 61, 62, 63, 64, 72, 100, 1023}
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole message with its header."""

    data: bytes

    @property
    def kind(self) -> int:
        """Return the message type."""
        return int.from_bytes(self.data[:2], "big") & 0x3FF


class Cutter:
    """Collects bytes and gives whole messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def waiting(self) -> int:
        """Return how many bytes of an unfinished message are held."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Frame | Rubbish]:
        """Take bytes in any portion; return the messages that are complete now and the rubbish between them."""
        self._buffer += data
        found: list[Frame | Rubbish] = []
        while len(self._buffer) >= HEADER:
            if not _is_header(self._buffer, 0):
                found.append(Rubbish(self._skip()))
                continue
            length = _length(self._buffer, 0)
            if len(self._buffer) < length:
                break
            found.append(Frame(bytes(self._buffer[:length])))
            del self._buffer[:length]
        return found

    def _skip(self) -> bytes:
        """Remove what precedes the next possible header; keep a tail that may be the start of one."""
        last = len(self._buffer) - HEADER + 1
        end = next((at for at in range(1, last) if _is_header(self._buffer, at)), last)
        rubbish = bytes(self._buffer[:end])
        del self._buffer[:end]
        return rubbish


def _length(data: bytearray, at: int) -> int:
    return int.from_bytes(data[at + 2 : at + 6], "big")


def _is_header(data: bytearray, at: int) -> bool:
    first = int.from_bytes(data[at : at + 2], "big")
    return (
        first >> 13 == 0
        and (first >> 10) & 7 in _VERSIONS
        and first & 0x3FF in _TYPES
        and HEADER <= _length(data, at) <= LONGEST
    )
