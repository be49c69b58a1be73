"""Every scheme of the Tag Data Standard 2.3 with a GS1 key: its header and what its bits are (TDS §14.2, §14.6)."""

from dataclasses import dataclass
from enum import Enum, auto

from drivers.codes.epc.keys import CPI, GDTI, GIAI, GRAI, GSRN, GSRNP, ITIP, SGCN, SGLN, SGTIN, SSCC, Key

PREFIX_BITS = {12: 40, 11: 37, 10: 34, 9: 30, 8: 27, 7: 24, 6: 20}
"""Bits of a company prefix by its digits. Partition 0 stands for 12 digits, 6 for 6; there is no 7 (I31, I34)."""

FILTER_END = 8


class Style(Enum):
    """How a reference or a serial of a classic scheme is written."""

    NONE = auto()
    PADDED = auto()
    """A number with all its leading zeros."""
    INTEGER = auto()
    """A number without leading zeros (I32)."""
    STRING = auto()
    """Signs of seven bits, zeros behind (TDS §14.3.2, §14.3.5)."""
    NUMERIC = auto()
    """Digits after a 1 that keeps their leading zeros (TDS §14.3.6)."""
    SIX_BIT = auto()
    """Signs of six bits up to a zero (TDS §14.3.9)."""


@dataclass(frozen=True, slots=True)
class Classic:
    """A scheme of TDS 1: filter, partition, company prefix and reference, perhaps a serial, perhaps zeros."""

    name: str
    header: int
    key: Key
    room: int
    """Bits that company prefix and reference share."""
    digits: int
    """Digits, or at most so many characters, that company prefix and reference share."""
    reference: Style = Style.PADDED
    serial: Style = Style.NONE
    serial_bits: int = 0
    reserved: int = 0
    """Zeros at the end."""


@dataclass(frozen=True, slots=True)
class Plus:
    """A scheme of TDS 2: whether data follow, filter, the key as it is printed."""

    name: str
    header: int
    key: Key
    dated: bool = False
    """A date stands before the key."""
    hosted: bool = False
    """A host name stands after the key (the "++" schemes)."""


CLASSIC = (
    Classic("gdti-96", 0x2C, GDTI, 41, 12, serial=Style.INTEGER, serial_bits=41),
    Classic("gsrn-96", 0x2D, GSRN, 58, 17, reserved=24),
    Classic("gsrnp-96", 0x2E, GSRNP, 58, 17, reserved=24),
    Classic("sgtin-96", 0x30, SGTIN, 44, 13, serial=Style.INTEGER, serial_bits=38),
    Classic("sscc-96", 0x31, SSCC, 58, 17, reserved=24),
    Classic("sgln-96", 0x32, SGLN, 41, 12, serial=Style.INTEGER, serial_bits=41),
    Classic("grai-96", 0x33, GRAI, 44, 12, serial=Style.INTEGER, serial_bits=38),
    Classic("giai-96", 0x34, GIAI, 82, 25, Style.INTEGER),
    Classic("sgtin-198", 0x36, SGTIN, 44, 13, serial=Style.STRING, serial_bits=140),
    Classic("grai-170", 0x37, GRAI, 44, 12, serial=Style.STRING, serial_bits=112),
    Classic("giai-202", 0x38, GIAI, 188, 30, Style.STRING),
    Classic("sgln-195", 0x39, SGLN, 41, 12, serial=Style.STRING, serial_bits=140),
    Classic("gdti-113", 0x3A, GDTI, 41, 12, serial=Style.NUMERIC, serial_bits=58),
    Classic("cpi-96", 0x3C, CPI, 51, 15, Style.INTEGER, Style.INTEGER, 31),
    Classic("cpi-var", 0x3D, CPI, 0, 30, Style.SIX_BIT, Style.INTEGER, 40),
    Classic("gdti-174", 0x3E, GDTI, 41, 12, serial=Style.STRING, serial_bits=119),
    Classic("sgcn-96", 0x3F, SGCN, 41, 12, serial=Style.NUMERIC, serial_bits=41),
    Classic("itip-110", 0x40, ITIP, 44, 13, serial=Style.INTEGER, serial_bits=38),
    Classic("itip-212", 0x41, ITIP, 44, 13, serial=Style.STRING, serial_bits=140),
)
PLUS = (
    Plus("cpi+", 0xF0, CPI),
    Plus("grai+", 0xF1, GRAI),
    Plus("sgln+", 0xF2, SGLN),
    Plus("itip+", 0xF3, ITIP),
    Plus("gsrn+", 0xF4, GSRN),
    Plus("gsrnp+", 0xF5, GSRNP),
    Plus("gdti+", 0xF6, GDTI),
    Plus("sgtin+", 0xF7, SGTIN),
    Plus("sgcn+", 0xF8, SGCN),
    Plus("sscc+", 0xF9, SSCC),
    Plus("giai+", 0xFA, GIAI),
    Plus("dsgtin+", 0xFB, SGTIN, dated=True),
    Plus("dsgtin++", 0xFC, SGTIN, dated=True, hosted=True),
    Plus("sgtin++", 0xFD, SGTIN, hosted=True),
    Plus("cpi++", 0xE6, CPI, hosted=True),
    Plus("gsrn++", 0xE7, GSRN, hosted=True),
    Plus("gsrnp++", 0xE8, GSRNP, hosted=True),
    Plus("sgln++", 0xE9, SGLN, hosted=True),
    Plus("gdti++", 0xEA, GDTI, hosted=True),
    Plus("grai++", 0xEB, GRAI, hosted=True),
    Plus("sgcn++", 0xEC, SGCN, hosted=True),
    Plus("itip++", 0xED, ITIP, hosted=True),
    Plus("giai++", 0xEE, GIAI, hosted=True),
    Plus("sscc++", 0xEF, SSCC, hosted=True),
)

Scheme = Classic | Plus
BY_HEADER: dict[int, Scheme] = {scheme.header: scheme for scheme in (*CLASSIC, *PLUS)}
BY_NAME: dict[str, Scheme] = {scheme.name: scheme for scheme in (*CLASSIC, *PLUS)}
