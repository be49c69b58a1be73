"""The scales of the pack stations: settled weights, and zero when a packer asks for it; each trouble has its words."""

from collections.abc import Mapping
from typing import Protocol

from drivers.scale.link import NoCommand, NotZero, Overload, ScaleError, Unsettled, Weight
from edge.devices.links import Links
from edge.model.reasons import Refusal
from edge.site import Site


class AnyScale(Protocol):
    """A scale of its own line, or a unit that weighs; both raise ScaleError."""

    async def weigh(self) -> Weight:
        """Return the settled weight."""
        ...

    async def zero(self) -> int:
        """Set it to zero; return the grams it showed before."""
        ...


class Scales:
    """Weighs at stations; `known` are the scales by device id."""

    def __init__(self, site: Site, known: Mapping[str, AnyScale], links: Links) -> None:
        self._site, self._known, self._links = site, known, links

    async def weigh(self, station: str) -> int:
        """Return the settled weight in grams at a station; raises Refusal `pack.scale_…`."""
        name, scale = self._at(station)
        try:
            grams = (await scale.weigh()).grams
        except ScaleError as error:
            raise _refusal(name, error) from error
        self._links.said(name, f"{grams} g")
        return grams

    async def zero(self, station: str) -> int:
        """Set a station's scale to zero, with nothing on it; return the grams it showed. Raises as `weigh` does."""
        name, scale = self._at(station)
        try:
            before = await scale.zero()
        except ScaleError as error:
            raise _refusal(name, error) from error
        self._links.said(name, "0 g")
        return before

    def _at(self, station: str) -> tuple[str, AnyScale]:
        name = self._site.station[station].scale or ""
        if name not in self._known:
            raise Refusal("pack.scale_silent", scale=name or station)
        return name, self._known[name]


def _refusal(scale: str, error: ScaleError) -> Refusal:
    match error:
        case Unsettled(grams=int(grams)):
            return Refusal("pack.scale_moving", scale=scale, grams=grams)
        case Overload():
            return Refusal("pack.scale_over", scale=scale)
        case NoCommand():
            return Refusal("pack.scale_no_command", scale=scale)
        case NotZero(grams=grams):
            return Refusal("pack.scale_not_zero", scale=scale, grams=grams)
    return Refusal("pack.scale_silent", scale=scale)
