"""Modbus over TCP: the only place that knows pymodbus (3.16.1, pinned: its bit order and names move between minors).

Its own retries, reconnects and long time-outs are all switched off (I53): a request is sent once, and after a missing
answer the socket is thrown away, so that no late frame can ever meet a later request (I57).
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException, ModbusIOException
from pymodbus.pdu import ModbusPDU

from drivers.modbus.port import Code, ModbusLost, ModbusPort, NoAnswer, Refused, Table

ANSWER_TIME = 0.3
"""Seconds for a connection or an answer: ten times the slowest healthy module on a LAN (I53, P52)."""
DEAD_UNIT_CODES = (Code.FAILURE, Code.GATEWAY_PATH, Code.GATEWAY_TARGET)
"""Answers that speak of the unit and not of the request: the unit is lost, not the point wrong (I63)."""

# The library reports every miss by itself; a link reports a loss once, in our own log.
logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)


class ModbusTcp:
    """Opens ports. Units behind one address share a line, which carries one request at a time (I56)."""

    def __init__(self, answer_time: float = ANSWER_TIME) -> None:
        self._answer_time = answer_time
        self._lines: dict[str, asyncio.Lock] = {}

    @contextlib.asynccontextmanager
    async def connect(self, address: str, unit: int) -> AsyncIterator[ModbusPort]:
        """Open `tcp://host:port` to one unit id (0-255); ModbusLost when nobody answers."""
        port = _TcpPort(address, unit, self._lines.setdefault(address, asyncio.Lock()), self._answer_time)
        try:
            await port.open()
            yield port
        finally:
            port.close()


class _TcpPort:
    """One unit; a fresh socket after every missing answer."""

    def __init__(self, address: str, unit: int, line: asyncio.Lock, answer_time: float) -> None:
        parts = urlsplit(address)
        if parts.scheme != "tcp" or not parts.hostname:
            raise ValueError(f"{address!r} is no Modbus address: write tcp://host:port")
        self._host = parts.hostname
        self._tcp_port = parts.port or 502
        self._unit = unit
        self._line = line
        self._answer_time = answer_time
        self._client: AsyncModbusTcpClient | None = None
        self._gone = asyncio.Event()
        self._sent: ModbusPDU | None = None

    @property
    def changed(self) -> None:
        """Return None: a device on a wire must be polled."""
        return

    async def open(self) -> AsyncModbusTcpClient:
        """Connect anew."""
        self.close()
        gone = self._gone = asyncio.Event()

        def note(connected: bool) -> None:  # noqa: FBT001 - the library's signature
            if not connected:
                gone.set()

        def keep(sending: bool, pdu: ModbusPDU) -> ModbusPDU:  # noqa: FBT001 - the library's signature
            if sending:
                self._sent = pdu
            return pdu

        client = AsyncModbusTcpClient(
            self._host,
            port=self._tcp_port,
            timeout=self._answer_time,
            retries=0,
            reconnect_delay=0,
            trace_connect=note,
            trace_pdu=keep,
        )
        if not await client.connect():
            raise ModbusLost(f"nobody answers at {self._host}:{self._tcp_port}")
        # The library counts from 0 on every socket: a gateway's late answer would fit the new socket's first request.
        client.ctx.next_tid = self._sent.transaction_id if self._sent is not None else 0
        self._client = client
        return client

    def close(self) -> None:
        """Drop the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    async def read_bits(self, table: Table, address: int, count: int) -> list[bool]:
        """Read coils or discrete inputs."""
        answer = await self._ask(
            lambda client: (client.read_coils if table is Table.COIL else client.read_discrete_inputs)(
                address, count=count, device_id=self._unit
            )
        )
        # Bits come in whole bytes: up to seven more than asked for, never fewer.
        if not count <= len(answer.bits) < count + 8:
            raise self._nonsense(f"{len(answer.bits)} bits for {count}")
        return list(answer.bits[:count])

    async def read_words(self, table: Table, address: int, count: int) -> list[int]:
        """Read holding or input registers."""
        answer = await self._ask(
            lambda client: (client.read_holding_registers if table is Table.HOLDING else client.read_input_registers)(
                address, count=count, device_id=self._unit
            )
        )
        if len(answer.registers) != count:
            raise self._nonsense(f"{len(answer.registers)} words for {count}")
        return list(answer.registers)

    async def write_coil(self, address: int, *, value: bool) -> None:
        """Write one coil."""
        await self._ask(lambda client: client.write_coil(address, value, device_id=self._unit))

    async def write_registers(self, address: int, values: Sequence[int]) -> None:
        """Write one register by function 6, several in one request by function 16."""
        if len(values) == 1:
            await self._ask(lambda client: client.write_register(address, values[0], device_id=self._unit))
        else:
            await self._ask(lambda client: client.write_registers(address, list(values), device_id=self._unit))

    async def _ask(self, request: Callable[[AsyncModbusTcpClient], Awaitable[ModbusPDU]]) -> ModbusPDU:
        """Send one request, once."""
        async with self._line:
            client = self._client or await self.open()
            try:
                answer = await self._first_of(asyncio.ensure_future(request(client)), self._gone)
            except ModbusIOException as exc:
                self.close()
                raise NoAnswer(f"unit {self._unit} did not answer in {self._answer_time} s") from exc
            except ModbusException as exc:
                self.close()
                raise ModbusLost(str(exc)) from exc
            except BaseException:
                self.close()
                raise
        self._check_fit(answer)
        if not answer.isError():
            return answer
        code: int = answer.exception_code
        if code in DEAD_UNIT_CODES:
            raise ModbusLost(f"unit {self._unit} is dead behind its gateway: {Refused(code)}")
        raise Refused(code)

    @staticmethod
    async def _first_of(answer: "asyncio.Future[ModbusPDU]", gone: asyncio.Event) -> ModbusPDU:
        """Wait for the answer or the end of the connection, whichever comes first."""
        end = asyncio.ensure_future(gone.wait())
        both: list[asyncio.Future[Any]] = [answer, end]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                return answer.result()
            raise ModbusLost("closed by the device")
        finally:
            end.cancel()
            answer.cancel()

    def _check_fit(self, answer: ModbusPDU) -> None:
        """Refuse an answer to something else: the library lets transaction 0 and any function pass."""
        sent = self._sent
        if sent is None or answer.transaction_id != sent.transaction_id:
            raise self._nonsense(f"transaction {answer.transaction_id}")
        if answer.function_code & 0x7F != sent.function_code:
            raise self._nonsense(f"function {answer.function_code} for {sent.function_code}")

    def _nonsense(self, what: str) -> ModbusLost:
        self.close()
        return ModbusLost(f"unit {self._unit} sent nonsense: {what}")
