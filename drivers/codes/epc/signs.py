"""The characters of GS1 and how URIs write them (TDS §5, annexes A and G)."""

import re

from drivers.codes.epc.flaws import EpcError, Fault

DIGITS = "0123456789"
UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
GS1 = frozenset(DIGITS + UPPER + UPPER.lower() + "!\"%&'()*+,-./:;<=>?_")
"""Character set 82 of the General Specifications."""
PART = frozenset(DIGITS + UPPER + "#-/")
"""Character set 39, of component and part numbers."""
_ESCAPED = frozenset('"#%&/<>?')
"""These stand as %2F and the like in a URI; all others as they are."""
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}|%")


def only(text: str, allowed: frozenset[str], field: str) -> str:
    """Return the text if all its characters are allowed there."""
    for sign in text:
        if sign not in allowed:
            raise EpcError(Fault.CHARACTER, field, sign)
    return text


def escaped(text: str) -> str:
    """Return the text as an EPC URI writes it (I33)."""
    if text.isalnum():
        return text
    return "".join(f"%{ord(sign):02X}" if sign in _ESCAPED else sign for sign in text)


def unescaped(text: str, field: str) -> str:
    """Return the text that a part of an EPC URI stands for; EpcError when it is escaped wrongly or should be."""
    for sign in text:
        if sign in _ESCAPED and sign != "%":
            raise EpcError(Fault.CHARACTER, field, sign)

    def sign_of(found: re.Match[str]) -> str:
        escape = found.group()
        sign = chr(int(escape[1:], 16)) if len(escape) == 3 else ""
        if sign not in _ESCAPED:
            raise EpcError(Fault.CHARACTER, field, escape)
        return sign

    return _ESCAPE.sub(sign_of, text)
