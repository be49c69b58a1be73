"""Further data that may follow a "+" code on the tag, by application identifier (TDS §15.3, tables F and K)."""

from collections.abc import Iterable

from drivers.codes.digits import is_digits, mod10_holds
from drivers.codes.epc.bits import Reader, Writer, put_digits, take_digits
from drivers.codes.epc.flaws import EpcError, Fault
from drivers.codes.epc.keys import Element
from drivers.codes.epc.times import DATE_DIGITS, read_time, write_time
from drivers.codes.epc.values import Part

_HEADER_BITS = 8
_FIELD = "data"

DATE_TYPES = ("11", "13", "15", "16", "17", "7006", "7007")
"""What the date of a DSGTIN+ is, by its four bits (TDS §14.5.3)."""

_TABLE = {
    "N18": "00 8006 8017 8018 8026", "N14": "01 02", "N13": "410-417", "N2": "7241",
    "D": "11 12 13 15 16 17 4326 7006", "R": "7007", "M": "4324 4325 7003", "T": "7011 8008",
    "B1": "7252", "B2": "20", "B3": "422 424 426", "B4": "3940-3943 8111", "B6": "3950-3953 8005", "B8": "7250",
    "B12": "7251", "B13": "7001", "B14": "8001", "B17": "402", "B20": "4309",
    "V4": "7004", "V6": "242", "V8": "30 37", "V10": "8019", "V12": "8011", "V15": "3900-3909 3920-3929 423 425",
    "X2": "7010", "X3": "427 7008", "X4": "7040 7041", "X10": "7009 7255", "X12": "7005",
    "X20": "10 21 22 243 254 420 4318 7020-7022 710-716 7240 8002 8012", "X24": "8007", "X25": "7242 8013 8020",
    "X28": "235", "X30": "240 241 250 251 400 401 403 4308 4319 7002 7230-7239 90", "X30/6": "7254",
    "X35": "4300 4301 4310 4311 4320", "X40": "7253 7259", "X50": "8009",
    "X70": "4302-4306 4312-4316 7257 8110 8112 8200", "X90": "7256 8030 91-99",
    "G30": "7023 8004 8010", "C2": "4307 4317", "F": "4321-4323", "Q": "7258",
    "N13 X17": "253", "N13 V12": "255", "N14 X16": "8003", "B3 X9": "421", "B3 X27": "7030-7039",
    "B3 V15": "3910-3919 3930-3939", "B6 S": "4330-4333",
}  # fmt: skip
"""How the values of which application identifiers are written (TDS table F), in the letters of `values.METHODS`."""

_MEASURES = (*range(310, 317), *range(320, 338), *range(340, 358), *range(360, 370))
"""Weights, lengths, areas and volumes: a fourth digit 0 to 5 says where the point stands."""

_KEY_LENGTHS = {
    2: "00 01 02 10 11 12 13 15 16 17 20 21 22 30 37 90 91 92 93 94 95 96 97 98 99",
    3: "23 24 25 40 41 42 71",
    4: "31 32 33 34 35 36 39 43 70 72 80 81 82",
}
"""Digits of an application identifier by its first two (TDS table K)."""
_LENGTHS = {first: length for length, firsts in _KEY_LENGTHS.items() for first in firsts.split()}

_CHECKED = {
    "00": (0, 18), "01": (0, 14), "02": (0, 14), "253": (0, 13), "255": (0, 13), "402": (0, 17), "8003": (1, 14),
    "8006": (0, 14), "8017": (0, 18), "8018": (0, 18), "8026": (0, 14), **{str(ai): (0, 13) for ai in range(410, 418)},
}  # fmt: skip
"""Where in a value a number with a check digit stands."""


def read_data(reader: Reader) -> tuple[Element, ...]:
    """Read all elements up to the end; EpcError when one is unknown, wrong or cut off."""
    found: list[Element] = []
    while reader.left >= _HEADER_BITS and reader.peek():
        found.append(_read_element(reader))
    reader.end()
    if not found:
        raise EpcError(Fault.NO_DATA, _FIELD)
    return tuple(found)


def write_data(writer: Writer, data: Iterable[Element]) -> None:
    """Write elements; EpcError for one that is unknown or whose value does not fit it."""
    for ai, value in data:
        parts = _layout(ai)
        _check(ai, value)
        put_digits(writer, ai)
        rest = value
        for part in parts[:-1]:
            part.write(writer, rest[: part.size], ai)
            rest = rest[part.size :]
        parts[-1].write(writer, rest, ai)


def read_date(reader: Reader) -> Element:
    """Read the date of a DSGTIN+ with what it means."""
    kind = reader.take(4, "date")
    if kind >= len(DATE_TYPES):
        raise EpcError(Fault.RESERVED, "date", f"{kind:04b}")
    return DATE_TYPES[kind], read_time(reader, DATE_DIGITS, "date")


def write_date(writer: Writer, date: Element) -> None:
    """Write the date of a DSGTIN+; EpcError for another element or no date."""
    ai, value = date
    if ai not in DATE_TYPES:
        raise EpcError(Fault.ELEMENT, "date", ai)
    writer.put(DATE_TYPES.index(ai), 4)
    write_time(writer, value, DATE_DIGITS, "date")


def _read_element(reader: Reader) -> Element:
    head = f"{reader.take(_HEADER_BITS, _FIELD):02X}"
    if not is_digits(head):
        raise EpcError(Fault.RESERVED, _FIELD, head)
    more = _LENGTHS.get(head, 2) - 2
    ai = head + (take_digits(reader, more, _FIELD) if more else "")
    value = "".join(part.read(reader, ai) for part in _layout(ai))
    _check(ai, value)
    return ai, value


def _layout(ai: str) -> tuple[Part, ...]:
    parts = LAYOUTS.get(ai)
    if parts is None:
        raise EpcError(Fault.ELEMENT, _FIELD, ai)
    return parts


def _check(ai: str, value: str) -> None:
    place = _CHECKED.get(ai)
    if place and not mod10_holds(value[slice(*place)]):
        raise EpcError(Fault.CHECK_DIGIT, ai, value)
    if not (ai + value).strip("0"):
        raise EpcError(Fault.FORM, ai, value, "≠ 0")


def _layouts() -> dict[str, tuple[Part, ...]]:
    found: dict[str, tuple[Part, ...]] = {
        f"{measure}{point}": (Part("B", 6),) for measure in _MEASURES for point in range(6)
    }
    for written, names in _TABLE.items():
        parts = tuple(_part(word, number) for number, word in enumerate(written.split()))
        for name in names.split():
            first, _, last = name.partition("-")
            found.update({f"{ai:02d}": parts for ai in range(int(first), int(last or first) + 1)})
    return found


def _part(word: str, number: int) -> Part:
    """Return the part that a word of the table stands for; only the first of a value must be there."""
    size, _, length_bits = word[1:].partition("/")
    return Part(word[0], int(size or "0"), int(length_bits or "0"), 0 if number else 1)


LAYOUTS = _layouts()
"""The parts of the value of each application identifier that may stand on a tag."""
