"""What is wrong with an EPCIS 2.0 document beyond its form: what the official schema lets pass (I48-I51).

Looked at are the parts whose mistakes go unnoticed: times and offsets, CBV words, names of things and places, lists,
quantities, declarations of errors. The official schema is no part of this project; both together are the whole check.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from drivers.epcis import words
from drivers.epcis.identifiers import is_sound, is_uri, thing


class Fault(StrEnum):
    """Everything that is told about a document. Codes are stable."""

    NO_DOCUMENT = "epcis.no_document"
    NO_EVENT = "epcis.no_event"
    NO_TIME = "epcis.no_time"
    NO_OFFSET = "epcis.no_offset"
    OFFSET_CONTRADICTS = "epcis.offset_contradicts"
    NO_WORD = "epcis.no_word"
    OLD_WORD = "epcis.old_word"
    NO_URI = "epcis.no_uri"
    UNSOUND = "epcis.unsound"
    EMPTY = "epcis.empty"
    DOUBLE = "epcis.double"
    QUANTITY = "epcis.quantity"
    MISSING = "epcis.missing"
    SAME_ID = "epcis.same_id"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault at one place of a document, as in `events[2].bizStep`; `value` is what stands there."""

    where: str
    fault: Fault
    value: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """What events of a type have: lists of names and of quantities, and whether they have an action and a parent."""

    names: tuple[str, ...]
    quantities: tuple[str, ...]
    action: bool = True
    parent: bool = False
    may_be_bare: tuple[str, ...] = ()
    """Actions, or parts of the event, that need nothing in these lists."""


SHAPES: Mapping[str, Shape] = {
    "ObjectEvent": Shape(("epcList",), ("quantityList",), may_be_bare=("sensorElementList",)),
    "AggregationEvent": Shape(("childEPCs",), ("childQuantityList",), parent=True, may_be_bare=("DELETE",)),
    "AssociationEvent": Shape(("childEPCs",), ("childQuantityList",), parent=True, may_be_bare=("DELETE",)),
    "TransactionEvent": Shape(("epcList",), ("quantityList",)),
    "TransformationEvent": Shape(
        ("inputEPCList", "outputEPCList"), ("inputQuantityList", "outputQuantityList"), action=False
    ),
}
PARTIES = (("sourceList", "source"), ("destinationList", "destination"))
OLD_WORDS = ("urn:epcglobal:cbv:", "https://ns.gs1.org/cbv/", "http://ns.gs1.org/cbv/", "https://ref.gs1.org/cbv/")
"""CBV words as EPCIS 1.2 and linked data spell them: the JSON form of 2.0 has the bare word."""

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_OFFSET = re.compile(r"([+-])(0\d|1[0-4]):([0-5]\d)")
_UNIT = re.compile(r"[A-Z0-9]{2,3}")
_MOST = timedelta(hours=14)
_SHOWN = 120
"""Signs of a wrong value that are shown."""


def faults(document: object) -> list[Finding]:
    """Return everything that is wrong with a document of events, in its order; empty when it may leave.

    Takes an EPCISDocument or an EPCISQueryDocument as read from JSON, and never raises.
    """
    events = events_of(document)
    if events is None or not isinstance(document, Mapping):
        return [Finding("", Fault.NO_DOCUMENT)]
    found = list(_head(document))
    seen: dict[tuple[str, bool], None] = {}
    for number, event in enumerate(events):
        where = f"events[{number}]"
        if not isinstance(event, Mapping) or not _is_word(event.get("type"), words.EVENT_TYPES):
            found.append(
                Finding(where, Fault.NO_EVENT, _shown(event.get("type") if isinstance(event, Mapping) else event))
            )
            continue
        found += _Event(where, event).look()
        known = (str(event.get("eventID")), "errorDeclaration" in event)
        if event.get("eventID") is not None and known in seen:
            found.append(Finding(f"{where}.eventID", Fault.SAME_ID, known[0]))
        seen.setdefault(known)
    return found


def events_of(document: object) -> Sequence[Any] | None:
    """Return the events of a document or of the answer to a query; None when it is neither."""
    found: object = document
    for step in _way_to_events(document.get("type") if isinstance(document, Mapping) else None):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, list) else None


def _way_to_events(kind: object) -> Sequence[str]:
    if kind == "EPCISDocument":
        return ("epcisBody", "eventList")
    if kind == "EPCISQueryDocument":
        return ("epcisBody", "queryResults", "resultsBody", "eventList")
    return ()


def _head(document: Mapping[Any, Any]) -> Iterator[Finding]:
    if not document.get("@context"):
        yield Finding("@context", Fault.MISSING)
    if document["type"] == "EPCISDocument" or "creationDate" in document:
        yield from _time("creationDate", document.get("creationDate"))
    if document.get("schemaVersion") != "2.0":
        yield Finding("schemaVersion", Fault.NO_WORD, _shown(document.get("schemaVersion")))


@dataclass(slots=True)
class _Event:
    """One event under examination."""

    where: str
    event: Mapping[Any, Any]
    shape: Shape = field(init=False)

    def look(self) -> Iterator[Finding]:
        """Look at all of it."""
        self.shape = SHAPES[self.event["type"]]
        yield from self._times()
        yield from self._words()
        yield from self._things()
        yield from self._lists()
        yield from self._places()
        yield from self._error()

    def _at(self, name: str) -> str:
        return f"{self.where}.{name}"

    def _times(self) -> Iterator[Finding]:
        at, offset = self.event.get("eventTime"), self.event.get("eventTimeZoneOffset")
        yield from _time(self._at("eventTime"), at)
        if "recordTime" in self.event:
            yield from _time(self._at("recordTime"), self.event["recordTime"])
        if not isinstance(offset, str) or _span(offset) is None:
            yield Finding(self._at("eventTimeZoneOffset"), Fault.NO_OFFSET, _shown(offset))
            return
        own = _TIME.fullmatch(at) if isinstance(at, str) else None
        said = _span(own[1]) if own is not None else None
        if said and said != _span(offset):  # UTC contradicts nothing
            yield Finding(self._at("eventTimeZoneOffset"), Fault.OFFSET_CONTRADICTS, f"{offset}, {at}")

    def _words(self) -> Iterator[Finding]:
        if self.shape.action or "action" in self.event:
            yield from _word(self._at("action"), self.event.get("action"), words.ACTIONS)
        for name, known in (("bizStep", words.BIZ_STEPS), ("disposition", words.DISPOSITIONS)):
            if name in self.event:
                yield from _word(self._at(name), self.event[name], known)
        lasting = self.event.get("persistentDisposition")
        for name in ("set", "unset"):
            for number, one in enumerate(_listed(lasting.get(name)) if isinstance(lasting, Mapping) else ()):
                yield from _word(self._at(f"persistentDisposition.{name}[{number}]"), one, words.DISPOSITIONS)

    def _things(self) -> Iterator[Finding]:
        parent = self.event.get("parentID")
        if parent is not None:
            yield from _name(self._at("parentID"), parent)
        elif self.shape.parent and self.event.get("action") != "OBSERVE":
            yield Finding(self._at("parentID"), Fault.MISSING)
        if "eventID" in self.event and not is_uri(self.event["eventID"]):
            yield Finding(self._at("eventID"), Fault.NO_URI, _shown(self.event["eventID"]))
        lists = (*self.shape.names, *self.shape.quantities)
        bare = self.event.get("action") in self.shape.may_be_bare or any(
            self.event.get(name) for name in self.shape.may_be_bare
        )
        told = any(self.event.get(name) or self.event.get(name) == [] for name in lists)  # an empty one is told as such
        if not bare and not told:
            yield Finding(self._at(lists[0]), Fault.EMPTY)
        if self.event["type"] == "TransactionEvent" and not self.event.get("bizTransactionList"):
            yield Finding(self._at("bizTransactionList"), Fault.EMPTY)

    def _lists(self) -> Iterator[Finding]:
        for name in self.shape.names:
            yield from self._names(name, [(one, None) for one in _listed(self.event.get(name))])
        for name in self.shape.quantities:
            for number, one in enumerate(_listed(self.event.get(name))):
                yield from _quantity(self._at(f"{name}[{number}]"), one)
            yield from self._names(name, [(one.get("epcClass"), one.get("uom")) for one in self._rows(name)])
        yield from self._typed("bizTransactionList", "bizTransaction", words.TRANSACTION_TYPES, needed=False)
        for name, part in PARTIES:
            yield from self._typed(name, part, words.PARTY_TYPES, needed=True)

    def _rows(self, name: str) -> list[Mapping[Any, Any]]:
        return [one for one in _listed(self.event.get(name)) if isinstance(one, Mapping)]

    def _names(self, name: str, pairs: Sequence[tuple[object, object]]) -> Iterator[Finding]:
        """Look at the names in a list, each with what else tells it from others."""
        if self.event.get(name) == []:
            yield Finding(self._at(name), Fault.EMPTY)
        seen: dict[str, None] = {}
        for number, (one, more) in enumerate(pairs):
            where = self._at(f"{name}[{number}]")
            yield from _name(where, one)
            key = repr((thing(one) if isinstance(one, str) else one, more))
            if key in seen:
                yield Finding(where, Fault.DOUBLE, _shown(one))
            seen.setdefault(key)

    def _typed(self, name: str, part: str, known: frozenset[str], *, needed: bool) -> Iterator[Finding]:
        rows = self._rows(name)
        yield from self._names(name, [(one.get(part), one.get("type")) for one in rows])
        for number, one in enumerate(rows):
            if needed or "type" in one:
                yield from _word(self._at(f"{name}[{number}].type"), one.get("type"), known)

    def _places(self) -> Iterator[Finding]:
        for name in ("readPoint", "bizLocation"):
            if name in self.event:
                place = self.event[name]
                yield from _name(self._at(f"{name}.id"), place.get("id") if isinstance(place, Mapping) else place)

    def _error(self) -> Iterator[Finding]:
        if "errorDeclaration" not in self.event:
            return
        told = self.event["errorDeclaration"]
        where = self._at("errorDeclaration")
        if not isinstance(told, Mapping):
            yield Finding(where, Fault.MISSING)
            return
        yield from _time(f"{where}.declarationTime", told.get("declarationTime"))
        if "reason" in told:
            yield from _word(f"{where}.reason", told["reason"], words.ERROR_REASONS)
        if "correctiveEventIDs" in told:
            yield from self._corrections(f"{where}.correctiveEventIDs", told["correctiveEventIDs"])

    def _corrections(self, where: str, ids: object) -> Iterator[Finding]:
        if not _listed(ids):
            yield Finding(where, Fault.EMPTY)
        seen = {repr(self.event.get("eventID")): None}  # no event corrects itself
        for number, one in enumerate(_listed(ids)):
            if not is_uri(one):
                yield Finding(f"{where}[{number}]", Fault.NO_URI, _shown(one))
            elif repr(one) in seen:
                yield Finding(f"{where}[{number}]", Fault.DOUBLE, _shown(one))
            seen.setdefault(repr(one))


def _time(where: str, value: object) -> Iterator[Finding]:
    try:
        if isinstance(value, str) and _TIME.fullmatch(value):
            datetime.fromisoformat(value.upper())
            return
    except ValueError:
        pass
    yield Finding(where, Fault.NO_TIME, _shown(value))


def _span(offset: str) -> timedelta | None:
    """Return an offset from UTC, None when there is no such."""
    if offset in ("Z", "z"):
        return timedelta()
    parts = _OFFSET.fullmatch(offset)
    if parts is None:
        return None
    span = timedelta(hours=int(parts[2]), minutes=int(parts[3]))
    return None if span > _MOST else -span if parts[1] == "-" else span


def _is_word(value: object, known: frozenset[str]) -> bool:
    return isinstance(value, str) and value in known


def _word(where: str, value: object, known: frozenset[str]) -> Iterator[Finding]:
    if _is_word(value, known):
        return
    old = isinstance(value, str) and value.startswith(OLD_WORDS)
    yield Finding(where, Fault.OLD_WORD if old else Fault.NO_WORD, _shown(value))


def _name(where: str, value: object) -> Iterator[Finding]:
    if not isinstance(value, str) or not is_uri(value):
        yield Finding(where, Fault.NO_URI, _shown(value))
    elif not is_sound(value):
        yield Finding(where, Fault.UNSOUND, _shown(value))


def _quantity(where: str, row: object) -> Iterator[Finding]:
    """Look at a quantity; without one, or with a unit of measure, it may be any number above 0 (EPCIS issue 423)."""
    if not isinstance(row, Mapping):
        yield Finding(where, Fault.MISSING)
        return
    amount = row.get("quantity", 1)
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 < amount < float("inf"):
        yield Finding(f"{where}.quantity", Fault.QUANTITY, _shown(amount))
    unit = row.get("uom", "KGM")
    if not isinstance(unit, str) or not _UNIT.fullmatch(unit):
        yield Finding(f"{where}.uom", Fault.NO_WORD, _shown(unit))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _shown(value: object) -> str:
    return "" if value is None else str(value)[:_SHOWN]
