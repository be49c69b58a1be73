"""A gate: eyes and reader give passages, the load at the gate what is expected, the light says the verdict."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from drivers.modbus.unit import Change
from drivers.rfid import gate as logic
from drivers.rfid.antennas import Antennas
from drivers.rfid.attendant import Attendant
from drivers.rfid.beams import Eye
from drivers.rfid.passage import Passage, Reason
from drivers.rfid.port import Read
from drivers.rfid.sides import Sides
from edge.clock import Source
from edge.devices.links import Links
from edge.live import GateView, Live
from edge.processes.load import gate_passed
from edge.processes.sendoff import at_gate, parcels_of
from edge.processes.trouble import GATE_TROUBLES, raise_trouble, solve_trouble, solve_troubles
from edge.site import Gate as GateSite
from edge.store.store import Store
from edge.store.tx import Entry, Reader

log = structlog.get_logger(__name__)

LIGHT_SECONDS = 8.0
"""How long a verdict stays on the light: long enough to look up from a cage, short enough for the next."""

ANTENNA_QUIET = "exception.antenna_quiet"

Want = Callable[[str, bool], None]
"""Sets an output of the gate's I/O unit; it is held there, also after a reconnect."""


class GateKeeper:
    """Runs one gate. `want` sets a point of its I/O unit."""

    def __init__(
        self,
        site: GateSite,
        *,
        store: Store,
        live: Live,
        links: Links,
        source: Source,
        want: Want,
        antennas: Sequence[int] = (),
    ) -> None:
        """`antennas` are those of its reader."""
        self.site = site
        self._store = store
        self._live = live
        self._links = links
        self._source = source
        self._want = want
        there = site.antennas
        sides = None if there is None else Sides(frozenset(there.inner), frozenset(there.outer))
        self._logic = logic.Gate(site.id, eyes=[Eye(one) for one in site.eyes.values()], sides=sides)
        self._antennas = Antennas(antennas)
        self._attendant = Attendant(self._logic, now=source.now, on_output=self._take)
        self.eyes(seen=False)
        self._decided: dict[int, str] = {}
        self._load: str | None = None
        self._light: asyncio.TimerHandle | None = None
        self._work: asyncio.Queue[Passage] = asyncio.Queue()
        self.view = live.gates[site.id] = GateView(site.id, inner=None if site.inner is None else False)

    async def run(self) -> None:
        """Decide passages until cancelled."""
        stop = self._store.watch(self._committed)
        try:
            await self._refresh()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._attendant.run())
                tasks.create_task(self._decide())
        finally:
            stop()

    def beam(self, change: Change) -> None:
        """Take a change of one of the gate's photo-eyes."""
        eye = Eye(self.site.eyes[change.point])
        blocked = bool(change.value)
        if eye is Eye.INNER:
            self.view.inner = blocked
        else:
            self.view.outer = blocked
        self._live.touch()
        self._attendant.beam(eye, blocked=blocked, at=change.at)

    def eyes(self, *, seen: bool) -> None:
        """Say whether the I/O unit of the photo-eyes answers."""
        self._attendant.eyes(seen=seen)

    def reads(self, reads: list[Read]) -> None:
        """Take tag reads of the gate's reader."""
        self.view.reads += len(reads)
        self._links.said(self.site.reader, reads[-1].epc)
        self._attendant.reads(reads)

    def _take(self, output: logic.Output) -> None:
        if isinstance(output, Passage):
            self._work.put_nowait(output)
            if output.final:
                self._listen(output)
            return
        log.warning("gate.alarm", gate=self.site.id, alarm=str(output))
        gate, about = self.site.id, f"gate/{self.site.id}"
        if isinstance(output, logic.LateRead):
            self._store.run(
                raise_trouble, "exception.late_tag", f"{about}/{output.tag.epc}", gate=gate, tag=output.tag.epc
            )
        elif output.alarm is logic.GateAlarm.NO_READS:
            self._store.run(raise_trouble, "exception.gate_blind", about, gate=gate)
        else:
            self._store.run(raise_trouble, "exception.gate_alarm", about, gate=gate)

    def _listen(self, passage: Passage) -> None:
        """Tell of antennas that have gone quiet, and of those that are heard again."""
        noticed, reader = self._antennas.passed(passage), self.site.reader
        for antenna in noticed.quiet:
            about = f"device/{reader}/{antenna}"
            self._store.run(raise_trouble, ANTENNA_QUIET, about, device=reader, antenna=antenna, gate=self.site.id)
        for antenna in noticed.heard:
            self._store.run(solve_trouble, ANTENNA_QUIET, f"device/{reader}/{antenna}")

    async def _decide(self) -> None:
        while True:
            passage = await self._work.get()
            if self._decided.get(passage.number) == "pass" or (self._load is None and not passage.tags):
                continue
            seen = {
                "direction": passage.direction.value,
                "opened_at": passage.opened,
                "closed_at": passage.closed,
                "epcs": list(passage.epcs),
                "flags": [flag.value for flag in passage.flags],
                "stayed": [one.tag.epc for one in passage.suppressed if one.reason is Reason.STAYED],
            }
            verdict = await self._store.run_as(f"gate:{self.site.id}", gate_passed, self.site.id, seen)
            self._decided[passage.number] = verdict
            for old in [number for number in self._decided if number < passage.number - 20]:
                del self._decided[old]
            if verdict == "stop":
                self._logic.release()
            elif verdict == "pass":
                self._store.run(solve_troubles, GATE_TROUBLES, f"gate/{self.site.id}")
            self._show(verdict)

    def _show(self, verdict: str) -> None:
        if verdict == "idle":
            return
        self.view.verdict, self.view.at = verdict, self._source.now()
        self._set_light("green" if verdict == "pass" else "red")
        if self._light is not None:
            self._light.cancel()
        self._light = asyncio.get_running_loop().call_later(LIGHT_SECONDS, self._set_light, "off")

    def _set_light(self, light: str) -> None:
        self.view.light = light
        self._want(self.site.green, light == "green")
        self._want(self.site.red, light == "red")
        self._live.touch()

    def _committed(self, entries: Sequence[Entry]) -> None:
        if any(entry.kind in ("load.at_gate", "load.released", "parcel.void", "gate.pass") for entry in entries):
            self._refreshing = asyncio.ensure_future(self._refresh())

    async def _refresh(self) -> None:
        load_id, tags = await self._store.read(_expected, self.site.id)
        if load_id != self._load:
            self._load = load_id
            self._logic.release()
        self._logic.expect(tags)


def _expected(reader: Reader, gate: str) -> tuple[str | None, list[str]]:
    load = at_gate(reader, gate)
    if load is None:
        return None, []
    return load.id, [row.epc for row in parcels_of(reader, load.id) if row.epc]
