"""Texts of any length in a "+" scheme: an indicator of the alphabet, the length, the signs (TDS §14.5.6)."""

from collections.abc import Callable
from typing import NamedTuple

from drivers.codes.digits import is_digits
from drivers.codes.epc.bits import Reader, Writer, bits_of, padded, sized
from drivers.codes.epc.flaws import EpcError, Fault
from drivers.codes.epc.signs import DIGITS, GS1, PART, UPPER

_HEX_UPPER = DIGITS + "ABCDEF"
_HEX_LOWER = DIGITS + "abcdef"
_BASE_64 = UPPER + UPPER.lower() + DIGITS + "-_"
_CODE_40 = "\0" + UPPER + "-.:" + DIGITS
"""URN Code 40 (TDS table 14-8); the first sign fills up a group of three."""
_ASCII = GS1 | PART


class Alphabet(NamedTuple):
    """One way to write a text."""

    signs: frozenset[str]
    bits: Callable[[int], int]
    """How many bits so many characters take."""
    read: Callable[[Reader, int, str], str]
    write: Callable[[Writer, str], None]


def read_text(reader: Reader, most: int, field: str, *, length_bits: int = 0, least: int = 1) -> str:
    """Read a text of at most so many characters; EpcError for what no text is written like."""
    indicator = reader.take(3, field)
    if indicator >= len(ALPHABETS):
        raise EpcError(Fault.RESERVED, field, f"{indicator:03b}")
    length = _length(reader, most, field, length_bits, least)
    return ALPHABETS[indicator].read(reader, length, field)


def write_text(writer: Writer, text: str, most: int, field: str, *, length_bits: int = 0, least: int = 1) -> None:
    """Write a text in as few bits as any alphabet needs; EpcError when it is too long or has other signs."""
    sized(text, most, field, least)
    able = [number for number, alphabet in enumerate(ALPHABETS) if alphabet.signs.issuperset(text)]
    if not able:
        raise EpcError(Fault.CHARACTER, field, text)
    best = min(able, key=lambda number: ALPHABETS[number].bits(len(text)))
    writer.put(best, 3)
    writer.put(len(text), length_bits or most.bit_length())
    ALPHABETS[best].write(writer, text)


def read_counted(reader: Reader, most: int, field: str, *, least: int = 1) -> str:
    """Read digits with their length, without an indicator (TDS §14.5.13)."""
    return _read_number(reader, _length(reader, most, field, 0, least), field)


def write_counted(writer: Writer, digits: str, most: int, field: str, *, least: int = 1) -> None:
    """Write digits with their length, without an indicator."""
    sized(digits, most, field, least)
    if digits and not is_digits(digits):
        raise EpcError(Fault.CHARACTER, field, digits)
    writer.put(len(digits), most.bit_length())
    _write_number(writer, digits)


def _length(reader: Reader, most: int, field: str, length_bits: int, least: int) -> int:
    length = reader.take(length_bits or most.bit_length(), field)
    if not least <= length <= most:
        raise EpcError(Fault.LENGTH, field, length, f"{least}–{most}")
    return length


def _read_number(reader: Reader, length: int, field: str) -> str:
    return padded(reader.take(bits_of(length), field), length, field)


def _write_number(writer: Writer, digits: str) -> None:
    writer.put(int(digits or "0"), bits_of(len(digits)))


def _signs(alphabet: str, bits: int) -> Alphabet:
    """Return an alphabet of so many bits a sign."""

    def read(reader: Reader, length: int, field: str) -> str:
        return "".join(alphabet[reader.take(bits, field)] for _ in range(length))

    def write(writer: Writer, text: str) -> None:
        for sign in text:
            writer.put(alphabet.index(sign), bits)

    return Alphabet(frozenset(alphabet), lambda length: bits * length, read, write)


def read_ascii(reader: Reader, length: int, field: str) -> str:
    """Read signs of seven bits each."""
    text = "".join(chr(reader.take(7, field)) for _ in range(length))
    for sign in text:
        if sign not in _ASCII:
            raise EpcError(Fault.CHARACTER, field, sign)
    return text


def write_ascii(writer: Writer, text: str) -> None:
    """Write signs of seven bits each."""
    for sign in text:
        writer.put(ord(sign), 7)


def read_code_40(reader: Reader, length: int, field: str) -> str:
    """Read signs in groups of three in 16 bits each."""
    signs: list[str] = []
    for _ in range(0, length, 3):
        group = reader.take(16, field) - 1
        if not 0 <= group < 40**3:
            raise EpcError(Fault.RANGE, field, group + 1, f"1–{40**3}")
        signs += (_CODE_40[group // 1600], _CODE_40[group // 40 % 40], _CODE_40[group % 40])
    text, fill = signs[:length], signs[length:]
    if "\0" in text or any(sign != "\0" for sign in fill):
        raise EpcError(Fault.PADDING, field)
    return "".join(text)


def write_code_40(writer: Writer, text: str) -> None:
    """Write signs in groups of three."""
    for at in range(0, len(text), 3):
        first, second, third = (_CODE_40.index(sign) for sign in text[at : at + 3].ljust(3, "\0"))
        writer.put(1600 * first + 40 * second + third + 1, 16)


def bits_of_code_40(length: int) -> int:
    """Return the bits that so many characters take in groups of three."""
    return -(-length // 3) * 16


CODE_40 = frozenset(_CODE_40[1:])
ALPHABETS = (
    Alphabet(frozenset(DIGITS), bits_of, _read_number, _write_number),
    _signs(_HEX_UPPER, 4),
    _signs(_HEX_LOWER, 4),
    _signs(_BASE_64, 6),
    Alphabet(_ASCII, lambda length: 7 * length, read_ascii, write_ascii),
    Alphabet(CODE_40, bits_of_code_40, read_code_40, write_code_40),
)
"""By encoding indicator (TDS table E); 6 and 7 are reserved."""
