"""As much of an HTTP/1.1 server as a simulated device needs: requests with a length, short answers, endless ones."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from drivers.ports import Writer

REASONS = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


async def receive(reader: asyncio.StreamReader) -> Request:
    """Read one request; EOFError when the client is gone, ValueError for what is no request."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _version = head[0].split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, path, headers, body)


def answer(writer: Writer, status: int, body: Any = None, extra: dict[str, str] | None = None) -> None:
    """Send a whole answer, `body` as JSON."""
    data = b"" if body is None else json.dumps(body).encode()
    headers = {"Content-Length": str(len(data)), "Content-Type": "application/json", **(extra or {})}
    writer.write(_head(status, headers) + data)


def begin_stream(writer: Writer) -> None:
    """Begin an answer without an end."""
    writer.write(_head(200, {"Transfer-Encoding": "chunked", "Content-Type": "application/x-ndjson"}))


def chunk(writer: Writer, data: bytes) -> None:
    """Send a piece of an answer without an end."""
    if data:
        writer.write(b"%x\r\n%s\r\n" % (len(data), data))


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {REASONS[status]}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
