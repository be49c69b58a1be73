"""`genba sim`: the other end of every protocol as programs of their own, each on a real port."""

import typer

from edge.commands.lazy import Lazy, Place

SIMULATORS = {
    "robots": Place("simulators.robots.cli", "robots", "Robots at a real broker."),
    "fms": Place("simulators.fms.cli", "fms", "A maker's fleet management system."),
    "massrobotics": Place("simulators.massrobotics.cli", "massrobotics", "Robots that report themselves elsewhere."),
    "reader": Place("simulators.reader.cli", "reader", "An RFID reader (LLRP and others)."),
    "plc": Place("simulators.plc.cli", "plc", "A PLC (Modbus TCP or RTU)."),
    "printer": Place("simulators.printer.cli", "printer", "A label printer (ZPL)."),
    "scale": Place("simulators.scale.cli", "scale", "A scale."),
    "scanner": Place("simulators.scanner.cli", "scanner", "A barcode scanner."),
    "operators": Place("simulators.operators.cli", "operators", "People with handhelds."),
    "wms": Place("simulators.wms.cli", "wms", "A WMS that keeps books and judges the site."),
    "epcis": Place("simulators.epcis.cli", "epcis", "An EPCIS repository that captures events and judges them."),
    "floor": Place("simulators.world.process", "floor", "A whole floor: devices, robots and people, for the demo."),
}


class Simulators(Lazy):
    """The simulators by name."""

    places = SIMULATORS


sim = typer.Typer(cls=Simulators, no_args_is_help=True, add_completion=False, help="The other end of every protocol.")


@sim.callback()
def _root() -> None:
    """Simulated devices, robots, people and a WMS."""
