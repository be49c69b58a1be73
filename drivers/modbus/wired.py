"""Modbus over whatever wire an address names: TCP, or RTU on a serial line."""

from contextlib import AbstractAsyncContextManager

from drivers.modbus.port import ModbusPort
from drivers.modbus.rtu import ModbusRtu
from drivers.modbus.tcp import ModbusTcp
from drivers.ports import Dial


class Modbus:
    """Opens ports: the `Connect` of the real world."""

    def __init__(self, dial: Dial) -> None:
        """Take the way to serial ports."""
        self._rtu = ModbusRtu(dial)
        self._tcp = ModbusTcp()

    def connect(self, address: str, unit: int) -> AbstractAsyncContextManager[ModbusPort]:
        """Open `tcp://host:port` or `serial:/dev/ttyX?baud=9600` to one unit id."""
        return (self._rtu if address.startswith("serial:") else self._tcp).connect(address, unit)
