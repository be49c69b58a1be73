"""The forms of what stands in a site file: ids, lengths, times, addresses, names in both languages."""

from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from edge.model.faults import Fault

ID = r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$"
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"
SERIAL = r"(baud=[1-9]\d*|bits=[5-8]|parity=[NEOneo]|stop=[12]|(rtscts|xonxoff)=[01]|turnaround=\d+)"
ADDRESS = (
    r"^(tcp://([^:/\[\]]+|\[[^\]/]+\]):\d+(\?framing=rtu)?|serial:/.+"
    r"|https?://([^:/\[\]]+|\[[^\]/]+\])(:\d+)?|mqtt:[^/+#\s][^+#\s]*)$"
)
COMPANY_PREFIX = r"^([0-9]{7}|[0-9]{9,10}|[0-35-9][0-9]{7}|4[0-46-8][0-9]{6})$"
UUID_FORM = r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
"""What texts of a site file look like; edge/siteshape.py knows what to say of one that does not."""

Id = Annotated[str, Field(pattern=ID, max_length=40)]
Millimetres = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]
Point = tuple[Millimetres, Millimetres]


def _clock_time(value: object) -> object:
    """YAML 1.1 reads 14:30 as the number 870 (base 60); take both."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value // 60:02d}:{value % 60:02d}"
    return value


ClockTime = Annotated[str, BeforeValidator(_clock_time), Field(pattern=CLOCK)]


def wrong(fault: Fault, **details: Any) -> PydanticCustomError:
    """Return a fault that the types cannot tell, for edge/siteshape.py."""
    return PydanticCustomError(fault.value, fault.value, details)


def address_parts(address: str) -> SplitResult | None:
    """Return the parts of an address, None for what is no IPv6 address or no port."""
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  raises ValueError
    except ValueError:
        return None
    return parts


def dials(address: str, *schemes: str) -> bool:
    """Say whether an address names a host and how to speak to it."""
    parts = address_parts(address)
    return parts is not None and parts.scheme in schemes and bool(parts.hostname)


class Part(BaseModel):
    """Something in the site file; unknown keys are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Part):
    """A name in both languages."""

    ja: str
    en: str

    def of(self, language: str) -> str:
        """Return the name in `ja` or `en`."""
        return self.ja if language == "ja" else self.en
