"""Weighing, in virtual time and over a real socket."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import pytest

from drivers.ports import Dial, Writer
from drivers.scale.link import NoCommand, NotZero, Overload, Scale, ScaleLost, Unsettled, Weight
from drivers.scale.protocol import COMMANDS, Reading, State
from drivers.streams import dial, listen
from drivers.supervisor import Link
from simulators.scale.device import Build, Dialect, ScaleDevice
from simulators.world import loop as virtual
from simulators.world.streams import Network
from tests.drivers.seen import Seen

START = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)
ADDRESS = "tcp://scale:4001"


@contextlib.asynccontextmanager
async def linked(address: str, dialler: Dial, **settings: Any) -> AsyncIterator[Scale]:
    links: Seen[Link] = Seen()
    scale = Scale("scale-1", address, dialler, now=lambda: START, dice=random.Random(1), on_link=links, **settings)
    task = asyncio.create_task(scale.run())
    try:
        await links.until(lambda seen: seen and seen[-1].up)
        yield scale
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def with_device(build: Build | None = None, **settings: Any) -> Callable[[Any], Callable[[], None]]:
    """Run a test in virtual time with a scale and its link."""

    def decorate(test: Callable[[ScaleDevice, Scale], Coroutine[Any, Any, None]]) -> Callable[[], None]:
        async def main() -> None:
            network = Network(random.Random(1))
            device = ScaleDevice(random.Random(2), build)
            await device.start(network.listen, ADDRESS)
            async with linked(ADDRESS, network.dial, **settings) as scale:
                await test(device, scale)

        def run() -> None:
            virtual.run(main(), 4, START)

        run.__name__ = test.__name__
        return run

    return decorate


@with_device()
async def test_a_moving_load_is_waited_for(device: ScaleDevice, scale: Scale) -> None:
    device.place(1234)
    began = asyncio.get_running_loop().time()
    assert await scale.weigh() == Weight(1234, stable=True)
    assert 0.8 <= asyncio.get_running_loop().time() - began < 1.2
    device.take()
    assert (await scale.weigh()).grams == 0


@with_device(Build(dialect=Dialect.SICS, kilograms=True), commands=COMMANDS["sics"])
async def test_mt_sics_in_kilograms(device: ScaleDevice, scale: Scale) -> None:
    device.place(12_345)
    assert await scale.weigh() == Weight(12_345, stable=True)


@with_device(Build(dialect=Dialect.BARE))
async def test_a_scale_that_never_says_stable_must_repeat_itself(device: ScaleDevice, scale: Scale) -> None:
    device.place(500)
    assert abs((await scale.weigh()).grams - 500) <= 1


@with_device(Build(settling=60.0))
async def test_a_load_that_does_not_rest_is_an_error_with_the_last_reading(device: ScaleDevice, scale: Scale) -> None:
    device.place(500)
    with pytest.raises(Unsettled) as error:
        await scale.weigh(1.0)
    assert error.value.grams is not None


@with_device(Build(capacity=6000))
async def test_overload_is_told(device: ScaleDevice, scale: Scale) -> None:
    device.place(9000)
    with pytest.raises(Overload):
        await scale.weigh(2.0)


@with_device()
async def test_a_mute_scale_is_lost_and_found_again(device: ScaleDevice, scale: Scale) -> None:
    device.place(700)
    device.mute(on=True)
    with pytest.raises(ScaleLost, match="does not answer"):
        await scale.weigh()
    device.mute(on=False)
    with pytest.raises(ScaleLost, match="not connected"):
        await scale.weigh()
    await asyncio.sleep(1)
    assert await scale.weigh() == Weight(700, stable=True)


@with_device()
async def test_a_look_gives_what_the_scale_says_moving_or_not(device: ScaleDevice, scale: Scale) -> None:
    device.place(1000)
    assert (await scale.look()).state is State.MOVING
    await scale.weigh()
    assert await scale.look() == Reading(State.STABLE, 1000)


@with_device()
async def test_a_mute_scale_is_lost_for_its_silence(device: ScaleDevice, scale: Scale) -> None:
    device.mute(on=True)
    with pytest.raises(ScaleLost):
        await scale.look()
    await asyncio.sleep(0.1)
    assert (scale.link.up, scale.link.error) == (False, "TimeoutError: no answer to a request")


@with_device()
async def test_two_who_weigh_at_once_take_turns(device: ScaleDevice, scale: Scale) -> None:
    device.place(250)
    one, other = await asyncio.gather(scale.weigh(), scale.weigh())
    assert one == other == Weight(250, stable=True)


@with_device(Build(continuous=True), commands=COMMANDS["continuous"])
async def test_continuous_output_is_read_from_now_on_not_from_before(device: ScaleDevice, scale: Scale) -> None:
    device.place(100)
    assert (await scale.weigh()).grams == 100
    await asyncio.sleep(5)
    device.place(200)
    assert (await scale.weigh()).grams == 300
    with pytest.raises(NoCommand):
        await scale.zero()


@with_device()
async def test_commands_keep_the_pause_that_the_maker_asks_for(device: ScaleDevice, scale: Scale) -> None:
    began = asyncio.get_running_loop().time()
    for grams in range(5):
        device.place(grams)
        await scale.look()
    assert asyncio.get_running_loop().time() - began >= 4 * 0.5


DIALECTS = pytest.mark.parametrize(("dialect", "protocol"), [(Dialect.AND, "and"), (Dialect.SICS, "sics")])


@DIALECTS
def test_what_lies_on_the_empty_scale_is_set_to_zero(dialect: Dialect, protocol: str) -> None:
    @with_device(Build(dialect=dialect), commands=COMMANDS[protocol])
    async def zeroed(device: ScaleDevice, scale: Scale) -> None:
        device.place(37)
        assert await scale.zero() == 37
        device.place(500)
        assert await scale.weigh() == Weight(500, stable=True)
        assert scale.garbage == 0

    zeroed()


@DIALECTS
def test_a_tare_left_of_something_taken_off_is_let_go(dialect: Dialect, protocol: str) -> None:
    @with_device(Build(dialect=dialect), commands=COMMANDS[protocol])
    async def let_go(device: ScaleDevice, scale: Scale) -> None:
        device.place(350)
        device.press_tare()
        device.take()
        assert await scale.zero() == -350
        device.place(500)
        assert await scale.weigh() == Weight(500, stable=True)

    let_go()


@with_device(Build(capacity=6000))
async def test_a_parcel_is_never_taken_for_nothing(device: ScaleDevice, scale: Scale) -> None:
    device.place(735)
    with pytest.raises(NotZero, match="735 g"):
        await scale.zero()
    assert await scale.weigh() == Weight(735, stable=True)


@with_device()
async def test_a_scale_that_is_mute_is_not_set_to_zero(device: ScaleDevice, scale: Scale) -> None:
    device.mute(on=True)
    with pytest.raises(ScaleLost):
        await scale.zero()


def test_garbage_is_counted_and_does_not_end_the_link() -> None:
    async def main() -> int:
        network = Network(random.Random(1))

        async def serve(reader: asyncio.StreamReader, writer: Writer) -> None:
            writer.write(b"\xff\x00booting\r\n" + b"x" * 5000)
            while await reader.readuntil(b"\n"):
                writer.write(b"\r\n??\r\nST,+00042.00  g\r\n")

        await network.listen(ADDRESS, serve)
        async with linked(ADDRESS, network.dial) as scale:
            await asyncio.sleep(0.1)
            assert await scale.weigh() == Weight(42, stable=True)
            assert scale.last_garbage == b"??"
            return scale.garbage

    assert virtual.run(main(), 4, START) >= 3


async def test_weighing_over_a_real_socket_and_a_lost_one() -> None:
    device = ScaleDevice(random.Random(2), Build(settling=0.05))
    address = await device.start(listen, "tcp://127.0.0.1:0")
    async with linked(address, dial) as scale:
        device.place(321)
        assert await scale.weigh() == Weight(321, stable=True)
        device.mute(on=True)
        waiting = asyncio.create_task(scale.weigh())
        await asyncio.sleep(0)
        await device.close()
        with pytest.raises(ScaleLost):
            await waiting
