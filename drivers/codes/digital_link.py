"""GS1 Digital Links on goods: a web address whose path and query say elements (GS1 Digital Link URI Syntax 1.4 §4)."""

from urllib.parse import unquote, urlsplit

from drivers.codes.digits import is_digits
from drivers.codes.normalise import GS

KEYS = ("00", "01", "253", "255", "401", "402", "414", "417", "8003", "8004", "8006", "8010", "8013", "8017", "8018")
"""Elements that a Digital Link may begin with; before the first of them stands the owner's own path."""
_GTIN_LENGTHS = (8, 12, 13)
"""Digits of a GTIN that may stand there without its leading zeros (§4.3)."""


def message(text: str) -> str | None:
    """Return the elements of a Digital Link, each ended by GS, or None for what is no such address."""
    if text[:4].lower() != "http":
        return None
    try:
        address = urlsplit(text)
    except ValueError:
        return None
    steps = address.path.strip("/").split("/")
    begin = next((at for at, step in enumerate(steps) if step in KEYS and (len(steps) - at) % 2 == 0), None)
    if address.scheme not in ("http", "https") or not address.netloc or begin is None:
        return None
    pairs = list(zip(steps[begin::2], steps[begin + 1 :: 2], strict=True))
    asked = (part.partition("=") for part in address.query.replace(";", "&").split("&"))
    pairs += [(ai, value) for ai, _, value in asked if is_digits(ai) and 2 <= len(ai) <= 4]
    return GS.join(ai + _value(ai, unquote(value)) for ai, value in pairs)


def _value(ai: str, value: str) -> str:
    return value.zfill(14) if ai == "01" and len(value) in _GTIN_LENGTHS and is_digits(value) else value
