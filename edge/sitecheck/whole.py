"""What a site needs as a whole: one thing to a name, every place somewhere, work for everything."""

from edge.model.faults import Fault
from edge.sitecheck.check import Check

LISTS = (
    "owners",
    "carriers",
    "cutoffs",
    "shifts",
    "zones",
    "locations",
    "robot_types",
    "robots",
    "stations",
    "put_walls",
    "docks",
    "gates",
    "read_points",
    "doors",
    "lifts",
    "cartons",
    "people",
    "devices",
)


def check_doubles(check: Check) -> None:
    """No two things of a kind have one name."""
    for name in LISTS:
        check.unique((name,), [part.id for part in getattr(check.site, name)])
    check.unique(("roadmap", "nodes"), [node.id for node in check.site.roadmap.nodes])
    check.unique(("robots",), [robot.home for robot in check.site.robots], key="home")
    machines = [robot.machine for robot in check.site.robots]
    names = ["/".join(machine) if machine is not None else f" {i}" for i, machine in enumerate(machines)]
    check.unique(("robots",), names, key="serial")
    datums = check.site.massrobotics.datums if check.site.massrobotics else ()
    check.unique(("massrobotics", "datums"), [datum.id.lower() for datum in datums])


def check_places(check: Check) -> None:
    """Cutoffs have a carrier, locations a zone and a node."""
    for i, cutoff in enumerate(check.site.cutoffs):
        check.refer(("cutoffs", i, "carrier"), cutoff.carrier, check.site.carrier, Fault.NO_CARRIER)
    for i, location in enumerate(check.site.locations):
        check.refer(("locations", i, "zone"), location.zone, check.site.zone, Fault.NO_ZONE)
        check.refer(("locations", i, "node"), location.node, check.nodes, Fault.NO_NODE)


def check_whole(check: Check) -> None:
    """A site has what its work needs: where to pack, totes, chargers, a dock to a carrier."""
    if not check.site.stations_of("pack"):
        check.add(("stations",), Fault.NO_PACK)
    if check.site.robots and not check.site.stations_of("tote"):
        check.add(("stations",), Fault.NO_TOTES)
    if check.site.robots and not check.site.stations_of("charge"):
        check.add(("stations",), Fault.NO_CHARGER)
    for i, carrier in enumerate(check.site.carriers):
        if not any(carrier.id in dock.carriers for dock in check.site.docks):
            check.add(("carriers", i), Fault.NO_DOCK)
