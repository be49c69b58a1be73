"""A laid out label as ZPL II: codes and Latin text by the printer's own means, the rest as pictures (H71-H75)."""

from functools import lru_cache

from drivers.printer.raster import TEXTS_KEPT, Picture
from drivers.printer.sheet import LEADS, Bars, Box, Element, Sheet, Square, Tag, Words, element_string
from drivers.printer.symbols.code128 import FNC1
from drivers.printer.symbols.squares import Kind


def zpl(sheet: Sheet) -> bytes:
    """Return a label ready to send."""
    dots = sheet.stock.dots
    head = f"^XA^CI28^LH0,0^PW{sheet.stock.width * dots}^LL{sheet.stock.height * dots}"
    return "".join([head, *(_field(element, dots) for element in sheet.elements), "^PQ1^XZ"]).encode()


def escape(text: str) -> str:
    """Make text safe for a ^FH_^FD field: commands, the escape sign itself and control characters as _xx."""
    return "".join(
        sign if sign not in "^~_\\" and sign >= " " else "".join(f"_{byte:02X}" for byte in sign.encode())
        for sign in text
    )


@lru_cache(TEXTS_KEPT)
def graphic(picture: Picture) -> str:
    """Return a picture as an ^GFA field, hexadecimal."""
    size = len(picture.data)
    return f"^GFA,{size},{size},{picture.row_bytes},{picture.data.hex().upper()}"


def _field(element: Element, dots: int) -> str:
    match element:
        case Words():
            return _words(element, dots)
        case Bars():
            shown = "Y" if element.text else "N"
            return (
                f"^FO{element.x},{element.y}^BY{element.module}^BCN,{element.height},{shown},N,N"
                f"{_data(element.symbol.zpl)}"
            )
        case Square():
            return _square(element)
        case Box():
            return f"^FO{element.x},{element.y}^GB{element.width},{element.height},{element.stroke}^FS"
        case Tag():
            return f"^RFW,H^FD{element.epc}^FS"


def _words(words: Words, dots: int) -> str:
    at = f"^FO{words.x},{words.y}"
    if words.picture is not None:
        return f"{at}{graphic(words.picture)}^FS"
    if words.missing:
        plain = " ".join("".join(sign if sign.isascii() else " " for sign in words.text).split())
        return (
            f"{at}^GB{words.width},{words.height},2^FS"
            f"{at}^A0N,24,20^FB{words.width},1^FH_^FD{escape(f' NO JAPANESE FONT {plain}')}^FS"
        )
    return (
        f"{at}^A0N,{words.size},{words.size * 4 // 5}^FB{words.width},{words.lines},{dots}"
        f"^FH_^FD{_paragraphs(words.text)}^FS"
    )


def _square(square: Square) -> str:
    at = f"^FO{square.x},{square.y}"
    if square.kind is Kind.QR:
        return f"{at}^BQN,2,{square.module}^FH_^FDLA,{escape(square.text)}^FS"
    if square.kind is Kind.DATA_MATRIX:
        return f"{at}^BXN,{square.module},200{_data(square.text)}"
    message = element_string(square.text)
    lead = next(sign for sign in LEADS if sign not in message)
    told = message.replace(FNC1, f"{lead}1")
    return f"{at}^BXN,{square.module},200,,,,{lead}{_data(told)}"


def _data(text: str) -> str:
    """Return a code's data, escaped only where it has to be."""
    safe = escape(text)
    return f"^FD{text}^FS" if safe == text else f"^FH_^FD{safe}^FS"


def _paragraphs(text: str) -> str:
    """Escape text for a ^FB block, where line breaks are written as a backslash and an ampersand."""
    return "\\&".join(escape(line) for line in text.splitlines())
