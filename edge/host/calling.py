"""How a receiver is called over HTTP, and what its answer means for what was sent (H12, H13, H19)."""

import asyncio
import email.utils
from typing import Any

import httpx

from edge.host.follower import Fault, SendError

ANSWER_SECONDS = 30.0
"""A receiver that takes longer over one request is as good as silent; the same ids are sent again (H13)."""
TIMEOUT = httpx.Timeout(10.0, connect=5.0)
DENIALS = (401, 403, 404, 405, 407)
"""Key or address are wrong, not what was sent."""
AWAY = (502, 503, 504)
"""A gateway's word that the receiver behind it is not there."""
LATER = (408, 425)


class Caller:
    """Calls one receiver under our token."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    async def request(
        self, method: str, url: httpx.URL | str, headers: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """Return the answer, whatever its status; raises SendError when none came."""
        told = {**self._headers, **(headers or {})}
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._http.request(method, url, headers=told, timeout=TIMEOUT, **more)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise SendError(Fault.UNREACHABLE, said(error)) from error
        except (httpx.HTTPError, httpx.StreamError, TimeoutError) as error:
            raise SendError(Fault.SICK, said(error)) from error
        except httpx.InvalidURL as error:
            raise SendError(Fault.DENIED, said(error)) from error


def parsed(url: str) -> httpx.URL | str:
    """Return an address ready for use; a wrong one as it is: each request says so."""
    try:
        return httpx.URL(url)
    except httpx.InvalidURL:
        return url


def check_status(answer: httpx.Response) -> None:
    """Raise SendError unless the receiver took the request."""
    status = answer.status_code
    if 200 <= status < 300:
        return
    text = f"HTTP {status} {answer.reason_phrase}".strip()
    wait = _retry_after(answer)
    if status == 429:
        raise SendError(Fault.BUSY, text, wait)
    if status in DENIALS or status < 400:
        raise SendError(Fault.DENIED, text)
    if status == 413:
        raise SendError(Fault.LARGE, text)
    if status in AWAY:
        raise SendError(Fault.UNREACHABLE, text, wait)
    if status in LATER or status >= 500:
        raise SendError(Fault.SICK, text, wait)
    raise SendError(Fault.WRONG, f"{text} {answer.text}".strip())


def said(error: Exception) -> str:
    """Return an error in a word and its text."""
    return f"{type(error).__name__} {error}".strip()


def _retry_after(answer: httpx.Response) -> float | None:
    """Return the seconds a receiver asks us to wait; a date is taken by the receiver's own clock (RFC 9110 10.2.3)."""
    wish = answer.headers.get("Retry-After", "").strip()
    if wish.isdecimal():
        return float(wish)
    try:
        until = email.utils.parsedate_to_datetime(wish)
        return max(0.0, (until - email.utils.parsedate_to_datetime(answer.headers["Date"])).total_seconds())
    except (ValueError, TypeError, KeyError):
        return None
