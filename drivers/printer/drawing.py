"""A laid out label as a picture, for the screen and for a foreign decoder; the same places and codes as in ZPL (H74).

Only the printer's own font is another: Latin text is drawn with ours, in the same box.
"""

from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

from drivers.printer.raster import Picture, draw_text
from drivers.printer.sheet import Bars, Box, Element, Sheet, Square, Tag, Words

READ_BELOW = 3
"""Millimetres: height of what a person reads below a bar code."""


def draw(sheet: Sheet) -> Image.Image:
    """Return a label as the printer would print it, a pixel a dot, black on white."""
    dots = sheet.stock.dots
    paper = Image.new("1", (sheet.stock.width * dots, sheet.stock.height * dots), 1)
    pen = ImageDraw.Draw(paper)
    for element in sheet.elements:
        _draw(pen, element, sheet.font, dots)
    return paper


def png(sheet: Sheet) -> bytes:
    """Return the picture of a label as a PNG file that knows its size."""
    out = BytesIO()
    draw(sheet).save(out, "PNG", dpi=(sheet.stock.dpi, sheet.stock.dpi))
    return out.getvalue()


def _draw(pen: ImageDraw.ImageDraw, element: Element, font: str | None, dots: int) -> None:
    match element:
        case Words():
            _words(pen, element, font)
        case Bars():
            x = element.x
            for place, width in enumerate(element.symbol.widths):
                if place % 2 == 0:
                    right = x + width * element.module - 1
                    pen.rectangle((x, element.y, right, element.y + element.height - 1), fill=0)
                x += width * element.module
            if element.text and font is not None:
                size, below = READ_BELOW * dots, element.y + element.height + dots // 2
                read = draw_text(element.text, font=font, size=size, width=element.width, height=2 * size)
                _paste(pen, element.x + (element.width - read.width) // 2, below, read)
        case Square():
            for row, column in np.argwhere(element.black):
                x, y = element.x + int(column) * element.module, element.y + int(row) * element.module
                pen.rectangle((x, y, x + element.module - 1, y + element.module - 1), fill=0)
        case Box():
            right, below = element.x + element.width - 1, element.y + element.height - 1
            pen.rectangle((element.x, element.y, right, below), outline=0, width=element.stroke)
        case Tag():
            pass  # nobody sees it


def _words(pen: ImageDraw.ImageDraw, words: Words, font: str | None) -> None:
    picture = words.picture
    if picture is None and font is not None:
        picture = draw_text(words.text, font=font, size=words.size, width=words.width, height=words.height)
    if picture is not None:
        _paste(pen, words.x, words.y, picture)
    else:
        pen.rectangle((words.x, words.y, words.x + words.width - 1, words.y + words.height - 1), outline=0, width=2)


def _paste(pen: ImageDraw.ImageDraw, x: int, y: int, picture: Picture) -> None:
    pen.bitmap((x, y), Image.frombytes("1", (picture.width, picture.height), picture.data), fill=0)
