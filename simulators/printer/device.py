"""A printer that takes ZPL, answers ~HS, prints at its pace, runs out of paper and goes offline."""

import asyncio
from collections.abc import Callable

from drivers.ports import Listen, Server, Writer
from simulators.printer.labels import Label, read_label, split_formats

PRINT_TIME = 1.2
"""Seconds for a 150 mm label at 5 inches a second."""
FIRST_LINE = "\x02014,{paper},{pause},1245,{formats:03},0,0,0,000,0,0,0\x03\r\n"
SECOND_LINE = "\x02001,0,{head},0,1,2,6,0,{waiting:08},1,000\x03\r\n"
THIRD_LINE = "\x020000,0\x03\r\n"


class PrinterDevice:
    """One printer; `labels` are those that came out of it."""

    def __init__(
        self, *, on_label: Callable[[Label], None] = lambda _label: None, print_time: float = PRINT_TIME
    ) -> None:
        self.labels: list[Label] = []
        self._on_label = on_label
        self._print_time = print_time
        self._buffer: list[bytes] = []
        self._printing: asyncio.TimerHandle | None = None
        self._paper = True
        self._server: Server | None = None
        self._listening: tuple[Listen, str] | None = None
        self.speaks_status = True

    async def start(self, listen: Listen, address: str) -> str:
        """Serve at the address; return the address to dial."""
        self._server = await listen(address, self._serve)
        self._listening = (listen, self._server.address)
        return self._server.address

    async def go_offline(self) -> None:
        """Switch it off: what it held is forgotten."""
        self._buffer.clear()
        if self._printing is not None:
            self._printing.cancel()
            self._printing = None
        if self._server is not None:
            await self._server.close()
            self._server = None

    async def go_online(self) -> None:
        """Switch it on again at the same address."""
        if self._listening is not None:
            listen, address = self._listening
            self._server = await listen(address, self._serve)

    def take_paper_out(self) -> None:
        """Run out of paper; formats are still taken, but wait."""
        self._paper = False

    def load_paper(self) -> None:
        """Load a roll; what waits is printed."""
        self._paper = True
        self._print_next()

    async def _serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        rest = b""
        while data := await reader.read(65536):
            rest += data
            while b"~HS" in rest:
                before, _, rest = rest.partition(b"~HS")
                rest = self._take(before) + rest
                if self.speaks_status:
                    writer.write(self._status().encode())
            rest = self._take(rest)
            await writer.drain()

    def _take(self, data: bytes) -> bytes:
        formats, rest = split_formats(data)
        self._buffer += formats
        self._print_next()
        return rest

    def _print_next(self) -> None:
        if self._buffer and self._paper and self._printing is None:
            self._printing = asyncio.get_running_loop().call_later(self._print_time, self._eject)

    def _eject(self) -> None:
        self._printing = None
        if not self._paper:
            return
        label = read_label(self._buffer.pop(0))
        self.labels.append(label)
        self._on_label(label)
        self._print_next()

    def _status(self) -> str:
        paper = 0 if self._paper else 1
        return (
            FIRST_LINE.format(paper=paper, pause=paper, formats=len(self._buffer))
            + SECOND_LINE.format(head=0, waiting=0)
            + THIRD_LINE
        )
