"""Docks, and the RFID gates through which parcels leave."""

from edge.site.forms import Id, Millimetres, Part


class Dock(Part):
    """Where parcels leave."""

    id: Id
    gate: Id
    x: Millimetres
    y: Millimetres
    carriers: list[Id]


class Gate(Part):
    """An RFID gate: its reader and its points on an I/O unit."""

    id: Id
    reader: Id
    io: Id
    inner: str
    outer: str
    green: str
    red: str
