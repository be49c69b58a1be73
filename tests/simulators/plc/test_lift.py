"""A lift at a simulated PLC: it goes where it is called and takes its time, and what goes wrong shows."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drivers.modbus.profiles import PROFILES
from simulators.plc.cli import hung, meant
from simulators.plc.device import Plc
from simulators.plc.lift import Failing, Lift, Stop
from simulators.sitefile import load
from simulators.world.loop import run

START = datetime(2026, 11, 24, tzinfo=UTC)
LIFTS = Path(__file__).parents[3] / "config" / "lifts.yaml"


class Shaft:
    """A lift, and its PLC as a host sees it."""

    def __init__(self) -> None:
        self.plc = Plc(PROFILES["lift-adam-6060"])
        self.left: list[float] = []
        stops = [Stop(floor, f"C{floor}", f"L{floor}", f"call_{floor}", f"at_{floor}") for floor in ("1", "2")]
        points = {"opened": "opened", "closed": "closed", "fault": "fault", "manual": "manual"}
        self.lift = Lift("U", stops, self.plc, **points, travel=10.0, doors=4.0)
        self.lift.on_leaving = lambda: self.left.append(asyncio.get_running_loop().time())

    async def call(self, floor: str, *, on: bool = True) -> None:
        """Write a call as a host does."""
        async with self.plc.connect("", 1) as port:
            await port.write_coil(15 + int(floor), value=on)

    def seen(self) -> list[str]:
        """Return the contacts that are on."""
        return [name for name in ("at_1", "at_2", "opened", "closed", "fault", "manual") if self.plc.value(name)]


def with_lift(story: Callable[[Shaft], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        await story(Shaft())

    run(main(), 1, START)


def test_it_goes_where_it_is_called_and_opens_there_while_the_call_is_on() -> None:
    async def story(shaft: Shaft) -> None:
        assert shaft.seen() == ["at_1", "closed"]
        await shaft.call("2")
        await asyncio.sleep(5)
        assert (shaft.seen(), shaft.lift.floor) == (["closed"], None)
        await asyncio.sleep(6)
        assert shaft.seen() == ["at_2"]
        await asyncio.sleep(4)
        assert (shaft.seen(), shaft.lift.open_at("2"), shaft.lift.open_at("1")) == (["at_2", "opened"], True, False)
        await shaft.call("2", on=False)
        assert (shaft.lift.harmless_at("2"), len(shaft.left)) == (False, 1)
        await asyncio.sleep(4.1)
        assert shaft.seen() == ["at_2", "closed"]

    with_lift(story)


def test_it_stays_where_it_is_with_two_calls_on() -> None:
    async def story(shaft: Shaft) -> None:
        await shaft.call("1")
        await shaft.call("2")
        await asyncio.sleep(60)
        assert shaft.seen() == ["at_1", "closed"]

    with_lift(story)


@pytest.mark.parametrize(
    ("failing", "contacts"),
    [
        (Failing.STUCK, ["at_1", "closed"]),
        (Failing.FAULT, ["at_1", "closed", "fault"]),
        (Failing.TAKEN, ["at_2", "closed", "manual"]),
        (Failing.TWO_FLOORS, ["at_1", "at_2", "opened"]),
    ],
)
def test_what_goes_wrong_shows_and_is_over_when_it_is_well(failing: Failing, contacts: list[str]) -> None:
    async def story(shaft: Shaft) -> None:
        shaft.lift.fail(failing)
        await shaft.call("2")
        await asyncio.sleep(60)
        assert shaft.seen() == contacts
        shaft.lift.fail(None)
        await asyncio.sleep(60)
        assert shaft.seen() == ["at_2", "opened"]

    with_lift(story)


def test_a_robot_sees_doors_that_fell_shut_and_not_those_that_somebody_shut() -> None:
    async def story(shaft: Shaft) -> None:
        await shaft.call("1")
        await asyncio.sleep(5)
        shaft.lift.fail(Failing.FALLS)
        await asyncio.sleep(5)
        assert (shaft.lift.shut_by_itself("1"), shaft.lift.harmless_at("1")) == (True, True)
        shaft.lift.fail(None)
        await asyncio.sleep(5)
        assert (shaft.lift.shut_by_itself("1"), shaft.lift.open_at("1")) == (False, True)
        await shaft.call("1", on=False)
        await asyncio.sleep(5)
        assert (shaft.lift.shut_by_itself("1"), shaft.lift.harmless_at("1")) == (False, False)

    with_lift(story)


def test_without_power_its_doors_shut_by_themselves() -> None:
    async def story(shaft: Shaft) -> None:
        await shaft.call("1")
        await asyncio.sleep(5)
        await shaft.plc.go_offline()
        await asyncio.sleep(5)
        assert shaft.lift.shut_by_itself("1")

    with_lift(story)


async def test_the_lifts_of_a_site_file_move_at_the_plc_that_is_played() -> None:
    site = load(LIFTS)
    plcs = {"lift-io": Plc(site.devices["lift-io"].options["points"])}
    moved = hung(site, plcs)
    assert list(moved) == ["LIFT-1"]
    assert await meant(plcs, "LIFT-1 fault", moved) == "LIFT-1 is fault"
    assert await meant(plcs, "fault", moved) == "fault = 1"
    assert await meant(plcs, "LIFT-1 well", moved) == "LIFT-1 is well"
    assert await meant(plcs, "fault", moved) == "fault = 0"
    with pytest.raises(ValueError, match="LIFT-1 can be: well, stuck"):
        await meant(plcs, "LIFT-1 flying", moved)
