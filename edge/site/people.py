"""Who works here, and when."""

from typing import Literal

from edge.model.states import Role
from edge.site.forms import ClockTime, Id, Part, Text


class Shift(Part):
    """When people work, local time."""

    id: Id
    start: ClockTime
    end: ClockTime


class Worker(Part):
    """Somebody who works here; badge and PIN are set with `genba user`, never here."""

    id: Id
    name: Text
    roles: list[Role]
    language: Literal["ja", "en"] = "ja"
