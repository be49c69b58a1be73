"""Shipping labels in ZPL II: tracking number as Code 128, order key as QR, text, and the RFID tag (H71-H75).

What the printer's own fonts cannot write goes as a picture; where this machine has no Japanese font either, a marked
box stands in its place and a warning says so.
"""

import re
from dataclasses import dataclass, field

import structlog

from drivers.printer.raster import Picture, draw_text, find_font

log = structlog.get_logger(__name__)

DOTS_PER_MM = {203: 8, 300: 12, 600: 24}
"""Print heads of the usual printers, dpi to dots."""
QUIET_MODULES = 10
"""Modules of white each side of a Code 128 (ISO/IEC 15417 §4.4)."""
WIDEST_MODULE, NARROWEST_MODULE = 4, 2
"""Dots per module at 203 dpi: 0.5 mm down to 0.25 mm, the GS1 range for logistics labels."""
TRACKING = re.compile(r"[0-9A-Z-]{4,30}", re.ASCII)
"""Signs a carrier's number may hold; ZPL gives `>` and others a meaning inside Code 128."""
EPC = re.compile(r"(?:[0-9A-F]{4}){1,31}", re.ASCII)
"""An EPC bank is written in 16-bit words."""
LEAST_HEIGHT = 130
"""Millimetres the layout takes; notes use what is left."""


@dataclass(frozen=True, slots=True)
class ShippingLabel:
    """What stands on a label; empty parts are left out. `epc` is hexadecimal, in whole 16-bit words."""

    tracking: str
    order_key: str
    carrier: str = ""
    service: str = ""
    postcode: str = ""
    address: str = ""
    name: str = ""
    phone: str = ""
    sender: str = ""
    notes: tuple[str, ...] = ()
    epc: str | None = None


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
class PrintData:
    """ZPL ready to send, and what a person should know about it."""

    zpl: bytes
    warnings: tuple[str, ...] = ()


def shipping_label(label: ShippingLabel, stock: Stock | None = None, *, font: str | None = "") -> PrintData:
    """Build a label; `font`: path of a Japanese font, None for none, else found on the machine.

    Raises ValueError for a tracking number or EPC that no printer could write rightly.
    """
    if not TRACKING.fullmatch(label.tracking):
        raise ValueError(f"tracking number {label.tracking!r} must be 4 to 30 signs of 0-9, A-Z and -")
    if label.epc is not None and not EPC.fullmatch(label.epc):
        raise ValueError(f"EPC {label.epc!r} must be upper-case hexadecimal in whole 16-bit words")
    stock = stock or Stock()
    if stock.height < LEAST_HEIGHT:
        raise ValueError(f"label stock of {stock.height} mm is too short: the layout takes {LEAST_HEIGHT} mm")
    sheet = _Sheet(stock, find_font() if font == "" else font)
    width = sheet.stock.width - 8
    sheet.text(4, 4, width - 30, 9, " ".join(filter(None, (label.carrier, label.service))), size=6)
    sheet.qr(sheet.stock.width - 30, 4, label.order_key)
    sheet.text(4, 14, width - 30, 6, f"〒{label.postcode}" if label.postcode else "", size=5)
    sheet.text(4, 32, width, 22, label.address, size=5)
    sheet.text(4, 55, width, 10, f"{label.name} 様" if label.name else "", size=6)
    sheet.text(4, 66, width, 5, f"TEL {label.phone}" if label.phone else "", size=4)
    sheet.rule(72)
    sheet.barcode(75, label.tracking)
    sheet.rule(108)
    sheet.text(4, 110, width, 5, label.order_key, size=4)
    sheet.text(4, 116, width, 9, label.sender, size=3)
    sheet.text(4, 126, width, sheet.stock.height - 130, "\n".join(label.notes), size=3)
    if label.epc is not None:
        sheet.tag(label.epc)
    return sheet.finish()


@dataclass(slots=True)
class _Sheet:
    """A label being laid out; positions in millimetres from the upper left corner."""

    stock: Stock
    font: str | None
    commands: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def text(self, x: int, y: int, width: int, height: int, text: str, *, size: int) -> None:
        """Write text into a box; by the printer where it can, else as a picture."""
        if not text.strip() or height <= 0:
            return
        dots = self.stock.dots
        at = f"^FO{x * dots},{y * dots}"
        if text.isascii():
            lines = max(1, height // (size + 1))
            self.commands.append(
                f"{at}^A0N,{size * dots},{size * dots * 4 // 5}^FB{width * dots},{lines},{dots}"
                f"^FH_^FD{_paragraphs(text)}^FS"
            )
        elif self.font is None:
            self._stand_in(at, text, width * dots, height * dots)
        else:
            picture = draw_text(text, font=self.font, size=size * dots, width=width * dots, height=height * dots)
            if picture.cut:
                self.warnings.append(f"text does not fit its place and is cut: {text[:20]}")
            self.commands.append(f"{at}{graphic(picture)}^FS")

    def barcode(self, y: int, number: str) -> None:
        """Write the tracking number as Code 128 in the middle, as wide as its quiet zones allow."""
        dots = self.stock.dots
        modules = code128_modules(number)
        room = self.stock.width * dots
        scale = dots / DOTS_PER_MM[203]
        module = min(int(room // (modules + 2 * QUIET_MODULES)), round(WIDEST_MODULE * scale))
        if module < NARROWEST_MODULE * scale:
            raise ValueError(f"tracking number {number!r} is too long for {self.stock.width} mm")
        x = (room - modules * module) // 2
        self.commands.append(f"^FO{x},{y * dots}^BY{module}^BCN,{25 * dots},Y,N,N^FD{number}^FS")

    def qr(self, x: int, y: int, key: str) -> None:
        """Write a key as QR code: level L, alphanumeric or byte mode by the printer's choice."""
        dots = self.stock.dots
        self.commands.append(f"^FO{x * dots},{y * dots}^BQN,2,{5 * dots // 8}^FH_^FDLA,{escape(key)}^FS")

    def rule(self, y: int) -> None:
        """Draw a line across."""
        dots = self.stock.dots
        self.commands.append(f"^FO{3 * dots},{y * dots}^GB{(self.stock.width - 6) * dots},2,2^FS")

    def tag(self, epc: str) -> None:
        """Write the label's RFID tag."""
        self.commands.append(f"^RFW,H^FD{epc}^FS")

    def finish(self) -> PrintData:
        """Put the label together."""
        dots = self.stock.dots
        head = f"^XA^CI28^LH0,0^PW{self.stock.width * dots}^LL{self.stock.height * dots}"
        return PrintData("".join([head, *self.commands, "^PQ1^XZ"]).encode(), tuple(self.warnings))

    def _stand_in(self, at: str, text: str, width: int, height: int) -> None:
        """Mark where Japanese text belongs, and write at least what of it is ASCII."""
        if not self.warnings:
            log.warning("label.no_japanese_font", remedy="install fonts-noto-cjk or name a font in the site file")
        self.warnings.append(f"no Japanese font on this machine: text not printed: {text[:20]}")
        plain = " ".join("".join(sign if sign.isascii() else " " for sign in text).split())
        self.commands.append(f"{at}^GB{width},{height},2^FS")
        self.commands.append(f"{at}^A0N,24,20^FB{width},1^FH_^FD{escape(f' NO JAPANESE FONT {plain}')}^FS")


def escape(text: str) -> str:
    """Make text safe for a ^FH_^FD field: commands, the escape sign itself and control characters as _xx."""
    return "".join(
        sign if sign not in "^~_\\" and sign >= " " else "".join(f"_{byte:02X}" for byte in sign.encode())
        for sign in text
    )


def _paragraphs(text: str) -> str:
    """Escape text for a ^FB block, where line breaks are written as a backslash and an ampersand."""
    return "\\&".join(escape(line) for line in text.splitlines())


def graphic(picture: Picture) -> str:
    """Return a picture as an ^GFA field, hexadecimal."""
    size = len(picture.data)
    return f"^GFA,{size},{size},{picture.row_bytes},{picture.data.hex().upper()}"


def code128_modules(text: str) -> int:
    """Return the width in modules of a Code 128 in subset B, the subset a printer starts with: start, check, stop."""
    return 11 * (len(text) + 2) + 13
