"""Label templates as a site writes them, frozen once read (edge/labels/reading.py), and the choice among them."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from string import Formatter
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

SAMPLE: Mapping[str, str] = {
    "tracking": "400000000006",
    "sscc": "049123450000000170",
    "epc": "31552BD36400000011000000",
    "reprint": "2",
    "order": "ACME-2026-0000123456",
    "carrier": "ヤマト運輸",
    "owner": "大阪第一センター",
    "name": "髙﨑 太郎",
    "postcode": "530-0001",
    "address": "大阪府大阪市北区梅田1丁目2番3号 グランフロント大阪タワーA 35階",
    "phone": "06-1234-5678",
    "cutoff": "11/24 14:30",
    "pieces": "12",
    "weight": "1250",
    "carton": "C60",
    "station": "PACK-1",
}
"""Every field a label may bear, with what it is tried with. `reprint` is empty on a first print, else 2, 3 and so on;
`sscc` and `epc` are the label's own, new with each print; `weight` is grams; `cutoff` is on the site's clock."""

Millimetres = Annotated[float, Field(ge=0, le=1000)]
NEEDED: Mapping[str, tuple[str, ...]] = {
    "text": ("value", "x", "y", "width", "height", "size"),
    "code128": ("value", "x", "y", "width", "height"),
    "gs1_128": ("value", "x", "y", "width", "height"),
    "qr": ("value", "x", "y", "module"),
    "datamatrix": ("value", "x", "y", "module"),
    "line": ("x", "y"),
    "box": ("x", "y", "width", "height"),
    "rfid": ("value",),
}
"""Keys that a kind of element must have."""
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "code128": ("shown",),
    "gs1_128": ("shown",),
    "line": ("width", "height", "stroke"),
    "box": ("stroke",),
}
"""Keys that it may have besides."""
VALUES_KEPT = 1000
"""Values whose fields are remembered: more than the templates of a site hold."""
CODES = ("code128", "gs1_128", "qr", "datamatrix")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LabelElement(_Part):
    """One thing on a label; lengths in millimetres, `{field}` in a value stands for what the parcel has there.

    A text is wrapped in its box and shrinks from `size` to fit; one whose fields are all empty is left out.
    """

    kind: Literal["text", "code128", "gs1_128", "qr", "datamatrix", "line", "box", "rfid"]
    value: str = ""
    x: Millimetres = 0
    y: Millimetres = 0
    width: Millimetres = 0
    height: Millimetres = 0
    size: Annotated[float, Field(ge=2.5, le=50)] = 4
    module: Annotated[float, Field(ge=0.25, le=5)] = 0.625
    """Side of one square of a QR code or Data Matrix."""
    stroke: Annotated[float, Field(ge=0.1, le=20)] = 0.25
    shown: bool = True
    """Whether a bar code's text stands below it."""


class LabelTemplate(_Part):
    """One label; without carriers and owners it is for every parcel that no other template is for."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$", max_length=40)]
    width: Annotated[int, Field(ge=20, le=220)]
    height: Annotated[int, Field(ge=20, le=400)]
    carriers: list[str] = []
    owners: list[str] = []
    elements: Annotated[list[LabelElement], Field(min_length=1)]


class LabelFile(_Part):
    """A whole file of label templates."""

    labels: Annotated[list[LabelTemplate], Field(min_length=1)]

    def of(self, carrier: str, owner: str) -> LabelTemplate | None:
        """Return the template of a parcel: for owner and carrier, else the owner, else the carrier, else for all."""

        def fits(template: LabelTemplate, by_owner: bool, by_carrier: bool) -> bool:  # noqa: FBT001  two kinds of choice
            return bool(template.owners) == by_owner and bool(template.carriers) == by_carrier

        for by_owner, by_carrier in ((True, True), (True, False), (False, True), (False, False)):
            for template in self.labels:
                if fits(template, by_owner, by_carrier) and _names(template, carrier, owner):
                    return template
        return None


def is_gs1(element: LabelElement) -> bool:
    """Tell whether the code of an element holds GS1 elements: a GS1-128 always, a Data Matrix written like `(00)…`."""
    return element.kind == "gs1_128" or (element.kind == "datamatrix" and element.value.startswith("("))


@lru_cache(VALUES_KEPT)
def fields_of(value: str) -> tuple[str, ...]:
    """Return the fields that a value names; ValueError when its braces are not paired, or hold more than a name."""
    found = []
    for _, name, form, conversion in Formatter().parse(value):
        if name is None:
            continue
        if form or conversion:
            raise ValueError(value)
        found.append(name)
    return tuple(found)


def filled(value: str, values: Mapping[str, str]) -> str:
    """Return a value with its fields filled in; empty when it has fields and all of them are empty."""
    fields = fields_of(value)
    if fields and not any(values[name] for name in fields):
        return ""
    return value.format_map(values).strip()


def _names(template: LabelTemplate, carrier: str, owner: str) -> bool:
    def holds(named: Sequence[str], one: str) -> bool:
        return not named or one in named

    return holds(template.carriers, carrier) and holds(template.owners, owner)
