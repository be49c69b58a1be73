"""One LLRP connection (I01-I05).

Cuts the stream, answers keepalives at once, pairs answers with questions, skips what is bad.
"""

import asyncio
from collections.abc import Callable

from drivers.ports import Writer
from drivers.rfid.llrp import wire
from drivers.rfid.llrp.framing import Cutter, Frame
from drivers.rfid.stats import Stats

_CHUNK = 8_192
"""Bytes heard at once: fewer reads than the link hands on at once, or one that is behind would fall further behind."""
_KEEPALIVE = 62


class Conversation:
    """Asks and listens on one stream."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: Writer,
        *,
        stats: Stats,
        hear: Callable[[wire.Message], None],
        bad: Callable[[str], None],
        answer_s: float,
        silence_s: float,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._stats = stats
        self._hear = hear
        self._bad = bad
        self._answer_s = answer_s
        self._silence_s = silence_s
        self._answers: dict[int, asyncio.Future[wire.Message]] = {}
        self._last_id = 0

    async def listen(self) -> None:
        """Receive until the connection is lost; TimeoutError when no whole message comes for too long.

        Bytes alone are no sign of life: after rubbish that looks like the head of a huge message, all that follows
        would be swallowed.
        """
        cutter = Cutter()
        loop = asyncio.get_running_loop()
        heard = loop.time()
        while True:
            async with asyncio.timeout_at(heard + self._silence_s):
                data = await self._reader.read(_CHUNK)
            if not data:
                raise ConnectionResetError("closed by the reader")
            pieces = cutter.feed(data)
            if any(isinstance(piece, Frame) for piece in pieces):
                heard = loop.time()
            for piece in pieces:
                if isinstance(piece, Frame) and piece.kind == _KEEPALIVE:
                    self._acknowledge(piece)
            for piece in pieces:
                if not isinstance(piece, Frame):
                    self._stats.rubbish_bytes += len(piece.data)
                    self._stats.keep_bad(piece.data)
                    self._bad(f"{len(piece.data)} bytes that begin no message")
                elif piece.kind != _KEEPALIVE:
                    self._receive(piece)
            await asyncio.sleep(0)  # a stream that holds more gives it at once: let the reads be handed on first

    async def ask(self, message: wire.Message) -> wire.Message:
        """Send a question and return its answer; TimeoutError when none comes."""
        number = self.tell(message)
        answer: asyncio.Future[wire.Message] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        try:
            async with asyncio.timeout(self._answer_s):
                await self._writer.drain()
                return await answer
        except TimeoutError:
            raise TimeoutError(f"no answer to {type(message).__name__}") from None
        finally:
            del self._answers[number]

    def tell(self, message: wire.Message) -> int:
        """Send a message and return its number."""
        self._last_id = self._last_id % 0xFFFF_FFFF + 1
        self._writer.write(message.to_bytes(message_id=self._last_id))
        return self._last_id

    def _acknowledge(self, frame: Frame) -> None:
        self._stats.keepalives += 1
        number = int.from_bytes(frame.data[6:10], "big")
        self._writer.write(wire.keepalive_ack().to_bytes(message_id=number))

    def _receive(self, frame: Frame) -> None:
        try:
            message = wire.decode(frame.data)
        except wire.WireError as exc:
            self._stats.bad_messages += 1
            self._stats.keep_bad(frame.data)
            self._bad(str(exc))
            return
        self._stats.messages += 1
        answer = self._answers.get(message.message_id)
        if answer is not None and not wire.is_unasked(message):
            if not answer.done():
                answer.set_result(message)
            return
        self._hear(message)
