"""What names things, places and transactions in events: URIs, and among them those of GS1, which are checked (I48).

A GS1 name is an EPC URI (`urn:epc:id:…`), a class of EPCs (`urn:epc:class:lgtin:…`, `urn:epc:idpat:…`) or a Digital
Link. Schemes that carry no GS1 key are taken as they are.
"""

import re
from urllib.parse import quote

from drivers.codes import digital_link, epc, gs1
from drivers.codes.sscc import PREFIX_LENGTHS

HOST = "https://id.gs1.org"
"""Where GS1's own Digital Links point."""
MOST_LOT = MOST_EXTENSION = 20
"""Signs of a lot (AI 10) and of a location's extension (AI 254)."""

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_PURE = "urn:epc:id:"
_CLASS = re.compile(r"urn:epc:(?:class:lgtin|idpat:sgtin):(\d+)\.(\d+)\..+")
_CLASSES = ("urn:epc:class:lgtin:", "urn:epc:idpat:sgtin:")
_SIGNS = frozenset("!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
"""GS1's character set 82."""
_GTIN_BODY = 13
"""Digits of a GTIN before its check digit, which EPC URIs do not have."""
_RESTRICTED = ("02", "04", "2")
"""How GTIN-13s begin that a company or a country gives for itself alone (General Specifications §1.4)."""


def is_uri(text: object) -> bool:
    """Tell whether a value is an absolute URI (RFC 3986), whatever it names."""
    return isinstance(text, str) and _URI.fullmatch(text) is not None


def is_sound(text: str) -> bool:
    """Tell whether a URI, if it is one of GS1's, names something that can be: lengths, prefixes, check digits."""
    if text.startswith(_PURE):
        try:
            epc.identity(text)
        except epc.EpcError as error:
            return error.flaw.fault is epc.Fault.SCHEME
        return True
    found = _CLASS.fullmatch(text)
    if found is not None:
        prefix, reference = found.groups()
        return len(prefix) in PREFIX_LENGTHS and len(prefix) + len(reference) == _GTIN_BODY
    if text.startswith(_CLASSES):
        return False
    message = digital_link.message(text)
    return message is None or gs1.parse(message, separator_sent=True).good


def thing(text: str) -> str:
    """Return what a name stands for, the same for an EPC URI and a Digital Link of one thing."""
    try:
        return epc.identity(text).element
    except epc.EpcError:
        return text


def sscc_link(number: str) -> str:
    """Return the name of a logistic unit."""
    return f"{HOST}/00/{number}"


def gtin_link(gtin: str, lot: str = "") -> str:
    """Return the name of a class of trade items, of one lot if that can be a GS1 one."""
    return f"{HOST}/01/{gtin.zfill(14)}" + (f"/10/{quote(lot, safe='')}" if _fits(lot, MOST_LOT) else "")


def gln_link(gln: str, extension: str = "") -> str | None:
    """Return the name of a location or of a place in it; None when the place's own id does not fit GS1's signs."""
    if not extension:
        return f"{HOST}/414/{gln}"
    return f"{HOST}/414/{gln}/254/{quote(extension, safe='')}" if _fits(extension, MOST_EXTENSION) else None


def tag_link(code: str) -> str | None:
    """Return the name of what a tag is on, by the tag's code in hexadecimal; None when that is no GS1 key."""
    found = epc.decode(code).identity
    return None if found is None else found.digital_link


def world_gtin(code: str) -> str | None:
    """Return a bar code as GTIN if it is one that means the same everywhere, else None.

    Numbers that a company or a country gives for its own use are no names outside (インストアコード).
    """
    found = gs1.gtin(code)
    if found is None:
        return None
    if len(found) == 8:
        return None if found[0] in "02" else found
    return None if found.zfill(14)[1:].startswith(_RESTRICTED) else found


def _fits(text: str, most: int) -> bool:
    return 0 < len(text) <= most and _SIGNS.issuperset(text)
