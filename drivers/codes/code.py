"""Reads what a scanner sent: all that the text may mean, by its digits, its check digits and its symbology.

A text may mean several things (one 12-digit number in ten is both a parcel number and a UPC-A). All of them are given;
the process that asked for the scan knows which it wants.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from drivers.codes import digital_link, epc, gs1, sscc, tracking
from drivers.codes.digits import is_digits
from drivers.codes.normalise import CARRIES_ELEMENTS, GS, Change, Symbology, normalise
from drivers.codes.own import Own, OwnPattern, read_own

_EPC_HEX_DIGITS = 20
"""Shorter codes are left to the house: hardly a tag is shorter, and many a short code is hexadecimal by chance."""


class Kind(StrEnum):
    """What a text can be."""

    OWN = "own"
    """A code of the site's own, by one of its patterns."""
    GTIN = "gtin"
    SSCC = "sscc"
    ELEMENTS = "elements"
    TRACKING = "tracking"
    EPC = "epc"
    PLAIN = "plain"
    """Nothing known: a code of the house (location, tote, station, person) or a stranger."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing a text may be, in its canonical form.

    That is the item of an own code, the GTIN as printed, SSCC and parcel number as digits, EPC as URI.

    An EPC that does not say where its company prefix ends has no EPC URI; its Digital Link stands for it.
    """

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Code:
    """A scanned text with everything it may mean; `meanings` is never empty."""

    raw: str
    text: str
    symbology: Symbology | None
    changes: tuple[Change, ...]
    meanings: tuple[Meaning, ...]
    elements: gs1.Elements | None = None
    own: Own | None = None

    @property
    def kind(self) -> Kind | None:
        """Return the one kind, or None when the text is ambiguous."""
        return self.meanings[0].kind if len(self.meanings) == 1 else None

    @property
    def ambiguous(self) -> bool:
        """It may mean more than one thing; the caller's context must choose."""
        return len(self.meanings) > 1

    @property
    def problems(self) -> tuple[gs1.Problem, ...]:
        """Return what is wrong with its element strings."""
        return self.elements.problems if self.elements else ()

    def get(self, kind: Kind) -> str | None:
        """Return the value if the text may be of this kind."""
        return next((m.value for m in self.meanings if m.kind is kind), None)

    @property
    def gtin(self) -> str | None:
        """Return the GTIN, from a plain GTIN or from element (01)."""
        inner = self._element("01")
        return gs1.gtin(inner) if inner else self.get(Kind.GTIN)

    @property
    def article(self) -> str:
        """Return what goods are looked up by: what a code of the site's own says, the GTIN, else the text."""
        return self.own.item if self.own is not None else self.gtin or self.text

    @property
    def sscc(self) -> str | None:
        """Return the SSCC, from 18 digits, from element (00) or from an EPC."""
        inner = self._element("00")
        if inner:
            return inner
        tag = self.get(Kind.EPC)
        return (_sscc(tag) if tag else None) or self.get(Kind.SSCC)

    @property
    def tagged_gtin(self) -> str | None:
        """Return the GTIN of what a tag is on (SGTIN), when the text is the code of such a tag."""
        return _tagged(self.text) if self.get(Kind.EPC) else None

    @property
    def tracking(self) -> str | None:
        """Return the parcel number if it may be one."""
        return self.get(Kind.TRACKING)

    @property
    def lot(self) -> str | None:
        """Return the lot of a code of the site's own, else of element (10), if its end is certain, or of a "+" tag."""
        return self._said("10") if self.own is None else self.own.lot

    @property
    def serial(self) -> str | None:
        """Return the serial of a code of the site's own, else of element (21), if its end is certain."""
        return self._element("21") if self.own is None else self.own.serial

    def expiry(self, today: date) -> date | None:
        """Return the expiry an own code says, else use-by (17) or best-before (15), century near today's."""
        if self.own is not None:
            return self.own.day(today)
        value = self._said("17") or self._said("15")
        return gs1.day(value, today) if value else None

    def _element(self, ai: str) -> str | None:
        """Return a certain element; none at all when anything but an uncertain end is wrong with the message."""
        if self.elements is None or any(p is not gs1.Problem.AMBIGUOUS for p in self.elements.problems):
            return None
        return self.elements.get(ai)

    def _said(self, ai: str) -> str | None:
        """Return a certain element, or one that a "+" tag says beside its key."""
        found = self._element(ai)
        if found or self.text.startswith("urn:") or not self.get(Kind.EPC):
            return found
        return next((value for name, value in epc.decode(self.text).data if name == ai), None)


def read(
    text: str,
    *,
    own: Iterable[OwnPattern] = (),
    symbology: Symbology | None = None,
    separator_sent: bool | None = None,
) -> Code:
    """Say what a scanned text is; never raises.

    `own` are the patterns of the site's own codes: what fits one is that first, whatever else it may be. `symbology` is
    the scanner's word for it, `separator_sent` whether it is known to pass FNC1 on.
    """
    clean = normalise(text)
    symbology = clean.symbology or symbology
    plain = tracking.strip_codabar(clean.text) if symbology is Symbology.CODABAR else clean.text
    elements = None
    link = None if symbology in CARRIES_ELEMENTS else digital_link.message(plain)
    if link is not None:
        elements = gs1.parse(link, separator_sent=True)
        elements = elements if elements.elements else None
    elif symbology in CARRIES_ELEMENTS or (symbology is None and _looks_like_elements(plain)):
        elements = gs1.parse(plain, separator_sent=separator_sent)
        if symbology is None and not elements.elements:
            elements = None
    ours = read_own(own, plain)
    meanings = _meanings(plain, symbology, elements)
    if ours is not None:
        meanings = (Meaning(Kind.OWN, ours.item), *meanings)
    return Code(text, plain, symbology, clean.changes, meanings or (Meaning(Kind.PLAIN, plain),), elements, ours)


def _meanings(text: str, symbology: Symbology | None, elements: gs1.Elements | None) -> tuple[Meaning, ...]:
    found = []
    if elements is not None and elements.good:
        found.append(Meaning(Kind.ELEMENTS, "".join(f"({e.ai}){e.value}" for e in elements.elements)))
    if symbology in CARRIES_ELEMENTS:
        return tuple(found)
    article = gs1.gtin(text) if symbology is not Symbology.CODABAR else None
    if article is not None:
        found.append(Meaning(Kind.GTIN, article))
    if symbology is Symbology.EAN:
        return tuple(found)
    if sscc.holds(text):
        found.append(Meaning(Kind.SSCC, text))
    if tracking.holds(text) or tracking.s10_holds(text):
        found.append(Meaning(Kind.TRACKING, text))
    tag = _epc(text)
    if tag is not None:
        found.append(Meaning(Kind.EPC, tag))
    return tuple(found)


def _looks_like_elements(text: str) -> bool:
    """Tell whether a text without AIM identifier looks like elements: a separator, brackets or a whole key."""
    if text.startswith("(") or GS in text:
        return True
    head = text[2:]
    if text.startswith(("01", "02")):
        return len(head) >= 14 and is_digits(head[:14]) and gs1.gtin(head[:14]) is not None
    return text.startswith("00") and sscc.holds(head[:18])


def _epc(text: str) -> str | None:
    if text.startswith(("urn:epc:id:", "urn:epc:tag:")):
        return _pure(text)
    if len(text) < _EPC_HEX_DIGITS or not all(c in "0123456789abcdefABCDEF" for c in text):
        return None
    tag = epc.decode(text)
    return tag.uri or tag.digital_link


def _tagged(text: str) -> str | None:
    if not text.startswith("urn:"):
        return epc.decode(text).gtin
    try:
        return epc.identity(text).gtin
    except epc.EpcError:
        return None


def _pure(uri: str) -> str:
    """Return the pure identity of an EPC URI; one that is not a GS1 key's stays as it is."""
    try:
        return epc.identity(uri).uri or uri
    except epc.EpcError:
        return uri


def _sscc(uri: str) -> str | None:
    try:
        return epc.identity(uri).sscc
    except epc.EpcError:
        return None
