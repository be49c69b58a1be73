"""Dates and times of day in as few bits as they need (TDS §14.5.3, §14.5.8 to §14.5.11)."""

import calendar

from drivers.codes.digits import is_digits
from drivers.codes.epc.bits import Reader, Writer
from drivers.codes.epc.flaws import EpcError, Fault

DATE_DIGITS = 6
"""YYMMDD."""
MINUTE_DIGITS = 10
"""YYMMDDhhmm."""

_PAIRS = ((7, 99), (4, 12), (5, 31), (5, 24), (6, 59), (6, 59))
"""Bits of each two digits of YYMMDDhhmmss, and the highest they may be."""
_PRECISIONS = (8, 10, 12, 6)
"""Digits of a date and time by its two bits of precision."""


def read_time(reader: Reader, digits: int, field: str) -> str:
    """Read a date of 6 digits, or a date and time of 8 to 12; EpcError when there is none such."""
    pairs = [(reader.take(bits, field), most) for bits, most in _PAIRS[: digits // 2]]
    value = "".join(f"{number:02d}" for number, _ in pairs)
    if any(number > most for number, most in pairs):
        raise EpcError(Fault.DATE, field, value)
    _check(value, field)
    return value


def write_time(writer: Writer, value: str, digits: int, field: str) -> None:
    """Write a date, or a date and time, of so many digits; EpcError when it is none."""
    if len(value) != digits or not is_digits(value):
        raise EpcError(Fault.FORM, field, value, "YYMMDDhhmmss"[:digits])
    _check(value, field)
    for (bits, _), at in zip(_PAIRS, range(0, digits, 2), strict=False):
        writer.put(int(value[at : at + 2]), bits)


def read_dates(reader: Reader, field: str) -> str:
    """Read a date, or the first and last of a range."""
    return "".join(read_time(reader, DATE_DIGITS, field) for _ in range(reader.take(1, field) + 1))


def write_dates(writer: Writer, value: str, field: str) -> None:
    """Write a date or a range of dates."""
    if len(value) not in (DATE_DIGITS, 2 * DATE_DIGITS):
        raise EpcError(Fault.FORM, field, value, "YYMMDD, YYMMDDYYMMDD")
    writer.put(len(value) // DATE_DIGITS - 1, 1)
    for at in range(0, len(value), DATE_DIGITS):
        write_time(writer, value[at : at + DATE_DIGITS], DATE_DIGITS, field)


def read_precise(reader: Reader, field: str) -> str:
    """Read a date, or a date and time of any precision."""
    return read_time(reader, _PRECISIONS[reader.take(2, field)], field)


def write_precise(writer: Writer, value: str, field: str) -> None:
    """Write a date, or a date and time of any precision."""
    if len(value) not in _PRECISIONS:
        raise EpcError(Fault.FORM, field, value, "YYMMDD, YYMMDDhh, YYMMDDhhmm, YYMMDDhhmmss")
    writer.put(_PRECISIONS.index(len(value)), 2)
    write_time(writer, value, len(value), field)


def _check(value: str, field: str) -> None:
    """Make sure that there is such a time; day 00 stands for the month, 24 for the end of the day."""
    numbers = [int(value[at : at + 2]) for at in range(0, len(value), 2)]
    year, month, day, *time = numbers
    possible = 1 <= month <= 12 and day <= calendar.monthrange(2000 + year, month)[1]
    in_day = all(number <= most for number, (_, most) in zip(time, _PAIRS[3:], strict=False))
    if not possible or not in_day or (time[:1] == [24] and any(time[1:])):
        raise EpcError(Fault.DATE, field, value)
