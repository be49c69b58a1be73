"""Every ready map is one the driver can read and the simulator can play, and holds what its document says."""

import asyncio
from typing import Any

import pytest

from drivers.modbus.points import Block, Kind, blocks, read_points
from drivers.modbus.port import Table
from drivers.modbus.profiles import PROFILES, with_profile
from simulators.plc.device import Plc
from simulators.world import loop as virtual
from tests.drivers.modbus.test_unit import START, Bench


@pytest.mark.parametrize("name", PROFILES)
def test_a_unit_of_every_profile_comes_up_and_all_its_points_are_read(name: str) -> None:
    async def main() -> None:
        points: dict[str, Any] = with_profile(name, {})
        given_up: list[str] = []
        bench = Bench(points, on_refused=lambda point, _why: given_up.append(point))
        beating = asyncio.create_task(bench.plc.beat())
        async with bench.running():
            await asyncio.sleep(60)
            assert bench.unit.link.up
            silent = {point for point, settings in points.items() if "heartbeat" in settings}
            assert bench.unit.values.keys() == points.keys() - silent
            for point in read_points(points).values():
                if point.writable and point.safe is not None:
                    bench.unit.want(point.name, value=True)
            await asyncio.sleep(60)
            assert bench.unit.unmet == {}
            writes = len(bench.writes)
            await asyncio.sleep(600)
            assert len(bench.writes) == writes
            assert len(bench.links.items) == 1
        assert given_up == []
        beating.cancel()

    virtual.run(main(), 7, START)


@pytest.mark.parametrize("name", PROFILES)
def test_no_profile_leaves_an_output_on_that_it_could_switch_off(name: str) -> None:
    """Single coils and lamps go off when the edge stops; commands and speeds, which mean something alone, are kept.

    So are the command of a door and the calls of a lift: a robot may stand in it.
    """
    calls = {point for point in PROFILES[name] if point.startswith("call_")}
    kept = {"stop", "left_speed", "right_speed", "open", *calls}
    points = read_points(PROFILES[name])
    outputs = {p.name for p in points.values() if p.writable and p.safe is None}
    readings = {p.name for p in points.values() if p.table is Table.HOLDING and p.kind is not Kind.BOOL}
    assert outputs <= kept | readings
    left_on = {p.name for p in points.values() if p.table is Table.COIL and p.safe is None}
    assert left_on == ({"open"} if name.startswith("door-") else calls)


def test_the_lift_profiles_fit_their_modules_and_agree_with_each_other() -> None:
    two, six = (read_points(PROFILES[f"lift-adam-{module}"]) for module in ("6060", "6050"))
    for points, inputs, outputs in ((two, 6, 6), (six, 12, 6)):
        assert {point.address for point in points.values() if point.table is Table.DISCRETE} <= {*range(inputs)}
        assert {point.address for point in points.values() if point.table is Table.COIL} <= {*range(16, 16 + outputs)}
    assert [two[name].address for name in ("at_1", "at_2", "opened", "closed", "fault", "manual")] == [*range(6)]
    assert {*two} <= {*six}


def test_the_lights_of_six_slots_are_the_relays_and_inputs_of_their_module() -> None:
    lights, module = read_points(PROFILES["lights-adam-6060"]), read_points(PROFILES["adam-6060"])
    for place in range(6):
        for ours, theirs in (("light", "do"), ("button", "di"), ("press", "count")):
            mine, known = lights[f"{ours}_{place + 1}"], module[f"{theirs}{place}"]
            assert (mine.table, mine.address, mine.kind) == (known.table, known.address, known.kind)


def test_adam_6050_lies_where_its_manual_says() -> None:
    points = read_points(PROFILES["adam-6050"])
    assert (points["di0"].address, points["di11"].address) == (0, 11)
    assert (points["do0"].address, points["do5"].address) == (16, 21)
    assert points["count1"].decode([2, 1]) == 0x10002
    assert len(blocks(points.values())) == 3


def test_conveylinx_is_read_from_wire_address_1699() -> None:
    read = [(block.address, block.count) for block in blocks(read_points(PROFILES["conveylinx-plc-io"]).values())]
    assert read == [(1699, 12), (1799, 12)]


def test_a_patlite_tier_is_written_with_its_control_bit_and_read_without() -> None:
    tier = read_points(PROFILES["patlite-la6-poe"])["tier1"]
    assert tier.encode(value=True) == [0x0101]
    assert tier.encode(2) == [0x0102]
    assert tier.decode([0x0001]) == tier.decode([0x0101]) == 1
    assert tier.settled(value=True) == 1
    with pytest.raises(ValueError, match="does not fit"):
        tier.encode(0x0100)


async def test_the_simulated_patlite_ignores_what_does_not_say_that_it_controls() -> None:
    plc = Plc(with_profile("patlite-la6-poe", {}))
    async with plc.connect("memory", 1) as port:
        await port.write_registers(0, [1])
        assert await port.read_words(Table.HOLDING, 0, 1) == [0]
        await port.write_registers(0, [0x0102, 0x0101])
        assert await port.read_words(Table.HOLDING, 0, 2) == [2, 1]


def test_laumas_weights_are_read_whole_and_with_their_sign_bits() -> None:
    points = read_points(with_profile("laumas-tlu", {"gross": {"scale": 10}}))
    (block,) = blocks(points.values())
    assert block == Block(Table.HOLDING, 6, 5, block.points)
    answer = [0x0880, 0, 123, 0, 100]
    values = {p.name: p.decode(block.raw(p, answer)) for p in block.points}
    assert values["gross"] == 1230
    assert (values["stable"], values["gross_negative"], values["overload"]) == (True, True, False)


def test_what_the_site_says_of_a_point_wins_and_the_profile_is_not_changed() -> None:
    points = with_profile("adam-6060", {"di0": {"invert": True}, "lamp": {"table": "coil", "address": 3}})
    assert points["di0"] == {**PROFILES["adam-6060"]["di0"], "invert": True}
    assert points["lamp"] == {"table": "coil", "address": 3}
    assert "invert" not in PROFILES["adam-6060"]["di0"]
    with pytest.raises(KeyError):
        with_profile("adam-9999", {})


def test_a_series_stands_for_points_one_behind_the_other() -> None:
    own = {"l_{n}": {"table": "coil", "address": 7, "count": 3, "safe": False}, "one": {"table": "coil", "address": 1}}
    assert with_profile(None, own) == {
        "l_1": {"table": "coil", "address": 7, "safe": False},
        "l_2": {"table": "coil", "address": 8, "safe": False},
        "l_3": {"table": "coil", "address": 9, "safe": False},
        "one": {"table": "coil", "address": 1},
    }


@pytest.mark.parametrize(
    ("more", "places"),
    [
        ({}, [(10, None), (11, None), (12, None)]),
        ({"type": "uint32"}, [(10, None), (12, None), (14, None)]),
        ({"type": "uint32", "step": 5}, [(10, None), (15, None), (20, None)]),
        ({"bit": 14}, [(10, 14), (10, 15), (11, 0)]),
        ({"bit": 14, "step": 1}, [(10, 14), (11, 14), (12, 14)]),
    ],
)
def test_a_series_goes_on_by_the_size_of_its_points(more: dict[str, Any], places: list[tuple[int, int | None]]) -> None:
    found = with_profile(None, {"p{n}": {"table": "holding", "address": 10, "count": 3, **more}})
    assert [(point["address"], point.get("bit")) for point in found.values()] == places


@pytest.mark.parametrize(
    "wrong", [{"count": 0}, {"count": 1001}, {"count": True}, {"count": "3"}, {"count": 3, "step": "x"}, {}]
)
def test_what_is_no_series_stays_as_it_is(wrong: dict[str, Any]) -> None:
    own = {"p{n}": {"table": "coil", "address": 0, **wrong}}
    assert with_profile(None, own) == own
