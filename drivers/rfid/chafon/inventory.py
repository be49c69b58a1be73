"""The inventory command of the UHFReader288 family and its answers (UR series, user manual v1.14, 8.2.1). Pure."""

from dataclasses import dataclass

from drivers.rfid.chafon.framing import Answer

INVENTORY, READER_INFORMATION, AUTONOMOUS = 0x01, 0x21, 0xEE
"""Commands that we send, and the one under which a reader in real-time mode reports unasked."""
DONE, TIME_UP, MORE, MEMORY_FULL = 0x01, 0x02, 0x03, 0x04
STATISTICS, ANTENNA_ERROR, NO_TAGS = 0x26, 0xF8, 0xFB
"""Status of an answer to an inventory; only MORE and STATISTICS are followed by others."""
WITH_TAGS = (DONE, TIME_UP, MORE, MEMORY_FULL)
Q = 4
"""2^4 slots at first: some sixteen tags before one antenna; the reader adapts."""
EPC_MEMORY, NO_MASK = 0x01, b"\x00\x00\x00"
TARGET_A = 0x00
FIRST_ANTENNA = 0x80
SHORTEST_SCAN = 3
"""Units of 100 ms; less makes readers miss tags, says the manual."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of an answer. Its signal strength is a byte whose unit the manual does not say: it is kept as it is."""

    epc: str
    bits: int
    antenna: int
    strength: int


def request(*, antenna: int, session: int, scan: int = SHORTEST_SCAN) -> bytes:
    """Return the data of an inventory on one antenna for `scan` times 100 ms."""
    return bytes((Q, session, EPC_MEMORY)) + NO_MASK + bytes((TARGET_A, FIRST_ANTENNA + antenna - 1, scan))


def is_last(answer: Answer) -> bool:
    """Tell whether nothing more follows."""
    return answer.status not in (MORE, STATISTICS)


def tags(answer: Answer) -> list[Tag]:
    """Return the tags of an answer that has some; ValueError when its lengths do not fit."""
    if answer.status not in WITH_TAGS or not answer.data:
        return []
    try:
        return _tags(answer.data)
    except IndexError:
        raise ValueError("an answer shorter than its tags") from None


def _tags(data: bytes) -> list[Tag]:
    antennas, number, at = data[0], data[1], 2
    found = []
    for _ in range(number):
        length = data[at] & 0x7F  # bit 7: a TID follows the EPC, which we never ask for
        end = at + 1 + length
        found.append(Tag(data[at + 1 : end].hex().upper(), 8 * length, antennas.bit_length(), data[end]))
        at = end + 1
    return found
