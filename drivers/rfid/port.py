"""What every kind of tag reader gives: reads and alarms. All kinds stand behind the same types."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Read:
    """One tag seen by one antenna, once or several times.

    `first_seen` and `last_seen` are UTC by our clock; the reader's own figures stay beside them (I09).
    """

    epc: str
    """Upper-case hex; an odd number of digits where the tag has one (I14)."""
    bits: int
    antenna: int
    rssi_dbm: int | None
    first_seen: datetime
    last_seen: datetime
    count: int
    received_at: datetime
    reader_first_us: int | None = None
    """Microseconds by the reader's clock, since 1970 or since it was switched on."""
    reader_last_us: int | None = None
    pc: int | None = None
    """Protocol control word of the tag, if reported."""


class Trouble(StrEnum):
    """What can be wrong with a reader that is connected or should be."""

    OCCUPIED = "occupied"
    """Another client holds it (I06)."""
    REFUSED = "refused"
    """It refused part of our set-up."""
    SILENT = "silent"
    """Connected, but nothing came, not even a keepalive."""
    BAD_MESSAGE = "bad_message"
    """A message could not be decoded and was skipped (I04)."""
    DROPPED = "dropped"
    """Reads were lost because nobody took them (I11)."""
    BUFFER_FULL = "buffer_full"
    """Its own buffer is filling or has overflowed."""
    ANTENNA_LOST = "antenna_lost"
    EXCEPTION = "exception"
    CLOCK_JUMPED = "clock_jumped"
    CONSUMER = "consumer"
    """Whoever takes the reads raised an error."""
    UNAUTHORIZED = "unauthorized"
    """It does not let us in with this user and password."""
    MISSED = "missed"
    """Reads did not come: numbers are missing, or we were away and the reader keeps nothing (I20)."""


class Unauthorized(ConnectionError):
    """A reader or its broker does not let us in with this user and password."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One trouble of one reader."""

    reader: str
    trouble: Trouble
    at: datetime
    detail: str = ""


OnReads = Callable[[list[Read]], None]
OnAlarm = Callable[[Alarm], None]
