"""Whose goods are kept here, and who takes them away and when."""

from typing import Literal

from edge.site.forms import ClockTime, Id, Part, Text


class Owner(Part):
    """A client whose goods are kept here (荷主)."""

    id: Id
    name: Text
    on_short: Literal["ship_partial", "cancel", "hold"] = "ship_partial"


class Carrier(Part):
    """Who takes parcels away."""

    id: Id
    name: Text
    reprint: Literal["same_number", "new_number"] = "same_number"
    """Whether a parcel whose label is printed anew keeps the carrier's number."""


class CutOff(Part):
    """The local time by which a carrier's parcels must be through the gate."""

    id: Id
    carrier: Id
    at: ClockTime
