"""Makes scanned or typed text plain: full width, look-alikes, controls, line ends, AIM prefix (I37, I41, F67).

AIM symbology identifiers: ISO/IEC 15424. Normal form: Unicode NFKC.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

GS = "\x1d"
"""What a scanner sends for FNC1 between GS1 elements."""

_ENDS = " \t\r\n\0\x02\x03\x04"
"""Blanks, line ends and STX/ETX/EOT around a code; GS is left alone, though Python counts it as a blank."""

_DASHES = "ー‐‑‒–—―−ｰ"
"""What Japanese keyboards and label designers put where a hyphen-minus belongs."""

_AIM = re.compile(r"\]([A-Za-z])([0-9A-Za-z])")


class Symbology(StrEnum):
    """The barcode symbologies that matter on the floor."""

    GS1_128 = "gs1-128"
    GS1_DATAMATRIX = "gs1-datamatrix"
    GS1_QR = "gs1-qr"
    GS1_DATABAR = "gs1-databar"
    CODE128 = "code128"
    EAN = "ean"
    CODABAR = "codabar"
    CODE39 = "code39"
    ITF = "itf"
    QR = "qr"
    DATAMATRIX = "datamatrix"
    OTHER = "other"


CARRIES_ELEMENTS = frozenset({Symbology.GS1_128, Symbology.GS1_DATAMATRIX, Symbology.GS1_QR, Symbology.GS1_DATABAR})
"""Symbologies whose data is GS1 element strings (I37)."""

_BY_IDENTIFIER = {
    "C1": Symbology.GS1_128,
    "d2": Symbology.GS1_DATAMATRIX,
    "Q3": Symbology.GS1_QR,
    "e0": Symbology.GS1_DATABAR,
}
_BY_LETTER = {
    "A": Symbology.CODE39,
    "C": Symbology.CODE128,
    "E": Symbology.EAN,
    "F": Symbology.CODABAR,
    "I": Symbology.ITF,
    "Q": Symbology.QR,
    "d": Symbology.DATAMATRIX,
}


class Change(StrEnum):
    """What had to be changed to make the text plain; a sign of wrong scanner or keyboard set-up."""

    WIDTH = "width"
    """Full-width or other compatibility characters were folded (an IME was on)."""
    DASH = "dash"
    """A look-alike became a hyphen-minus."""
    CONTROL = "control"
    """Control characters inside the code were removed."""


@dataclass(frozen=True, slots=True)
class Clean:
    """Plain text of a code, its symbology where the scanner said it, and what was changed."""

    text: str
    symbology: Symbology | None
    changes: tuple[Change, ...]


def normalise(raw: str) -> Clean:
    """Return the plain form of a scanned text; never raises."""
    changes = []
    text = raw.strip(_ENDS)
    folded = unicodedata.normalize("NFKC", text)
    if folded != text:
        changes.append(Change.WIDTH)
    dashed = _plain_dashes(folded)
    if dashed != folded:
        changes.append(Change.DASH)
    kept = "".join(c for c in dashed if c == GS or unicodedata.category(c) not in {"Cc", "Cf"})
    if kept != dashed:
        changes.append(Change.CONTROL)
    text, symbology = _split_aim(kept.strip(_ENDS))
    return Clean(text, symbology, tuple(changes))


def fold(text: str) -> str:
    """Return the form in which two codes are the same whatever the CapsLock key or the IME did."""
    return normalise(text).text.upper()


def _plain_dashes(text: str) -> str:
    """Replace dash look-alikes, but only in plain ASCII: in a Japanese word the long-vowel mark is a letter."""
    if any(ord(c) > 0x7F and c not in _DASHES for c in text):
        return text
    return "".join("-" if c in _DASHES else c for c in text)


def _split_aim(text: str) -> tuple[str, Symbology | None]:
    match = _AIM.match(text)
    if match is None:
        return text, None
    letter, modifier = match.groups()
    symbology = _BY_IDENTIFIER.get(letter + modifier) or _BY_LETTER.get(letter, Symbology.OTHER)
    return text[match.end() :], symbology
