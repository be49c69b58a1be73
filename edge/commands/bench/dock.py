"""A dock in virtual time: loads go through an RFID gate with all that troubles eyes and tags, and are judged.

Cage, eyes and field are those of the simulated warehouse; link and gate logic are the real ones; the verdict is the
site's (`edge/processes/verdict.py`). When the gate stops a load, people bring it back, move the neighbour that stands
too near, and push the load through once more; what is missing or too many they leave as it is.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from drivers.rfid.attendant import Attendant
from drivers.rfid.beams import Eye
from drivers.rfid.gate import Gate, Output
from drivers.rfid.llrp.link import LlrpLink
from drivers.rfid.passage import Passage, Reason
from edge.processes.verdict import Word, judge
from simulators.reader import Field, Reader
from simulators.world import loop as virtual
from simulators.world.physics import GONE, Hooks, Label, Warehouse
from simulators.world.streams import Network

START = datetime(2026, 11, 22, tzinfo=UTC)
GATE = "GATE-1"
ADDRESS = "tcp://reader:5084"

TAGS = (20, 400)
"""Tags of a load."""
SHORT, EXTRA = 0.12, 0.08
"""Share of loads that lack parcels, and of those with one of another load among them."""
MOST_MISSING = 3
LEFT = 0.5
"""Chance that what a short load lacks was left standing near the antennas instead of elsewhere."""
SPEED = (600, 1500)
"""Millimetres a second, from a heavy cage to somebody in a hurry."""
SHADED, SHADED_WAY = 0.1, 0.25
"""Share of tags between goods: one antenna alone hears them, on this share of the way."""
CHATTER = 0.3
"""Share of edges at which an eye flickers."""
TURNS = 0.2
"""Chance that somebody walks up to the gate and back before a load comes."""
LATE, LATE_S = 0.1, (0.1, 3.0)
"""Share of reports that are late, and by how much."""
SKEW, DRIFT = timedelta(hours=9), 50e-6
"""How far a reader's clock is off at most, and how fast it drifts."""
STRAYS = 3
"""Parcels of later loads that stand near the antennas all day."""
NEIGHBOUR, MOST_NEIGHBOURS = 0.5, 5
"""Chance that the next load waits at the edge of the field, and how many of its tags are heard there."""
NEIGHBOUR_DBM = -54.0
"""Strength in the middle of its stay; it is there only at the weak beginning."""
AGES = 1e5
"""Seconds a waiting load would stay: so long that its strength does not change."""
BEFORE_S = (10.0, 60.0)
"""From a load's turn, when also the next one comes near, to its passage: its parcels are scanned."""
PATIENCE_S = (2.0, 8.0)
"""How long people look at a red light before they bring the load back; while there is none they wait."""


@dataclass(frozen=True, slots=True)
class Load:
    """Tags that should leave, and those that are on the cage."""

    expected: tuple[str, ...]
    aboard: tuple[str, ...]
    left: tuple[str, ...] = ()
    """Tags of parcels it lacks that stand near the antennas."""

    @property
    def right(self) -> bool:
        """It is what it should be."""
        return set(self.expected) == set(self.aboard)


@dataclass(slots=True)
class Outcome:
    """What became of a load: after the first passage and after the one that a stop is followed by."""

    right: bool
    complete: list[bool] = field(default_factory=list)
    """All tags aboard that are expected were read, by passage."""
    passed: list[bool] = field(default_factory=list)
    """The gate let it go, by passage."""
    seconds: float = 0.0
    """From the clearing of the last eye to the verdict that stood, in the first passage."""


def days_work(seed: int, rate: float, loads: int) -> list[Outcome]:
    """Push loads through one gate at a read rate (0 to 1 for each round and antenna) and return what became of them."""
    return virtual.run(_Dock(_dice(seed), rate).work(loads), seed, START)


def _dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  the same seed is the same day


class _Dock:
    def __init__(self, dice: random.Random, rate: float) -> None:
        self._dice = dice
        self._rate = rate
        self._serial = 0
        self._around: dict[str, None] = {}
        self._shaded: dict[str, None] = {}
        self._words: list[Word] = []
        self._read: dict[str, None] = {}
        self._verdicts: dict[int, str] = {}
        self._spoken, self._began = asyncio.Event(), START
        self._load = Load((), ())
        self._said = (0, "")
        self._gone = False
        self._changed = self._cleared = 0.0
        self._warehouse = Warehouse(Hooks(beam=self._beam, field=self._enter))

    async def work(self, loads: int) -> list[Outcome]:
        """Push loads one after the other; each is at the gate before it comes, as a shipper scans it first."""
        dice = self._dice
        now = self._now = virtual.clock()
        network = Network(_dice(dice.getrandbits(64)))
        self._field = Field(_dice(dice.getrandbits(64)), chance=self._rate)
        self._reader = Reader(
            ADDRESS,
            field=self._field,
            listen=network.listen,
            now=now,
            dice=_dice(dice.getrandbits(64)),
            utc=dice.random() < 0.5,
            skew=SKEW * dice.uniform(-1, 1),
        )
        await self._reader.start()
        self._gate = Gate(GATE)
        self._attendant = Attendant(self._gate, now=now, on_output=self._take)
        link = LlrpLink(
            "reader",
            ADDRESS,
            dial=network.dial,
            now=now,
            dice=_dice(dice.getrandbits(64)),
            on_reads=self._attendant.reads,
        )
        drift = DRIFT * dice.uniform(-1, 1)
        running = [asyncio.ensure_future(one) for one in (link.run(), self._attendant.run(), self._run_off(drift))]
        self._reader.faults.late_chance = LATE
        for tag in self._tags(STRAYS):
            self._field.stray(tag)
        await asyncio.sleep(60)
        following = self._draw()
        outcomes = []
        for _ in range(loads):
            load, following = following, self._draw()
            outcomes.append(await self._ship(load, following))
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._reader.stop()
        return outcomes

    def _draw(self) -> Load:
        expected = self._tags(self._dice.randint(*TAGS))
        self._shaded |= {tag: None for tag in expected if self._dice.random() < SHADED}
        kind = self._dice.random()
        if kind < SHORT:
            gone = self._dice.sample(expected, self._dice.randint(1, MOST_MISSING))
            left = gone if self._dice.random() < LEFT else ()
            return Load(expected, tuple(tag for tag in expected if tag not in gone), tuple(left))
        return Load(expected, expected + (self._tags(1) if kind < SHORT + EXTRA else ()))

    def _tags(self, number: int) -> tuple[str, ...]:
        """Return tags of parcels that are on the site."""
        made = tuple(f"31{self._serial + n:022X}" for n in range(number))
        self._serial += number
        self._around |= dict.fromkeys(made)
        return made

    async def _ship(self, load: Load, following: Load) -> Outcome:
        """Push a load through, and once more if it is stopped, while the next may stand nearby."""
        dice = self._dice
        self._load, self._words, self._read, self._gone = load, [], {}, False
        self._gate.release()
        self._gate.expect(load.expected)
        self._field.leave(load.expected)
        self._field.enter(load.left, AGES, (dice.choice((1, 2)),), rssi_dbm=NEIGHBOUR_DBM)
        if dice.random() < NEIGHBOUR:
            heard = following.aboard[: dice.randint(1, MOST_NEIGHBOURS)]
            self._field.enter(heard, AGES, (dice.choice((1, 2)),), rssi_dbm=NEIGHBOUR_DBM)
        self._reader.faults.late_s = dice.uniform(*LATE_S)
        await asyncio.sleep(dice.uniform(*BEFORE_S))
        await self._turn_round()
        parcels = [self._warehouse.box("table", "carton", 0, f"cage:{GATE}") for _ in load.aboard]
        for tag, parcel in zip(load.aboard, parcels, strict=True):
            self._warehouse.stick(Label(tag, tag), parcel)
        outcome = Outcome(load.right)
        await self._pass(outcome)
        outcome.seconds = self._changed - self._cleared
        if not outcome.passed[-1]:
            self._field.leave(following.aboard)
            await self._warehouse.pass_gate(GATE, speed=dice.randint(*SPEED), inward=True)
            await asyncio.sleep(dice.uniform(1, 2))
            await self._pass(outcome)
        self._field.leave(load.expected + load.aboard)
        for parcel in parcels:
            self._warehouse.unbox(parcel, GONE)
        for tag in load.expected + load.aboard:
            self._around.pop(tag, None)
        return outcome

    async def _turn_round(self) -> None:
        dice = self._dice
        if dice.random() < TURNS:
            eye = dice.choice(list(Eye))
            self._see(eye, blocked=True)
            await asyncio.sleep(dice.uniform(0.2, 0.8))
            self._see(eye, blocked=False)
            await asyncio.sleep(dice.uniform(1, 6))

    async def _pass(self, outcome: Outcome) -> None:
        """Push the load out, wait for the light and look at it for a while."""
        self._began = self._now()
        self._spoken.clear()
        await self._warehouse.pass_gate(GATE, speed=self._dice.randint(*SPEED))
        await self._spoken.wait()
        await asyncio.sleep(self._dice.uniform(*PATIENCE_S))
        outcome.complete.append(all(tag in self._read for tag in self._load.expected if tag in self._load.aboard))
        outcome.passed.append(self._gone)

    def _take(self, output: Output) -> None:
        """Judge what the gate says as its keeper on a site does (`edge/devices/gates.py`)."""
        if not isinstance(output, Passage) or self._gone or self._verdicts.get(output.number) == "pass":
            return
        stayed = [one.tag.epc for one in output.suppressed if one.reason is Reason.STAYED]
        judged = judge(
            {tag: tag for tag in self._load.expected},
            Word(output.opened, output.epcs, stayed),
            output.direction.value,
            earlier=self._words,
            others=self._others,
        )
        self._read |= dict.fromkeys(judged.read)
        self._verdicts[output.number] = judged.verdict
        self._gone = judged.verdict == "pass"
        if not self._gone:
            self._words.append(Word(output.opened, judged.read, stayed))
            self._gate.release()
        if output.closed > self._began:
            self._spoken.set()
        said = output.number, judged.verdict
        if said != self._said:
            self._said, self._changed = said, asyncio.get_running_loop().time()

    def _others(self, tags: list[str]) -> list[str]:
        return [tag for tag in tags if tag in self._around and tag not in self._load.expected]

    def _beam(self, _gate: str, beam: str, broken: bool) -> None:  # noqa: FBT001  the hook's form
        self._see(Eye(beam), blocked=broken)
        if self._dice.random() < CHATTER:
            for delay, blocked in ((0.02, not broken), (0.05, broken)):
                asyncio.get_running_loop().call_later(delay, partial(self._see, Eye(beam), blocked=blocked))

    def _see(self, eye: Eye, *, blocked: bool) -> None:
        self._attendant.beam(eye, blocked=blocked)
        self._cleared = asyncio.get_running_loop().time()

    def _enter(self, _gate: str, epcs: Sequence[str], seconds: float, _inward: bool) -> None:  # noqa: FBT001  the hook's form
        self._field.enter([epc for epc in epcs if epc not in self._shaded], seconds, (1, 2))
        heard = seconds * SHADED_WAY
        for antenna in (1, 2):
            shaded = [epc for epc in epcs if epc in self._shaded and int(epc, 16) % 2 == antenna - 1]
            at = self._dice.uniform(0.2, 0.8) * (seconds - heard)
            asyncio.get_running_loop().call_later(at, self._field.enter, shaded, heard, (antenna,))

    async def _run_off(self, drift: float) -> None:
        while True:
            await asyncio.sleep(1)
            self._reader.skew += timedelta(seconds=drift)
