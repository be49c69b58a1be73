"""Bits of a tag from left to right, and the numbers and characters that every scheme is made of (TDS §14.3, §14.5)."""

from drivers.codes.digits import is_digits
from drivers.codes.epc.flaws import EpcError, Fault

WORD = 16
"""A tag's memory is written in words of 16 bits; what is left of the last one is zero (TDS §15.1.1)."""


class Reader:
    """A cursor in the bits of a code."""

    __slots__ = ("_value", "left")

    def __init__(self, value: int, size: int) -> None:
        self._value = value
        self.left = size
        """Bits not yet read."""

    def take(self, count: int, field: str) -> int:
        """Read the next bits as a number; EpcError when the code has ended."""
        left = self.left - count
        if left < 0:
            raise EpcError(Fault.SHORT, field, -left)
        self.left = left
        return self._value >> left & (1 << count) - 1

    def peek(self) -> int:
        """Return all that is left, unread."""
        return self._value & (1 << self.left) - 1

    def end(self) -> None:
        """Make sure that only zeros are left."""
        if self.peek():
            raise EpcError(Fault.PADDING, "end")


class Writer:
    """Bits as they are put together."""

    __slots__ = ("_size", "_value")

    def __init__(self) -> None:
        self._value = 0
        self._size = 0

    def put(self, value: int, count: int) -> None:
        """Append a number that is known to fit."""
        self._value = self._value << count | value
        self._size += count

    def hex(self) -> str:
        """Return the code in hexadecimal, filled with zeros to a whole word."""
        fill = -self._size % WORD
        return f"{self._value << fill:0{(self._size + fill) // 4}X}"


def bits_of(digits: int) -> int:
    """Return the bits that a number of so many digits needs (TDS table B)."""
    return int(10**digits - 1).bit_length()


def padded(value: int, digits: int, field: str) -> str:
    """Return a number with all its digits; EpcError when it has more (I31)."""
    if value >= 10**digits:
        raise EpcError(Fault.RANGE, field, value, f"0–{10**digits - 1}")
    return f"{value:0{digits}d}" if digits else ""


def take_digits(reader: Reader, count: int, field: str) -> str:
    """Read digits of four bits each (TDS §14.5.4)."""
    text = f"{reader.take(4 * count, field):0{count}X}"
    if not is_digits(text):
        raise EpcError(Fault.CHARACTER, field, text)
    return text


def put_digits(writer: Writer, digits: str) -> None:
    """Write digits of four bits each."""
    writer.put(int(digits, 16), 4 * len(digits))


def sized(text: str, most: int, field: str, least: int = 1) -> str:
    """Return the text if it has a length that its field allows."""
    if not least <= len(text) <= most:
        raise EpcError(Fault.SIZE, field, text, most)
    return text
