"""The site: what stands where, who works here, what is connected. Frozen once read (edge/sitefile.py reads it).

Lengths are millimetres, weights grams. Secrets are never in it, only their names (edge/secret.py finds the values).
"""

from edge.site.cartons import Carton
from edge.site.clients import Carrier, CutOff, Owner
from edge.site.devices import Device, IoPoint
from edge.site.doors import Door
from edge.site.epcis import Epcis
from edge.site.faces import MOST_SHOWN, Face, PickLights
from edge.site.floor import Location, Station, Zone
from edge.site.forms import Point, Text
from edge.site.gates import Dock, Gate
from edge.site.lifts import Lift, LiftFloor
from edge.site.lights import Lamps, LampValues
from edge.site.links import Broker, Datum, FleetManager, ForeignRobots, Wms
from edge.site.people import Shift, Worker
from edge.site.readpoints import GoneAfter, ReadPoint, ReadReport
from edge.site.roadmap import Lane, Node, Roads
from edge.site.robots import Footprint, RobotMap, RobotType, RobotUnit
from edge.site.rules import Rules
from edge.site.walls import Lights, LightValues, PutWall, Slot
from edge.site.whole import Head, Site

__all__ = [
    "MOST_SHOWN",
    "Broker",
    "Carrier",
    "Carton",
    "CutOff",
    "Datum",
    "Device",
    "Dock",
    "Door",
    "Epcis",
    "Face",
    "FleetManager",
    "Footprint",
    "ForeignRobots",
    "Gate",
    "GoneAfter",
    "Head",
    "IoPoint",
    "LampValues",
    "Lamps",
    "Lane",
    "Lift",
    "LiftFloor",
    "LightValues",
    "Lights",
    "Location",
    "Node",
    "Owner",
    "PickLights",
    "Point",
    "PutWall",
    "ReadPoint",
    "ReadReport",
    "Roads",
    "RobotMap",
    "RobotType",
    "RobotUnit",
    "Rules",
    "Shift",
    "Site",
    "Slot",
    "Station",
    "Text",
    "Wms",
    "Worker",
    "Zone",
]
