"""What the site, its places, goods and orders are called in EPCIS: GS1 keys where there are, else addresses of its own.

Nothing is made up: what has neither a GS1 key nor a base to be named under has no name, and is left out.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from drivers.epcis.identifiers import gln_link, gtin_link, world_gtin
from edge.processes.inventory import Goods
from edge.site import Site
from edge.site.epcis import Epcis


class Names:
    """The names of one site."""

    def __init__(self, site: Site, told: Epcis) -> None:
        self._told = told
        self._kinds = {
            **{location.id: "location" for location in site.locations},
            **{point.id: "point" for point in site.read_points},
            **{station.id: "station" for station in site.stations},
            **{gate.id: "gate" for gate in site.gates},
        }
        self.site: str = (gln_link(told.gln) if told.gln else None) or told.base

    def place(self, kind: str, place: str) -> str:
        """Return the name of a `gate`, `station`, `point` or `location`; that of the site where it has none itself."""
        extended = gln_link(self._told.gln, place) if self._told.gln else None
        return extended or self._own(kind, place) or self.site

    def location(self, place: str) -> str:
        """Return the name of a stock location; that of the site for a tote, a parcel, a robot."""
        return self.place("location", place) if self._kinds.get(place) == "location" else self.site

    def goods(self, goods: Goods, codes: Sequence[str]) -> str | None:
        """Return the name of a class of goods: its first bar code that is a GTIN everywhere, else one of our own."""
        gtin = next((gtin for code in codes if (gtin := world_gtin(code)) is not None), None)
        if gtin is not None:
            return gtin_link(gtin, goods.lot)
        lot = ("lot", goods.lot) if goods.lot else ()
        return self._own("item", goods.owner, goods.sku, *lot)

    def order(self, order_id: str) -> str | None:
        """Return the name of an order of the WMS."""
        return self._own("order", *order_id.split("/", 1))

    def _own(self, *steps: str) -> str | None:
        base = self._told.base
        return "/".join((base, *(quote(step, safe="") for step in steps))) if base else None


def unit_codes(item: Any) -> list[str]:
    """Return the bar codes that mean one unit, as an `item.put` tells them, in their order."""
    codes = [code if isinstance(code, dict) else {"code": code, "quantity": 1} for code in item]
    return [str(code["code"]) for code in codes if code.get("quantity", 1) == 1]
