"""Doors and lifts of a site file, hung at the PLCs that move them."""

from simulators import sitefile
from simulators.plc.device import Plc
from simulators.plc.door import Door
from simulators.plc.lift import Lift, Stop

DOOR_SECONDS = 6.0
"""What the motor of a door takes: 3 m at half a metre a second, as fast sectional doors do."""
LIFT_TRAVEL, LIFT_DOORS = 10.0, 4.0
"""What a goods lift takes from floor to floor, and its doors to open or to close."""


def hung_door(one: sitefile.Door, plc: Plc, *, pace: float = 1.0) -> Door:
    """Return a door at its PLC, so many times faster than life."""
    return Door(
        one.id,
        one.lanes,
        plc,
        command=one.open,
        opened=one.opened,
        closed=one.closed,
        fault=one.fault,
        seconds=DOOR_SECONDS / pace,
    )


def hung_lift(one: sitefile.Lift, plc: Plc, *, pace: float = 1.0) -> Lift:
    """Return a lift at its PLC, so many times faster than life."""
    return Lift(
        one.id,
        [Stop(stop.id, stop.cabin, stop.landing, stop.call, stop.at) for stop in one.stops],
        plc,
        opened=one.opened,
        closed=one.closed,
        fault=one.fault,
        manual=one.manual,
        travel=LIFT_TRAVEL / pace,
        doors=LIFT_DOORS / pace,
    )
