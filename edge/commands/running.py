"""Asks a running edge in a person's name: its database is its own, and whoever changes something is named (P57)."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated, Any

import httpx
import typer

from edge.commands.failed import Failed
from edge.commands.language import told
from edge.web.security import COOKIE

EdgeAddress = Annotated[
    str, typer.Option("--edge", envvar="GENBA_LISTEN", help="Where the running edge listens, if it runs.")
]
LOCAL = "127.0.0.1:8070"
SECONDS = 30.0
"""A PIN is checked slowly by intent, and the edge may be busy."""

SILENT = (
    "エッジは動いていますが、{address} では応答しません（{error}）。アドレスを --edge で指定してください。",
    "The edge runs, but not at {address} ({error}). Say where it listens with --edge.",
)
NOT_IN = (
    "{address} にログインできません（HTTP {status}）。バッジと PIN を確認し、5 回間違えたら 5 分待ってください。",
    "{address} did not let you in (HTTP {status}). Check badge and PIN; after five wrong ones wait five minutes.",
)
ASK = (
    "エッジが動いているので、誰の操作かを確かめます。バッジ",
    "The edge is running, so it must know who asks. Your badge",
)


class Running:
    """A running edge, and a person who is logged in there."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Send a request and return the answer's JSON, None when it is empty; Failed says what the edge says."""
        answer = self._client.request(method, path, json=body)
        if answer.is_error:
            raise Failed(_words(answer))
        return answer.json() if answer.content else None


@contextmanager
def logged_in(address: str) -> Iterator[Running]:
    """Ask for badge and PIN, and lend the running edge for as long as the session lasts."""
    base = address if "://" in address else f"http://{address}"
    badge = typer.prompt(told(*ASK))
    pin = typer.prompt(told("PIN を入力", "Your PIN"), hide_input=True)
    try:
        with httpx.Client(base_url=base, timeout=SECONDS) as client:
            entered = client.post("/login", data={"badge": badge, "pin": pin})
            if entered.status_code != HTTPStatus.SEE_OTHER:
                raise Failed(told(*NOT_IN).format(address=base, status=entered.status_code))
            client.headers["Authorization"] = f"Bearer {client.cookies[COOKIE]}"
            try:
                yield Running(client)
            finally:
                client.post("/logout")
    except httpx.HTTPError as error:
        raise Failed(told(*SILENT).format(address=base, error=error)) from error


def _words(answer: httpx.Response) -> str:
    try:
        said = answer.json()["error"]
        return f"{said['text']} {said['next']}".strip()
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
