"""A weight transmitter on Modbus as a scale, in virtual time: settled, stale, moving, overloaded, lost."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from drivers.modbus.points import read_points
from drivers.modbus.profiles import with_profile
from drivers.modbus.unit import Unit
from drivers.scale.link import Overload, ScaleLost, Unsettled
from drivers.scale.unit import UnitScale
from simulators.plc.device import Plc
from simulators.world.loop import clock, run

START = datetime(2026, 11, 24, tzinfo=UTC)
Story = Callable[[Plc, UnitScale], Coroutine[Any, Any, None]]


def weighed(story: Story, without: tuple[str, ...] = ()) -> None:
    """Tell a story of the ready profile, in divisions of 5 g, perhaps without some of its points."""
    profile = with_profile("scale-laumas-tlu", {"weight": {"scale": 5}})
    points = {name: settings for name, settings in profile.items() if name not in without}

    async def day() -> None:
        plc = Plc(points)
        unit = Unit("s", "tcp://s:502", 1, read_points(points), plc.connect, now=clock(), dice=Random(1))
        running = asyncio.ensure_future(unit.run())
        await asyncio.sleep(1)
        await story(plc, UnitScale("s", unit, tuple(points)))
        running.cancel()
        await asyncio.wait([running])

    run(day(), 1, START)


def test_a_settled_load_is_weighed_in_grams_of_its_division() -> None:
    async def story(plc: Plc, scale: UnitScale) -> None:
        plc.set_input("weight", 247)
        plc.set_input("stable", 1)
        assert (await scale.weigh()).grams == 1235
        plc.set_input("negative", 1)
        assert (await scale.weigh()).grams == -1235

    weighed(story)


def test_a_load_that_moves_is_waited_for_and_one_that_never_rests_is_told() -> None:
    async def story(plc: Plc, scale: UnitScale) -> None:
        plc.set_input("weight", 100)
        asyncio.get_running_loop().call_later(2, plc.set_input, "stable", 1)
        assert (await scale.weigh()).grams == 500
        plc.set_input("stable", 0)
        with pytest.raises(Unsettled) as told:
            await scale.weigh(1.0)
        assert told.value.grams == 500

    weighed(story)


def test_without_a_word_for_it_equal_readings_tell_that_the_load_rests() -> None:
    async def story(plc: Plc, scale: UnitScale) -> None:
        plc.set_input("weight", 10)
        for at, divisions in enumerate((20, 30, 40, 40)):
            asyncio.get_running_loop().call_later(0.1 * at + 0.05, plc.set_input, "weight", divisions)
        assert (await scale.weigh()).grams == 200

    weighed(story, without=("stable",))


def test_overload_and_a_lost_unit_give_no_weight() -> None:
    async def story(plc: Plc, scale: UnitScale) -> None:
        plc.set_input("stable", 1)
        plc.set_input("overload", 1)
        with pytest.raises(Overload):
            await scale.weigh(1.0)
        await plc.go_offline()
        await asyncio.sleep(1)
        with pytest.raises(ScaleLost):
            await scale.weigh()

    weighed(story)


def test_what_was_read_before_the_question_is_no_answer() -> None:
    """A unit that hangs still shows the parcel before: no weight is made of that."""

    async def story(plc: Plc, scale: UnitScale) -> None:
        plc.set_input("weight", 100)
        plc.set_input("stable", 1)
        await asyncio.sleep(1)
        plc.hang()
        with pytest.raises((ScaleLost, Unsettled)):
            await scale.weigh(0.2)

    weighed(story)
