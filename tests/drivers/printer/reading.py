"""Reads ZPL back for tests, apart from both the builder and the simulator: positions, fields and pictures."""

import re
from dataclasses import dataclass, field


@dataclass
class Field:
    """One field: where it is, its commands in order, its data with escapes undone."""

    x: int
    y: int
    commands: dict[str, str] = field(default_factory=dict)
    data: str = ""

    @property
    def rows(self) -> list[list[bool]]:
        """Return the dots of a picture, True is black."""
        _, total, size, row, digits = self.commands["GF"].split(",")
        assert total == size
        assert len(digits) == 2 * int(size)
        raw = bytes.fromhex(digits)
        lines = [raw[at : at + int(row)] for at in range(0, len(raw), int(row))]
        return [[bool(byte >> bit & 1) for byte in line for bit in range(7, -1, -1)] for line in lines]


def fields(zpl: bytes) -> list[Field]:
    text = zpl.decode()
    assert text.startswith("^XA")
    assert text.endswith("^XZ")
    out = []
    for chunk in text.split("^FS")[:-1]:
        found = Field(0, 0)
        for name, rest in re.findall(r"\^([A-Z][A-Z0-9])([^^]*)", chunk):
            found.commands[name] = rest
            if name == "FO":
                found.x, found.y = (int(number) for number in rest.split(","))
            if name == "FD":
                found.data = unhex(rest) if "FH" in found.commands else rest
        out.append(found)
    return out


def unhex(text: str) -> str:
    raw = re.sub(rb"_([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]), text.encode())
    return raw.decode()


def head(zpl: bytes, name: str) -> str:
    found = re.search(rf"\^{name}([^^]*)", zpl.decode())
    assert found
    return found[1]


def only(found: list[Field], command: str) -> Field:
    matching = [f for f in found if command in f.commands]
    assert len(matching) == 1
    return matching[0]


def code128(data: str) -> list[int]:
    """Return the widths of bars and spaces of a Code 128 in subset B (ISO/IEC 15417 table 1)."""
    values = [104, *(ord(sign) - 32 for sign in data)]
    values.append(sum(value * max(place, 1) for place, value in enumerate(values)) % 103)
    return [int(width) for value in values for width in PATTERNS[value]] + [2, 3, 3, 1, 1, 1, 2]


WIDTHS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221"
    "223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321"
    "112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131"
    "311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114"
    "122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
    "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232"
)
"""Six digits for each value from 0 to 105: the widths of its bars and spaces in turn."""
PATTERNS = [WIDTHS[at : at + 6] for at in range(0, len(WIDTHS), 6)]
