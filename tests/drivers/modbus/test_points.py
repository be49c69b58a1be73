"""Where points lie and how their bits become values."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.modbus.points import Block, Kind, Point, WordOrder, blocks, from_reference, read_points
from drivers.modbus.port import Table


@pytest.mark.parametrize(
    ("reference", "place"),
    [
        (40001, (Table.HOLDING, 0)),
        (30010, (Table.INPUT, 9)),
        (10001, (Table.DISCRETE, 0)),
        ("00017", (Table.COIL, 16)),
        (17, (Table.COIL, 16)),
        (400001, (Table.HOLDING, 0)),
        (465536, (Table.HOLDING, 65535)),
    ],
)
def test_I58_a_manuals_number_becomes_a_wire_address(reference: int | str, place: tuple[Table, int]) -> None:
    assert from_reference(reference) == place


@pytest.mark.parametrize("reference", [40000, 20001, 0, "D100", 465537, 1234567])
def test_I58_a_number_that_is_none_is_refused(reference: int | str) -> None:
    with pytest.raises(ValueError, match="no reference number"):
        from_reference(reference)


def test_I58_base_one_and_base_zero_and_reference_mean_the_same_place() -> None:
    points = read_points(
        {
            "zero": {"table": "holding", "address": 7},
            "one": {"table": "holding", "address": 8, "base": 1},
            "manual": {"reference": 40008},
        }
    )
    assert [(p.table, p.address) for p in points.values()] == [(Table.HOLDING, 7)] * 3


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"address": 1}, "'table' is missing"),
        ({"table": "coil"}, "'address' is missing"),
        ({"table": "coils", "address": 1}, "coils"),
        ({"table": "coil", "address": 1, "type": "uint16"}, "is a bool"),
        ({"table": "coil", "address": 0, "base": 1}, "outside"),
        ({"table": "input", "address": 65535, "type": "uint32"}, "outside"),
        ({"table": "input", "address": 1, "adress": 2}, "unknown adress"),
        ({"table": "input", "address": 1, "bit": 16}, "bit"),
        ({"table": "input", "address": 1, "counter": True, "type": "int16"}, "counter"),
        ({"table": "input", "address": 1, "scale": 0}, "scale"),
        ({"table": "input", "address": 1, "safe": 0}, "safe"),
        ({"table": "holding", "address": 1, "safe": 70000}, "does not fit"),
        ({"table": "coil", "address": 1, "base": 2}, "base"),
        ({"table": "holding", "address": 40011}, "40011 is a manual's number"),
        ({"table": "input", "address": 30001, "base": 1}, "30001 is a manual's number"),
        ({"table": "input", "address": 1, "valid": 2}, "only an output"),
        ({"table": "input", "address": 1, "counter": True, "type": "float32"}, "counter"),
    ],
)
def test_a_wrong_point_is_refused_by_name(settings: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=f"point gate: .*{says}"):
        read_points({"gate": settings})


def test_I59_an_inverted_sensor_reads_as_the_floor_means_it() -> None:
    beam = Point("beam", Table.DISCRETE, 0, invert=True)
    assert beam.decode([0]) is True
    assert beam.decode([1]) is False
    assert Point("lamp", Table.COIL, 0, invert=True).encode(value=True) == [0]


def test_a_bit_of_a_register_is_a_bool() -> None:
    heartbeat = read_points({"beat": {"table": "input", "address": 3, "bit": 15}})["beat"]
    assert heartbeat.decode([0x8000]) is True
    assert heartbeat.decode([0x7FFF]) is False
    assert not heartbeat.writable


@given(st.integers(-(2**31), 2**31 - 1), st.sampled_from(WordOrder))
def test_I61_words_go_in_the_configured_order(number: int, order: WordOrder) -> None:
    point = Point("n", Table.HOLDING, 0, Kind.INT32, order)
    high, low = struct.unpack(">HH", struct.pack(">i", number))
    assert point.encode(number) == ([high, low] if order is WordOrder.HIGH_FIRST else [low, high])
    assert point.decode(point.encode(number)) == number


@given(st.floats(width=32, allow_nan=False, allow_infinity=False), st.sampled_from(WordOrder))
def test_I61_a_float_goes_there_and_back_in_the_configured_order(number: float, order: WordOrder) -> None:
    point = Point("n", Table.HOLDING, 0, Kind.FLOAT32, order)
    high, low = struct.unpack(">HH", struct.pack(">f", number))
    assert point.encode(number) == ([high, low] if order is WordOrder.HIGH_FIRST else [low, high])
    read = point.settled(number)
    assert struct.pack(">f", read) == struct.pack(">f", number)
    assert point.settled(read) == read


def test_a_float_reads_as_the_shortest_number_that_means_it() -> None:
    weight = Point("weight", Table.INPUT, 0, Kind.FLOAT32)
    assert weight.decode([0x4144, 0xCCCD]) == 12.3
    assert Point("grams", Table.INPUT, 0, Kind.FLOAT32, scale=1000).decode([0x4144, 0xCCCD]) == 12300


@pytest.mark.parametrize("raw", [[0x7FC0, 0], [0x7F80, 0], [0xFF80, 0]])
def test_a_float_that_is_no_number_is_no_value(raw: list[int]) -> None:
    assert Point("weight", Table.INPUT, 0, Kind.FLOAT32).decode(raw) is None


@pytest.mark.parametrize("value", [1e39, -1e39, float("inf"), float("nan")])
@pytest.mark.parametrize("kind", [Kind.FLOAT32, Kind.INT32])
def test_a_value_that_is_none_for_its_kind_is_refused(value: float, kind: Kind) -> None:
    with pytest.raises(ValueError, match="does not fit level"):
        Point("level", Table.HOLDING, 0, kind).encode(value)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**31 - 1))
def test_I61_a_counter_goes_on_through_its_wrap(before: int, steps: int) -> None:
    point = Point("n", Table.INPUT, 0, Kind.UINT32, counter=True)
    assert point.steps(before, (before + steps) % 2**32) == steps


def test_I60_a_counter_that_went_back_was_reset() -> None:
    point = Point("n", Table.INPUT, 0, Kind.UINT16, counter=True)
    assert point.steps(500, 3) is None
    assert point.steps(65530, 3) == 9


def test_scale_turns_raw_numbers_into_units_and_back() -> None:
    speed = Point("speed", Table.HOLDING, 0, Kind.INT16, scale=0.1)
    assert speed.decode([0xFFFF]) == -0.1
    assert speed.decode([123]) == 12.3
    assert speed.encode(12.34) == [123]
    with pytest.raises(ValueError, match="does not fit speed"):
        speed.encode(4000)


def test_neighbours_are_read_together_and_far_points_apart() -> None:
    a, b, far = (Point(n, Table.DISCRETE, address) for n, address in (("a", 0), ("b", 5), ("far", 900)))
    other = Point("other", Table.COIL, 5)
    assert blocks([far, b, a, other]) == [
        Block(Table.COIL, 5, 1, (other,)),
        Block(Table.DISCRETE, 0, 6, (a, b)),
        Block(Table.DISCRETE, 900, 1, (far,)),
    ]
    assert len(blocks([a, b], bridge=False)) == 2


@given(st.lists(st.tuples(st.integers(0, 60000), st.sampled_from(list(Kind)[1:])), min_size=1, max_size=60))
def test_I61_every_point_lies_whole_in_one_read_of_lawful_length(places: list[tuple[int, Kind]]) -> None:
    points = [Point(f"p{i}", Table.INPUT, address, kind) for i, (address, kind) in enumerate(places)]
    seen = []
    for block in blocks(points):
        assert 1 <= block.count <= 125
        for point in block.points:
            seen.append(point.name)
            assert len(block.raw(point, range(block.count))) == point.span
    assert sorted(seen) == sorted(p.name for p in points)
