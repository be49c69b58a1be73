"""Data Matrix ECC 200, square, one block (ISO/IEC 16022): what a ^BX field of quality 200 prints."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from drivers.printer.symbols.code128 import FNC1
from drivers.printer.symbols.galois import Field

SIZES = (
    (10, 3, 5), (12, 5, 7), (14, 8, 10), (16, 12, 12), (18, 18, 14), (20, 22, 18), (22, 30, 20), (24, 36, 24),
    (26, 44, 28), (32, 62, 36), (36, 86, 42), (40, 114, 48), (44, 144, 56), (48, 174, 68),
)  # fmt: skip
"""Modules a side, data words, check words (ISO/IEC 16022 table 7); the larger ones have more than one block."""
QUIET_MODULES = 1
FOUR_REGIONS = 32
"""Modules a side from which on a symbol has two regions each way."""
USUAL = ((-2, -2), (-2, -1), (-1, -2), (-1, -1), (-1, 0), (0, -2), (0, -1), (0, 0))
"""Where the bits of a word lie in the usual shape, from its last bit's place."""
_FIELD = Field(0x12D)
_PAD, _FNC1_WORD = 129, 232


def modules(text: str) -> NDArray[np.bool_]:
    """Return the symbol, True is black; FNC1 first makes it GS1. ValueError for what is no ASCII or too much."""
    words = _words(text)
    size, data, check = _size(text, words)
    words += [_PAD] if len(words) < data else []
    for place in range(len(words) + 1, data + 1):
        padded = _PAD + 149 * place % 253 + 1
        words.append(padded if padded <= 254 else padded - 254)
    words += _FIELD.check_words(words, check, 1)
    regions = 2 if size >= FOUR_REGIONS else 1
    inner = _placed(words, size - 2 * regions)
    symbol = np.zeros((size, size), dtype=np.bool_)
    part, step = size // regions - 2, size // regions
    for row in range(regions):
        for column in range(regions):
            top, left = row * step, column * step
            symbol[top + 1 : top + 1 + part, left + 1 : left + 1 + part] = inner[
                row * part : (row + 1) * part, column * part : (column + 1) * part
            ]
            symbol[top : top + step, left] = symbol[top + step - 1, left : left + step] = True
            symbol[top, left : left + step : 2] = True
            symbol[top + 1 : top + step : 2, left + step - 1] = True
    return symbol


def side(text: str) -> int:
    """Return the modules a side of the symbol; ValueError as for its modules."""
    return _size(text, _words(text))[0]


def _size(text: str, words: list[int]) -> tuple[int, int, int]:
    for size in SIZES:
        if len(words) <= size[1]:
            return size
    raise ValueError(f"{len(text)} signs are too many for a Data Matrix of a label")


def _words(text: str) -> list[int]:
    """Encode in ASCII mode, digits in pairs."""
    words, at = [], 0
    while at < len(text):
        pair = text[at : at + 2]
        if len(pair) == 2 and pair.isascii() and pair.isdecimal():
            words.append(130 + int(pair))
            at += 2
            continue
        sign = text[at]
        if ord(sign) > 127:
            raise ValueError(f"a Data Matrix of a label holds ASCII, not {sign!r}")
        words.append(_FNC1_WORD if sign == FNC1 else ord(sign) + 1)
        at += 1
    return words


def _placed(words: list[int], side: int) -> NDArray[np.bool_]:
    """Place the bits of words in the symbol's data region (ISO/IEC 16022 annex F)."""
    grid = np.full((side, side), -1, dtype=np.int8)

    def put(row: int, column: int, word: int, bit: int) -> None:
        if row < 0:
            row, column = row + side, column + 4 - (side + 4) % 8
        if column < 0:
            row, column = row + 4 - (side + 4) % 8, column + side
        grid[row, column] = words[word] >> (7 - bit) & 1

    word = 0
    for row, column, begins in _places(side):
        corner = _corner(row, column, side) if begins else None
        if corner is not None:
            for bit, (down, right) in enumerate(corner):
                put(down % side, right % side, word, bit)
            word += 1
        elif not begins and 0 <= row < side and 0 <= column < side and grid[row, column] < 0:
            for bit, (down, right) in enumerate(USUAL):
                put(row + down, column + right, word, bit)
            word += 1
    if grid[-1, -1] < 0:
        grid[-1, -1] = grid[-2, -2] = 1
    black: NDArray[np.bool_] = grid == 1
    return black


def _places(side: int) -> Iterator[tuple[int, int, bool]]:
    """Walk up and down in diagonals; before each pair of them stands where a corner may begin."""
    row, column = 4, 0
    while row < side or column < side:
        yield row, column, True
        while row >= 0 and column < side:
            if row < side:
                yield row, column, False
            row, column = row - 2, column + 2
        row, column = row + 1, column + 3
        while row < side and column >= 0:
            yield row, column, False
            row, column = row + 2, column - 2
        row, column = row + 3, column + 1


def _corner(row: int, column: int, side: int) -> tuple[tuple[int, int], ...] | None:
    """Return the places of a word that lies in the corners of the symbol, if one begins here."""
    if (row, column) == (side, 0):
        return ((-1, 0), (-1, 1), (-1, 2), (0, -2), (0, -1), (1, -1), (2, -1), (3, -1))
    if (row, column) == (side - 2, 0) and side % 4:
        return ((-3, 0), (-2, 0), (-1, 0), (0, -4), (0, -3), (0, -2), (0, -1), (1, -1))
    if (row, column) == (side + 4, 2) and not side % 8:
        return ((-1, 0), (-1, -1), (0, -3), (0, -2), (0, -1), (1, -3), (1, -2), (1, -1))
    return None
