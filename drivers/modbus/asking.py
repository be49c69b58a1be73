"""What every real port does alike: builds requests, sends each once, and judges the answer.

With tcp.py and rtu.py the only place that knows pymodbus (3.16.1, pinned: its bit order and names move between minors).
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence

from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest, WriteSingleCoilRequest
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

from drivers.modbus.port import Code, ModbusLost, Refused, Table

DEAD_UNIT_CODES = (Code.FAILURE, Code.GATEWAY_PATH, Code.GATEWAY_TARGET)
"""Answers that speak of the unit and not of the request: the unit is lost, not the point wrong (I63)."""

# The library reports every miss by itself; a link reports a loss once, in our own log.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)


class AskingPort(ABC):
    """A `ModbusPort` to one unit on a wire; how a request reaches it is the subclass's business."""

    def __init__(self, unit: int) -> None:
        self._unit = unit

    @property
    def changed(self) -> None:
        """Return None: a device on a wire must be polled."""
        return

    async def read_bits(self, table: Table, address: int, count: int) -> list[bool]:
        """Read coils or discrete inputs."""
        request = ReadCoilsRequest if table is Table.COIL else ReadDiscreteInputsRequest
        answer = await self._ask(request(address=address, count=count, dev_id=self._unit))
        # Bits come in whole bytes: up to seven more than asked for, never fewer.
        if not count <= len(answer.bits) < count + 8:
            raise self._nonsense(f"{len(answer.bits)} bits for {count}")
        return list(answer.bits[:count])

    async def read_words(self, table: Table, address: int, count: int) -> list[int]:
        """Read holding or input registers."""
        request = ReadHoldingRegistersRequest if table is Table.HOLDING else ReadInputRegistersRequest
        answer = await self._ask(request(address=address, count=count, dev_id=self._unit))
        if len(answer.registers) != count:
            raise self._nonsense(f"{len(answer.registers)} words for {count}")
        return list(answer.registers)

    async def write_coil(self, address: int, *, value: bool) -> None:
        """Write one coil."""
        await self._ask(WriteSingleCoilRequest(address=address, bits=[value], dev_id=self._unit))

    async def write_registers(self, address: int, values: Sequence[int]) -> None:
        """Write one register by function 6, several in one request by function 16."""
        request = WriteSingleRegisterRequest if len(values) == 1 else WriteMultipleRegistersRequest
        await self._ask(request(address=address, registers=list(values), dev_id=self._unit))

    @abstractmethod
    async def _exchange(self, request: ModbusPDU) -> ModbusPDU:
        """Send one request, once, and return its answer; ModbusLost or NoAnswer."""

    @abstractmethod
    def _distrust(self) -> None:
        """Make sure that nothing which still comes is taken for the next answer."""

    async def _ask(self, request: ModbusPDU) -> ModbusPDU:
        """Return the good answer to a request; an exception answer is raised as what it means."""
        answer = await self._exchange(request)
        if answer.function_code & 0x7F != request.function_code:
            raise self._nonsense(f"function {answer.function_code} for {request.function_code}")
        if not answer.isError():
            return answer
        code = answer.exception_code
        if code in DEAD_UNIT_CODES:
            raise ModbusLost(f"unit {self._unit} is dead behind its gateway: {Refused(code)}")
        raise Refused(code)

    def _nonsense(self, what: str) -> ModbusLost:
        self._distrust()
        return ModbusLost(f"unit {self._unit} sent nonsense: {what}")
