"""Docks have gates, gates a reader, eyes and lights."""

from edge.model.faults import Fault, Path
from edge.site import Gate
from edge.sitecheck.check import Check
from edge.sitecheck.outputs import check_output


def check_docks_and_gates(check: Check) -> None:
    """Docks have gates and carriers, gates a reader, eyes and lights."""
    for i, dock in enumerate(check.site.docks):
        check.refer(("docks", i, "gate"), dock.gate, check.site.gate, Fault.NO_GATE)
        for j, carrier in enumerate(dock.carriers):
            check.refer(("docks", i, "carriers", j), carrier, check.site.carrier, Fault.NO_CARRIER)
    for i, gate in enumerate(check.site.gates):
        check.refer(("gates", i, "reader"), gate.reader, check.devices("rfid"), Fault.NO_READER)
        check.refer(("gates", i, "io"), gate.io, check.devices("modbus"), Fault.NO_IO)
        if gate.io in check.site.device:
            points = check.site.device[gate.io].points
            for signal in ("inner", "outer", "green", "red"):
                check.refer(("gates", i, signal), getattr(gate, signal), points, Fault.NO_POINT, device=gate.io)
            for light in ("green", "red"):
                check_output(check, ("gates", i, light), check.site.device[gate.io], getattr(gate, light))
        if gate.inner == gate.outer:
            check.add(("gates", i, "outer"), Fault.ONE_EYE, point=gate.outer)
        _antennas(check, ("gates", i), gate)
        if gate.green == gate.red:
            check.add(("gates", i, "red"), Fault.ONE_LIGHT, point=gate.red)


def _antennas(check: Check, where: Path, gate: Gate) -> None:
    if gate.antennas is None:
        if gate.inner is None:
            check.add((*where, "outer"), Fault.GATE_NO_DIRECTION, gate=gate.id)
        return
    inner, outer = gate.antennas.inner, gate.antennas.outer
    for both in [number for number in outer if number in inner]:
        check.add((*where, "antennas", "outer"), Fault.ANTENNA_ON_BOTH_SIDES, antenna=both)
    reader = check.site.device.get(gate.reader)
    if reader is None or reader.kind != "rfid":
        return
    for side, numbers in (("inner", inner), ("outer", outer)):
        for number in [number for number in numbers if number not in reader.antennas]:
            check.add((*where, "antennas", side), Fault.NO_ANTENNA, antenna=number, reader=reader.id)
    if reader.session != 0:
        check.add((*where, "antennas"), Fault.ANTENNAS_SILENT, reader=reader.id)
