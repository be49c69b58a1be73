"""Commands on a serial line, one at a time: each is answered by one frame or several; what fits no frame is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from drivers.ports import Writer
from drivers.rfid.chafon import framing
from drivers.rfid.chafon.framing import Answer, Cutter
from drivers.rfid.stats import Rubbish

_CHUNK = 4_096
QUIET_S = 0.1
"""A pause within a frame is never that long, even at 9,600 baud."""


class Talk:
    """Asks the reader on one line; `stray` hears of bytes and answers that nobody asked for."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: Writer, *, stray: Callable[[Answer | Rubbish], None]
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._stray = stray
        self._cutter = Cutter()
        self._heard: list[Answer] = []

    async def ask(self, code: int, data: bytes = b"", *, answer_s: float) -> AsyncIterator[Answer]:
        """Send a command and give its answers as they come; TimeoutError when the next takes longer than that."""
        self._writer.write(framing.command(code, data))
        await self._writer.drain()
        while True:
            try:
                async with asyncio.timeout(answer_s):
                    answer = await self._next(code)
            except TimeoutError:
                raise TimeoutError(f"no answer to command 0x{code:02X}") from None
            yield answer

    async def _next(self, code: int) -> Answer:
        while True:
            while self._heard:
                answer = self._heard.pop(0)
                if answer.command == code:
                    return answer
                self._stray(answer)
            self._sort(await self._pieces())

    async def _pieces(self) -> list[Answer | Rubbish]:
        wait = QUIET_S if self._cutter.waiting else None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                data = await self._reader.read(_CHUNK)
                if not data:
                    raise ConnectionResetError("closed by the reader")
                return self._cutter.feed(data)
        return self._cutter.quiet()

    def _sort(self, pieces: list[Answer | Rubbish]) -> None:
        for piece in pieces:
            if isinstance(piece, Answer):
                self._heard.append(piece)
            else:
                self._stray(piece)
