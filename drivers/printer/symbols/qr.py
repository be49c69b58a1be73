"""QR Code of level L, versions 1 to 9 (ISO/IEC 18004): what a ^BQ field of this level prints.

The printer may choose another mask; every reader takes any.
"""

import numpy as np
from numpy.typing import NDArray

from drivers.printer.symbols.galois import Field

VERSIONS = (
    (19, 7, 1), (34, 10, 1), (55, 15, 1), (80, 20, 1), (108, 26, 1), (136, 18, 2), (156, 20, 2), (194, 24, 2),
    (232, 30, 2),
)  # fmt: skip
"""Data words, check words of a block, blocks, from version 1 on (ISO/IEC 18004 table 9, level L)."""
CENTRES = ((), (6, 18), (6, 22), (6, 26), (6, 30), (6, 34), (6, 22, 38), (6, 24, 42), (6, 26, 46))
"""Rows and columns of alignment patterns, by version (annex E)."""
QUIET_MODULES = 4
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_FIELD = Field(0x11D)
_FINDER = 7


def modules(text: str) -> NDArray[np.bool_]:
    """Return the symbol, True is black; ValueError for a text that is too long."""
    bits = _bits(text)
    version = _version(text, bits)
    stream = _words(bits, version)
    size = 17 + 4 * version
    black, fixed = _patterns(version, size)
    _fill(black, fixed, stream)
    rows, columns = np.indices((size, size))
    best: tuple[int, NDArray[np.bool_]] | None = None
    for number, mask in enumerate(_masks(rows, columns)):
        masked = black ^ (mask & ~fixed)
        _format(masked, number)
        penalty = _penalty(masked)
        if best is None or penalty < best[0]:
            best = (penalty, masked)
    return best[1] if best else black


def side(text: str) -> int:
    """Return the modules a side of the symbol; ValueError as for its modules."""
    return 17 + 4 * _version(text, _bits(text))


def _version(text: str, bits: str) -> int:
    for number, (data, _, _) in enumerate(VERSIONS, start=1):
        if len(bits) <= data * 8:
            return number
    raise ValueError(f"{len(text)} signs are too many for a QR code of a label")


def _bits(text: str) -> str:
    """Return mode, length and data; the length has the same bits in versions 1 to 9."""
    if text and all(sign in "0123456789" for sign in text):
        groups = [text[at : at + 3] for at in range(0, len(text), 3)]
        return f"0001{len(text):010b}" + "".join(f"{int(group):0{(0, 4, 7, 10)[len(group)]}b}" for group in groups)
    if text and all(sign in ALPHANUMERIC for sign in text):
        values = [ALPHANUMERIC.index(sign) for sign in text]
        pairs = [f"{one * 45 + other:011b}" for one, other in zip(values[::2], values[1::2], strict=False)]
        return f"0010{len(text):09b}" + "".join(pairs) + (f"{values[-1]:06b}" if len(values) % 2 else "")
    data = text.encode()
    return f"0100{len(data):08b}" + "".join(f"{byte:08b}" for byte in data)


def _words(bits: str, version: int) -> str:
    """Return data and check words, those of the blocks in turn, as bits."""
    count, checks, blocks = VERSIONS[version - 1]
    bits += "0" * min(4, count * 8 - len(bits))
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    words += [(0xEC, 0x11)[place % 2] for place in range(count - len(words))]
    parts = [words[at : at + count // blocks] for at in range(0, count, count // blocks)]
    checked = [_FIELD.check_words(part, checks, 0) for part in parts]
    turned = [word for group in (parts, checked) for words_at in zip(*group, strict=True) for word in words_at]
    return "".join(f"{word:08b}" for word in turned)


def _patterns(version: int, side: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the patterns that stand in every symbol, and where no data goes."""
    black = np.zeros((side, side), dtype=np.bool_)
    fixed = np.zeros((side, side), dtype=np.bool_)
    black[6, ::2] = black[::2, 6] = True
    fixed[6, :] = fixed[:, 6] = True
    for top, left in ((0, 0), (0, side - _FINDER), (side - _FINDER, 0)):
        black[max(top - 1, 0) : top + 8, max(left - 1, 0) : left + 8] = False
        _ring(black, top + 3, left + 3, 3)
    fixed[:9, :9] = fixed[:9, -8:] = fixed[-8:, :9] = True
    for row in CENTRES[version - 1]:
        for column in CENTRES[version - 1]:
            if not _at_finder(row, column, side):
                _ring(black, row, column, 2)
                fixed[row - 2 : row + 3, column - 2 : column + 3] = True
    black[side - 8, 8] = True
    if version >= 7:
        told = _with_check(version, 0x1F25, 12)
        for place in range(18):
            row, column = place // 3, side - 11 + place % 3
            black[row, column] = black[column, row] = bool(told >> place & 1)
        fixed[:6, side - 11 : side - 8] = fixed[side - 11 : side - 8, :6] = True
    return black, fixed


def _ring(black: NDArray[np.bool_], row: int, column: int, reach: int) -> None:
    """Draw squares in one another around a centre."""
    black[row - reach : row + reach + 1, column - reach : column + reach + 1] = True
    inner = reach - 1
    black[row - inner : row + inner + 1, column - inner : column + inner + 1] = False
    core = reach - 2
    black[row - core : row + core + 1, column - core : column + core + 1] = True


def _at_finder(row: int, column: int, side: int) -> bool:
    return (row, column) in ((6, 6), (6, side - 7), (side - 7, 6))


def _fill(black: NDArray[np.bool_], fixed: NDArray[np.bool_], stream: str) -> None:
    """Write the bits in columns of two, up and down in turn from the lower right."""
    side = len(black)
    bits = iter(stream)
    upward = True
    for right in [*range(side - 1, 6, -2), 5, 3, 1]:
        for row in range(side - 1, -1, -1) if upward else range(side):
            for column in (right, right - 1):
                if not fixed[row, column]:
                    black[row, column] = next(bits, "0") == "1"
        upward = not upward


def _masks(i: NDArray[np.int_], j: NDArray[np.int_]) -> list[NDArray[np.bool_]]:
    """Return the eight masks (ISO/IEC 18004 table 10)."""
    return [
        (i + j) % 2 == 0, i % 2 == 0, j % 3 == 0, (i + j) % 3 == 0, (i // 2 + j // 3) % 2 == 0,
        i * j % 2 + i * j % 3 == 0, (i * j % 2 + i * j % 3) % 2 == 0, ((i + j) % 2 + i * j % 3) % 2 == 0,
    ]  # fmt: skip


def _format(black: NDArray[np.bool_], mask: int) -> None:
    """Write level L and the mask, twice."""
    told = _with_check(0b01 << 3 | mask, 0x537, 10) ^ 0x5412
    side = len(black)
    first = [
        (8, 0),
        (8, 1),
        (8, 2),
        (8, 3),
        (8, 4),
        (8, 5),
        (8, 7),
        (8, 8),
        (7, 8),
        *((row, 8) for row in range(5, -1, -1)),
    ]
    second = [*((side - 1 - place, 8) for place in range(7)), *((8, side - 8 + place) for place in range(8))]
    for place, ((row, column), (other_row, other_column)) in enumerate(zip(first, second, strict=True)):
        black[row, column] = black[other_row, other_column] = bool(told >> (14 - place) & 1)


def _with_check(value: int, generator: int, bits: int) -> int:
    """Append the remainder of a BCH code."""
    rest = value << bits
    for place in range(value.bit_length() - 1, -1, -1):
        if rest >> (place + bits) & 1:
            rest ^= generator << place
    return value << bits | rest


def _penalty(black: NDArray[np.bool_]) -> int:
    """Count what readers dislike: long runs, squares, too much of one colour (ISO/IEC 18004 §7.8.3, rules 1, 2, 4)."""
    points = 10 * int(abs(black.mean() * 100 - 50) // 5)
    same = (black[1:, 1:] == black[:-1, :-1]) & (black[1:, :-1] == black[:-1, 1:]) & (black[1:, 1:] == black[1:, :-1])
    points += 3 * int(same.sum())
    for grid in (black, black.T):
        runs = np.lib.stride_tricks.sliding_window_view(grid, 5, axis=1)
        points += int((runs.all(axis=2) | ~runs.any(axis=2)).sum())
    return points
