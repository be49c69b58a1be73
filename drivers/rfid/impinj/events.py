"""Events of an Impinj reader's stream as the interface describes them (Impinj Reader Configuration REST API 1.6).

https://platform.impinj.com/fileMedia/download/7c7c6030-070f-4510-a919-6cff57597081; every field of a tag event is
optional there (I19).
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from drivers.rfid import told
from drivers.rfid.clock import Stamp
from drivers.rfid.port import Trouble

TROUBLES: Mapping[str, Trouble] = {
    "antennaDisconnectedEvent": Trouble.ANTENNA_LOST,
    "overflowEvent": Trouble.BUFFER_FULL,
    "diagnosticEvent": Trouble.EXCEPTION,
}
STOPPED = ("inventoryTerminatedEvent", "inventoryStatusEvent")
"""Events after which the reader is asked whether it still reads."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag read once by one antenna (`tagInventoryEvent`); antenna 0 and None are what was not told."""

    epc: str
    bits: int
    antenna: int
    rssi_dbm: int | None
    at: Stamp | None


@dataclass(frozen=True, slots=True)
class Happening:
    """Anything else that the reader tells by itself."""

    name: str
    trouble: Trouble | None
    detail: str
    stopped: bool


def read(line: bytes) -> Tag | Happening:
    """Read one line of the stream; ValueError when it makes no sense."""
    event = told.an_object(told.parsed(line))
    body = event.get("tagInventoryEvent")
    if isinstance(body, dict):
        return _tag(event, body)
    name = next((key for key, value in event.items() if key.endswith("Event") and isinstance(value, dict)), "")
    if not name:
        raise ValueError("no event in it")
    return Happening(name, TROUBLES.get(name), json.dumps(event[name]), name in STOPPED)


def _tag(event: dict[str, Any], body: dict[str, Any]) -> Tag:
    epc = body.get("epcHex")
    if not epc and isinstance(body.get("epc"), str):
        epc = base64.b64decode(body["epc"], validate=True).hex()
    code = told.code(epc)
    return Tag(
        epc=code,
        bits=4 * len(code),
        antenna=told.whole(body.get("antennaPort")) or 0,
        rssi_dbm=told.rounded(body.get("peakRssiCdbm"), 100),
        at=told.stamp(body.get("lastSeenTime")) or told.stamp(event.get("timestamp")),
    )
