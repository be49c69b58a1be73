"""What readers with a JSON interface tell: objects, codes, numbers, times in ISO 8601 with any number of digits."""

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

from drivers.rfid.clock import EPOCH, Stamp

WHOLE_SECOND = timedelta(seconds=1)

_HEX = frozenset("0123456789abcdefABCDEF")
_HUGE = 1 << 63


def an_object(value: object) -> dict[str, Any]:
    """Return a JSON object; ValueError for anything else."""
    if isinstance(value, dict):
        return value
    raise ValueError(f"no JSON object: {str(value)[:80]!r}")


def parsed(text: bytes) -> Any:
    """Return what JSON says; ValueError for what is none, is nested too deep, or has half a character in it."""
    try:
        value = json.loads(text)
        if b"\\" in text:  # half a character, \ud800 alone, could be kept in no file and no database
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deep") from None
    return value


def code(value: object) -> str:
    """Return the hexadecimal digits of a tag in capitals; ValueError for anything else (`int` takes 0x, _ and １)."""
    if isinstance(value, str) and value and _HEX.issuperset(value):
        return value.upper()
    raise ValueError(f"no hexadecimal code: {str(value)[:80]!r}")


def whole(value: object) -> int | None:
    """Return a whole number of at most 64 bits; None for anything else, which counts as not told (I19)."""
    return value if type(value) is int and abs(value) < _HUGE else None


def rounded(value: object, unit: int = 1) -> int | None:
    """Return a number in whole units; None for what is none, or none that a reader means (I19)."""
    if type(value) is float and math.isfinite(value) and abs(value) < _HUGE:
        return round(value / unit)
    number = whole(value)
    return None if number is None else round(number / unit)


def stamp(text: object) -> Stamp | None:
    """Return the time in a text such as 2026-09-07T12:50:36.194+0000; None for what is no time."""
    if not isinstance(text, str):
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return Stamp((aware - EPOCH) // timedelta(microseconds=1), utc=True)


def doubt(text: str) -> timedelta:
    """Return how late a time may be for want of digits: whole seconds were cut off, not rounded."""
    return timedelta(milliseconds=1) if "." in text else WHOLE_SECOND
