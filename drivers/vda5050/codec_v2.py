"""The wire format of VDA 5050 2.x, JSON over MQTT (VDA 5050 2.1 §6.1-§6.5): the internal model as it stands.

Sends exactly what the schemas of 2.1.0 ask for.
"""

from typing import Any

import msgspec

from drivers.vda5050.messages import (
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
CODEC = Codec(VERSION, BODIES, INSTEAD_OF_NULL, fractions=2)

encode = CODEC.encode
decode = CODEC.decode


def pack(order: Order) -> bytes:
    """Return an order without header, for keeping."""
    return _encoder.encode(order)


def unpack(data: bytes) -> Order:
    """Read what `pack` made; raises Refused."""
    try:
        return _orders.decode(data)
    except msgspec.DecodeError as exc:
        raise Refused("malformed", str(exc)) from exc


_encoder = msgspec.json.Encoder()
_orders = msgspec.json.Decoder(Order)
