"""The real byte streams: TCP connections, serial ports and servers on the machine's own network.

Fills the `Dial` and `Listen` ports of drivers/ports.py. Serial ports are watched by the event loop itself, without a
thread. `listen` also offers a pseudo-terminal (`pty:/tmp/scanner`) so that a simulator can play a serial device.
"""

import asyncio
import contextlib
import os
import socket
import termios
import tty
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.parse import parse_qs, urlsplit

import serial

from drivers.ports import Handler, Server, Stream, Writer

CONNECT_TIME = 3.0
"""Seconds to wait for a device to accept: two lost SYN packets on a LAN; the supervisor tries again anyway."""
KEEPALIVE_IDLE, KEEPALIVE_EVERY, KEEPALIVE_COUNT = 10, 5, 3
"""Seconds, seconds, probes: a silent device whose cable was pulled is noticed after about 25 s."""


async def dial(address: str) -> Stream:
    """Open `tcp://host:port` or `serial:/dev/ttyX?baud=9600`; OSError when nobody answers, ValueError if badly written.

    Serial options: baud (9600), bits (8), parity (N, E, O), stop (1, 2), rtscts and xonxoff (0, 1).
    """
    parts = urlsplit(address)
    if parts.scheme == "tcp":
        host, port = _host_and_port(address)
        async with asyncio.timeout(CONNECT_TIME):
            reader, writer = await asyncio.open_connection(host, port)
        _tune(writer)
        return reader, writer
    if parts.scheme == "serial":
        return await _open_serial(parts.path, {name: values[-1] for name, values in parse_qs(parts.query).items()})
    raise ValueError(f"{address!r} is no device address: write tcp://host:port or serial:/dev/ttyX?baud=9600")


async def listen(address: str, handler: Handler) -> Server:
    """Listen at `tcp://127.0.0.1:0` or offer a serial device by `pty:` (`pty:/tmp/scanner` also links it there)."""
    parts = urlsplit(address)
    if parts.scheme == "tcp":
        tcp = _TcpServer(handler)
        await tcp.start(*_host_and_port(address))
        return tcp
    if parts.scheme == "pty":
        pty = _PtyServer(handler, Path(parts.path) if parts.path else None)
        await pty.start()
        return pty
    raise ValueError(f"{address!r} is no listening address: write tcp://127.0.0.1:0 or pty:/tmp/name")


class _Handlers:
    """The running handlers of a server; each ends with its connection closed, whatever it raised."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._tasks: dict[asyncio.Task[None], None] = {}

    def begin(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        """Serve one connection in its own task."""
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._tasks.pop(done, None))

    async def stop(self) -> None:
        """End every handler and wait for it."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            with contextlib.suppress(OSError, EOFError):
                await self._handler(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


class _TcpServer:
    """A TCP listener."""

    def __init__(self, handler: Handler) -> None:
        self._handlers = _Handlers(handler)
        self._server: asyncio.Server | None = None
        self.address = ""

    async def start(self, host: str, port: int) -> None:
        """Bind and serve."""
        self._server = await asyncio.start_server(self._accept, host, port)
        real_host, real_port = self._server.sockets[0].getsockname()[:2]
        self.address = f"tcp://[{real_host}]:{real_port}" if ":" in real_host else f"tcp://{real_host}:{real_port}"

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        if self._server is not None:
            self._server.close()
        await self._handlers.stop()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _tune(writer)
        self._handlers.begin(reader, writer)


class _PtyServer:
    """A pseudo-terminal whose far end looks like a serial device; unplugged by `close`."""

    def __init__(self, handler: Handler, link: Path | None) -> None:
        self._handlers = _Handlers(handler)
        self._link = link
        self._far = -1
        self.address = ""

    async def start(self) -> None:
        """Make the device and run the handler once for it."""
        near, self._far = os.openpty()
        tty.setraw(self._far)
        device = os.ttyname(self._far)
        if self._link is not None:
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(device)
        self.address = f"serial:{self._link or device}"
        self._handlers.begin(*await _open_fd(near))

    async def close(self) -> None:
        """Hang up and take the device away."""
        await self._handlers.stop()
        if self._far >= 0:
            os.close(self._far)
            self._far = -1
        if self._link is not None:
            self._link.unlink(missing_ok=True)


async def _open_serial(path: str, options: dict[str, str]) -> Stream:
    try:
        port = serial.Serial(
            path,
            baudrate=int(options.get("baud", "9600")),
            bytesize=int(options.get("bits", "8")),
            parity=options.get("parity", "N").upper(),
            stopbits=int(options.get("stop", "1")),
            rtscts=options.get("rtscts", "0") == "1",
            xonxoff=options.get("xonxoff", "0") == "1",
            timeout=0,
            exclusive=True,
        )
    except termios.error as exc:
        raise OSError(f"{path} refuses {options}: {exc}") from exc
    # pyserial sets the line up; from here on the loop owns its own descriptor of the open device (and its lock).
    try:
        return await _open_fd(os.dup(port.fileno()))
    finally:
        port.close()


async def _open_fd(fd: int) -> Stream:
    """Wrap a terminal's descriptor, which it takes over, as a stream pair."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    receiving: IO[bytes] = os.fdopen(fd, "rb", buffering=0)
    sending: IO[bytes] = os.fdopen(os.dup(fd), "wb", buffering=0)
    receiver, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), receiving)
    unused = asyncio.StreamReader()
    sender, protocol = await loop.connect_write_pipe(lambda: asyncio.StreamReaderProtocol(unused), sending)
    return reader, _TerminalWriter(asyncio.StreamWriter(sender, protocol, unused, loop), receiver.close)


class _TerminalWriter:
    """The sending half of a terminal; closing it closes the receiving half as well."""

    def __init__(self, sender: asyncio.StreamWriter, close_receiver: Callable[[], None]) -> None:
        self._sender = sender
        self._close_receiver = close_receiver

    def write(self, data: bytes) -> None:
        """Queue bytes."""
        self._sender.write(data)

    async def drain(self) -> None:
        """Wait until the queue is short; raise ConnectionError when the device is gone."""
        await self._sender.drain()

    def close(self) -> None:
        """Close both directions; bytes the device never took are dropped."""
        self._close_receiver()
        if not self._sender.is_closing():  # asyncio's pipe cannot be aborted twice
            self._sender.transport.abort()

    async def wait_closed(self) -> None:
        """Wait until it is closed."""
        await self._sender.wait_closed()

    def is_closing(self) -> bool:
        """Tell whether it is closed or closing."""
        return self._sender.is_closing()


def _host_and_port(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    if not parts.hostname or parts.port is None:
        raise ValueError(f"{address!r} lacks a host or a port: write tcp://host:port")
    return parts.hostname, parts.port


def _tune(writer: asyncio.StreamWriter) -> None:
    """Send small frames at once and notice a dead peer."""
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_IDLE)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEPALIVE_EVERY)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, KEEPALIVE_COUNT)
