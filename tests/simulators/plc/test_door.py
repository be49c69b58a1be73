"""A door at a simulated PLC: its motor takes its time, its switches tell where it is, and what goes wrong shows."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from drivers.modbus.profiles import PROFILES
from simulators.plc.device import Plc
from simulators.plc.door import FALL, Door, Failing
from simulators.world.loop import run

START = datetime(2026, 11, 24, tzinfo=UTC)
OPEN, SHUT, BETWEEN = (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)


class Doorway:
    """A door, and its PLC as a host sees it."""

    def __init__(self) -> None:
        self.plc = Plc(PROFILES["door-adam-6060"])
        self.left: list[float] = []
        points = {"command": "open", "opened": "opened", "closed": "closed", "fault": "fault"}
        self.door = Door("D", [("A", "B")], self.plc, **points, seconds=6.0)
        self.door.on_leaving = lambda: self.left.append(asyncio.get_running_loop().time())

    async def command(self, *, on: bool) -> None:
        """Write the command as a host does."""
        async with self.plc.connect("", 1) as port:
            await port.write_coil(16, value=on)

    @property
    def switches(self) -> tuple[float, float]:
        """The upper and the lower switch."""
        return self.plc.value("opened"), self.plc.value("closed")


def with_door(story: Callable[[Doorway], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        await story(Doorway())

    run(main(), 1, START)


def test_it_opens_while_it_is_told_to_and_runs_down_again() -> None:
    async def story(way: Doorway) -> None:
        assert way.switches == SHUT
        await way.command(on=True)
        assert way.switches == BETWEEN
        await asyncio.sleep(3)
        assert 0.4 < way.door.share < 0.6
        await asyncio.sleep(3.1)
        assert (way.door.open, way.switches, way.left) == (True, OPEN, [])
        await way.command(on=False)
        assert (way.door.open, way.door.harmless, way.switches, len(way.left)) == (False, False, BETWEEN, 1)
        await asyncio.sleep(6.1)
        assert way.switches == SHUT

    with_door(story)


def test_blocked_and_faulty_it_stands_and_goes_on_afterwards() -> None:
    async def story(way: Doorway) -> None:
        for failing in (Failing.BLOCKED, Failing.FAULT):
            await way.command(on=True)
            await asyncio.sleep(3)
            way.door.fail(failing)
            assert way.plc.value("fault") == (failing is Failing.FAULT)
            await asyncio.sleep(60)
            assert way.switches == BETWEEN
            way.door.fail(None)
            await asyncio.sleep(3.1)
            assert (way.switches, way.plc.value("fault")) == (OPEN, 0)
            await way.command(on=False)
            await asyncio.sleep(6.1)

    with_door(story)


def test_its_upper_switch_sticks_on_or_never_comes_on() -> None:
    async def story(way: Doorway) -> None:
        way.door.fail(Failing.STUCK_ON)
        assert way.switches == SHUT
        await way.command(on=True)
        await asyncio.sleep(6.1)
        await way.command(on=False)
        await asyncio.sleep(6.1)
        assert (way.switches, way.door.open) == ((1, 1), False)
        way.door.fail(Failing.STUCK_OFF)
        await way.command(on=True)
        await asyncio.sleep(6.1)
        assert (way.switches, way.door.open) == (BETWEEN, True)

    with_door(story)


def test_one_that_falls_shut_by_itself_or_without_power_is_seen_by_robots_until_it_is_open_again() -> None:
    async def story(way: Doorway) -> None:
        await way.command(on=True)
        await asyncio.sleep(6.1)
        way.door.fail(Failing.FALLS)
        assert (way.door.harmless, way.door.shut_by_itself) == (True, True)
        await asyncio.sleep(FALL + 0.1)
        assert way.switches == SHUT
        way.door.fail(None)
        await asyncio.sleep(6.1)
        assert (way.door.open, way.door.shut_by_itself) == (True, False)
        await way.plc.go_offline()
        await way.plc.go_online()
        await asyncio.sleep(6.1)
        assert (way.switches, way.door.shut_by_itself) == (SHUT, True)

    with_door(story)


def test_one_that_somebody_closes_after_it_fell_is_not_excused() -> None:
    async def story(way: Doorway) -> None:
        await way.command(on=True)
        await asyncio.sleep(6.1)
        way.door.fail(Failing.FALLS)
        await way.command(on=False)
        assert (way.door.harmless, way.door.shut_by_itself) == (False, False)

    with_door(story)
