"""A robot that fetches a map from its server itself (VDA 5050 2.1 §6.7.1)."""

import httpx

SECONDS = 30.0
"""Longest wait for the server."""


async def over_http(link: str) -> bytes:
    """Return what a link leads to; raises OSError with the reason."""
    try:
        async with httpx.AsyncClient(timeout=SECONDS, follow_redirects=True) as client:
            answer = await client.get(link)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(f"the map server does not answer: {error or type(error).__name__}") from error
    if not answer.is_success:
        raise OSError(f"the map server says {answer.status_code}")
    return answer.content
