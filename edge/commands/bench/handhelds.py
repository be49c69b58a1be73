"""The handhelds of `genba bench scan`, as a process of their own: PORT COUNT SECONDS; figures as JSON on the screen."""

import asyncio
import random
import sys
from typing import Any

import httpx
import msgspec

BADGE = "badge-{}"
PIN = "2580"
CODE = "4901234567894"
EVERY = 1.0
"""Seconds between two scans of one person."""
PATIENCE = 10.0


class Figures(msgspec.Struct):
    """How long each scan took, in seconds; how many were not taken; how long it all was."""

    seconds: list[float]
    failed: int
    took: float


async def load(port: int, count: int, seconds: float) -> Figures:
    """Let so many people log in, find their place and scan; return what they saw of the scans alone."""
    figures = Figures([], 0, 0.0)
    limits = httpx.Limits(max_connections=count, max_keepalive_connections=count)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", limits=limits, timeout=PATIENCE) as client:
        people = [_Handheld(client, number) for number in range(count)]
        for one in people:
            await one.begin()
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.TaskGroup() as group:
            for one in people:
                group.create_task(one.scan(figures, began + seconds))
        figures.took = loop.time() - began
    return figures


class _Handheld:
    def __init__(self, client: httpx.AsyncClient, number: int) -> None:
        self._client = client
        self._number = number
        self._dice = random.Random(number)  # noqa: S311  when a person begins to scan
        self._head: dict[str, str] = {}
        self._screen: dict[str, Any] = {}
        self._acts = 0

    async def begin(self) -> None:
        """Log in, take work and stand before the shelf."""
        who = {"badge": BADGE.format(self._number), "pin": PIN, "device": f"HH-{self._number}"}
        answer = (await self._client.post("/api/handheld/login", json=who)).raise_for_status().json()
        self._head, self._screen = {"Authorization": f"Bearer {answer['token']}"}, answer["screen"]
        await self._act("ZONE:A")
        await self._act(self._screen["target"])

    async def scan(self, figures: Figures, end: float) -> None:
        """Scan the item again and again, one second apart."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._dice.uniform(0, EVERY))
        while (began := loop.time()) < end:
            if await self._act(CODE):
                figures.seconds.append(loop.time() - began)
            else:
                figures.failed += 1
            await asyncio.sleep(max(0.0, began + EVERY - loop.time()))

    async def _act(self, value: str) -> bool:
        self._acts += 1
        body = {
            "contract": 1,
            "key": f"bench-{self._number:05}-{self._acts:09}",
            "screen": self._screen["id"],
            "action": "scan",
            "value": value,
        }
        try:
            answer = await self._client.post("/api/handheld/act", json=body, headers=self._head)
        except httpx.TransportError:
            return False
        told = answer.json()
        self._screen = told.get("screen", self._screen)
        return answer.status_code == httpx.codes.OK and told["result"]["kind"] == "right"


def main() -> None:
    """Run as asked for on the command line."""
    port, count, seconds = sys.argv[1:]
    figures = asyncio.run(load(int(port), int(count), float(seconds)))
    sys.stdout.buffer.write(msgspec.json.encode(figures))


if __name__ == "__main__":
    main()
