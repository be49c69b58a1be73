"""The wire format of VDA 5050 2.x, JSON over MQTT (VDA 5050 2.1 §6.1-§6.5).

Strict about who speaks (R96), tolerant of nulls, unknown fields and sloppy timestamps on input (R74, R75, R97); sends
exactly what the schemas of 2.1.0 ask for. The patch and minor version of the other side do not matter (R04).
"""

import re
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from drivers.vda5050.messages import (
    Body,
    Connection,
    Factsheet,
    Header,
    InstantActions,
    Order,
    RobotId,
    State,
    Visualization,
)
from drivers.vda5050.topics import Topic

VERSION = "2.1.0"
OLD = "2.0.0"
"""What robots of 2.0 want to read in the header: some refuse all else (R111)."""
MAJOR = "v2"
OLD_ACTIONS = "instantActions"
"""The key of 1.1 for instant actions; some robots and masters of 2.0 still read no other (R76)."""
DEVIATION = re.compile(rb'"allowedDeviationXY":([0-9.eE+-]+)')
LARGEST = 1_000_000
"""Bytes of a message at most: a state of a thousand nodes has a tenth of it."""

B = TypeVar("B", bound=Body)

BODIES: dict[Topic, type[Body]] = {
    Topic.ORDER: Order,
    Topic.INSTANT_ACTIONS: InstantActions,
    Topic.STATE: State,
    Topic.VISUALIZATION: Visualization,
    Topic.CONNECTION: Connection,
    Topic.FACTSHEET: Factsheet,
}
INSTEAD_OF_NULL: dict[str, Any] = {
    "orderId": "",
    "orderUpdateId": 0,
    "lastNodeId": "",
    "lastNodeSequenceId": 0,
    "nodeStates": [],
    "edgeStates": [],
    "actionStates": [],
    "errors": [],
    "nodes": [],
    "edges": [],
    "actions": [],
}
"""What a null means in a required field: the value the standard gives for "none". A missing field stays an error."""


class Refused(ValueError):
    """A message that cannot be taken; `code` is stable, the text is for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Received(NamedTuple, Generic[B]):
    """A decoded message; `sloppy` when it broke the standard in a way we survive."""

    header: Header
    body: B
    sloppy: bool = False


def encode(robot: RobotId, body: Body, header_id: int, at: datetime, version: str = VERSION) -> bytes:
    """Return the message with its header, for a robot that speaks `version`; `at` must be aware."""
    header = _encoder.encode(
        Header(
            header_id=header_id % 2**32,
            timestamp=stamp(at),
            version=version,
            manufacturer=robot.manufacturer,
            serial_number=robot.serial,
        )
    )
    rest = _encoder.encode(body)
    if version == OLD:
        rest = _in_old_words(body, rest)
    return header if rest == b"{}" else header[:-1] + b"," + rest[1:]


def answering(version: str | None) -> str:
    """Return the version in which to speak to a robot that says it speaks `version` (R111)."""
    return OLD if version is not None and version.lstrip("vV").startswith("2.0.") else VERSION


def decode(topic: Topic, robot: RobotId, payload: bytes) -> Received[Any]:
    """Read a message that came on a robot's topic; raises Refused."""
    if len(payload) > LARGEST:
        raise Refused("too_large", f"{len(payload)} bytes, {LARGEST} at most")
    sloppy = False
    try:
        header = _headers.decode(payload)
        body = _decoders[topic].decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        header, body = _decode_tolerantly(topic, payload)
        sloppy = True
    _check(topic, robot, header)
    if header.timestamp is not None and not header.timestamp.endswith("Z"):
        sloppy = True
    return Received(header, body, sloppy)


def pack(order: Order) -> bytes:
    """Return an order without header, for keeping."""
    return _encoder.encode(order)


def unpack(data: bytes) -> Order:
    """Read what `pack` made; raises Refused."""
    try:
        return _orders.decode(data)
    except msgspec.DecodeError as exc:
        raise Refused("malformed", str(exc)) from exc


def stamp(at: datetime) -> str:
    """Return the wire form of a time: UTC, hundredths of a second, Z (R74)."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return f"{_encoder.encode(utc)[1:20].decode()}.{utc.microsecond // 10_000:02}Z"


def read_stamp(text: str | None) -> datetime | None:
    """Read a timestamp; one without zone is taken as UTC (R74), rubbish is None."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _in_old_words(body: Body, encoded: bytes) -> bytes:
    """Say again what robots of 2.0 may know under another name: vda-5050-lib reads only the second."""
    if isinstance(body, InstantActions):
        return encoded[:-1] + b"," + _encoder.encode({OLD_ACTIONS: body.actions})[1:]
    return DEVIATION.sub(rb'\g<0>,"allowedDeviationXy":\1', encoded) if isinstance(body, Order) else encoded


def _check(topic: Topic, robot: RobotId, header: Header) -> None:
    told = (header.manufacturer, header.serial_number)
    if told != robot and not (topic is Topic.VISUALIZATION and told == (None, None)):
        raise Refused("identity", f"payload says {told[0]}/{told[1]}, topic says {robot}")
    version = header.version
    if version is not None and not version.lstrip("vV").startswith("2."):
        raise Refused("version", f"version {version} does not belong on a {MAJOR} topic")


def _decode_tolerantly(topic: Topic, payload: bytes) -> tuple[Header, Body]:
    try:
        raw = _without_nulls(msgspec.json.decode(payload))
        if topic is Topic.INSTANT_ACTIONS and isinstance(raw, dict) and OLD_ACTIONS in raw:
            raw.setdefault("actions", raw[OLD_ACTIONS])
        return msgspec.convert(raw, Header), msgspec.convert(raw, BODIES[topic])
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as exc:
        raise Refused("malformed", str(exc)) from exc


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: INSTEAD_OF_NULL.get(key) if item is None else _without_nulls(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value


_encoder = msgspec.json.Encoder()
_headers = msgspec.json.Decoder(Header)
_orders = msgspec.json.Decoder(Order)
_decoders = {topic: msgspec.json.Decoder(body) for topic, body in BODIES.items()}
