"""Modbus over whatever wire an address names: TCP, or RTU on a serial line, be it of this machine or a converter's."""

from contextlib import AbstractAsyncContextManager

from drivers.modbus.port import ModbusPort
from drivers.modbus.rtu import ModbusRtu
from drivers.modbus.tcp import ModbusTcp
from drivers.ports import Dial


class Modbus:
    """Opens ports: the `Connect` of the real world."""

    def __init__(self, dial: Dial) -> None:
        """Take the way to serial ports and converters."""
        self._rtu = ModbusRtu(dial)
        self._tcp = ModbusTcp()

    def connect(self, address: str, unit: int) -> AbstractAsyncContextManager[ModbusPort]:
        """Open `tcp://host:port`, `serial:/dev/ttyX?baud=9600` or `tcp://host:port?framing=rtu` to one unit id."""
        rtu = address.startswith("serial:") or address.endswith("?framing=rtu")
        return (self._rtu if rtu else self._tcp).connect(address, unit)
