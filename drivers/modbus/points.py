"""Named points of a unit: where they lie, how their bits become values, and which reads fetch them all.

Rules I58 (numbering), I59 (inverted sensors, heartbeats), I60 and I61 (counters, words read together, wrap).
"""

import math
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from drivers.modbus.port import Table

Value = bool | int | float

LONGEST = {True: 2000, False: 125}
"""Bits and words in one read, Modbus Application Protocol 1.1b3 §6.1 and §6.3."""
BRIDGE = {True: 16, False: 8}
"""Bits and words of gap worth reading to save a request; a unit that refuses gaps is read without them."""
MANUALS = {Table.DISCRETE: 10001, Table.INPUT: 30001, Table.HOLDING: 40001}
"""What manuals call the first address of a table; coils are called 00001, which is no such number on sight."""
REFERENCES = {0: Table.COIL, 1: Table.DISCRETE, 3: Table.INPUT, 4: Table.HOLDING}
"""First digit of a manual's reference number (40001) and the table it means."""


class Wrong(StrEnum):
    """What can be wrong with a point."""

    NUMBERED = "numbered"
    OUTSIDE = "outside"
    BITS = "bits"
    BIT = "bit"
    COUNTER = "counter"
    SCALE = "scale"
    NO_OUTPUT = "no_output"
    WRITE_BITS = "write_bits"
    UNFIT = "unfit"


class BadPoint(ValueError):
    """A point that cannot be: what is wrong with it, and the details."""

    def __init__(self, wrong: Wrong, words: str, **details: Any) -> None:
        super().__init__(words)
        self.wrong = wrong
        self.details = details


class Kind(StrEnum):
    """How a point's bits are read."""

    BOOL = "bool"
    UINT16 = "uint16"
    INT16 = "int16"
    UINT32 = "uint32"
    INT32 = "int32"
    FLOAT32 = "float32"

    @property
    def words(self) -> int:
        """Return how many registers it takes."""
        return 2 if self in (Kind.UINT32, Kind.INT32, Kind.FLOAT32) else 1

    @property
    def signed(self) -> bool:
        """Tell whether its top bit is a sign."""
        return self in (Kind.INT16, Kind.INT32)


class WordOrder(StrEnum):
    """Which half of a 32-bit value comes first; the bytes in a word are always high first."""

    HIGH_FIRST = "high_first"
    LOW_FIRST = "low_first"


@dataclass(frozen=True, slots=True)
class Point:
    """One named value of a unit."""

    name: str
    table: Table
    address: int
    kind: Kind = Kind.BOOL
    words: WordOrder = WordOrder.HIGH_FIRST
    bit: int | None = None
    scale: float = 1
    invert: bool = False
    counter: bool = False
    heartbeat: float | None = None
    safe: Value | None = None
    valid: float | None = None
    write_bits: int = 0

    @property
    def span(self) -> int:
        """Return how many addresses it takes."""
        return 1 if self.table.bits else self.kind.words

    @property
    def writable(self) -> bool:
        """Tell whether it can be wanted: a coil or whole holding registers."""
        return self.table.writable and self.bit is None

    def decode(self, raw: Sequence[int]) -> Value | None:
        """Turn the raw bits or words at its address into its value; None for a float that is no number."""
        if self.kind is Kind.BOOL:
            bit = bool(raw[0] >> self.bit & 1) if self.bit is not None else bool(raw[0])
            return bit is not self.invert
        number = self._number(raw)
        if self.write_bits:
            number = int(number) & ~self.write_bits
        if not math.isfinite(number):
            return None
        return number if self.scale == 1 else round(number * self.scale, 9)

    def encode(self, value: Value) -> list[int]:
        """Turn a value into raw bits or words; ValueError when it does not fit."""
        if self.kind is Kind.BOOL:
            return [int(bool(value) is not self.invert)]
        if self.kind is Kind.FLOAT32:
            return self._ordered(self._packed(value))
        if not math.isfinite(value):
            raise self._unfit(value)
        number = round(value / self.scale)
        size = 16 * self.kind.words
        low = -(1 << size - 1) if self.kind.signed else 0
        if not low <= number < low + (1 << size) or number & self.write_bits:
            raise self._unfit(value)
        number |= self.write_bits
        return self._ordered((number & (1 << size) - 1).to_bytes(size // 8, "big"))

    def settled(self, value: Value) -> Value:
        """Return what will be read back when a value was written; ValueError when it does not fit."""
        read = self.decode(self.encode(value))
        if read is None:
            raise self._unfit(value)
        return read

    def steps(self, before: Value, after: Value) -> int | None:
        """Return how far a counter went on, through its wrap; None when it went back, so was reset."""
        size = 16 * self.kind.words
        ahead = (round(after / self.scale) - round(before / self.scale)) % (1 << size)
        return ahead if ahead < 1 << size - 1 else None

    def _number(self, raw: Sequence[int]) -> int | float:
        ordered = raw if self.words is WordOrder.HIGH_FIRST else raw[::-1]
        packed = b"".join(word.to_bytes(2, "big") for word in ordered)
        if self.kind is Kind.FLOAT32:
            return _float(packed)
        return int.from_bytes(packed, "big", signed=self.kind.signed)

    def _packed(self, value: Value) -> bytes:
        try:
            packed = struct.pack(">f", value / self.scale)
        except OverflowError:
            raise self._unfit(value) from None
        if not math.isfinite(_float(packed)):
            raise self._unfit(value)
        return packed

    def _ordered(self, packed: bytes) -> list[int]:
        words = [int.from_bytes(packed[i : i + 2], "big") for i in range(0, len(packed), 2)]
        return words if self.words is WordOrder.HIGH_FIRST else words[::-1]

    def _unfit(self, value: Value) -> BadPoint:
        return BadPoint(
            Wrong.UNFIT, f"{value} does not fit {self.name} ({self.kind})", value=value, type=str(self.kind)
        )


def _float(packed: bytes) -> float:
    """Return a 32-bit float as the shortest decimal that means it: 12.3, not 12.300000190734863."""
    exact: float = struct.unpack(">f", packed)[0]
    if not math.isfinite(exact):
        return exact
    return next(short for digits in range(6, 10) if struct.pack(">f", short := float(f"{exact:.{digits}g}")) == packed)


@dataclass(frozen=True, slots=True)
class Block:
    """Points fetched by one read."""

    table: Table
    address: int
    count: int
    points: tuple[Point, ...]

    def raw(self, point: Point, values: Sequence[int]) -> Sequence[int]:
        """Cut the raw values of one point out of the read's answer."""
        start = point.address - self.address
        return values[start : start + point.span]


def read_points(raw: Mapping[str, Mapping[str, Any]]) -> dict[str, Point]:
    """Read a site file's `points`; ValueError names the point and what is wrong.

    Keys: table and address (base 0, or `base: 1` as in manuals), or `reference: 40001`; type, words, bit, scale,
    invert, counter, heartbeat (seconds), safe (value at start and stop; coils: off; null: leave alone), valid (seconds
    that a wish may wait until it is met), write_bits (set in what is written, left out of what is read).
    """
    points: dict[str, Point] = {}
    for name, settings in raw.items():
        try:
            points[name] = read_point(name, settings)
        except ValueError as exc:
            raise ValueError(f"point {name}: {exc}") from exc
    return points


def read_point(name: str, raw: Mapping[str, Any]) -> Point:
    """Read one of a site file's `points`; BadPoint for what its keys' types allow and Modbus does not, ValueError."""
    settings = _place(dict(raw))
    if "type" in settings:
        settings["kind"] = settings.pop("type")
    try:
        table = Table(settings.pop("table"))
    except KeyError:
        raise ValueError("'table' is missing") from None
    settings["kind"] = Kind(settings.get("kind", Kind.BOOL if table.bits or "bit" in settings else Kind.UINT16))
    settings["words"] = WordOrder(settings.get("words", WordOrder.HIGH_FIRST))
    if table is Table.COIL:
        settings.setdefault("safe", False)
    _check_keys(settings)
    point = Point(name, table, **settings)
    _check(point)
    return point


def from_reference(reference: int | str) -> tuple[Table, int]:
    """Turn a manual's number (40001, "00017", 400001) into a table and a wire address (I58)."""
    text = str(reference).zfill(5)
    table = REFERENCES.get(int(text[0])) if text.isdecimal() and len(text) in (5, 6) else None
    address = int(text[1:]) - 1 if table else -1
    if table is None or not 0 <= address <= 0xFFFF:
        raise ValueError(f"{reference!r} is no reference number such as 40001 or '00017'")
    return table, address


def blocks(points: Iterable[Point], *, bridge: bool = True) -> list[Block]:
    """Merge points into as few reads as possible; a value of two words is never torn apart (I61)."""
    merged: list[Block] = []
    for point in sorted(points, key=lambda p: (p.table, p.address, p.name)):
        last = merged[-1] if merged else None
        end = point.address + point.span
        gap = BRIDGE[point.table.bits] if bridge else 0
        if (
            last is not None
            and last.table is point.table
            and point.address <= last.address + last.count + gap
            and end - last.address <= LONGEST[point.table.bits]
        ):
            merged[-1] = Block(last.table, last.address, max(last.count, end - last.address), (*last.points, point))
        else:
            merged.append(Block(point.table, point.address, point.span, (point,)))
    return merged


def _place(settings: dict[str, Any]) -> dict[str, Any]:
    """Bring every way of numbering down to a table and a wire address (I58)."""
    if "reference" in settings:
        table, address = from_reference(settings.pop("reference"))
        return {**settings, "table": table, "address": address}
    if "address" not in settings:
        raise ValueError("'address' is missing")
    address, base = settings["address"], settings.pop("base", None)
    first = MANUALS.get(settings.get("table", ""))
    if base != 0 and first is not None and first <= address < first + 9999:
        short = address - first + 1
        raise BadPoint(Wrong.NUMBERED, f"{address} is a manual's number", address=address, short=short)
    if base not in (None, 0, 1):
        raise ValueError(f"base is 0 or 1, not {base}")
    return {**settings, "address": address - (base or 0)}


def _check_keys(settings: Mapping[str, Any]) -> None:
    unknown = sorted(set(settings) - {field.name for field in fields(Point)})
    if unknown:
        raise ValueError(f"unknown {', '.join(unknown)}")


def _check(point: Point) -> None:
    if not 0 <= point.address <= 0x10000 - point.span:
        raise BadPoint(Wrong.OUTSIDE, f"address {point.address} is outside 0..65535", address=point.address)
    if point.table.bits and point.kind is not Kind.BOOL:
        raise BadPoint(Wrong.BITS, f"a {point.table} is a bool, not {point.kind}", table=str(point.table))
    if point.bit is not None and (point.table.bits or point.kind is not Kind.BOOL or not 0 <= point.bit <= 15):
        raise BadPoint(Wrong.BIT, "bit (0..15) picks a bool out of a register")
    if point.counter and point.kind not in (Kind.UINT16, Kind.UINT32):
        raise BadPoint(Wrong.COUNTER, "a counter is a uint16 or uint32")
    if point.scale == 0:
        raise BadPoint(Wrong.SCALE, "scale must not be 0")
    if point.safe is not None or point.valid is not None or point.write_bits:
        if not point.writable:
            raise BadPoint(Wrong.NO_OUTPUT, "only an output has a safe value, a wish or bits to write")
        if point.write_bits and point.kind is not Kind.UINT16:
            raise BadPoint(Wrong.WRITE_BITS, "write_bits belong to a uint16")
        if point.safe is not None:
            point.encode(point.safe)
