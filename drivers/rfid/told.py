"""What readers with a JSON interface tell: objects, and times in ISO 8601 with any number of digits."""

from datetime import UTC, datetime, timedelta
from typing import Any

from drivers.rfid.clock import EPOCH, Stamp

WHOLE_SECOND = timedelta(seconds=1)


def an_object(value: object) -> dict[str, Any]:
    """Return a JSON object; ValueError for anything else."""
    if isinstance(value, dict):
        return value
    raise ValueError(f"no JSON object: {str(value)[:80]!r}")


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
