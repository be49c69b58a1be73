"""Messages of Zebra's IoT Connector over MQTT, as its documentation describes them.

All below https://zebradevs.github.io/rfid-ziotc-docs/: commands and responses in _static/raw_mqtt_payloads/, operating
modes in controlling_operating_modes/, what `tagMetaData` and `reportFilter` do in migration/RFIDAPI3/tagstorage.html.
Only `eventNum` is sure to be in a tag event (I19).
"""

import json
from dataclasses import dataclass
from typing import Any

from drivers.rfid import told
from drivers.rfid.clock import Stamp

POPULATION = 64
"""Tags expected in the field at once: a pallet of parcels."""


@dataclass(frozen=True, slots=True)
class Topics:
    """Where one reader talks; the names below `base` are those that docs/devices/rfid.md has entered at the reader."""

    base: str

    def command(self, interface: str) -> str:
        """Return where commands to `management` or `control` go."""
        return f"{self.base}/{interface}/command"

    def response(self, interface: str) -> str:
        """Return where their answers come."""
        return f"{self.base}/{interface}/response"

    @property
    def events(self) -> str:
        """Return where management events come: heartbeats, errors, warnings."""
        return f"{self.base}/management/event"

    @property
    def data(self) -> str:
        """Return where tags come."""
        return f"{self.base}/data/event"


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag event; antenna 0 and None are what was not told."""

    number: int | None
    epc: str
    bits: int
    antenna: int
    rssi_dbm: int | None
    at: Stamp | None
    time: str
    count: int
    pc: int | None


def mode(*, antennas: tuple[int, ...], session: int) -> dict[str, Any]:
    """Return the operating mode of our inventory: every read by itself, with all that we use; power stays as it is."""
    wanted: dict[str, Any] = {
        "type": "CUSTOM",
        "query": {"tagPopulation": POPULATION, "sel": "ALL", "session": f"S{session}", "target": "A"},
        "tagMetaData": ["ANTENNA", "RSSI", "SEEN_COUNT", "PC"],
        "reportFilter": {"type": "PER_ANTENNA", "duration": 0},
    }
    return {**wanted, "antennas": list(antennas)} if antennas else wanted


def command(name: str, number: str, payload: dict[str, Any]) -> bytes:
    """Return a command; the reader echoes its number."""
    return json.dumps({"command": name, "command_id": number, "payload": payload}).encode()


def objects(payload: bytes) -> list[dict[str, Any]]:
    """Return the events in a message: one, or several where the reader batches; ValueError for what is neither."""
    body = told.parsed(payload)
    return [told.an_object(one) for one in (body if isinstance(body, list) else [body])]


def tag(event: dict[str, Any]) -> Tag:
    """Read a tag event; ValueError when it names no tag."""
    data = told.an_object(event.get("data"))
    epc = told.code(data.get("idHex"))
    return Tag(
        number=told.whole(data.get("eventNum")),
        epc=epc,
        bits=4 * len(epc),
        antenna=told.whole(data.get("antenna")) or 0,
        rssi_dbm=told.rounded(data.get("peakRssi")),
        at=told.stamp(event.get("timestamp")),
        time=str(event.get("timestamp")),
        count=max(told.whole(data.get("reads")) or 1, 1),
        pc=_control_word(data.get("PC")),
    )


def _control_word(value: object) -> int | None:
    """Return the protocol control word of a tag, if it was told."""
    try:
        return int(told.code(value), 16)
    except ValueError:
        return None
