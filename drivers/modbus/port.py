"""What a Modbus unit can be asked, whatever carries it: TCP in the real world, memory in the virtual one.

Modbus Application Protocol 1.1b3 §6; addresses count from 0 as on the wire.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from enum import IntEnum, StrEnum
from typing import Protocol


class Table(StrEnum):
    """The four address spaces of a unit."""

    COIL = "coil"
    DISCRETE = "discrete"
    HOLDING = "holding"
    INPUT = "input"

    @property
    def bits(self) -> bool:
        """Tell whether it holds bits and not 16-bit words."""
        return self in (Table.COIL, Table.DISCRETE)

    @property
    def writable(self) -> bool:
        """Tell whether a master may write it."""
        return self in (Table.COIL, Table.HOLDING)


class Code(IntEnum):
    """Exception codes, Modbus Application Protocol 1.1b3 §7."""

    FUNCTION = 1
    ADDRESS = 2
    VALUE = 3
    FAILURE = 4
    BUSY = 6
    GATEWAY_PATH = 10
    GATEWAY_TARGET = 11


class ModbusLost(ConnectionError):
    """The unit cannot be reached, or talks nonsense."""


class NoAnswer(TimeoutError):
    """No answer in time; whether a write was executed is unknown (I54)."""


class Refused(Exception):
    """The unit answered with an exception code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exception {code} ({Code(code).name.lower() if code in list(Code) else 'unknown'})")
        self.code = code


class ModbusPort(Protocol):
    """A connection to one unit. Every call raises ModbusLost, NoAnswer or Refused."""

    @property
    def changed(self) -> asyncio.Event | None:
        """Return an event set when something may have changed, or None when only polling tells."""
        ...

    async def read_bits(self, table: Table, address: int, count: int) -> list[bool]:
        """Read coils or discrete inputs."""
        ...

    async def read_words(self, table: Table, address: int, count: int) -> list[int]:
        """Read holding or input registers."""
        ...

    async def write_coil(self, address: int, *, value: bool) -> None:
        """Write one coil."""
        ...

    async def write_registers(self, address: int, values: Sequence[int]) -> None:
        """Write holding registers in one request."""
        ...


Connect = Callable[[str, int], AbstractAsyncContextManager[ModbusPort]]
"""Open a port to a unit id at a `Dial` address; raises OSError when nobody answers."""
