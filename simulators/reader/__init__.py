"""A simulated RFID reader: the reader's end of LLRP, with tags, misses, strays, clocks and faults of its own."""

from simulators.reader.field import Field
from simulators.reader.llrp.reader import Faults, Reader

__all__ = ["Faults", "Field", "Reader"]
