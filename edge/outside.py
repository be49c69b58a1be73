"""The ways to the outside that the edge is given: real sockets and serial ports, or the memory of a virtual world."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import httpx

from drivers.modbus.port import ModbusPort
from drivers.mqtt.port import Connect
from drivers.ports import Dial


@dataclass(frozen=True, slots=True)
class Outside:
    """How the edge reaches devices, the broker and the WMS."""

    dial: Dial
    mqtt: Connect
    modbus: Callable[[str, int], AbstractAsyncContextManager[ModbusPort]]
    http: httpx.AsyncClient
