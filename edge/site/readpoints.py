"""Read points: readers at a shelf, over a buffer, at a lane, that tell which tags stand there."""

from typing import Annotated, Literal

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from edge.model.faults import Fault
from edge.site.forms import Id, Part, Text, wrong

Seconds = Annotated[int, Field(ge=0, le=86_400)]


class GoneAfter(Part):
    """Seconds a tag may be silent before it counts as gone: in between, by how it was read so far (I12, I22)."""

    least: Seconds = 20
    """So long is waited for a tag that is read all the time,"""
    most: Seconds = 120
    """and so long for one that is hardly read, or new."""


def _bounds(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """A plain number of seconds is a fixed time; tell one fault of what is neither, where pydantic would tell two."""
    if isinstance(value, dict | GoneAfter):
        return handler(value)
    try:
        return handler({"least": value, "most": value})
    except ValidationError:
        raise wrong(Fault.READ_GONE_AFTER) from None


class ReadReport(Part):
    """One list of tags that a read point tells."""

    set: Literal["current", "additions", "deletions"]
    """Those there, those that came, those that went since the last report."""
    if_empty: bool | None = None
    """It is told without any tag, too; left out: `current` is."""
    only_on_change: bool | None = None
    """It is not told when it lists the same tags as the last time; left out: `current` is not."""

    @property
    def told_empty(self) -> bool:
        """Whether it is told without any tag."""
        return self.set == "current" if self.if_empty is None else self.if_empty

    @property
    def told_once(self) -> bool:
        """Whether it is not told again while it stays the same."""
        return self.set == "current" if self.only_on_change is None else self.only_on_change


class ReadPoint(Part):
    """A place whose readers tell in cycles which tags came, went and are there."""

    id: Id
    name: Text
    readers: list[Id] = Field(min_length=1)
    """Readers of no gate and no other read point; what several read counts once."""
    io: Id | None = None
    """The Modbus unit that has `start` and `stop`."""
    start: str | None = None
    """The point that begins a cycle when it goes on."""
    stop: str | None = None
    """The point that ends it when it goes on; where it is `start` too, when that goes off."""
    repeat: int | None = Field(default=None, ge=1, le=86_400)
    """A cycle begins so many seconds after the beginning of the last."""
    duration: int | None = Field(default=None, ge=1, le=86_400)
    """It ends after so many seconds,"""
    stable: int | None = Field(default=None, ge=1, le=86_400)
    """or when for so many no tag was read that it had not read before,"""
    data_available: bool = False
    """or as soon as one is read."""
    reports: list[ReadReport] = Field(default=[ReadReport(set="additions"), ReadReport(set="deletions")], min_length=1)
    include: list[str] = Field(default=[])
    """Patterns (drivers/rfid/patterns.py): only tags that fit one of them count,"""
    exclude: list[str] = Field(default=[])
    """and none that fits one of these."""
    gone_after: Annotated[GoneAfter, WrapValidator(_bounds, json_schema_input_type=Seconds | GoneAfter)] = GoneAfter()
    most_an_hour: int = Field(default=120, ge=1, le=3600)
    """Reports: what comes beyond waits, and is told together with the next that is let through."""
