"""A template and a parcel's values laid out as a label, for whoever prints or shows it."""

from collections.abc import Mapping

from drivers.printer.sheet import FIND, Sheet, Stock
from edge.labels.template import LabelElement, LabelTemplate, filled, is_gs1


def lay_out(template: LabelTemplate, values: Mapping[str, str], *, dpi: int, font: str | None = FIND) -> Sheet:
    """Return the label; raises LabelError for a code that no printer could write rightly."""
    sheet = Sheet(Stock(template.width, template.height, dpi), font)
    for element in template.elements:
        put(sheet, element, values)
    return sheet


def put(sheet: Sheet, element: LabelElement, values: Mapping[str, str]) -> None:
    """Lay out one element; raises LabelError as above."""
    if element.kind in ("line", "box"):
        sheet.box(element.x, element.y, element.width, element.height, stroke=element.stroke)
        return
    text = filled(element.value, values)
    box = (element.x, element.y, element.width, element.height)
    if not text:
        return
    if element.kind == "text":
        sheet.text(*box, text, size=element.size)
    elif element.kind == "code128":
        sheet.code128(*box, text, shown=element.shown)
    elif element.kind == "gs1_128":
        sheet.gs1_128(*box, text, shown=element.shown)
    elif element.kind == "qr":
        sheet.qr(element.x, element.y, text, module=element.module)
    elif element.kind == "datamatrix":
        sheet.datamatrix(element.x, element.y, text, module=element.module, gs1=is_gs1(element))
    else:
        sheet.tag(text)
