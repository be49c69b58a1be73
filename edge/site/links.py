"""Who outside the site it speaks with: the WMS, the broker, fleet managers, robots that others drive."""

from typing import Annotated

from pydantic import Field, field_validator

from edge.model.faults import Fault
from edge.site.forms import UUID_FORM, Millimetres, Part, dials, wrong


class Wms(Part):
    """The central WMS; `secret` names the token it accepts from us, `ca_file` holds who vouches for an https one."""

    url: str
    secret: str = "wms_token"  # noqa: S105  a name
    ca_file: str = ""

    @field_validator("url")
    @classmethod
    def _called(cls, value: str) -> str:
        if not dials(value, "http", "https"):
            raise wrong(Fault.BAD_WMS)
        return value


class Broker(Part):
    """The MQTT broker; `secret` names our password there, `ca_file` holds who vouches for an mqtts one."""

    url: str = "mqtt://127.0.0.1:1883"
    user: str = "edge"
    secret: str = "broker_password"  # noqa: S105  a name
    interface: str = "uagv"
    ca_file: str = ""

    @field_validator("url")
    @classmethod
    def _dialled(cls, value: str) -> str:
        if not dials(value, "mqtt", "mqtts"):
            raise wrong(Fault.BAD_BROKER)
        return value


class FleetManager(Part):
    """The fleet management system of the robots' maker; `secret` and `callback_secret` name our token and its key."""

    url: str
    secret: str = "fms_token"  # noqa: S105  a name
    callback_secret: str = "fms_callback"  # noqa: S105  a name

    @field_validator("url")
    @classmethod
    def _called(cls, value: str) -> str:
        if not dials(value, "http", "https"):
            raise wrong(Fault.BAD_FMS)
        return value


class Datum(Part):
    """Coordinates in which robots of other drivers report (planarDatum), as they lie in the site's.

    `x` and `y` are where its origin is, `rotation` is the angle from the site's x axis to its own, in degrees
    counter-clockwise.
    """

    id: Annotated[str, Field(pattern=UUID_FORM)]
    x: Millimetres = 0
    y: Millimetres = 0
    rotation: float = Field(default=0, ge=-360, le=360)


class ForeignRobots(Part):
    """Robots that others drive and that report themselves here (MassRobotics AMR Interoperability Standard)."""

    silent_seconds: int = Field(default=30, ge=2, le=3600)
    """A robot that says nothing for this long is shown as silent; the standard's own sender reports every second."""
    datums: list[Datum] = Field(default=[])
