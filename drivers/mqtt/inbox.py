"""What a session has received and nobody has read yet; every kind of session has one."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from drivers.mqtt.port import Message, MqttLost


class Inbox:
    """Unbounded: the bound is the broker's, as it sends no more than is acknowledged (P22). One reader."""

    def __init__(self) -> None:
        self.loss: str | None = None
        self._waiting: deque[Message] = deque()
        self._reader: asyncio.Future[None] | None = None

    def put(self, message: Message) -> None:
        """Take a message for the reader."""
        self._waiting.append(message)
        self._wake()

    def lose(self, why: str) -> None:
        """Let the reader take what is there and then see the loss."""
        self.loss = why
        self._wake()

    async def messages(self) -> AsyncIterator[Message]:
        """Give messages as they come; raises MqttLost after the last one."""
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            if self.loss is not None:
                raise MqttLost(self.loss)
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)
