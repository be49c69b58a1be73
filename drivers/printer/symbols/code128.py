"""Code 128 and GS1-128: the values of a symbol, its bars, and how ZPL is told them (ISO/IEC 15417)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

FNC1 = "\x1d"
"""Stands for function character 1 in a text: first in GS1-128, and between its elements."""
QUIET_MODULES = 10
"""Modules of white each side (ISO/IEC 15417 §4.4)."""
START_B, START_C, TO_C, TO_B, FUNCTION_1, STOP = 104, 105, 99, 100, 102, 106
SIGN_MODULES = 11
PRINTABLE = range(32, 127)
LEAST_DIGITS = 4
"""Digits in a row for which the change to pairs of digits pays."""
_WIDTHS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221"
    "223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321"
    "112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131"
    "311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114"
    "122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
    "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232"
)
_BARS = [
    *(tuple(int(width) for width in _WIDTHS[at : at + 6]) for at in range(0, len(_WIDTHS), 6)),
    (2, 3, 3, 1, 1, 1, 2),
]
"""Widths of bars and spaces in turn, by value (ISO/IEC 15417 table 1)."""
_TOLD = {START_B: ">:", START_C: ">;", TO_C: ">5", TO_B: ">6", FUNCTION_1: ">8"}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol: its values from start to the last sign, and the same as the data of a ^BC field."""

    values: tuple[int, ...]
    zpl: str

    @property
    def widths(self) -> tuple[int, ...]:
        """Return the widths of bars and spaces in modules, beginning with a bar."""
        check = sum(value * max(place, 1) for place, value in enumerate(self.values)) % 103
        return tuple(width for value in (*self.values, check, STOP) for width in _BARS[value])

    @property
    def modules(self) -> int:
        """Return the width in modules, without quiet zones."""
        return SIGN_MODULES * (len(self.values) + 1) + sum(_BARS[STOP])


Encode = Callable[[str], Symbol]
"""A text as a symbol; raises ValueError."""


def plain(text: str) -> Symbol:
    """Return a text in subset B, with which a printer begins by itself; ValueError for what it cannot hold."""
    _check(text)
    return Symbol((START_B, *(ord(sign) - 32 for sign in text)), text.replace(">", ">0"))


def with_functions(text: str) -> Symbol:
    """Return a text with FNC1 in it, digits in pairs where that is shorter; ValueError for what it cannot hold."""
    _check(text.replace(FNC1, ""))
    pairs = _digits_at(text, 1 if text.startswith(FNC1) else 0) >= LEAST_DIGITS
    values, told = [START_C if pairs else START_B], _TOLD[START_C if pairs else START_B]
    at = 0
    while at < len(text):
        digits = _digits_at(text, at)
        if text[at] == FNC1:
            step, value, sign = 1, FUNCTION_1, _TOLD[FUNCTION_1]
        elif pairs and digits >= 2:
            step, value, sign = 2, int(text[at : at + 2]), text[at : at + 2]
        elif pairs:
            pairs, step, value, sign = False, 0, TO_B, _TOLD[TO_B]
        elif digits >= LEAST_DIGITS and digits % 2 == 0:
            pairs, step, value, sign = True, 0, TO_C, _TOLD[TO_C]
        else:
            step, value, sign = 1, ord(text[at]) - 32, text[at].replace(">", ">0")
        values.append(value)
        told += sign
        at += step
    return Symbol(tuple(values), told)


def _digits_at(text: Sequence[str], at: int) -> int:
    """Return how many digits stand in a row from a place."""
    end = at
    while end < len(text) and text[end] in "0123456789":
        end += 1
    return end - at


def _check(text: str) -> None:
    if not text or any(ord(sign) not in PRINTABLE for sign in text):
        raise ValueError(f"Code 128 holds letters, digits and signs of ASCII, not {text!r}")
