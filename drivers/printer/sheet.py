"""A label laid out: what stands where, in dots. The printer's commands and the picture are both made from it (H71).

Text that the printer's own font can write goes as text; Japanese, and what has to shrink, goes as a picture (H73).
Where this machine has no Japanese font a marked box stands in its place and a warning says so.
"""

import re
from dataclasses import dataclass, field

import numpy as np
import structlog
from numpy.typing import NDArray

from drivers.printer.raster import Picture, draw_text, find_font, lines_of
from drivers.printer.symbols.code128 import FNC1, QUIET_MODULES, Encode, Symbol, plain, with_functions
from drivers.printer.symbols.squares import Kind, modules

log = structlog.get_logger(__name__)

DOTS_PER_MM = {203: 8, 300: 12, 600: 24}
"""Print heads of the usual printers, dpi to dots."""
WIDEST_BAR, NARROWEST_BAR = 4, 2
"""Dots per module at 203 dpi: 0.5 mm down to 0.25 mm, the GS1 range for logistics labels."""
LARGEST_QR_MODULE = 10
"""Dots: what every ZPL printer takes."""
EPC = re.compile(r"(?:[0-9A-F]{4}){1,31}", re.ASCII)
"""An EPC bank is written in 16-bit words."""
ELEMENT = re.compile(r"\((\d{2,4})\)([^()]+)")
FIXED_LENGTH = (
    *("00", "01", "02", "03", "04", "41"),
    *(str(ai) for ai in range(11, 21)),
    *(str(ai) for ai in range(31, 37)),
)
"""How element identifiers begin whose end needs no separator (GS1 General Specifications §7.8.5)."""
LEADS = "|!#$%&"
"""Signs that may lead FNC1 into a Data Matrix: the first that is not in its text."""
FIND = ""
"""For a font: look for one on this machine."""


class LabelError(ValueError):
    """No printer could print this rightly."""


class TooWideError(LabelError):
    """A code does not fit its place."""


@dataclass(frozen=True, slots=True)
class Stock:
    """The label stock: millimetres, and the print head's dpi."""

    width: int = 100
    height: int = 150
    dpi: int = 203

    @property
    def dots(self) -> int:
        """Return the dots per millimetre."""
        return DOTS_PER_MM[self.dpi]


@dataclass(frozen=True, slots=True)
class Words:
    """Text in a box; `picture` where the printer cannot write it, `missing` where nobody can for want of a font."""

    x: int
    y: int
    width: int
    height: int
    size: int
    lines: int
    text: str
    picture: Picture | None = None
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """A Code 128 or GS1-128; `text` is what a person reads below it, empty for nothing."""

    x: int
    y: int
    height: int
    module: int
    symbol: Symbol
    text: str

    @property
    def width(self) -> int:
        """Return the width of the bars, without quiet zones."""
        return self.symbol.modules * self.module


@dataclass(frozen=True, slots=True)
class Square:
    """A QR code or a Data Matrix; where it is GS1, `text` are elements like `(00)…`."""

    x: int
    y: int
    module: int
    kind: Kind
    text: str

    @property
    def black(self) -> NDArray[np.bool_]:
        """Return the modules, True is black."""
        return modules(self.kind, self.text)


@dataclass(frozen=True, slots=True)
class Box:
    """A frame, or a line where it is as high or wide as its stroke."""

    x: int
    y: int
    width: int
    height: int
    stroke: int


@dataclass(frozen=True, slots=True)
class Tag:
    """What is written to the label's RFID tag, hexadecimal."""

    epc: str


Element = Words | Bars | Square | Box | Tag


@dataclass(slots=True)
class Sheet:
    """A label being laid out. Positions and sizes are millimetres from the upper left corner, kept as dots.

    `font` is the path of a Japanese font, None for none, `FIND` for what this machine has.
    """

    stock: Stock
    font: str | None = FIND
    elements: list[Element] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Look for a font."""
        if self.font == FIND:
            self.font = find_font()

    def text(self, x: float, y: float, width: float, height: float, text: str, *, size: float) -> None:
        """Write text into a box, wrapped; what does not fit shrinks, and is cut with a warning in the end."""
        if not text.strip() or height <= 0:
            return
        box = self._box(x, y, width, height)
        dots, lines = self._dots(size), max(1, int(height // (size + 1)))
        if text.isascii() and self._is_roomy(text, dots, box[2], lines):
            self.elements.append(Words(*box, dots, lines, text))
        elif self.font is None:
            if not self.warnings:
                log.warning("label.no_japanese_font", remedy="install fonts-noto-cjk")
            self.warnings.append(f"no Japanese font on this machine: text not printed: {text[:20]}")
            self.elements.append(Words(*box, dots, lines, text, missing=True))
        else:
            picture = draw_text(text, font=self.font, size=dots, width=box[2], height=box[3])
            if picture.cut:
                self.warnings.append(f"text does not fit its place and is cut: {text[:20]}")
            self.elements.append(Words(*box, dots, lines, text, picture))

    def code128(self, x: float, y: float, width: float, height: float, text: str, *, shown: bool = True) -> None:
        """Write a Code 128 in the middle of a box, as wide as its quiet zones allow; LabelError when it cannot be."""
        self._bars(self._box(x, y, width, height), _symbol(plain, text), text if shown else "")

    def gs1_128(self, x: float, y: float, width: float, height: float, text: str, *, shown: bool = True) -> None:
        """Write a GS1-128 of elements like `(00)…(10)…` in the middle of a box; LabelError when it cannot be."""
        symbol = _symbol(with_functions, element_string(text))
        self._bars(self._box(x, y, width, height), symbol, text if shown else "")

    def qr(self, x: float, y: float, text: str, *, module: float) -> None:
        """Write a QR code of level L; LabelError for too long a text or one that leaves the label."""
        dots = min(int(module * self.stock.dots), LARGEST_QR_MODULE)
        self._square(x, y, dots, Kind.QR, text)

    def datamatrix(self, x: float, y: float, text: str, *, module: float, gs1: bool = False) -> None:
        """Write a Data Matrix, where `gs1` of elements like `(00)…`; LabelError as for a QR code."""
        if gs1 and not set(LEADS) - set(element_string(text)):  # which says what else is wrong
            raise LabelError(f"a GS1 Data Matrix of a label cannot hold all of {LEADS}: {text[:40]!r}")
        self._square(x, y, int(module * self.stock.dots), Kind.GS1_DATA_MATRIX if gs1 else Kind.DATA_MATRIX, text)

    def box(self, x: float, y: float, width: float, height: float, *, stroke: float = 0.25) -> None:
        """Draw a frame; without height or width it is a line."""
        thick = max(1, self._dots(stroke))
        at_x, at_y, across, down = self._box(x, y, width, height)
        self.elements.append(Box(at_x, at_y, max(across, thick), max(down, thick), thick))

    def tag(self, epc: str) -> None:
        """Write the label's RFID tag; LabelError for what is not upper-case hexadecimal in whole 16-bit words."""
        if not EPC.fullmatch(epc):
            raise LabelError(f"EPC {epc!r} must be upper-case hexadecimal in whole 16-bit words")
        self.elements.append(Tag(epc))

    def _is_roomy(self, text: str, size: int, width: int, lines: int) -> bool:
        """Tell whether the printer's own font, which is narrower than ours, has room; without ours it is trusted."""
        return self.font is None or len(lines_of(text, font=self.font, size=size, width=width)) <= lines

    def _bars(self, box: tuple[int, int, int, int], symbol: Symbol, text: str) -> None:
        left, top, room, height = box
        scale = self.stock.dots / DOTS_PER_MM[203]
        module = min(room // (symbol.modules + 2 * QUIET_MODULES), round(WIDEST_BAR * scale))
        if module < NARROWEST_BAR * scale:
            wide = room / self.stock.dots
            raise TooWideError(f"a bar code of {symbol.modules} modules is too long for {wide:g} mm: {symbol.zpl!r}")
        at = left + (room - symbol.modules * module) // 2
        self.elements.append(Bars(at, top, height, module, symbol, text))

    def _square(self, x: float, y: float, module: int, kind: Kind, text: str) -> None:
        try:
            count = len(modules(kind, text))
        except ValueError as error:
            raise LabelError(str(error)) from error
        left, top = self._dots(x), self._dots(y)
        side = count * module
        if left + side > self._dots(self.stock.width) or top + side > self._dots(self.stock.height):
            raise TooWideError(f"a code of {count} modules leaves the label: {text[:40]!r}")
        self.elements.append(Square(left, top, module, kind, text))

    def _box(self, x: float, y: float, width: float, height: float) -> tuple[int, int, int, int]:
        return self._dots(x), self._dots(y), self._dots(width), self._dots(height)

    def _dots(self, millimetres: float) -> int:
        return round(millimetres * self.stock.dots)


def element_string(text: str) -> str:
    """Return elements like `(00)…(10)…` as a message, FNC1 first and where one ends; LabelError for no such text."""
    found = ELEMENT.findall(text)
    if not found or "".join(f"({ai}){value}" for ai, value in found) != text:
        raise LabelError(f"GS1 elements are written like (00)049123450000000170, not {text!r}")
    message = FNC1
    for ai, value in found:
        message += ai + value + ("" if ai.startswith(FIXED_LENGTH) else FNC1)
    return message.removesuffix(FNC1)


def _symbol(encode: Encode, text: str) -> Symbol:
    try:
        return encode(text)
    except ValueError as error:
        raise LabelError(str(error)) from error
