"""What is connected: readers, Modbus units and their points, printers, scales, scanners."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
    model_validator,
)

from drivers.modbus.profiles import LONGEST_SERIES, PROFILES, with_profile
from edge.model.faults import Fault
from edge.site.forms import ADDRESS, SERIAL, Id, Part, address_parts, wrong


def _either(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """Tell one fault of what is neither a bit nor a number, where pydantic would tell two."""
    try:
        return handler(value)
    except ValidationError:
        raise wrong(Fault.NOT_SIGNAL) from None


Signal = Annotated[bool | int | float, WrapValidator(_either)]


class IoPoint(Part):
    """One signal of a Modbus unit; where it lies may stand in the device's profile."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=lambda schema: schema.pop("required"))

    table: Literal["coil", "discrete", "holding", "input"]
    address: int = Field(ge=0, le=65535)
    type: Literal["bool", "uint16", "int16", "uint32", "int32", "float32"] = "bool"
    base: Literal[0, 1] = 0
    invert: bool = False
    words: Literal["high_first", "low_first"] = "high_first"
    bit: int | None = Field(default=None, ge=0, le=15)
    scale: float = 1
    counter: bool = False
    heartbeat: float | None = Field(default=None, gt=0)
    safe: Signal | None = None
    valid: float | None = Field(default=None, gt=0)
    write_bits: int = Field(default=0, ge=0, le=0xFFFF)
    count: int | None = Field(default=None, ge=1, le=LONGEST_SERIES, exclude=True)
    """Of a name with `{n}`: so many points, numbered from 1, one behind the other."""
    step: int | None = Field(default=None, ge=1, le=0xFFFF, exclude=True)
    """Addresses from one of them to the next."""


PROTOCOLS: Mapping[str, Sequence[str]] = {
    "rfid": ("llrp", "impinj", "zebra", "chafon"),
    "scale": ("and", "sics", "continuous"),
}
"""What devices of a kind may speak, the usual first."""


class Device(Part):
    """Something connected; `address` is tcp://host:port, tcp://[IPv6]:port or serial:/dev/…?baud=9600.

    `tcp://host:port?framing=rtu` is a serial line of Modbus units behind a converter. Readers may also be at
    http://host or https://host, or below a topic of the site's broker, mqtt:readers/name.
    """

    id: Id
    kind: Literal["rfid", "modbus", "zpl", "scale", "scanner"]
    address: str = Field(pattern=ADDRESS)
    protocol: Literal["llrp", "impinj", "zebra", "chafon", "and", "sics", "continuous"] | None = Field(
        default=None, validate_default=True
    )
    """What a reader or a scale speaks; left out: the first of its kind in PROTOCOLS."""
    antennas: list[int] = Field(default=[1])
    session: int = Field(default=1, ge=0, le=3)
    """Gen2 inventory session of a reader."""
    user: str = "root"
    secret: str = "reader_password"  # noqa: S105  a name
    """Who reads at an Impinj reader, and the name of the password."""
    ca_file: str = ""
    """Who vouches for a reader at an https:// address."""
    unit: int = Field(default=1, ge=0, le=255)
    poll: int = Field(default=50, ge=10, le=60_000)
    profile: str | None = None
    points: dict[str, IoPoint] = Field(default={})
    watchdog: str | None = None
    station: Id | None = None
    """The station or dock where a scanner stands: what it reads counts for whoever works there."""
    prefix: str = Field(default="", max_length=8)
    suffix: str = Field(default="", max_length=8)
    """What a scanner sets before and behind each code: it is taken off, and what comes without is no code."""
    terminated: bool = True
    """A scanner ends its codes by CR, LF or Tab; if not, silence ends them."""
    gap: int | None = Field(default=None, ge=5, le=10_000)
    """Milliseconds of silence that end a code, or the wait for the rest of a broken one; left out: the driver's own."""
    bounce: int = Field(default=300, ge=0, le=10_000)
    """Milliseconds in which the same code again is the same scan (I45)."""
    separator: str = Field(default="", max_length=4)
    """What stands between the codes of a scanner that sees several at once."""
    no_read: list[Annotated[str, Field(min_length=1, max_length=80)]] = Field(default=[], max_length=8)
    """A scanner's own words for having seen nothing, beside the usual ones."""
    dpi: Literal[203, 300, 600] = 203
    """Print head of a label printer."""

    @property
    def speaks(self) -> str:
        """The protocol of a reader or a scale; of anything else its kind."""
        return self.protocol or self.kind

    @field_validator("protocol")
    @classmethod
    def _spoken(cls, value: str | None, device: ValidationInfo) -> str | None:
        spoken = PROTOCOLS.get(device.data.get("kind", ""), ())
        if value is None:
            return spoken[0] if spoken else None
        if value not in spoken:
            raise wrong(
                Fault.NO_PROTOCOL, protocol=value, kind=device.data.get("kind", "?"), known=", ".join(spoken) or "-"
            )
        return value

    @field_validator("profile")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and value not in PROFILES:
            raise wrong(Fault.NO_PROFILE, profile=value, known=", ".join(PROFILES))
        return value

    @model_validator(mode="before")
    @classmethod
    def _joined(cls, data: Any) -> Any:
        """Join the points of the profile with those that stand here, each of a series; what is none the types tell."""
        points = data.get("points", {}) if isinstance(data, dict) else None
        if not isinstance(points, dict) or not all(isinstance(point, dict) for point in points.values()):
            return data
        profile = data.get("profile")
        known = profile in [None, *PROFILES]
        return {**data, "points": with_profile(profile, points)} if known and (profile or points) else data

    @field_validator("address")
    @classmethod
    def _dialled(cls, value: str, device: ValidationInfo) -> str:
        framed = "?" in value and device.data.get("kind") != "modbus"
        if value.startswith(("tcp:", "http")) and (framed or address_parts(value) is None):
            raise wrong(Fault.BAD_ADDRESS)
        options = value.partition("?")[2].split("&") if value.startswith("serial:") and "?" in value else []
        for option in options:
            if not re.fullmatch(SERIAL, option):
                raise wrong(Fault.BAD_SERIAL, option=option)
        return value
