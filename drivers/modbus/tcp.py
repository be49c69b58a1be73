"""Modbus over TCP.

The library's own retries, reconnects and long time-outs are all switched off (I53): a request is sent once, and after a
missing answer the socket is thrown away, so that no late frame can ever meet a later request (I57).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException, ModbusIOException
from pymodbus.pdu import ModbusPDU

from drivers.modbus.asking import AskingPort
from drivers.modbus.port import ModbusLost, ModbusPort, NoAnswer

ANSWER_TIME = 0.3
"""Seconds for a connection or an answer: ten times the slowest healthy module on a LAN (I53, P52)."""


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


class _TcpPort(AskingPort):
    """One unit; a fresh socket after every missing answer."""

    def __init__(self, address: str, unit: int, line: asyncio.Lock, answer_time: float) -> None:
        super().__init__(unit)
        parts = urlsplit(address)
        if parts.scheme != "tcp" or not parts.hostname:
            raise ValueError(f"{address!r} is no Modbus address: write tcp://host:port")
        self._host = parts.hostname
        self._tcp_port = parts.port or 502
        self._line = line
        self._answer_time = answer_time
        self._client: AsyncModbusTcpClient | None = None
        self._gone = asyncio.Event()
        self._sent: ModbusPDU | None = None

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

    def _distrust(self) -> None:
        self.close()

    async def _exchange(self, request: ModbusPDU) -> ModbusPDU:
        async with self._line:
            client = self._client or await self.open()
            try:
                sent = client.execute(no_response_expected=False, request=request)
                answer = await self._first_of(asyncio.ensure_future(sent), self._gone)
            except ModbusIOException as exc:
                self.close()
                raise NoAnswer(f"unit {self._unit} did not answer in {self._answer_time} s") from exc
            except ModbusException as exc:
                self.close()
                raise ModbusLost(str(exc)) from exc
            except BaseException:
                self.close()
                raise
        # The library lets transaction 0 pass.
        if self._sent is None or answer.transaction_id != self._sent.transaction_id:
            raise self._nonsense(f"transaction {answer.transaction_id}")
        return answer

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
