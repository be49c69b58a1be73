"""`genba bench decode`: codes a second by what they are, each compared with what it was made from."""

import random
import time
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, NamedTuple

import typer

from drivers.codes import Kind, epc, read, sscc, tracking
from drivers.codes.digits import mod10
from edge.commands.bench.report import JsonTo, tell
from edge.commands.failed import Failed

PREFIX = "4901234"
"""A Japanese company prefix of seven digits."""


class Made(NamedTuple):
    """A code as a scanner or reader sends it, and what it means."""

    text: str
    kind: Kind
    value: str


def decode(
    *,
    count: Annotated[int, typer.Option("--codes", help="Codes of each kind.", min=10)] = 20_000,
    seed: Annotated[int, typer.Option(help="Which codes are drawn.")] = 1,
    json_to: JsonTo = None,
) -> None:
    """Measure how many codes a second one core reads, each for the first time, from a scanner that passes FNC1 on."""
    dice = random.Random(seed)  # noqa: S311  a bench must be repeatable
    rows = [_measure(name, [make(dice) for _ in range(count)]) for name, make in MAKERS.items()]
    tell("codes a second, each read once", rows, json_to)
    if any(row["misread"] for row in rows):
        raise Failed(f"codes were misread with --seed {seed}: this is a bug of drivers/codes")


def _measure(name: str, made: list[Made]) -> dict[str, Any]:
    began = time.process_time()
    found = [read(one.text, separator_sent=True) for one in made]
    each = (time.process_time() - began) / len(made)
    misread = sum(code.get(one.kind) != one.value for code, one in zip(found, made, strict=True))
    return {"code": name, "a second": round(1 / each), "µs each": round(each * 1e6, 1), "misread": misread}


def _digits(dice: random.Random, count: int) -> str:
    return f"{dice.randrange(10**count):0{count}d}"


def _gtin(dice: random.Random) -> str:
    body = PREFIX + _digits(dice, 5)
    return body + mod10(body)


def _jan(dice: random.Random) -> Made:
    number = _gtin(dice)
    return Made(number, Kind.GTIN, number)


def _gs1_128(dice: random.Random) -> Made:
    number, expiry, lot = _gtin(dice), f"27{dice.randint(1, 12):02d}{dice.randint(1, 28):02d}", _digits(dice, 6)
    return Made(f"]C1010{number}17{expiry}10{lot}", Kind.ELEMENTS, f"(01)0{number}(17){expiry}(10){lot}")


def _data_matrix(dice: random.Random) -> Made:
    number, lot, serial = _gtin(dice), _digits(dice, 6), _digits(dice, 8)
    return Made(f"]d2010{number}10{lot}\x1d21{serial}", Kind.ELEMENTS, f"(01)0{number}(10){lot}(21){serial}")


def _sscc(dice: random.Random) -> Made:
    number = sscc.make(0, PREFIX, dice.randrange(10**9))
    return Made(number, Kind.SSCC, number)


def _parcel(dice: random.Random) -> Made:
    number = tracking.make(dice.randrange(10**11))
    return Made(number, Kind.TRACKING, number)


def _nw7(dice: random.Random) -> Made:
    number = tracking.make(dice.randrange(10**11))
    return Made(f"]F0a{number}a", Kind.TRACKING, number)


def _sgtin(scheme: str, dice: random.Random) -> Made:
    body, serial = PREFIX + _digits(dice, 5), str(dice.randrange(2**38))
    uri = f"urn:epc:id:sgtin:{PREFIX}.0{body[7:]}.{serial}"
    return Made(epc.encode(epc.identity(uri), scheme, filter_value=1), Kind.EPC, uri)


def _sscc_tag(dice: random.Random) -> Made:
    serial = _digits(dice, 9)
    return Made(
        epc.sscc_96(sscc.make(0, PREFIX, int(serial)), len(PREFIX)), Kind.EPC, f"urn:epc:id:sscc:{PREFIX}.0{serial}"
    )


def _dated(dice: random.Random) -> Made:
    """A tag that names no company prefix: its Digital Link stands for it."""
    key = f"(01)0{_gtin(dice)}(21)A/{_digits(dice, 6)}"
    known = epc.identity(key)
    code = epc.encode(known, "dsgtin+", data=[("17", f"27{dice.randint(1, 12):02d}00"), ("10", _digits(dice, 6))])
    return Made(code, Kind.EPC, known.digital_link)


def _house(dice: random.Random) -> Made:
    place = f"A-{dice.randint(1, 99):02d}-{dice.randint(1, 9)}"
    return Made(place, Kind.PLAIN, place)


MAKERS: dict[str, Callable[[random.Random], Made]] = {
    "JAN-13": _jan,
    "GS1-128": _gs1_128,
    "DataMatrix": _data_matrix,
    "SSCC": _sscc,
    "parcel number": _parcel,
    "parcel number, NW-7": _nw7,
    "EPC, SGTIN-96": partial(_sgtin, "sgtin-96"),
    "EPC, SGTIN-198": partial(_sgtin, "sgtin-198"),
    "EPC, SSCC-96": _sscc_tag,
    "EPC, DSGTIN+ with lot": _dated,
    "location": _house,
}
