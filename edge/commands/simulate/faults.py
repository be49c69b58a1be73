"""What goes wrong in a virtual day, all from one seed (P45): radio, broker, WMS, devices, robots, power, clock."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

from edge.commands.simulate.world import World
from simulators.plc import door, lift
from simulators.robots.faults import Trouble, befall

NONE, SOME, ALL = "none", "some", "all"
CRASH_CHANCE = {NONE: 0.0, SOME: 0.0, ALL: 0.0004}
"""Chance of a power cut before or after any one commit."""
EVERY_S = {SOME: 600.0, ALL: 240.0}
"""Seconds between two mishaps, on average."""
CLOCK_JUMP = 1800.0
"""Seconds that somebody sets the clock by at most: many leases, and half way to a cut-off."""
ROBOT_TROUBLES = (Trouble.STOP, Trouble.BLOCKED, Trouble.CUT, Trouble.REBOOT, Trouble.VANISH)


class Mishaps:
    """Plays mishaps in a world until its orders are all in; then lets it recover."""

    def __init__(self, world: World, level: str) -> None:
        self._world = world
        self._level = level
        self._dice = random.Random(f"mishaps {world.setting.seed}")
        self._kinds: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("broker outage", self._broker),
            ("lossy broker", self._lossy),
            ("wms trouble", self._wms),
            ("reader", self._reader),
            ("io unit", self._plc),
            ("printer", self._printer),
            ("wi-fi", self._wifi),
        ]
        if world.floor.robots.robots:
            self._kinds += [("robot", self._robot)] * 2
        if world.floor.yard.robots:
            self._kinds += [("manager", self._manager), ("managed robot", self._managed)]
        if world.floor.devices.doors:
            self._kinds += [("door", self._door)] * 2
        if world.floor.devices.lifts:
            self._kinds += [("lift", self._lift)] * 2
        if world.setting.site.epcis is not None and world.setting.site.epcis.url:
            self._kinds += [("repository", self._repository)] * 2
        if level == ALL:
            self._kinds += [("clock jump", self._clock), ("power cut", self._power)]

    async def run(self) -> None:
        """Let things go wrong until cancelled."""
        if self._level == NONE:
            return
        self._world.crash = self._crash
        async with asyncio.TaskGroup() as group:
            while not self._world.trading_done.is_set():
                await asyncio.sleep(self._dice.expovariate(1 / EVERY_S[self._level]))
                name, mishap = self._dice.choice(self._kinds)
                self._world.tally.faults[name] = self._world.tally.faults.get(name, 0) + 1
                group.create_task(self._guarded(mishap))
        self._world.crash = lambda _point: False

    async def _guarded(self, mishap: Callable[[], Awaitable[None]]) -> None:
        await mishap()

    def _crash(self, _point: str) -> bool:
        return self._dice.random() < CRASH_CHANCE[self._level]

    def _while(self, longest: float) -> float:
        return self._dice.uniform(1.0, longest)

    async def _broker(self) -> None:
        self._world.broker.down(keep_retained=self._dice.random() < 0.5)
        await asyncio.sleep(self._while(60))
        self._world.broker.up()

    async def _lossy(self) -> None:
        faults = self._world.broker.faults
        faults.lose, faults.duplicate, faults.delay, faults.reorder = 0.05, 0.05, 0.1, 0.05
        await asyncio.sleep(self._while(180))
        faults.lose = faults.duplicate = faults.delay = faults.reorder = 0.0

    async def _wms(self) -> None:
        trouble = self._world.trouble
        kind = self._dice.choice(("down", "error_500", "error_after", "slow", "late"))
        if kind == "down":
            trouble.down = True
        else:
            setattr(trouble, kind, 0.5)
        await asyncio.sleep(self._while(600))
        trouble.down = False
        trouble.error_500 = trouble.error_after = trouble.slow = trouble.late = 0.0

    async def _repository(self) -> None:
        """The EPCIS repository is away, fails before or after it has captured, or takes long."""
        trouble = self._world.repository_trouble
        kind = self._dice.choice(("down", "error_500", "error_after", "slow"))
        if kind == "down":
            trouble.down = True
        else:
            setattr(trouble, kind, 0.5)
        await asyncio.sleep(self._while(600))
        trouble.down = False
        trouble.error_500 = trouble.error_after = trouble.slow = 0.0

    async def _reader(self) -> None:
        reader = self._dice.choice(list(self._world.floor.devices.readers.values()))
        if self._dice.random() < 0.5:
            await reader.restart(self._while(30))
            return
        reader.faults.silent = True
        await asyncio.sleep(self._while(20))
        reader.faults.silent = False

    async def _plc(self) -> None:
        plc = self._dice.choice(list(self._world.floor.devices.plcs.values()))
        await plc.go_offline()
        await asyncio.sleep(self._while(30))
        await plc.go_online()

    async def _door(self) -> None:
        """One thing at a time: of a switch that sticks at a door that is blocked too, nobody can tell."""
        one = self._dice.choice(list(self._world.floor.devices.doors.values()))
        if one.failing is None:
            one.fail(self._dice.choice(list(door.Failing)))
            await asyncio.sleep(self._while(90))
            one.fail(None)

    async def _lift(self) -> None:
        """As with doors, one thing at a time."""
        one = self._dice.choice(list(self._world.floor.devices.lifts.values()))
        if one.failing is None:
            one.fail(self._dice.choice(list(lift.Failing)))
            await asyncio.sleep(self._while(90))
            one.fail(None)

    async def _printer(self) -> None:
        printer = self._dice.choice(list(self._world.floor.devices.printers.values()))
        await printer.go_offline()
        await asyncio.sleep(self._while(60))
        await printer.go_online()

    async def _wifi(self) -> None:
        lines = list(self._world.handheld_lines.values())
        chosen = self._dice.sample(lines, k=max(1, len(lines) // 3))
        for line in chosen:
            line.faults.lose_request, line.faults.lose_answer, line.faults.refuse = 0.1, 0.1, 0.1
        await asyncio.sleep(self._while(180))
        for line in chosen:
            line.faults.lose_request = line.faults.lose_answer = line.faults.refuse = 0.0

    async def _robot(self) -> None:
        robots = list(self._world.floor.robots.robots.values())
        befall(self._dice.choice(robots), self._dice.choice(ROBOT_TROUBLES), self._while(90))

    async def _manager(self) -> None:
        """The manager of the robots that are not ours to drive is away, or loses requests or answers."""
        trouble = self._world.manager.trouble
        kind = self._dice.choice(("down", "lost_before", "lost_after", "busy", "rubbish"))
        if kind == "down":
            trouble.down = True
        else:
            setattr(trouble, kind, 0.5)
        await asyncio.sleep(self._while(90))
        trouble.down = False
        trouble.lost_before = trouble.lost_after = trouble.busy = trouble.rubbish = 0.0

    async def _managed(self) -> None:
        """A robot behind it stops with an error, or is heard no more."""
        robot = self._dice.choice(list(self._world.floor.yard.robots.values()))
        if self._dice.random() < 0.5:
            robot.errors = ["blocked"]
        else:
            robot.online = False
        await asyncio.sleep(self._while(90))
        robot.errors, robot.online = [], True

    async def _clock(self) -> None:
        self._world.loop.jump_clock(timedelta(seconds=self._dice.uniform(-CLOCK_JUMP, CLOCK_JUMP)))

    async def _power(self) -> None:
        self._world.kill_edge("power cut")
