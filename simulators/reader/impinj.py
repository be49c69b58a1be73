"""An Impinj reader as a server: the IoT device interface with presets, an inventory, a stream of events, keep-alives.

Written from the interface's description (Impinj Reader Configuration REST API 1.6): /status, /profiles/inventory/start,
/profiles/inventory/presets, /profiles/stop and /data/stream under /api/v1. What it reads while nobody takes the stream
is lost, and a client that comes with the same user takes the stream over, as there.
"""

import asyncio
import base64
import contextlib
import json
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

from drivers.ports import Listen, Now, Server, Writer
from simulators.reader import http
from simulators.reader.field import Field, Sight
from simulators.reader.rounds import Rounds

BASE = "/api/v1"
KEEP_ALIVE_S = 30.0
CLASSIC = {
    "antennaPort": 1,
    "transmitPowerCdbm": 3000,
    "rfMode": 1002,
    "inventorySession": 1,
    "inventorySearchMode": "dual-target",
    "estimatedTagPopulation": 32,
}
NEEDED = frozenset(CLASSIC)
"""What every antenna of an inventory must say."""


class ImpinjReader:
    """One reader at `address`; tags are in its `field`."""

    def __init__(
        self,
        address: str,
        *,
        field: Field,
        listen: Listen,
        now: Now,
        user: str = "root",
        password: str = "impinj",  # noqa: S107 - what the maker ships
        keep_alive_s: float = KEEP_ALIVE_S,
    ) -> None:
        self.address = address
        self.field = field
        self.skew = timedelta(0)
        """How far its clock is ahead of ours."""
        self.silent = False
        """It sends nothing and answers nothing, but connections stay."""
        self.presets: dict[str, dict[str, Any]] = {
            "default": {"antennaConfigs": [CLASSIC, {**CLASSIC, "antennaPort": 2}]}
        }
        self.inventory: dict[str, Any] | None = None
        """What runs now, as it was asked for."""
        self.lost = 0
        """Reads while nobody took the stream."""
        self._listen = listen
        self._now = now
        self._secret = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self._keep_alive_s = keep_alive_s
        self._server: Server | None = None
        self._stream: Writer | None = None
        self._rounds = Rounds(field, self._sighted)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def connected(self) -> bool:
        """Somebody takes the stream."""
        return self._stream is not None

    async def start(self) -> None:
        """Switch it on: nothing runs, listening."""
        await self.mend()
        self._tasks = [asyncio.ensure_future(self._rounds.run()), asyncio.ensure_future(self._keep_alive())]

    async def stop(self) -> None:
        """Switch it off: connections break, the inventory ends."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._end_inventory()
        await self.cut_off()

    async def cut_off(self) -> None:
        """Take its network away until `mend`; it reads on."""
        if self._server is not None:
            await self._server.close()
            self._server = None

    async def mend(self) -> None:
        """Give it its network."""
        self._server = await self._listen(self.address.replace("http://", "tcp://"), self._serve)
        self.address = self._server.address.replace("tcp://", "http://")

    async def restart(self, after_s: float = 0.0) -> None:
        """Lose power and come back at the same address."""
        await self.stop()
        await asyncio.sleep(after_s)
        await self.start()

    def cut(self) -> None:
        """Break the stream only."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def rubbish(self, data: bytes) -> None:
        """Send bytes that are no event."""
        self._send(data)

    def storm(self, epcs: list[str], times: int) -> None:
        """Report these tags many times at once."""
        now = asyncio.get_running_loop().time()
        for _ in range(times):
            self._sighted([Sight(epc, 1, -50, now) for epc in epcs])

    def terminate(self) -> None:
        """End the inventory by itself, as a reader that overheats does."""
        self._end_inventory()
        self._tell({"inventoryTerminatedEvent": {"inventoryTerminationReason": "hardwareFault"}})

    async def _serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            with contextlib.suppress(OSError, EOFError, ValueError):
                while True:
                    request = await http.receive(reader)
                    if not self.silent:
                        self._answer(writer, request)
                    await writer.drain()
        finally:
            if self._stream is writer:
                self._stream = None

    def _answer(self, writer: Writer, request: http.Request) -> None:
        if request.headers.get("authorization") != self._secret:
            http.answer(writer, 401, {"message": "Unauthorized"}, {"WWW-Authenticate": 'Basic realm="reader"'})
            return
        routes: dict[tuple[str, str], Callable[[Writer, http.Request], None]] = {
            ("GET", "/status"): self._get_status,
            ("GET", "/data/stream"): self._begin_stream,
            ("POST", "/profiles/inventory/start"): self._start_transient,
            ("POST", "/profiles/stop"): self._stop_profile,
        }
        route = routes.get((request.method, request.path.removeprefix(BASE)))
        if route is not None:
            route(writer, request)
        elif request.path.startswith(f"{BASE}/profiles/inventory/presets/"):
            self._preset(writer, request)
        else:
            http.answer(writer, 404, {"message": f"no {request.path}"})

    def _get_status(self, writer: Writer, _request: http.Request) -> None:
        status = {
            "status": "running" if self.inventory else "idle",
            "time": self._time(),
            "serialNumber": "37020340011",
        }
        http.answer(writer, 200, status)

    def _begin_stream(self, writer: Writer, _request: http.Request) -> None:
        self.cut()
        http.begin_stream(writer)
        self._stream = writer

    def _preset(self, writer: Writer, request: http.Request) -> None:
        name, _, verb = request.path.removeprefix(f"{BASE}/profiles/inventory/presets/").partition("/")
        if name not in self.presets:
            http.answer(writer, 404, {"message": f"no preset {name}"})
        elif (request.method, verb) == ("GET", ""):
            http.answer(writer, 200, self.presets[name])
        elif (request.method, verb) == ("POST", "start"):
            self._start(writer, self.presets[name])
        else:
            http.answer(writer, 405, {"message": request.method})

    def _start_transient(self, writer: Writer, request: http.Request) -> None:
        try:
            wanted = json.loads(request.body)
        except ValueError:
            http.answer(writer, 400, {"message": "no JSON"})
            return
        self._start(writer, wanted)

    def _start(self, writer: Writer, wanted: Any) -> None:
        wrong = _wrong(wanted)
        if wrong:
            http.answer(writer, 400, {"message": wrong})
        elif self.inventory is not None:
            http.answer(writer, 409, {"message": "a preset is running"})
        else:
            self.inventory = wanted
            configs = wanted["antennaConfigs"]
            ports = tuple(config["antennaPort"] for config in configs)
            self._rounds.begin(ports, configs[0]["inventorySession"])
            http.answer(writer, 204)
            self._tell({"inventoryStatusEvent": {"inventoryStatus": "running"}})

    def _stop_profile(self, writer: Writer, _request: http.Request) -> None:
        self._end_inventory()
        http.answer(writer, 204)

    def _end_inventory(self) -> None:
        self.inventory = None
        self._rounds.end()

    def _sighted(self, sights: list[Sight]) -> None:
        loop_now = asyncio.get_running_loop().time()
        if self._stream is None:
            self.lost += len(sights)
        for sight in sights:
            seen = self._time(loop_now - sight.at)
            self._tell(
                {
                    "tagInventoryEvent": {
                        "epcHex": sight.epc,
                        "antennaPort": sight.antenna,
                        "peakRssiCdbm": sight.rssi_dbm * 100,
                        "lastSeenTime": seen,
                    }
                },
                seen,
            )

    def _tell(self, event: dict[str, Any], at: str | None = None) -> None:
        kind = next(iter(event)).removesuffix("Event")
        self._send(json.dumps({"timestamp": at or self._time(), "eventType": kind, **event}).encode() + b"\r\n")

    def _send(self, data: bytes) -> None:
        if self._stream is not None and not self.silent:
            http.chunk(self._stream, data)

    def _time(self, ago: float = 0.0) -> str:
        time = self._now() + self.skew - timedelta(seconds=ago)
        return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "000Z"

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self._keep_alive_s)
            self._send(b"\r\n")


def _wrong(wanted: Any) -> str:
    """Return what an inventory request lacks, or nothing."""
    configs = wanted.get("antennaConfigs") if isinstance(wanted, dict) else None
    if not isinstance(configs, list) or not configs:
        return "antennaConfigs is required"
    for config in configs:
        missing = sorted(NEEDED - set(config))
        if missing:
            return f"antennaConfigs: {missing[0]} is required"
    return ""
