"""The ways in which the values of application identifiers are written on a tag (TDS §14.5, table F)."""

from collections.abc import Callable
from typing import NamedTuple

from drivers.codes.digits import is_digits
from drivers.codes.epc.alnum import read_counted, read_text, write_counted, write_text
from drivers.codes.epc.bits import Reader, Writer, bits_of, padded, put_digits, sized, take_digits
from drivers.codes.epc.flaws import EpcError, Fault
from drivers.codes.epc.signs import GS1, UPPER, only
from drivers.codes.epc.times import (
    DATE_DIGITS,
    MINUTE_DIGITS,
    read_dates,
    read_precise,
    read_time,
    write_dates,
    write_precise,
    write_time,
)

_DELIMITER, _TERMINATOR = 0b1110, 0b1111


class Part(NamedTuple):
    """One part of a value."""

    method: str
    """A letter of METHODS."""
    size: int = 0
    """Digits that it has, or characters that it has at most."""
    length_bits: int = 0
    """Bits of its length where they are more than `size` needs."""
    least: int = 1
    """Characters that it has at least."""

    def read(self, reader: Reader, ai: str) -> str:
        """Read this part of an element's value."""
        return METHODS[self.method].read(reader, self, ai)

    def write(self, writer: Writer, text: str, ai: str) -> None:
        """Write this part of an element's value; EpcError when it does not fit."""
        METHODS[self.method].write(writer, text, self, ai)


class Method(NamedTuple):
    """How a part is read and written."""

    read: Callable[[Reader, Part, str], str]
    write: Callable[[Writer, str, Part, str], None]


def read_delimited(reader: Reader, most: int, field: str) -> str:
    """Read digits and, after a delimiter, whatever else there is (TDS §14.5.5)."""
    number = ""
    while (digit := reader.take(4, field)) <= 9:
        number = sized(f"{number}{digit}", most, field)
    if digit == _DELIMITER:
        number += read_text(reader, most, field)
    elif digit != _TERMINATOR:
        raise EpcError(Fault.CHARACTER, field, f"{digit:X}")
    return sized(number, most, field)


def write_delimited(writer: Writer, text: str, most: int, field: str) -> None:
    """Write digits and, after a delimiter, the rest."""
    rest = sized(text, most, field).lstrip("0123456789")
    digits = text[: len(text) - len(rest)]
    if digits:
        put_digits(writer, digits)
    writer.put(_DELIMITER if rest else _TERMINATOR, 4)
    if rest:
        write_text(writer, rest, most, field)


def _digits(text: str, part: Part, ai: str) -> str:
    if len(text) != part.size or not is_digits(text):
        raise EpcError(Fault.DIGITS, ai, text, part.size)
    return text


def _write_digits(writer: Writer, text: str, part: Part, ai: str) -> None:
    put_digits(writer, _digits(text, part, ai))


def _read_number(reader: Reader, part: Part, ai: str) -> str:
    return padded(reader.take(bits_of(part.size), ai), part.size, ai)


def _write_number(writer: Writer, text: str, part: Part, ai: str) -> None:
    writer.put(int(_digits(text, part, ai)), bits_of(part.size))


def _read_text(reader: Reader, part: Part, ai: str) -> str:
    return only(read_text(reader, part.size, ai, length_bits=part.length_bits, least=part.least), GS1, ai)


def _write_text(writer: Writer, text: str, part: Part, ai: str) -> None:
    write_text(writer, only(text, GS1, ai), part.size, ai, length_bits=part.length_bits, least=part.least)


def _read_country(reader: Reader, _: Part, ai: str) -> str:
    letters = [reader.take(6, ai), reader.take(6, ai)]
    if max(letters) >= len(UPPER):
        raise EpcError(Fault.CHARACTER, ai, f"{max(letters):06b}")
    return "".join(UPPER[letter] for letter in letters)


def _write_country(writer: Writer, text: str, _: Part, ai: str) -> None:
    for letter in only(sized(text, 2, ai, 2), frozenset(UPPER), ai):
        writer.put(UPPER.index(letter), 6)


def _write_flag(writer: Writer, text: str, _: Part, ai: str) -> None:
    writer.put(int(only(sized(text, 1, ai), frozenset("01"), ai)), 1)


def _write_minus(writer: Writer, text: str, _: Part, ai: str) -> None:
    writer.put(len(only(sized(text, 1, ai, 0), frozenset("-"), ai)), 1)


def _write_sequence(writer: Writer, text: str, _: Part, ai: str) -> None:
    if len(text) != 3 or text[1] != "/" or not is_digits(text[0] + text[2]):
        raise EpcError(Fault.FORM, ai, text, "n/m")
    put_digits(writer, text[0] + text[2])


METHODS = {
    "N": Method(lambda reader, part, ai: take_digits(reader, part.size, ai), _write_digits),
    "B": Method(_read_number, _write_number),
    "X": Method(_read_text, _write_text),
    "V": Method(
        lambda reader, part, ai: read_counted(reader, part.size, ai, least=part.least),
        lambda writer, text, part, ai: write_counted(writer, text, part.size, ai, least=part.least),
    ),
    "G": Method(
        lambda reader, part, ai: read_delimited(reader, part.size, ai),
        lambda writer, text, part, ai: write_delimited(writer, text, part.size, ai),
    ),
    "D": Method(
        lambda reader, _, ai: read_time(reader, DATE_DIGITS, ai),
        lambda writer, text, _, ai: write_time(writer, text, DATE_DIGITS, ai),
    ),
    "M": Method(
        lambda reader, _, ai: read_time(reader, MINUTE_DIGITS, ai),
        lambda writer, text, _, ai: write_time(writer, text, MINUTE_DIGITS, ai),
    ),
    "R": Method(
        lambda reader, _, ai: read_dates(reader, ai), lambda writer, text, _, ai: write_dates(writer, text, ai)
    ),
    "T": Method(
        lambda reader, _, ai: read_precise(reader, ai), lambda writer, text, _, ai: write_precise(writer, text, ai)
    ),
    "C": Method(_read_country, _write_country),
    "F": Method(lambda reader, _, ai: str(reader.take(1, ai)), _write_flag),
    "S": Method(lambda reader, _, ai: "-" * reader.take(1, ai), _write_minus),
    "Q": Method(lambda reader, _, ai: "/".join(take_digits(reader, 2, ai)), _write_sequence),
}
"""N digits of four bits each, B digits as one number, X text, V digits with their length, G digits and then text,
D a date, M date and time to the minute, R a date or two, T date and time of any precision, C a country, F yes or no,
S a minus sign or nothing, Q two digits as n/m."""
