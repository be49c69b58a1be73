"""The task that keeps a unit: against the PLC in memory in virtual time, and against it over a real socket."""

import asyncio
import contextlib
import itertools
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from drivers.modbus.points import read_points
from drivers.modbus.port import ModbusPort, NoAnswer, Refused, Table
from drivers.modbus.tcp import ModbusTcp
from drivers.modbus.unit import Change, Unit
from drivers.streams import listen
from drivers.supervisor import Link
from simulators.plc.device import Plc
from simulators.world import loop as virtual
from tests.drivers.seen import Seen
from tests.support.just_now import just_now

START = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)
POINTS: dict[str, dict[str, Any]] = {
    "inner": {"table": "discrete", "address": 0},
    "outer": {"table": "discrete", "address": 1, "invert": True},
    "green": {"table": "coil", "address": 0},
    "red": {"table": "coil", "address": 1, "safe": True},
    "latch": {"table": "coil", "address": 2, "safe": None},
    "boxes": {"table": "input", "address": 0, "type": "uint16", "counter": True},
    "speed": {"table": "holding", "address": 0, "type": "uint16"},
}


class Bench:
    """A PLC in memory, a unit that keeps it, and what the unit said."""

    def __init__(self, points: dict[str, dict[str, Any]] | None = None, **settings: Any) -> None:
        points = POINTS if points is None else points
        self.outputs: Seen[tuple[str, float]] = Seen()
        self.plc = Plc(points, on_output=lambda name, value: self.outputs((name, value)), **settings.pop("plc", {}))
        self.changes: Seen[Change] = Seen()
        self.links: Seen[Link] = Seen()
        self.writes: list[tuple[int, int]] = []
        self.reads = 0
        self.connections = 0
        self.trouble: list[Exception | None] = []
        self.unit = Unit(
            "plc-1",
            "memory",
            1,
            read_points(points),
            self.connect,
            now=virtual.clock(),
            dice=random.Random(1),
            on_change=self.changes,
            on_link=self.links,
            **settings,
        )

    @contextlib.asynccontextmanager
    async def connect(self, address: str, unit: int) -> AsyncIterator[ModbusPort]:
        self.connections += 1
        async with self.plc.connect(address, unit) as port:
            yield Spy(self, port)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.unit.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


class Spy:
    """A port that notes the writes and can be made to fail them."""

    def __init__(self, bench: Bench, port: ModbusPort) -> None:
        self._bench = bench
        self._port = port

    @property
    def changed(self) -> asyncio.Event | None:
        return self._port.changed

    async def read_bits(self, table: Table, address: int, count: int) -> list[bool]:
        self._bench.reads += 1
        return await self._port.read_bits(table, address, count)

    async def read_words(self, table: Table, address: int, count: int) -> list[int]:
        return await self._port.read_words(table, address, count)

    async def write_coil(self, address: int, *, value: bool) -> None:
        self._bench.writes.append((address, int(value)))
        if self._bench.trouble and (trouble := self._bench.trouble.pop(0)) is not None:
            raise trouble
        await self._port.write_coil(address, value=value)

    async def write_registers(self, address: int, values: Sequence[int]) -> None:
        self._bench.writes.append((address, values[0]))
        await self._port.write_registers(address, values)


def in_virtual_time(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run a test on the virtual loop."""

    def run() -> None:
        virtual.run(test(), 7, START)

    run.__name__ = test.__name__
    return run


@in_virtual_time
async def test_every_point_is_reported_once_and_then_its_changes() -> None:
    bench = Bench()
    async with bench.running():
        await bench.changes.until(lambda seen: [c for c in seen if c.point == "red" and c.value])
        assert sorted(c.point for c in bench.changes.items) == sorted([*POINTS, "red"])
        bench.changes.items.clear()
        bench.plc.set_input("inner", 1)
        bench.plc.count("boxes", 3)
        await bench.changes.until(lambda seen: len(seen) == 2)
        at = virtual.clock()()
        assert sorted(bench.changes.items, key=lambda c: c.point) == [
            Change("boxes", 3, at, before=0, steps=3),
            Change("inner", value=True, at=at, before=False),
        ]
        assert bench.unit.values["boxes"] == 3
        assert bench.unit.values["outer"] is False


class Wire:
    """A port that must be polled and takes its time to answer."""

    changed = None

    def __init__(self, takes: float) -> None:
        self.takes = takes
        self.asked: list[float] = []

    @contextlib.asynccontextmanager
    async def connect(self, _address: str, _unit: int) -> AsyncIterator[ModbusPort]:
        yield self

    async def read_bits(self, _table: Table, _address: int, count: int) -> list[bool]:
        self.asked.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.takes)
        return [False] * count

    async def read_words(self, _table: Table, _address: int, count: int) -> list[int]:
        await asyncio.sleep(self.takes)
        return [0] * count

    async def write_coil(self, address: int, *, value: bool) -> None: ...

    async def write_registers(self, address: int, values: Sequence[int]) -> None: ...


@pytest.mark.parametrize(("takes", "cycle"), [(0.001, 0.05), (0.02, 0.05), (0.03, 0.1), (0.19, 0.4)])
def test_I60_a_unit_is_polled_at_its_rate_however_long_its_answers_take(takes: float, cycle: float) -> None:
    """Two reads a poll; when they take longer than the poll, the next point of time of the same rhythm is taken."""

    async def test() -> None:
        wire = Wire(takes)
        points = read_points({"eye": {"table": "discrete", "address": 0}, "boxes": {"table": "input", "address": 0}})
        unit = Unit("io", "wire", 1, points, wire.connect, now=virtual.clock(), dice=random.Random(1), poll=0.05)
        task = asyncio.create_task(unit.run())
        await asyncio.sleep(20 * cycle)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        between = [round(later - sooner, 6) for sooner, later in itertools.pairwise(wire.asked[1:])]
        assert set(between) == {cycle}

    virtual.run(test(), 7, START)


@in_virtual_time
async def test_an_idle_plc_in_memory_costs_nothing() -> None:
    bench = Bench()
    async with bench.running():
        await bench.outputs.until(lambda seen: ("red", 1) in seen)
        await asyncio.sleep(1)
        before = bench.reads
        await asyncio.sleep(8 * 3600)
        assert bench.reads == before


@in_virtual_time
async def test_I62_outputs_are_safe_at_start_and_at_stop_and_others_are_left_alone() -> None:
    bench = Bench()
    for coil in ("green", "latch"):
        bench.plc.set_input(coil, 1)
    async with bench.running():
        await bench.outputs.until(lambda seen: ("green", 0) in seen and ("red", 1) in seen)
        bench.unit.want("green", value=True)
        bench.unit.want("red", value=False)
        await bench.outputs.until(lambda seen: ("green", 1) in seen and ("red", 0) in seen)
        assert not just_now(bench.unit.left_safe)
    assert bench.unit.left_safe
    assert (bench.plc.value("green"), bench.plc.value("red"), bench.plc.value("latch")) == (0, 1, 1)


@in_virtual_time
async def test_I62_outputs_of_a_unit_that_is_gone_are_not_called_safe() -> None:
    bench = Bench()
    async with bench.running():
        await bench.links.until(lambda seen: seen and seen[-1].up)
        await bench.plc.go_offline()
        await bench.links.until(lambda seen: not seen[-1].up)
    assert not bench.unit.left_safe


@in_virtual_time
async def test_an_output_wanted_before_the_start_does_not_flicker() -> None:
    bench = Bench()
    bench.plc.set_input("green", 1)
    bench.outputs.items.clear()
    bench.unit.want("green", value=True)
    async with bench.running():
        await bench.outputs.until(lambda seen: ("red", 1) in seen)
        assert ("green", 0) not in bench.outputs.items


@in_virtual_time
async def test_I54_a_wanted_output_is_written_once_and_read_back() -> None:
    bench = Bench()
    async with bench.running():
        await bench.outputs.until(lambda seen: ("red", 1) in seen)
        bench.writes.clear()
        bench.unit.want("green", value=True)
        bench.unit.want("green", value=True)
        assert bench.unit.unmet == {"green": True}
        await bench.changes.until(lambda seen: seen[-1].point == "green")
        assert bench.unit.unmet == {}
        await asyncio.sleep(3600)
        assert bench.writes == [(0, 1)]


@in_virtual_time
async def test_I54_after_an_outage_the_present_wish_is_written_and_no_older_one() -> None:
    bench = Bench()
    async with bench.running():
        await bench.outputs.until(lambda seen: ("red", 1) in seen)
        await bench.plc.go_offline()
        await bench.links.until(lambda seen: not seen[-1].up)
        bench.writes.clear()
        bench.unit.want("green", value=True)
        await asyncio.sleep(600)
        bench.unit.want("green", value=False)
        bench.unit.want("speed", 40)
        await bench.plc.go_online()
        await bench.outputs.until(
            lambda seen: bench.plc.value("speed") == 40 and seen[-1] in {("speed", 40), ("red", 1)}
        )
        await asyncio.sleep(60)
        assert sorted(bench.writes) == [(0, 40), (1, 1)]
        assert [link.up for link in bench.links.items] == [True, False, True]


TIMELY: dict[str, dict[str, Any]] = {
    "door": {"table": "coil", "address": 0, "valid": 2.0},
    "bolt": {"table": "coil", "address": 1, "safe": None, "valid": 2.0},
    "level": {"table": "holding", "address": 0, "type": "float32", "safe": 0, "valid": 2.0},
}


@in_virtual_time
async def test_I54_a_wish_that_waited_too_long_is_dropped_and_told_and_never_comes_late() -> None:
    dropped: Seen[tuple[str, Any]] = Seen()
    bench = Bench(TIMELY, on_dropped=lambda point, value: dropped((point, value)))
    async with bench.running():
        await bench.links.until(lambda seen: seen and seen[-1].up)
        await bench.plc.go_offline()
        await bench.links.until(lambda seen: not seen[-1].up)
        bench.writes.clear()
        for point, value in (("door", True), ("bolt", True), ("level", 1.5)):
            bench.unit.want(point, value)
        await asyncio.sleep(1.9)
        assert not dropped.items
        await asyncio.sleep(0.2)
        assert sorted(dropped.items) == [("bolt", True), ("door", True), ("level", 1.5)]
        assert bench.unit.unmet == {"door": False, "level": 0}
        await bench.plc.go_online()
        await bench.links.until(lambda seen: seen[-1].up)
        await asyncio.sleep(60)
        assert bench.writes == []
        bench.unit.want("door", value=True)
        await bench.outputs.until(lambda seen: ("door", 1) in seen)


@in_virtual_time
async def test_I54_a_wish_that_was_met_in_time_is_held_for_ever() -> None:
    dropped: Seen[tuple[str, Any]] = Seen()
    bench = Bench(TIMELY, on_dropped=lambda point, value: dropped((point, value)))
    bench.unit.want("door", value=True)
    async with bench.running():
        await bench.outputs.until(lambda seen: ("door", 1) in seen)
        await asyncio.sleep(3600)
        await bench.plc.go_offline()
        await bench.plc.go_online()
        await bench.outputs.until(lambda seen: len(seen) == 3 and seen[-1] == ("door", 1))
        bench.unit.want("door", value=False)
        await bench.outputs.until(lambda seen: seen[-1] == ("door", 0))
        await bench.plc.go_offline()
        bench.unit.want("bolt", value=True)
        bench.unit.want("bolt", value=False)
        await asyncio.sleep(3600)
    assert dropped.items == [("bolt", False)]


@in_virtual_time
async def test_the_safe_state_is_wanted_for_ever_and_never_dropped() -> None:
    dropped: Seen[tuple[str, Any]] = Seen()
    bench = Bench(TIMELY, on_dropped=lambda point, value: dropped((point, value)))
    await bench.plc.go_offline()
    bench.unit.want("door", value=True)
    bench.unit.want("door", value=False)
    async with bench.running():
        await asyncio.sleep(600)
        bench.plc.set_input("door", 1)
        await bench.plc.go_online()
        await bench.outputs.until(lambda seen: seen and seen[-1] == ("door", 0))
    assert dropped.items == []


@in_virtual_time
async def test_a_float_that_is_no_number_is_no_value_and_its_output_is_written_all_the_same() -> None:
    bench = Bench({"level": {"table": "holding", "address": 0, "type": "float32"}})
    bench.plc.set_input("level", float("nan"))
    async with bench.running():
        await bench.links.until(lambda seen: seen and seen[-1].up)
        assert bench.unit.values == {}
        assert bench.changes.items == []
        bench.unit.want("level", 2.5)
        await bench.changes.until(lambda seen: [c.value for c in seen] == [2.5])
        bench.plc.set_input("level", float("-inf"))
        await bench.changes.until(lambda seen: len(seen) == 2)
        assert bench.unit.values == {"level": 2.5}


@in_virtual_time
async def test_I54_a_write_without_an_answer_is_read_back_before_anything_else_is_written() -> None:
    bench = Bench()
    async with bench.running():
        await bench.outputs.until(lambda seen: ("red", 1) in seen)
        await asyncio.sleep(1)
        bench.writes.clear()
        bench.plc.hang()
        bench.trouble = [NoAnswer("lost")]
        bench.unit.want("green", value=True)
        await asyncio.sleep(0.2)
        assert bench.writes == []
        bench.plc.wake()
        await bench.outputs.until(lambda seen: ("green", 1) in seen)
        assert bench.writes == [(0, 1), (0, 1)]


@in_virtual_time
async def test_I53_a_hung_unit_is_lost_in_a_second_and_no_write_comes_late() -> None:
    bench = Bench(plc={"watchdog": None})
    async with bench.running():
        await bench.outputs.until(lambda seen: ("red", 1) in seen)
        await asyncio.sleep(1)
        bench.plc.hang()
        bench.unit.want("green", value=True)
        async with asyncio.timeout(1.1):
            await bench.links.until(lambda seen: not seen[-1].up)
        bench.unit.want("green", value=False)
        bench.writes.clear()
        await asyncio.sleep(30)
        bench.plc.wake()
        await bench.links.until(lambda seen: seen[-1].up)
        await asyncio.sleep(30)
        assert bench.writes == []


@in_virtual_time
async def test_an_output_that_does_not_follow_is_tried_ever_more_slowly() -> None:
    bench = Bench()
    async with bench.running():
        await bench.outputs.until(lambda seen: ("red", 1) in seen)
        bench.writes.clear()
        bench.trouble = [Refused(4)] * 1000
        bench.unit.want("green", value=True)
        await asyncio.sleep(1000)
        assert 30 <= len(bench.writes) <= 45
        assert bench.unit.unmet == {"green": True}
        bench.trouble.clear()
        await asyncio.sleep(31)
        assert bench.plc.value("green") == 1
        assert bench.unit.unmet == {}


@in_virtual_time
async def test_an_output_someone_else_moved_is_put_back() -> None:
    bench = Bench()
    async with bench.running():
        bench.unit.want("green", value=True)
        await bench.outputs.until(lambda seen: ("green", 1) in seen)
        bench.plc.set_input("green", 0)
        await bench.outputs.until(lambda seen: seen[-1] == ("green", 1))


@in_virtual_time
async def test_I60_a_counter_tells_what_passed_while_the_link_was_away() -> None:
    bench = Bench()
    bench.plc.set_input("boxes", 65534)
    async with bench.running():
        await bench.changes.until(lambda seen: len(seen) >= 7)
        await bench.plc.go_offline()
        bench.plc.count("boxes", 5)
        await bench.plc.go_online()
        await bench.changes.until(lambda seen: len([c for c in seen if c.point == "boxes"]) == 2)
        bench.plc.set_input("boxes", 0)
        await bench.changes.until(lambda seen: len([c for c in seen if c.point == "boxes"]) == 3)
        assert [(c.value, c.steps) for c in bench.changes.items if c.point == "boxes"] == [
            (65534, None),
            (3, 5),
            (0, None),
        ]


@in_virtual_time
async def test_I59_a_stopped_heartbeat_is_a_fault_and_the_link_waits_for_the_first_beat() -> None:
    bench = Bench(
        {"beat": {"table": "input", "address": 0, "bit": 15, "heartbeat": 2}, "go": {"table": "coil", "address": 0}}
    )
    bench.unit.want("go", value=True)
    async with bench.running():
        await asyncio.sleep(1)
        assert not just_now(bench.unit.link.up)
        assert bench.writes == []
        for beat in (1, 0, 1):
            bench.plc.set_input("beat", beat)
            await asyncio.sleep(1)
        assert bench.unit.link.up
        assert bench.plc.value("go") == 1
        await bench.links.until(lambda seen: "heartbeat beat stopped" in str(seen[-1].error))
        losses = len(bench.links.items)
        await asyncio.sleep(120)
        assert len(bench.links.items) == losses
        assert [change.point for change in bench.changes.items] == ["go", "go"]


@in_virtual_time
async def test_I62_the_units_watchdog_is_fed_and_switches_off_when_we_die() -> None:
    bench = Bench(
        {"go": {"table": "coil", "address": 0, "safe": None}, "host": {"table": "holding", "address": 9}},
        watchdog="host",
        poll=0.5,
        plc={"watchdog": 2.0},
    )
    bench.unit.want("go", value=True)
    async with bench.running():
        await bench.outputs.until(lambda seen: ("go", 1) in seen)
        await asyncio.sleep(60)
        assert bench.plc.watchdog_fired == 0
        assert bench.plc.value("host") > 100
    assert bench.plc.value("go") == 1
    await asyncio.sleep(3)
    assert bench.plc.watchdog_fired == 1
    assert bench.plc.value("go") == 0


@in_virtual_time
async def test_I56_a_dead_unit_is_asked_ever_less_often() -> None:
    bench = Bench()
    await bench.plc.go_offline()
    async with bench.running():
        await asyncio.sleep(600)
        assert 100 <= bench.connections <= 170


@in_virtual_time
async def test_I63_a_refused_gap_is_read_without_it_and_a_wrong_point_is_given_up() -> None:
    points = {
        "a": {"table": "input", "address": 0},
        "b": {"table": "input", "address": 2},
        "wrong": {"table": "input", "address": 4},
    }
    bench = Bench(points)
    holes = {1, 3, 4, 5}

    @contextlib.asynccontextmanager
    async def connect(address: str, unit: int) -> AsyncIterator[ModbusPort]:
        async with bench.plc.connect(address, unit) as port:
            yield Holed(bench, port)

    class Holed(Spy):
        async def read_words(self, table: Table, address: int, count: int) -> list[int]:
            if holes & set(range(address, address + count)):
                raise Refused(2)
            return await super().read_words(table, address, count)

    given_up: list[tuple[str, str]] = []
    unit = Unit(
        "plc-1",
        "memory",
        1,
        read_points(points),
        connect,
        now=virtual.clock(),
        dice=random.Random(1),
        on_refused=lambda point, why: given_up.append((point, why)),
    )
    task = asyncio.create_task(unit.run())
    bench.plc.set_input("b", 5)
    await asyncio.sleep(1)
    assert unit.link.up
    assert unit.values == {"a": 0, "b": 5}
    assert given_up == [("wrong", "exception 2 (address)")]
    task.cancel()


@in_virtual_time
async def test_I63_a_busy_unit_is_asked_again_but_not_for_ever() -> None:
    bench = Bench()
    answers = [Refused(6)] * 5
    original = Spy.read_words

    async def busy(self: Spy, table: Table, address: int, count: int) -> list[int]:
        if answers:
            raise answers.pop()
        return await original(self, table, address, count)

    Spy.read_words = busy  # type: ignore[method-assign]
    try:
        async with bench.running():
            await bench.changes.until(lambda seen: any(c.point == "boxes" for c in seen))
            assert [link.up for link in bench.links.items] == [True]
            answers.extend([Refused(6)] * 60)
            bench.plc.set_input("inner", 1)
            await bench.links.until(lambda seen: "busy" in str(seen[-1].error))
            await bench.links.until(lambda seen: seen[-1].up)
    finally:
        Spy.read_words = original  # type: ignore[method-assign]


async def test_a_wish_for_what_is_no_output_is_refused_with_the_outputs() -> None:
    unit = Unit(
        "plc-1",
        "tcp://127.0.0.1:1",
        1,
        read_points(POINTS),
        ModbusTcp().connect,
        now=lambda: START,
        dice=random.Random(1),
    )
    for wrong in ("inner", "amber"):
        with pytest.raises(ValueError, match="its outputs: green, red, latch, speed"):
            unit.want(wrong, value=True)
    with pytest.raises(ValueError, match="does not fit speed"):
        unit.want("speed", 70000)


async def test_I55_over_a_real_socket_a_late_start_an_outage_and_a_poll() -> None:
    plc = Plc(POINTS)
    address = await plc.start(listen, "tcp://127.0.0.1:0")
    await plc.go_offline()
    changes: Seen[Change] = Seen()
    links: Seen[Link] = Seen()
    unit = Unit(
        "plc-1",
        address,
        1,
        read_points(POINTS),
        ModbusTcp().connect,
        now=lambda: datetime.now(UTC),
        dice=random.Random(1),
        on_change=changes,
        on_link=links,
        poll=0.005,
    )
    task = asyncio.create_task(unit.run())
    await links.until(lambda seen: seen and not seen[-1].up)
    unit.want("green", value=True)
    await plc.go_online()
    await links.until(lambda seen: seen[-1].up)
    await changes.until(lambda seen: [c for c in seen if c.point == "green" and c.value is True])
    plc.set_input("inner", 1)
    await changes.until(lambda seen: [c for c in seen if c.point == "inner" and c.value is True])
    await plc.go_offline()
    await links.until(lambda seen: not seen[-1].up)
    assert plc.value("green") == 0
    await plc.go_online()
    await changes.until(lambda seen: [c.value for c in seen if c.point == "green"][-2:] == [False, True])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert plc.value("green") == 0
    await plc.close()
