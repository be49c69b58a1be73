"""What a scanned text says at a site, remembered: locations, totes and goods show the same few codes all day."""

from functools import lru_cache

from drivers import codes
from drivers.codes import Code, OwnPattern
from edge.site import Site

REMEMBER_MOST = 4096
"""Texts; a few hundred bytes each."""


def read(site: Site, text: str) -> Code:
    """Say what a scanned text is at a site; never raises."""
    return _remembered(text, site.own_codes)


def plain(text: str) -> str:
    """Return a scanned text without what only its symbol needed: AIM identifier, NW-7 letters (I39); never raises."""
    return _remembered(text).text


@lru_cache(REMEMBER_MOST)
def _remembered(text: str, own: tuple[OwnPattern, ...] = ()) -> Code:
    return codes.read(text, own=own)
