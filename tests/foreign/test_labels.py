"""Our label commands drawn by a ZPL renderer of another make, and its picture read by a decoder of a third (H74)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image

from drivers.printer.drawing import draw
from drivers.printer.sheet import Sheet, Stock
from drivers.printer.zpl import zpl
from edge.labels.layout import lay_out
from edge.labels.reading import built_in
from edge.labels.template import SAMPLE
from tests.drivers.printer.test_zpl import shipping
from tests.foreign.programs import node

Read = dict[tuple[str, str], tuple[int, int]]
"""By symbology and what it says: where its middle is, in dots."""
SIGNS = "a_1^B~2\\C>3|&"
"""Every sign with a meaning in ZPL."""
LONG = "(00)049123450000000170(10)LOT_7>A(21)S^9"


def awkward() -> Sheet:
    """Lay out codes whose contents the commands have to escape, change character sets for, or lead with FNC1.

    No change from letters to pairs of digits is among them: zebrash 3.4.0 draws `>5` as FNC4, against the table of the
    printers' maker.
    """
    sheet = Sheet(Stock())
    sheet.code128(0, 5, 100, 15, SIGNS)
    sheet.code128(0, 30, 100, 15, "AB12345678cd9", shown=False)
    sheet.gs1_128(0, 55, 100, 15, "(00)049123450000000170(10)A7(21)X_9")
    sheet.qr(5, 80, SIGNS, module=0.75)
    sheet.datamatrix(50, 80, SIGNS, module=0.75)
    sheet.datamatrix(5, 110, LONG, module=0.75, gs1=True)
    return sheet


def read(picture: Image.Image) -> Read:
    """Return the codes of a picture."""
    found: Read = {}
    for code in zxingcpp.read_barcodes(np.asarray(picture.convert("L"))):
        corners = (code.position.top_left, code.position.bottom_right)
        middle = (sum(one.x for one in corners) // 2, sum(one.y for one in corners) // 2)
        found[f"{code.format.name} {code.symbology_identifier}", code.text] = middle
    return found


async def drawn(folder: Path, sheets: Sequence[Sheet]) -> list[Image.Image]:
    """Let the other renderer draw what a printer would be sent."""
    labels, pictures = [], []
    for number, sheet in enumerate(sheets):
        file, picture, stock = folder / f"{number}.zpl", folder / f"{number}.png", sheet.stock
        file.write_bytes(zpl(sheet))
        size = {"width": stock.width, "height": stock.height, "dots": stock.dots}
        labels.append({"zpl": str(file), "png": str(picture), **size})
        pictures.append(picture)
    async with node(folder, "zpl_draws.js", {"labels": labels}, package="zpl-renderer-js") as program:
        assert await program.said.readline() == b"drawn\n"
    return [Image.open(picture) for picture in pictures]


async def test_H74_another_make_draws_our_labels_and_their_codes_say_and_stand_as_in_our_own_picture(
    tmp_path: Path,
) -> None:
    heads = [shipping(Stock(dpi=dpi)) for dpi in (203, 300, 600)]
    sheets = [*heads, awkward(), *(lay_out(one, SAMPLE, dpi=203) for one in built_in().labels)]
    for sheet, theirs in zip(sheets, await drawn(tmp_path, sheets), strict=True):
        ours, found = read(draw(sheet)), read(theirs)
        assert len(ours) == sum(type(one).__name__ in {"Bars", "Square"} for one in sheet.elements)
        assert found.keys() == ours.keys()
        for code, place in ours.items():
            apart = max(abs(one - other) for one, other in zip(place, found[code], strict=True))
            assert apart <= 3 * sheet.stock.dots, f"{code} stands {apart} dots elsewhere"
