"""What the shape of a file of label templates cannot tell: fields, places, codes, and what every label must bear."""

from collections.abc import Collection, Sequence
from typing import Any

from drivers.codes import gs1
from drivers.printer.sheet import LabelError, Sheet, Stock, TooWideError
from edge.labels.layout import put
from edge.labels.template import (
    ALLOWED,
    CODES,
    NEEDED,
    SAMPLE,
    LabelElement,
    LabelFile,
    LabelTemplate,
    fields_of,
    filled,
    is_gs1,
)
from edge.model.faults import Fault, Finding, Path


def label_faults(
    file: LabelFile, *, carriers: Collection[str], owners: Collection[str], dpis: Collection[int], gates: bool
) -> list[Finding]:
    """Return everything wrong with templates for a site of these carriers, owners and print heads."""
    check = _Check(dpis, gates=gates)
    firsts: dict[str, int] = {}
    claims: dict[tuple[str, str], str] = {}
    for i, template in enumerate(file.labels):
        where: Path = ("labels", i)
        if template.id in firsts:
            check.add((*where, "id"), Fault.USED_TWICE, id=template.id, first=firsts[template.id] + 1)
        firsts.setdefault(template.id, i)
        for key, named, known, fault in (
            ("carriers", template.carriers, carriers, Fault.NO_CARRIER),
            ("owners", template.owners, owners, Fault.NO_OWNER),
        ):
            for j, one in enumerate(named):
                if one not in known:
                    check.add((*where, key, j), fault, id=one)
        for claim in _claims(template):
            if claim in claims:
                check.add(where, Fault.LABEL_TWICE, id=template.id, other=claims[claim])
                break
            claims[claim] = template.id
        check.template(where, template)
    return check.found


class _Check:
    def __init__(self, dpis: Collection[int], *, gates: bool) -> None:
        self.found: list[Finding] = []
        self._dpis = dpis
        self._gates = gates

    def add(self, where: Path, fault: Fault, **details: Any) -> None:
        self.found.append(Finding(where, fault, details))

    def template(self, where: Path, template: LabelTemplate) -> None:
        before = len(self.found)
        for j, element in enumerate(template.elements):
            self._element((*where, "elements", j), template, element)
        if len(self.found) > before:
            return
        read = {field for one in template.elements if one.kind in CODES for field in fields_of(one.value)}
        written = {field for one in template.elements if one.kind == "rfid" for field in fields_of(one.value)}
        if "sscc" not in read:
            self.add(where, Fault.LABEL_NO_OWN)
        if "tracking" not in read:
            self.add(where, Fault.LABEL_NO_TRACKING)
        if self._gates and "epc" not in written:
            self.add(where, Fault.LABEL_NO_TAG)

    def _element(self, where: Path, template: LabelTemplate, element: LabelElement) -> None:
        before = len(self.found)
        given = element.model_fields_set - {"kind"}
        needed = NEEDED[element.kind]
        for key in needed:
            if key not in given:
                self.add(where, Fault.MISSING, key=key)
        for key in sorted(given - {*needed, *ALLOWED.get(element.kind, ())}):
            self.add((*where, key), Fault.LABEL_KEY, key=key, kind=element.kind)
        self._value((*where, "value"), element.value)
        if element.kind == "text" and element.height < element.size:
            self.add((*where, "height"), Fault.LABEL_LOW, limit=f"{element.size:g}")
        for start, length, limit in (("x", "width", template.width), ("y", "height", template.height)):
            end = getattr(element, start) + getattr(element, length)
            if end > limit:
                key = length if length in given else start
                self.add((*where, key), Fault.LABEL_OUTSIDE, end=f"{end:g}", limit=limit)
        if len(self.found) == before:
            self._tried(where, template, element)

    def _value(self, where: Path, value: str) -> None:
        try:
            fields = fields_of(value)
        except ValueError:
            self.add(where, Fault.LABEL_BRACES)
            return
        for name in fields:
            if name not in SAMPLE:
                self.add(where, Fault.LABEL_FIELD, field=name, known=", ".join(SAMPLE))

    def _tried(self, where: Path, template: LabelTemplate, element: LabelElement) -> None:
        """Lay it out with a sample for each print head of the site; the first that cannot be is told."""
        if element.kind in ("text", "line", "box"):
            return
        value = filled(element.value, SAMPLE)
        if is_gs1(element):
            told = [problem for problem in gs1.parse(value).problems if problem is not gs1.Problem.AMBIGUOUS]
            if told:
                self.add((*where, "value"), Fault.LABEL_GS1, value=value, problems=", ".join(told))
                return
        for dpi in self._dpis:
            try:
                put(Sheet(Stock(template.width, template.height, dpi), None), element, SAMPLE)
            except TooWideError:
                self.add(where, Fault.LABEL_TOO_WIDE, value=value, dpi=dpi)
                return
            except LabelError:
                self.add((*where, "value"), Fault.LABEL_CONTENT, value=value, kind=element.kind)
                return


def _claims(template: LabelTemplate) -> Sequence[tuple[str, str]]:
    """Return owner and carrier of all parcels it is for; an empty name is any."""
    return [(owner, carrier) for owner in template.owners or [""] for carrier in template.carriers or [""]]
