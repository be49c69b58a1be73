"""Serves WebSockets behind uvicorn, which speaks none by itself: its `ws` setting takes this class.

uvicorn hands over a connection whose request asks to be upgraded; the app decides by ASGI, before anything is upgraded,
whether it is. Frames are read only as fast as the app takes messages, so a client that floods us waits in its own
socket. What arrives is bounded in size, in frames and in control frames, and a peer that is gone is found by a ping.
"""

import asyncio
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import unquote

import structlog
from starlette.types import Message, Scope
from uvicorn.config import Config
from uvicorn.protocols.utils import get_local_addr, get_remote_addr, is_ssl
from uvicorn.server import ServerState

from edge.web.websocket.frames import (
    Broken,
    Code,
    Frame,
    Frames,
    Opcode,
    accept_key,
    close_code,
    closing,
    frame,
)
from edge.web.websocket.pace import Pace

log = structlog.get_logger(__name__)

MOST_BYTES = 64 * 1024
"""The largest message: a robot's fullest report has about 4 KB."""
PING_AFTER = 20.0
"""Seconds of silence until we ask whether somebody is there."""
GONE_AFTER = 60.0
"""Seconds of silence until nobody is."""
CLOSE_TIME = 2.0
"""Seconds for the client to answer our close."""
CONTROLS, CONTROLS_AT_ONCE = 2.0, 20
"""Pings and pongs a second, and at once: a client needs one in many seconds."""
VERSION = "13"


class WebSocketServer(asyncio.Protocol):
    """One connection."""

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
        self._app = cast("Any", config.loaded_app)
        self._root = config.root_path
        self._state = server_state
        self._app_state = app_state
        self._loop = asyncio.get_running_loop()
        self._frames = Frames(MOST_BYTES)
        self._controls = Pace(CONTROLS, CONTROLS_AT_ONCE, self._loop.time())
        self._arrived = asyncio.Event()
        self._accept = ""
        self._told_connect = False
        self._open = False
        self._closing = False
        self._end: Code | int | None = None
        """Why the app hears no more."""
        self._answer: tuple[int, list[tuple[bytes, bytes]]] | None = None
        self._body = b""
        self._writable = True
        self._heard_at = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None

    # --- what the transport calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection over from uvicorn's HTTP."""
        self._transport = cast("asyncio.Transport", transport)
        self._state.connections.add(cast("Any", self))
        self._take = self._begin

    def data_received(self, data: bytes) -> None:
        """Take the request once more, which uvicorn repeats, and after it frames."""
        self._take(data)

    def eof_received(self) -> bool:
        """Close: a WebSocket has no half that could go on."""
        return False

    def connection_lost(self, _exc: Exception | None) -> None:
        """End what is going on."""
        self._state.connections.discard(cast("Any", self))
        self._finish(Code.LOST)
        self._open = False
        if self._timer is not None:
            self._timer.cancel()

    def pause_writing(self) -> None:
        """Leave pings unanswered: a client that asks and does not read may not fill our memory."""
        self._writable = False

    def resume_writing(self) -> None:
        """Answer again."""
        self._writable = True

    def shutdown(self) -> None:
        """Say that the server stops; uvicorn calls it."""
        if self._open and not self._closing:
            self._transport.write(closing(Code.RESTART))
        self._finish(Code.RESTART)
        self._transport.close()

    # --- the request

    def _begin(self, data: bytes) -> None:
        lines = data.partition(b"\r\n\r\n")[0].split(b"\r\n")
        method, target, _ = lines[0].split(b" ", 2)
        headers = [
            (name.strip().lower(), value.strip()) for name, _, value in (one.partition(b":") for one in lines[1:])
        ]
        said = {name: value.decode("latin-1") for name, value in headers}
        self._take = self._more
        if said.get(b"sec-websocket-version") != VERSION:
            self._refuse(HTTPStatus.UPGRADE_REQUIRED, [(b"Sec-WebSocket-Version", VERSION.encode())])
            return
        try:
            self._accept = accept_key(said.get(b"sec-websocket-key", ""))
        except ValueError:
            self._refuse(HTTPStatus.BAD_REQUEST, [])
            return
        if method != b"GET":
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, [])
            return
        task = self._loop.create_task(self._run(self._scope(target, headers)), name="websocket")
        self._state.tasks.add(task)
        task.add_done_callback(self._state.tasks.discard)

    def _scope(self, target: bytes, headers: list[tuple[bytes, bytes]]) -> Scope:
        path, _, query = target.partition(b"?")
        return {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "wss" if is_ssl(self._transport) else "ws",
            "server": get_local_addr(self._transport),
            "client": get_remote_addr(self._transport),
            "root_path": self._root,
            "path": self._root + unquote(path.decode("ascii")),
            "raw_path": self._root.encode() + path,
            "query_string": query,
            "headers": headers,
            "subprotocols": [],
            "state": self._app_state.copy(),
            "extensions": {"websocket.http.response": {}},
        }

    async def _run(self, scope: Scope) -> None:
        try:
            await self._app(scope, self._receive, self._send)
        except Exception:  # an app that fails ends its connection, not the server
            log.exception("websocket.failed", path=scope["path"])
            if not self._open:
                self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, [])
            self._close(Code.FAILED)
        else:  # for an app that went without a word
            if not self._open and self._end is None:
                self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, [])
            self._close(Code.NORMAL)

    # --- ASGI

    async def _receive(self) -> Message:
        if not self._told_connect:
            self._told_connect = True
            return {"type": "websocket.connect"}
        while self._end is None:
            try:
                found = self._frames.next()
                message = None if found is None else self._message(found)
            except Broken as error:
                self._close(error.code, str(error))
                break
            if message is not None:
                return message
            if found is None:
                self._transport.resume_reading()
                self._arrived.clear()
                await self._arrived.wait()
        return {"type": "websocket.disconnect", "code": int(self._end or Code.NORMAL), "reason": ""}

    def _message(self, found: Frame) -> Message | None:
        """Return a message for the app; None for what is between client and server alone."""
        if found.opcode is Opcode.TEXT:
            try:
                return {"type": "websocket.receive", "text": found.data.decode()}
            except UnicodeDecodeError:
                raise Broken(Code.NOT_UTF8, "text is UTF-8") from None
        if found.opcode is Opcode.BINARY:
            return {"type": "websocket.receive", "bytes": found.data}
        if found.opcode is Opcode.CLOSE:
            code = close_code(found.data)
            self._close(Code.NORMAL if code == Code.NO_STATUS else code)
            self._transport.close()  # both sides have said it
            self._end = code
            return None
        if self._controls.take(self._loop.time()):
            raise Broken(Code.POLICY, "too many pings")
        if found.opcode is Opcode.PING and self._writable:
            self._transport.write(frame(Opcode.PONG, found.data))
        return None

    async def _send(self, message: Message) -> None:
        kind = message["type"]
        if self._end is not None and kind != "websocket.close":
            raise OSError("the client is gone")
        if kind == "websocket.accept":
            self._upgrade(message.get("headers", ()))
        elif kind == "websocket.send":
            text = message.get("text")
            data = message.get("bytes") if text is None else text.encode()
            self._transport.write(frame(Opcode.BINARY if text is None else Opcode.TEXT, data or b""))
        elif kind == "websocket.close":
            if not self._open:
                self._refuse(HTTPStatus.FORBIDDEN, [])
            self._close(message.get("code", Code.NORMAL), message.get("reason") or "")
        elif kind == "websocket.http.response.start":
            self._answer = message["status"], list(message.get("headers", ()))
        elif kind == "websocket.http.response.body" and self._answer is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                self._refuse(*self._answer)

    def _upgrade(self, headers: Any) -> None:
        said = [
            (b"Upgrade", b"websocket"),
            (b"Connection", b"Upgrade"),
            (b"Sec-WebSocket-Accept", self._accept.encode()),
        ]
        self._transport.write(_head(HTTPStatus.SWITCHING_PROTOCOLS, [*said, *headers]))
        self._open = True
        self._heard_at = self._loop.time()
        self._timer = self._loop.call_later(PING_AFTER, self._look)

    def _refuse(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """Answer without an upgrade, and hang up."""
        given = [one for one in headers if one[0].lower() not in (b"content-length", b"connection")]
        ends = [(b"Connection", b"close"), (b"Content-Length", str(len(self._body)).encode())]
        if not self._transport.is_closing():
            self._transport.write(_head(status, [*given, *ends]) + self._body)
            self._transport.close()
        self._finish(Code.LOST)

    # --- reading, silence, the end

    def _more(self, data: bytes) -> None:
        self._heard_at = self._loop.time()
        if self._closing:
            self._await_close(data)
            return
        self._frames.feed(data)
        if len(self._frames) > MOST_BYTES:
            self._transport.pause_reading()
        self._arrived.set()

    def _await_close(self, data: bytes) -> None:
        """Read over what comes after our close, until theirs."""
        self._frames.feed(data)
        try:
            while (found := self._frames.next()) is not None:
                if found.opcode is Opcode.CLOSE:
                    self._transport.close()
        except Broken:
            self._transport.close()

    def _look(self) -> None:
        """Ask a silent client whether it is there, and give it up when it does not answer."""
        silent = self._loop.time() - self._heard_at
        reading = self._transport.is_reading()
        if silent >= GONE_AFTER and reading:
            self._finish(Code.LOST)
            self._transport.abort()
            return
        if silent >= PING_AFTER and reading and self._writable:
            self._transport.write(frame(Opcode.PING))
        self._timer = self._loop.call_later(PING_AFTER, self._look)

    def _close(self, code: int, why: str = "") -> None:
        """Say why this ends; whoever does not answer that is cut off."""
        if self._open and not self._closing and not self._transport.is_closing():
            self._closing = True
            self._transport.write(closing(code, why))
            self._transport.resume_reading()
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_later(CLOSE_TIME, self._transport.abort)
        self._finish(code)

    def _finish(self, code: int) -> None:
        if self._end is None:
            self._end = code
        self._arrived.set()


def _head(status: int, headers: list[tuple[bytes, bytes]]) -> bytes:
    phrase = HTTPStatus(status).phrase.encode()
    lines = [b"HTTP/1.1 %d %s" % (status, phrase), *(name + b": " + value for name, value in headers)]
    return b"\r\n".join(lines) + b"\r\n\r\n"
