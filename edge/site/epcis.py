"""How what happens here is told in the words of GS1's EPCIS 2.0, and to which repository."""

from pydantic import Field, field_validator

from drivers.codes.digits import mod10_holds
from edge.model.faults import Fault
from edge.site.forms import Part, address_parts, dials, wrong

GLN_DIGITS = 13


class Epcis(Part):
    """What the site and its things are called there, and who is told.

    `secret` names our token at the repository, `ca_file` holds who vouches for an https one.
    """

    gln: str = ""
    """The site's GLN (GS1 key of a location); gates, stations, read points and locations become its extensions."""
    base: str = ""
    """A web address of the site's owner; what has no GS1 key is named under it."""
    url: str = ""
    """Where the repository's capture interface is, `{url}/capture`; without it nobody is told."""
    secret: str = Field(default="epcis_token")
    ca_file: str = ""

    @field_validator("gln")
    @classmethod
    def _checked(cls, value: str) -> str:
        if value and (len(value) != GLN_DIGITS or not mod10_holds(value)):
            raise wrong(Fault.BAD_GLN)
        return value

    @field_validator("base")
    @classmethod
    def _plain(cls, value: str) -> str:
        parts = address_parts(value)
        if value and (not dials(value, "http", "https") or parts is None or parts.query or parts.fragment):
            raise wrong(Fault.BAD_BASE)
        return value.rstrip("/")

    @field_validator("url")
    @classmethod
    def _called(cls, value: str) -> str:
        if value and not dials(value, "http", "https"):
            raise wrong(Fault.BAD_EPCIS)
        return value
