"""What the outside hands to every driver: time, and ways to reach or offer a byte stream.

The real world fills these with sockets and serial ports, the virtual world with memory.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

Now = Callable[[], datetime]
"""The time now, UTC and aware."""


class Writer(Protocol):
    """The sending half of a byte stream; `asyncio.StreamWriter` is one."""

    def write(self, data: bytes) -> None:
        """Queue bytes."""
        ...

    async def drain(self) -> None:
        """Wait until the queue is short; raise ConnectionError when the peer is gone."""
        ...

    def close(self) -> None:
        """Close both directions."""
        ...

    async def wait_closed(self) -> None:
        """Wait until it is closed."""
        ...

    def is_closing(self) -> bool:
        """Tell whether it is closed or closing."""
        ...


Stream = tuple[asyncio.StreamReader, Writer]

Dial = Callable[[str], Awaitable[Stream]]
"""Open `tcp://host:port` or `serial:/dev/ttyX?baud=9600`; raises OSError when nobody answers."""

Handler = Callable[[asyncio.StreamReader, Writer], Awaitable[None]]


class Server(Protocol):
    """Something that listens."""

    @property
    def address(self) -> str:
        """Return where it listens, as a `Dial` address with the real port."""
        ...

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        ...


Listen = Callable[[str, Handler], Awaitable[Server]]
"""Listen at `tcp://127.0.0.1:0`; the handler runs once for each connection."""
