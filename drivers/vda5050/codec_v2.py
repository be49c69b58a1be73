"""The wire format of VDA 5050 2.x, JSON over MQTT (VDA 5050 2.1 §6.1-§6.5): the internal model as it stands.

Sends exactly what the schemas of 2.1.0 ask for, and to robots of 2.0 some of it under two names.
"""

import re
from typing import Any

import msgspec

from drivers.vda5050.messages import (
    Body,
    Connection,
    Factsheet,
    InstantActions,
    Order,
    Part,
    State,
    Visualization,
)
from drivers.vda5050.topics import Topic
from drivers.vda5050.wire import Codec, Refused

VERSION = "2.1.0"
OLD = "2.0.0"
"""What robots of 2.0 want to read in the header: some refuse all else (R111)."""
OLD_ACTIONS = "instantActions"
"""The key of 1.1 for instant actions; some robots and masters of 2.0 still read no other (R76)."""
DEVIATION = re.compile(rb'"allowedDeviationXY":([0-9.eE+-]+)')
BODIES: dict[Topic, type[Part]] = {
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


def _in_old_words(body: Body, encoded: bytes) -> bytes:
    """Say again what robots of 2.0 may know under another name: vda-5050-lib reads only the second."""
    if isinstance(body, InstantActions):
        return encoded[:-1] + b"," + _encoder.encode({OLD_ACTIONS: body.actions})[1:]
    return DEVIATION.sub(rb'\g<0>,"allowedDeviationXy":\1', encoded) if isinstance(body, Order) else encoded


_encoder = msgspec.json.Encoder()
_orders = msgspec.json.Decoder(Order)

ALIASES = {Topic.INSTANT_ACTIONS: {OLD_ACTIONS: "actions"}}
CODEC = Codec(VERSION, BODIES, INSTEAD_OF_NULL, fractions=2, aliases=ALIASES)
OLD_CODEC = Codec(OLD, BODIES, INSTEAD_OF_NULL, fractions=2, aliases=ALIASES, rephrase=_in_old_words)

encode = CODEC.encode
decode = CODEC.decode


def answering(version: str | None) -> Codec:
    """Return how to speak to a robot that says it speaks `version` (R111)."""
    return OLD_CODEC if version is not None and version.lstrip("vV").startswith("2.0.") else CODEC


def pack(order: Order) -> bytes:
    """Return an order without header, for keeping."""
    return _encoder.encode(order)


def unpack(data: bytes) -> Order:
    """Read what `pack` made; raises Refused."""
    try:
        return _orders.decode(data)
    except msgspec.DecodeError as exc:
        raise Refused("malformed", str(exc)) from exc
