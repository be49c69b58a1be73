"""Simulated RFID readers: the reader's end of each protocol, with tags, misses, strays, clocks and faults."""

from simulators.reader.field import Field
from simulators.reader.llrp.reader import Faults, Reader

__all__ = ["Faults", "Field", "Reader"]
