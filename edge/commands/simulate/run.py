"""Runs virtual days and reports: figures, broken invariants, and the command that replays a failure."""

import asyncio
import gc
import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog

from edge.commands.garbage import SELDOM
from edge.commands.simulate.faults import Mishaps
from edge.commands.simulate.judge import judge
from edge.commands.simulate.world import Setting, World
from edge.store.tx import Entry, Reader
from simulators.world.loop import run as run_virtual

START = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
"""A Tuesday, 09:00 in Japan."""
MEMORY_DISK = Path("/dev/shm")  # noqa: S108  a folder of our own is made in it


Look = Callable[[Reader, Sequence[Entry]], None]
"""Sees the rows at a day's end, and the journal."""


def nowhere(_reader: Reader, _entries: Sequence[Entry]) -> None:
    """Look at nothing."""


@dataclass(slots=True)
class Report:
    """One virtual day."""

    seed: int
    virtual_hours: float
    robots: int
    longest_stand: int
    """Seconds for which a robot that could drive stood with way before it."""
    seconds: float
    orders: dict[str, int]
    units: dict[str, int]
    duplicates: int
    crashes: int
    faults: dict[str, int]
    journal: int
    journal_hash: str
    broken: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """Return it for JSON."""
        return asdict(self)


def live_a_day(setting: Setting, faults: str, *, journal_to: Path | None = None, look: Look = nowhere) -> Report:
    """Run one virtual day and judge it; `look` sees what it came to."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    base = MEMORY_DISK if MEMORY_DISK.is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="genba-sim-", dir=base))
    thresholds = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    began = time.perf_counter()
    try:
        report = run_virtual(_day(setting, faults, folder, journal_to, look), setting.seed, START)
    finally:
        gc.set_threshold(*thresholds)
        gc.collect()  # a day leaves some 14 MB of cycles, and many days run in one process
        shutil.rmtree(folder, ignore_errors=True)
    report.seconds = round(time.perf_counter() - began, 2)
    return report


async def _day(setting: Setting, faults: str, folder: Path, journal_to: Path | None, look: Look) -> Report:
    world = World(setting, folder)
    mishaps = asyncio.ensure_future(Mishaps(world, faults).run())
    await world.run()
    mishaps.cancel()
    await asyncio.wait([mishaps])
    edge = await world.running_edge()
    broken = await edge.store.read(lambda reader: judge(world, reader))
    await edge.store.read(look, world.tally.entries)
    lines = [msgspec.json.encode(entry).decode() for entry in world.tally.entries]
    if journal_to is not None:
        _write(journal_to, lines)
    told = world.books.report()
    report = Report(
        seed=setting.seed,
        virtual_hours=round(world.loop.time() / 3600, 2),
        robots=len(world.floor.robots.robots) + len(world.floor.yard.robots),
        longest_stand=round(world.standstill.longest),
        seconds=0.0,
        orders=told["orders"],
        units=told["units"],
        duplicates=told["duplicates"],
        crashes=world.tally.crashes,
        faults=dict(sorted(world.tally.faults.items())),
        journal=len(lines),
        journal_hash=hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        broken=broken,
    )
    await world.close()
    return report


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines), encoding="utf-8")
