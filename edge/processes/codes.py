"""What a scanned text says, remembered: locations, totes and goods show the same few thousand codes all day."""

from functools import lru_cache

from drivers import codes
from drivers.codes import Code

REMEMBER_MOST = 4096
"""Texts; a few hundred bytes each."""


@lru_cache(REMEMBER_MOST)
def read(text: str) -> Code:
    """Say what a scanned text is; never raises."""
    return codes.read(text)


def plain(text: str) -> str:
    """Return a scanned text without what only its symbol needed: AIM identifier, NW-7 letters (I39); never raises."""
    return read(text).text
