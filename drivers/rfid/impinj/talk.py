"""HTTP to one Impinj reader: answers in time, and errors as every other link has them (OSError, TimeoutError)."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import httpx

from drivers.rfid.port import Unauthorized

BASE = "/api/v1"
_TOLD = 200
"""Characters of a refusal that are passed on."""


class Refused(ConnectionError):
    """The reader refused a request."""


class Talk:
    """Requests to one reader; raises OSError, TimeoutError, and of its answers Unauthorized and Refused."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the answer as JSON, None for an empty one; ValueError for what is no JSON."""
        what = f"{method} {path}"
        with _plain(what):
            answer = await self._http.request(method, BASE + path, json=body)
        _admitted(answer, what)
        return answer.json() if answer.content else None

    @asynccontextmanager
    async def stream(self, path: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """Give the bytes of an endless answer as they come; whoever reads it watches for silence."""
        what = f"GET {path}"
        endless = httpx.Timeout(connect=self._http.timeout.connect, read=None, write=None, pool=None)
        with _plain(what):
            async with self._http.stream("GET", BASE + path, timeout=endless) as answer:
                if answer.is_error:
                    await answer.aread()
                _admitted(answer, what)
                yield answer.aiter_bytes()


def _admitted(answer: httpx.Response, what: str) -> None:
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise Unauthorized(f"the reader does not let us in ({what}: {answer.status_code})")
    if answer.is_error:
        raise Refused(f"{what}: {answer.status_code} {answer.text[:_TOLD]}".strip())


@contextmanager
def _plain(what: str) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException:
        raise TimeoutError(f"no answer to {what}") from None
    except httpx.HTTPError as exc:
        raise _cause(exc) from exc


def _cause(exc: BaseException) -> OSError:
    """Return the system's own error below the library's, or that the connection is gone."""
    found, one = None, exc.__cause__ or exc.__context__
    while one is not None:
        found = one if isinstance(one, OSError) else found
        one = one.__cause__ or one.__context__
    return found or ConnectionResetError(f"closed by the reader ({exc or type(exc).__name__})")
