"""The ways to the outside that the edge is given: real sockets and serial ports, or the memory of a virtual world."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from drivers.modbus.port import Connect as ModbusConnect
from drivers.mqtt.port import Connect as MqttConnect
from drivers.ports import Dial


@dataclass(frozen=True, slots=True)
class Outside:
    """How the edge reaches devices, the broker and the WMS."""

    dial: Dial
    mqtt: MqttConnect
    modbus: ModbusConnect
    http: httpx.AsyncClient
    repository: httpx.AsyncClient | None = None
    """How the EPCIS repository is reached; None: as the WMS is."""
    secret: Callable[[str], str] = str
    """Gives the password of a name; by itself nobody asks for one."""
    trust: Callable[[str], ssl.SSLContext] = lambda file: ssl.create_default_context(cafile=file or None)
    """Gives TLS that trusts the authority in a file, or without one those that the machine knows."""
