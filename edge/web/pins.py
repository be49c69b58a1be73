"""PINs, tokens and keys: how they are made, hashed and checked.

PINs go through Argon2id (RFC 9106), which is slow by intent and therefore runs off the event loop, or, with a cheap
cost, inside a virtual one. Tokens and keys are 256 random bits: one SHA-256 is enough for them.
"""

import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from random import Random
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from edge.model.reasons import Refusal
from edge.processes.people import check_pin

AT_ONCE = 2
"""PIN checks running at the same time: each holds its whole memory cost, and the box has few cores."""

PIN_DIGITS = 6
"""Length of a PIN that is made here; people may choose 4 to 8."""


class Hasher(Protocol):
    """Turns PINs into hashes and checks them."""

    async def hash(self, pin: str) -> str:
        """Return the salted hash of a PIN."""

    async def verify(self, hashed: str | None, pin: str) -> bool:
        """Return whether the PIN fits; takes as long for None (nobody) as for a real hash."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one hash costs."""

    passes: int
    memory_kib: int


REAL_COST = Cost(passes=2, memory_kib=19 * 1024)
"""About 20 ms and 19 MiB, the usual minimum for Argon2id with one lane."""
CHEAP_COST = Cost(passes=1, memory_kib=8)
"""For virtual time and tests: nothing to protect, thousands of logins."""


class ArgonHasher:
    """Argon2id; with `off_loop` the work is done in a thread so that scans are never kept waiting."""

    def __init__(self, cost: Cost = REAL_COST, *, off_loop: bool = True) -> None:
        self._argon = PasswordHasher(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=1)
        self._off_loop = off_loop
        self._nobody = self._argon.hash("nobody")
        self._places = asyncio.Semaphore(AT_ONCE)

    async def hash(self, pin: str) -> str:
        """Return the salted hash of a PIN."""
        if not self._off_loop:
            return self._argon.hash(pin)
        async with self._places:
            return await asyncio.to_thread(self._argon.hash, pin)

    async def verify(self, hashed: str | None, pin: str) -> bool:
        """Return whether the PIN fits; takes as long for None (nobody) as for a real hash."""
        if not self._off_loop:
            return self._fits(hashed, pin)
        async with self._places:
            return await asyncio.to_thread(self._fits, hashed, pin)

    def _fits(self, hashed: str | None, pin: str) -> bool:
        try:
            fits = self._argon.verify(hashed or self._nobody, pin)
        except (VerificationError, InvalidHashError):
            return False
        return fits and hashed is not None


def new_token(dice: Random) -> str:
    """Return 256 random bits as text."""
    return f"{dice.getrandbits(256):064x}"


def new_pin(dice: Random) -> str:
    """Return a PIN that nobody would guess first."""
    while True:
        pin = "".join(dice.choice("0123456789") for _ in range(PIN_DIGITS))
        try:
            check_pin(pin)
        except Refusal:
            continue
        return pin


def new_badge(dice: Random) -> str:
    """Return what a new badge says: short enough for a bar code, 40 random bits, so that it is nobody's yet."""
    return f"B-{dice.getrandbits(40):010X}"


def new_key(key_id: str, dice: Random) -> str:
    """Return a new API key; its beginning names it, so that a leaked one can be found and revoked."""
    return f"genba_{key_id}_{new_token(dice)}"


def digest(token: str) -> str:
    """Return what is stored of a token or key."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(token: str) -> str:
    """Return the proof that a page of ours was opened with this session; useless without the session itself."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare without telling by time how much is equal."""
    return hmac.compare_digest(left.encode(), right.encode())
