"""Turns entries of the journal into EPCIS 2.0 events; pure, and the same whenever it is asked (I49, I50, I52).

An event's id is made of what names its entry for ever: the site, the entry's number and moment in the journal, which
no restore gives twice (H15). An event that no longer holds is told again under its own id with a declaration of the
error, never overwritten.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from drivers.codes import epc
from drivers.epcis.identifiers import sscc_link, tag_link
from edge.host.epcis.names import Names
from edge.host.epcis.records import Records
from edge.processes.inventory import Goods
from edge.site import Site
from edge.store.tx import Entry

Event = dict[str, Any]

OFFSET_SIGNS = len("+09:00")
_SPACE = UUID("6f1d2a52-3c1b-5f0e-9a51-6b1c5a1f2e77")
"""Under which the ids of all events are made; never to be changed, or all is told twice."""


class Teller:
    """Tells the entries of one site."""

    def __init__(self, site: Site, names: Names, records: Records) -> None:
        self._site = site
        self._names = names
        self._records = records
        self._tellers: Mapping[str, Callable[[Entry], Iterator[Event]]] = {
            "order.packed": self._packed,
            "order.shipped": self._shipped,
            "parcel.reprint": self._relabelled,
            "parcel.void": self._void,
            "stock.adjusted": self._adjusted,
            "stock.booked": self._booked,
            "stock.counted": self._counted,
            "tags.reported": self._read,
        }

    def events(self, entry: Entry) -> list[Event]:
        """Return the events of an entry, in order; none of one that says nothing in EPCIS."""
        teller = self._tellers.get(entry.kind)
        return [] if teller is None else list(teller(entry))

    def _packed(self, entry: Entry) -> Iterator[Event]:
        """Goods were put into a parcel."""
        yield from self._packing(entry, entry)

    def _packing(self, packed: Entry, told_by: Entry) -> Iterator[Event]:
        """Tell a packing, with the label that the parcel had after `told_by`: the packing itself or a new label."""
        parent = self._parcel(packed.data["parcel"], told_by.seq)
        children = self._quantities(self._records.contents(packed), packed.seq)
        if parent is None or not children:
            return
        yield {
            "type": "AggregationEvent",
            **self._when(told_by, packed.at),
            "action": "ADD",
            "bizStep": "packing",
            "disposition": "in_progress",
            "parentID": parent,
            "childQuantityList": children,
            "readPoint": {"id": self._names.place("station", packed.data["station"])},
            "bizLocation": {"id": self._names.site},
            **self._order(packed),
        }

    def _shipped(self, entry: Entry) -> Iterator[Event]:
        """A parcel left through its gate: nobody here knows where it is from then on, so no bizLocation."""
        parcels = [self._records.parcel_of(number) for number in entry.data["tracking"]]
        units = [self._parcel(parcel, entry.seq) for parcel in parcels if parcel is not None]
        things = [unit for unit in units if unit is not None]
        if things:
            yield {
                **self._observed(entry, "shipping", "in_transit", self._names.place("gate", entry.data["gate"])),
                "epcList": things,
                **self._order(entry),
            }

    def _relabelled(self, entry: Entry) -> Iterator[Event]:
        """A packed parcel has another label: what was told of the old one was wrong, and is told anew."""
        parcel = entry.subject.removeprefix("parcel/")
        packed = self._records.packed(entry.data["order"], parcel, entry.seq)
        if packed is not None:
            new = list(self._packing(packed, entry))
            old = self._packing(packed, self._records.last_label(packed, entry.seq))
            yield from (self._wrong(event, entry, "incorrect_data", new) for event in old)
            yield from new

    def _void(self, entry: Entry) -> Iterator[Event]:
        """A parcel is none any more: its goods go back."""
        parcel = entry.subject.removeprefix("parcel/")
        packed = self._records.packed(entry.data["order"], parcel, entry.seq)
        if packed is not None:
            old = self._packing(packed, self._records.last_label(packed, entry.seq))
            yield from (self._wrong(event, entry, "did_not_occur") for event in old)

    def _booked(self, entry: Entry) -> Iterator[Event]:
        """The WMS booked stock: what came in is stored, what went is no longer available."""
        yield from self._changed(entry, "storing" if entry.data["quantity"] > 0 else "stock_taking")

    def _adjusted(self, entry: Entry) -> Iterator[Event]:
        """Units were found or are missing."""
        yield from self._changed(entry, "stock_taking")

    def _changed(self, entry: Entry, step: str) -> Iterator[Event]:
        owner, sku = entry.subject.removeprefix("stock/").split("/", 1)
        units: int = entry.data["quantity"]
        goods = Goods(owner, sku, entry.data["lot"], entry.data["expiry"])
        disposition = "available" if units > 0 else "unavailable"
        yield from self._stock(entry, step, disposition, entry.data["location"], {goods: abs(units)})

    def _counted(self, entry: Entry) -> Iterator[Event]:
        """A location was counted; what a supervisor dismissed was no count."""
        if entry.data["outcome"] != "dismissed":
            lines = entry.data["lines"]
            counted = {Goods(*(line[name] for name in Goods._fields)): line["counted"] for line in lines}
            yield from self._stock(entry, "cycle_counting", None, entry.data["location"], counted)

    def _stock(
        self, entry: Entry, step: str, disposition: str | None, place: str, units: Mapping[Goods, int]
    ) -> Iterator[Event]:
        found = self._quantities(units, entry.seq)
        where = self._names.location(place)
        if found:
            seen = self._observed(entry, step, disposition, where)
            yield {**seen, "bizLocation": {"id": where}, "quantityList": found}

    def _read(self, entry: Entry) -> Iterator[Event]:
        """Tags came before a read point; those that bear no GS1 key have no name outside."""
        came = [one["tags"] for one in entry.data["reports"] if one["set"] == "additions"]
        things = dict.fromkeys(name for tags in came for tag in tags if (name := tag_link(tag["hex"])) is not None)
        if things:
            place = self._names.place("point", entry.subject.removeprefix("point/"))
            at = datetime.fromisoformat(entry.data["ended_at"])
            yield {**self._observed(entry, None, None, place, at), "epcList": list(things)}

    def _observed(
        self, entry: Entry, step: str | None, disposition: str | None, where: str, at: datetime | None = None
    ) -> Event:
        why = {"bizStep": step, "disposition": disposition}
        return {
            "type": "ObjectEvent",
            **self._when(entry, at or entry.at),
            "action": "OBSERVE",
            **{name: word for name, word in why.items() if word is not None},
            "readPoint": {"id": where},
        }

    def _when(self, entry: Entry, at: datetime) -> Event:
        moment = f"{entry.at:%Y-%m-%dT%H:%M:%S.%f}"
        return {
            "eventID": uuid5(_SPACE, f"{self._site.id}/{entry.seq}/{moment}").urn,
            "eventTime": self._local(at),
            "eventTimeZoneOffset": self._local(at)[-OFFSET_SIGNS:],
        }

    def _local(self, at: datetime) -> str:
        return self._site.local(at).isoformat(timespec="milliseconds")

    def _wrong(self, event: Event, entry: Entry, reason: str, corrections: Sequence[Event] = ()) -> Event:
        """Return an event that an entry declares wrong; its id stays, for it is the same event."""
        told: Event = {"declarationTime": self._local(entry.at), "reason": reason}
        if corrections:
            told["correctiveEventIDs"] = [one["eventID"] for one in corrections]
        return {**event, "errorDeclaration": told}

    def _parcel(self, parcel_id: str, seq: int) -> str | None:
        tag = self._records.tag_of(parcel_id, seq)
        number = epc.decode(tag).sscc if tag else None
        return None if number is None else sscc_link(number)

    def _quantities(self, units: Mapping[Goods, int], seq: int) -> list[dict[str, Any]]:
        found: dict[str, int] = {}
        for goods, quantity in units.items():
            name = self._names.goods(goods, self._records.codes_of(goods.owner, goods.sku, seq))
            if name is not None and quantity > 0:
                found[name] = found.get(name, 0) + quantity
        return [{"epcClass": name, "quantity": quantity} for name, quantity in sorted(found.items())]

    def _order(self, entry: Entry) -> Event:
        name = self._names.order(entry.subject.removeprefix("order/"))
        return {} if name is None else {"bizTransactionList": [{"bizTransaction": name}]}
