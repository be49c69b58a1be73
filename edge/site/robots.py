"""Robots: their types, their maps, their places in the fleet."""

from math import ceil, hypot
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator

from edge.model.faults import Fault
from edge.site.forms import Id, Part, dials, wrong


def _version(value: object) -> object:
    """YAML reads 3.0 as a number; take both."""
    return str(value) if isinstance(value, float) else value


ProtocolVersion = Annotated[Literal["2.0", "2.1", "3.0"], BeforeValidator(_version)]


class Footprint(Part):
    """The ground a robot covers, in mm, with its load and all that stands out."""

    length: int = Field(ge=100, le=10_000)
    width: int = Field(ge=100, le=10_000)

    @property
    def across(self) -> int:
        """The circle in which it turns on the spot, in mm."""
        return ceil(hypot(self.length, self.width))


class RobotMap(Part):
    """A map that robots of a type should have enabled; they fetch it from `link` themselves."""

    id: str
    version: str = Field(min_length=1)
    link: str
    hash: str = ""
    """What the robot checks the file by; how, its maker says."""

    @field_validator("link")
    @classmethod
    def _leads(cls, value: str) -> str:
        if not dials(value, "http", "https", "ftp", "ftps", "sftp"):
            raise wrong(Fault.BAD_LINK)
        return value


class RobotType(Part):
    """What all robots of a type can do; speed mm/s, battery in percent.

    With `vda5050` they are heard in that version only, without it in the one they speak.
    """

    id: Id
    driver: Literal["vda5050", "fms"] = "vda5050"
    totes: int = Field(ge=0, le=50)
    footprint: Footprint | None = None
    speed: int = Field(default=1500, ge=50, le=5000)
    battery_hours: float = Field(default=8, gt=0, le=1000)
    battery_wh: int | None = Field(default=None, ge=1, le=1_000_000)
    charge_below: int = Field(default=25, ge=5, le=90)
    charge_to: int = Field(default=80, ge=20, le=100)
    vda5050: ProtocolVersion | None = None
    maps: list[RobotMap] = Field(default=[])


class RobotUnit(Part):
    """A place in the fleet: the machine that has it is named here, or taken into service by a supervisor."""

    id: Id
    type: Id
    manufacturer: Id | None = None
    serial: Id | None = None
    home: Id

    @property
    def machine(self) -> tuple[str, str] | None:
        """The machine that is named here, by manufacturer and serial; None when the place is given by supervisors."""
        return None if self.manufacturer is None or self.serial is None else (self.manufacturer, self.serial)
