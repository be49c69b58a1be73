"""Codes of the site's own on its shelves and goods."""

from pydantic import Field, field_validator

from drivers.codes.own import BadOwn, own_pattern
from edge.model.faults import Fault
from edge.site.forms import Id, Part, wrong


class OwnCode(Part):
    """What such a code looks like (drivers/codes/own.py)."""

    id: Id
    pattern: str = Field(max_length=200)

    @field_validator("pattern")
    @classmethod
    def _read(cls, value: str) -> str:
        try:
            own_pattern("", value)
        except BadOwn as bad:
            raise wrong(Fault.BAD_CODE, part=bad.part) from None
        return value
