"""The client's side of a WebSocket (RFC 6455) over asyncio streams: what such a robot sends with."""

import asyncio
import base64
import hashlib
import random
import ssl
from urllib.parse import urlsplit

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TIMEOUT = 10.0
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
NORMAL = 1000


class NotUpgraded(OSError):
    """The server answered, and did not upgrade: its status and body."""

    def __init__(self, status: int, body: str) -> None:
        super().__init__(f"status {status}: {body}")
        self.status = status


class WebSocketClient:
    """One connection; `closed` is set when the server has left, `code` is what it said."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, dice: random.Random) -> None:
        self._reader = reader
        self._writer = writer
        self._dice = dice
        self.closed = asyncio.Event()
        self.code: int | None = None
        self.pings = 0
        self._listening = asyncio.create_task(self._listen(), name="websocket-client")

    @classmethod
    async def connect(cls, url: str, key: str, dice: random.Random, *, basic: bool = False) -> "WebSocketClient":
        """Connect to `ws://` or `wss://`; raises OSError, NotUpgraded when the server does not want us.

        With `basic` the key is shown as a password, as clients do that can only be given an address.
        """
        parts = urlsplit(url)
        secure = parts.scheme == "wss"
        port = parts.port or (443 if secure else 80)
        trust = ssl.create_default_context() if secure else None
        async with asyncio.timeout(TIMEOUT):
            reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=trust)
            try:
                nonce = base64.b64encode(dice.randbytes(16)).decode()
                target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                writer.write(_request(target, parts.netloc, nonce, _credentials(key, basic=basic)))
                await _upgraded(reader, nonce)
            except BaseException:
                writer.close()
                raise
        return cls(reader, writer, dice)

    async def send(self, text: str) -> None:
        """Send a message; ConnectionError when the server has left."""
        await self.send_frame(TEXT, text.encode())

    async def send_frame(self, opcode: int, data: bytes, *, final: bool = True, masked: bool = True) -> None:
        """Send one frame, as wrong as is wished."""
        await self.send_raw(masked_frame(opcode, data, self._dice.randbytes(4) if masked else b"", final=final))

    async def send_raw(self, data: bytes) -> None:
        """Send bytes, whatever they are."""
        if self.closed.is_set():
            raise ConnectionError("the server has closed")
        self._writer.write(data)
        await self._writer.drain()

    async def close(self) -> None:
        """Take leave, and hang up."""
        if not self.closed.is_set():
            self._writer.write(masked_frame(CLOSE, NORMAL.to_bytes(2), self._dice.randbytes(4)))
        try:
            async with asyncio.timeout(TIMEOUT):
                await self.closed.wait()
        except TimeoutError:
            pass
        self.drop()

    def drop(self) -> None:
        """Hang up without a word, as a robot that loses its radio."""
        self._listening.cancel()
        self._writer.transport.abort()

    async def _listen(self) -> None:
        try:
            while True:
                first, second = await self._reader.readexactly(2)
                length = second & 0x7F
                if length >= 126:
                    length = int.from_bytes(await self._reader.readexactly(2 if length == 126 else 8))
                data = await self._reader.readexactly(length)
                if first & 0x0F == PING:
                    self.pings += 1
                    self._writer.write(masked_frame(PONG, data, self._dice.randbytes(4)))
                elif first & 0x0F == CLOSE:
                    self.code = int.from_bytes(data[:2]) if data else 1005
                    self._writer.write(masked_frame(CLOSE, data[:2], self._dice.randbytes(4)))
                    break
        except (OSError, EOFError):
            pass
        finally:
            self.closed.set()


def masked_frame(opcode: int, data: bytes, mask: bytes, *, final: bool = True) -> bytes:
    """Return a frame under a mask of four bytes; with an empty mask one that no server may take."""
    head = bytearray([(0x80 if final else 0) | opcode])
    flag = 0x80 if mask else 0
    if len(data) < 126:
        head.append(flag | len(data))
    elif len(data) < 65536:
        head += bytes([flag | 126]) + len(data).to_bytes(2)
    else:
        head += bytes([flag | 127]) + len(data).to_bytes(8)
    body = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data)) if mask else data
    return bytes(head) + mask + body


def _credentials(key: str, *, basic: bool) -> str:
    if not key:
        return ""
    return f"Basic {base64.b64encode(f'robots:{key}'.encode()).decode()}" if basic else f"Bearer {key}"


def _request(path: str, host: str, nonce: str, credentials: str) -> bytes:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {nonce}",
        "Sec-WebSocket-Version: 13",
        *([f"Authorization: {credentials}"] if credentials else []),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _upgraded(reader: asyncio.StreamReader, nonce: str) -> None:
    """Read the answer to the request; raises NotUpgraded, ConnectionError for a server that lies."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except asyncio.IncompleteReadError as error:
        raise ConnectionError("the server left without an answer") from error
    said = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    status = int(head[0].split(" ")[1])
    if status != 101:
        body = await reader.read(int(said.get("content-length", "0")))
        raise NotUpgraded(status, body.decode(errors="replace"))
    proof = base64.b64encode(hashlib.sha1((nonce + GUID).encode(), usedforsecurity=False).digest()).decode()
    if said.get("sec-websocket-accept") != proof:
        raise ConnectionError("the server did not prove that it speaks WebSocket")
