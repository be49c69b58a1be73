"""A person at work: reads the screen, walks, grabs, scans, errs, and waits; the steps are in picking, packing, loading.

The table `steps` names what to do at each process and step. A screen that is not in it never stops a person: they wait,
look again, and it is kept in `unknown` for the judge.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

import structlog

from simulators.operators.handheld import Handheld, Outcome, Screen
from simulators.sitefile import Place, SiteFile
from simulators.world.http import Way
from simulators.world.physics import Label, Warehouse

log = structlog.get_logger(__name__)

Decoy = Callable[[], str | None]
"""What somebody scans by mistake."""
STUCK_AFTER = 3
"""Wrong answers in a row on one step before a person stops trying and waits."""
BOUNCE_S = 0.03
"""Seconds between the two shots of a trigger that bounces (F61)."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How a person works: shares from 0 to 1 per occasion, seconds (from, to), mm/s."""

    wrong_scan: float = 0.01
    wrong_item: float = 0.005
    swapped_item: float = 0.001
    left_behind: float = 0.002
    double_scan: float = 0.01
    undo: float = 0.003
    skip: float = 0.003
    by_quantity: float = 0.5
    grab_s: tuple[float, float] = (1.5, 4.0)
    scan_s: tuple[float, float] = (0.6, 1.8)
    think_s: tuple[float, float] = (0.5, 2.0)
    look_around_s: tuple[float, float] = (5.0, 15.0)
    glance_s: tuple[float, float] = (60.0, 110.0)
    walk: int = 1200
    break_every_s: float = 7200.0
    break_s: float = 600.0

    def at_pace(self, factor: float) -> "Habits":
        """Return the same person, so many times as fast."""

        def quick(seconds: tuple[float, float]) -> tuple[float, float]:
            return seconds[0] / factor, seconds[1] / factor

        return replace(
            self,
            grab_s=quick(self.grab_s),
            scan_s=quick(self.scan_s),
            think_s=quick(self.think_s),
            look_around_s=quick(self.look_around_s),
            glance_s=quick(self.glance_s),
            walk=round(self.walk * factor),
            break_every_s=self.break_every_s / factor,
            break_s=self.break_s / factor,
        )


PERFECT = Habits(wrong_scan=0, wrong_item=0, swapped_item=0, left_behind=0, double_scan=0, undo=0, skip=0)
"""Somebody who never errs."""

RobotAt = Callable[[str], str | None]
"""Node where a robot stands now, None while it drives."""


class Person:
    """One person; `run` works until cancelled. `counts` and `unknown` are for the judge."""

    def __init__(
        self,
        name: str,
        *,
        call: Way,
        badge: str,
        pin: str,
        site: SiteFile,
        warehouse: Warehouse,
        workplace: str,
        dice: random.Random,
        steps: Mapping[tuple[str, str], "Step"],
        habits: Habits | None = None,
        robot_at: RobotAt | None = None,
    ) -> None:
        self.name = name
        self.site = site
        self.warehouse = warehouse
        self.workplace = workplace
        self.dice = dice
        self.habits = habits or Habits()
        self.robot_at = robot_at
        self.hand = f"hand:{name}"
        self.here: Place = site.place(workplace)
        self.counts: Counter[str] = Counter()
        self.unknown: Counter[tuple[str, str]] = Counter()
        self.handheld = Handheld(
            call, badge=badge, pin=pin, device=f"handheld-{name}", dice=dice, new_key=self._new_key
        )
        self._steps = steps
        self._wrong_in_a_row = 0
        self._rested_at = 0.0
        self._patience = self.dice.uniform(*self.habits.glance_s)

    async def run(self) -> None:
        """Work for ever."""
        self._rested_at = asyncio.get_running_loop().time() + self.dice.uniform(0, self.habits.break_every_s)
        screen = await self.handheld.login()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.handheld.follow())
            await self._work(screen)

    async def _work(self, screen: Screen) -> None:
        while True:
            screen = await self.handheld.news() or screen
            step = self._steps.get(screen.place)
            if step is None:
                screen = await self._puzzled(screen)
            else:
                screen = await step(self, screen)
            if self._wrong_in_a_row >= STUCK_AFTER:
                self.counts["stuck"] += 1
                self._wrong_in_a_row = 0
                screen = await self.wait()

    async def scan(self, screen: Screen, value: str, *, decoy: Decoy = lambda: None) -> Outcome:
        """Scan a code; now and then the decoy first, if there is one, or twice by a bouncing trigger."""
        wrong = decoy() if self.chance(self.habits.wrong_scan) else None
        if wrong not in (None, value):
            self.counts["wrong_scan"] += 1
            outcome = await self.act(screen, "scan", wrong, on_purpose=True)
            screen = outcome.screen
            if outcome.good or outcome.kind == "stale":
                return outcome
        outcome = await self.act(screen, "scan", value)
        if outcome.good and self.chance(self.habits.double_scan):
            return await self._bounce(screen, outcome, value)
        return outcome

    async def scan_label(self, screen: Screen, label: Label) -> Outcome:
        """Scan a parcel's label: its number, or its square code where that is asked for or the number is refused."""
        asked_for = screen.target and label.own.endswith(screen.target)
        outcome = await self.scan(screen, label.own if asked_for else label.tracking)
        if outcome.kind == "wrong" and label.own and not asked_for:
            return await self.scan(outcome.screen, label.own)
        return outcome

    async def press(
        self, screen: Screen, button: str, value: str | None = None, *, quantity: int | None = None, why: str = ""
    ) -> Outcome:
        """Press a button, with a reason where it asks for one."""
        await self.pause(self.habits.think_s)
        self.counts[f"press.{button}"] += 1
        outcome = await self.handheld.act(screen, button, value, quantity=quantity, reason=screen.reason(button, why))
        return self._noted(outcome)

    async def act(self, screen: Screen, action: str, value: str, *, on_purpose: bool = False) -> Outcome:
        """Aim and shoot."""
        await self.pause(self.habits.scan_s)
        outcome = await self.handheld.act(screen, action, value)
        return outcome if on_purpose else self._noted(outcome)

    async def go(self, code: str) -> bool:
        """Walk to a place; False when there is no such place here."""
        try:
            there = self.site.place(code)
        except KeyError:
            return False
        distance = self.site.walk(self.here, there)
        if distance:
            await asyncio.sleep(distance / self.habits.walk)
        self.here = there
        return True

    async def wait(self, *, only_news: bool = False) -> Screen:
        """Stand by until the handheld shows something new, and return what it shows.

        A person looks around after a while and glances at the handheld now and then, which tells the edge that somebody
        is there; with `only_news` nothing around matters. When a break is due they take it, and say so if they can.
        """
        now = asyncio.get_running_loop().time()
        if now - self._rested_at > self.habits.break_every_s:
            return await self._take_a_break()
        calm = max(0.0, self.handheld.answered_at + self._patience - now)
        seconds = calm if only_news else self.dice.uniform(*self.habits.look_around_s)
        screen = await self.handheld.newer(seconds)
        if screen is not None:
            await self.pause(self.habits.think_s)
            return screen
        return await self.glance() if seconds >= calm else self.handheld.screen

    async def glance(self) -> Screen:
        """Look at the handheld without being called."""
        self._patience = self.dice.uniform(*self.habits.glance_s)
        return await self.handheld.look()

    async def pause(self, seconds: tuple[float, float]) -> None:
        """Let a human while pass."""
        await asyncio.sleep(self.dice.uniform(*seconds))

    def chance(self, share: float) -> bool:
        """Throw the dice."""
        return share > 0 and self.dice.random() < share

    async def _take_a_break(self) -> Screen:
        self.counts["break"] += 1
        if self.handheld.screen.button("leave"):
            await self.press(self.handheld.screen, "leave")
        await asyncio.sleep(self.habits.break_s)
        self._rested_at = asyncio.get_running_loop().time()
        return await self.glance()

    async def _puzzled(self, screen: Screen) -> Screen:
        if not self.unknown[screen.place]:
            log.warning("operator.unknown_step", person=self.name, process=screen.place[0], step=screen.place[1])
        self.unknown[screen.place] += 1
        return await self.wait()

    async def _bounce(self, screen: Screen, first: Outcome, value: str) -> Outcome:
        """Send the same code again at once; if it was counted, the person sees it and takes it back."""
        self.counts["double_scan"] += 1
        await asyncio.sleep(BOUNCE_S)
        second = await self.handheld.act(screen, "scan", value)
        if second.good and second.screen.place == first.screen.place and second.screen.button("undo"):
            self.counts["double_counted"] += 1
            undone = await self.press(second.screen, "undo")
            return Outcome(first.kind, undone.screen)
        return Outcome(first.kind, second.screen)

    def _noted(self, outcome: Outcome) -> Outcome:
        if outcome.kind == "wrong":
            self._wrong_in_a_row += 1
            self.counts["wrong"] += 1
        elif outcome.good:
            self._wrong_in_a_row = 0
        return outcome

    def _new_key(self) -> str:
        """Return a key nobody else makes: 128 bits of the dice."""
        return f"{self.dice.getrandbits(128):032x}"


Step = Callable[[Person, Screen], Awaitable[Screen]]
"""What to do at one step: returns the screen that follows."""


async def choose_place(person: Person, screen: Screen) -> Screen:
    """Say where we work (start/place); while somebody else works there, come back in a while."""
    await person.go(person.workplace)
    outcome = await person.scan(screen, person.workplace)
    if outcome.kind == "info":
        person.counts["place_taken"] += 1
        await person.pause(person.habits.glance_s)
        return await person.glance()
    return outcome.screen if outcome.good else await person.wait()


async def stand_by(person: Person, _screen: Screen) -> Screen:
    """Wait for work (idle/wait)."""
    return await person.wait(only_news=True)


async def come_back(person: Person, _screen: Screen) -> Screen:
    """Show up again (idle/away)."""
    await person.pause(person.habits.look_around_s)
    return await person.glance()


COMMON: dict[tuple[str, str], Step] = {
    ("start", "place"): choose_place,
    ("idle", "wait"): stand_by,
    ("idle", "away"): come_back,
}
