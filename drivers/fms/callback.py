"""Callbacks of a manager: who signed it, when, and what it says.

Signed is `TIME.BODY` with HMAC-SHA256 under the shared secret; the header says `t=SECONDS,v1=HEX`. A callback that is
told again changes nothing, so a stranger who replays one gains nothing; older than WINDOW it is not even read.
"""

import hashlib
import hmac
from datetime import datetime

from drivers.fms.messages import TaskReport
from drivers.fms.wire import Malformed, read_task

WINDOW = 300
"""Seconds by which a signature may be old, or ahead of our clock."""


class Unsigned(Exception):
    """The callback is not from who holds the secret, or not from now."""


def sign(secret: str, body: bytes, at: datetime) -> str:
    """Return the header's value for a body."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(secret, seconds, body)}"


def read_callback(secret: str, header: str, body: bytes, now: datetime) -> TaskReport:
    """Return what a callback says; raises Unsigned, and Malformed for what is signed and not understood."""
    if not secret:
        raise Unsigned("there is no secret")
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    stamp, given = parts.get("t", ""), parts.get("v1", "")
    if not (stamp.isascii() and stamp.isdecimal()) or len(stamp) > 12:
        raise Unsigned("there is no time in the signature")
    if not hmac.compare_digest(_digest(secret, int(stamp), body).encode(), given.encode()):
        raise Unsigned("the signature is another")
    if abs(int(now.timestamp()) - int(stamp)) > WINDOW:
        raise Unsigned("the signature is too old, or one of the clocks is wrong")
    return read_task(body)


def _digest(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()


__all__ = ["Malformed", "Unsigned", "read_callback", "sign"]
