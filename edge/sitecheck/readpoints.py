"""Read points have readers of their own, and cycles that begin and end."""

from drivers.rfid.patterns import BadPattern, read_pattern
from edge.model.faults import Fault, Path
from edge.site import GoneAfter, ReadPoint
from edge.sitecheck.check import Check
from edge.sitecheck.outputs import check_bits


def check_read_points(check: Check) -> None:
    """Read points have readers that nothing else has, and cycles that begin and end."""
    at_gate = {gate.reader: gate.id for gate in check.site.gates}
    taken: dict[str, str] = {}
    for i, point in enumerate(check.site.read_points):
        for j, reader in enumerate(point.readers):
            where = ("read_points", i, "readers", j)
            check.refer(where, reader, check.devices("rfid"), Fault.NO_READER)
            if reader in at_gate:
                check.add(where, Fault.READ_AT_GATE, reader=reader, gate=at_gate[reader])
            if reader in taken:
                check.add(where, Fault.READ_TAKEN, reader=reader, point=taken[reader])
            taken.setdefault(reader, point.id)
        _cycle(check, ("read_points", i), point)
        _silence(check, ("read_points", i, "gone_after"), point.gone_after)
        check.unique(("read_points", i, "reports"), [report.set for report in point.reports], key="set")
        for key in ("include", "exclude"):
            for j, text in enumerate(getattr(point, key)):
                _pattern(check, ("read_points", i, key, j), text)


def _cycle(check: Check, where: Path, point: ReadPoint) -> None:
    """A cycle begins by something and ends by something."""
    if point.start is None and point.repeat is None:
        check.add(where, Fault.READ_NO_BEGIN, point=point.id)
    ends = (point.duration, point.stable, point.stop, point.data_available or None)
    if all(end is None for end in ends):
        check.add(where, Fault.READ_NO_END, point=point.id)
    signals = {(*where, key): name for key in ("start", "stop") if (name := getattr(point, key)) is not None}
    if signals and point.io is None:
        check.add(next(iter(signals)), Fault.READ_NO_IO, point=point.id)
    check.refer((*where, "io"), point.io, check.devices("modbus"), Fault.NO_IO)
    if point.io in check.devices("modbus"):
        if point.start == point.stop:
            signals.pop((*where, "stop"), None)
        check_bits(check, check.site.device[point.io], signals)


def _silence(check: Check, where: Path, bounds: GoneAfter) -> None:
    if bounds.least > bounds.most:
        check.add(where, Fault.READ_LEAST_ABOVE_MOST, least=bounds.least, most=bounds.most)


def _pattern(check: Check, where: Path, text: str) -> None:
    try:
        read_pattern(text)
    except BadPattern as bad:
        check.add(where, Fault.BAD_PATTERN, part=bad.part)
