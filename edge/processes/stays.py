"""Which machine has which place in the fleet, and had it when: places stay, machines come, are swapped and go back.

A machine that the site file names is the engineer's word, and wins at every start. A place without one there is the
supervisors': whoever was taken into service keeps it over restarts and restored backups, until it is taken out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update

from edge.model.reasons import Refusal
from edge.processes.carry import batch_of, last_node, lose_robot, running_trip
from edge.processes.trouble import MAP_TROUBLES, ROBOT_TROUBLES, ZONE_TROUBLES, solve_troubles
from edge.processes.usage import Length, catch_up
from edge.site import RobotUnit
from edge.store.statement import Query, param
from edge.store.tables import robots, stays, totes
from edge.store.tx import Reader, Tx

Machine = tuple[str, str]
"""Manufacturer and serial."""
VACANT: Machine = ("", "")
SITE_FILE = "site_file"
"""Why a place changed hands at a start."""
GONE_TROUBLES = (*ROBOT_TROUBLES, *MAP_TROUBLES, *ZONE_TROUBLES, "exception.robot_dead", "robot.strange_load")
"""What is over with the machine."""
_OPEN = Query(select(stays).where(stays.c.until.is_(None)).order_by(stays.c.robot_id))
_OF_PLACE = Query(select(stays).where(stays.c.robot_id == param("robot")).order_by(stays.c.number.desc()))
_END = Query(
    update(stays).where(stays.c.robot_id == param("robot"), stays.c.until.is_(None)).values(until=param("now"))
)


def machine_of(row: Any) -> Machine | None:
    """Return the machine of a robot's row; None for a vacant place."""
    return (row.manufacturer, row.serial) if row.serial else None


def take_in(tx: Tx, place: str, machine: Machine, node: str, length: Length) -> None:
    """Give a vacant place to a machine that stands at a node; raises Refusal when either has another."""
    row = _row(tx, _place(tx, place).id)
    if row.serial:
        raise Refusal("robot.not_vacant", robot=place, machine=f"{row.manufacturer}/{row.serial}")
    for other in tx.rows(select(robots).where(robots.c.manufacturer == machine[0], robots.c.serial == machine[1])):
        if any(unit.id == other.id for unit in tx.site.robots):
            raise Refusal("robot.has_place", robot=other.id, machine="/".join(machine))
    catch_up(tx, length)
    tx.change(robots, {"id": place}, **_named(machine), node=node, dead=False, paused=False, in_service=True)
    _begin(tx, place, machine)
    tx.journal("robot.taken_in", f"robot/{place}", manufacturer=machine[0], serial=machine[1], node=node)


def take_out(tx: Tx, place: str, length: Length, *, carried_away: bool) -> None:
    """Make a place vacant of which the machine goes; raises Refusal while it has something to do or is in the way.

    Where it stands is free from then on: at its home that is in nobody's way, elsewhere a person says that it was
    carried away.
    """
    unit = _place(tx, place)
    row = _row(tx, place)
    if not row.serial:
        raise Refusal("robot.vacant", robot=place)
    if unit.machine is not None:
        raise Refusal("robot.named", robot=place, machine="/".join(unit.machine))
    if batch_of(tx, place) is not None:
        raise Refusal("robot.has_tour", robot=place)
    aboard = [tote.id for tote in tx.all(totes, place=f"robot:{place}")]
    if aboard:
        raise Refusal("robot.has_totes", robot=place, totes=", ".join(aboard))
    if running_trip(tx, place) is not None:
        raise Refusal("robot.drives", robot=place)
    node, home = last_node(tx, place), tx.site.station[unit.home].node
    if node != home and not carried_away:
        raise Refusal("robot.in_the_way", robot=place, node=node, home=home)
    catch_up(tx, length)
    _vacate(tx, row, node=node, carried_away=carried_away)


def sync_robots(tx: Tx, length: Length | None = None) -> None:
    """Make sure that every place of the site file has its row, and the machine that is named there.

    With the lanes' length, what a machine that goes did last is counted for it.
    """
    named = {unit.machine: unit.id for unit in tx.site.robots if unit.machine is not None}
    known = {row.id: row for row in tx.all(robots)}
    for unit in tx.site.robots:
        row = known.get(unit.id)
        if row is None:
            tx.insert(robots, id=unit.id, type=unit.type, home=unit.home, **_named(unit.machine or VACANT))
            continue
        tx.change(robots, {"id": unit.id}, type=unit.type, home=unit.home)
        machine = machine_of(row)
        elsewhere = machine is not None and named.get(machine, unit.id) != unit.id
        swapped = unit.machine is not None and machine not in (None, unit.machine)
        if elsewhere or swapped:
            _lose(tx, row, length)
        if unit.machine is not None:
            tx.change(robots, {"id": unit.id}, **_named(unit.machine))
    _keep_stays(tx)


def since(reader: Reader) -> Mapping[str, Any]:
    """Return since when the machines of today have their places, by place."""
    return {row.robot_id: row.since for row in reader.rows(_OPEN)}


def stays_at(reader: Reader, place: str) -> Sequence[Any]:
    """Return the machines that have or had a place, the newest first."""
    return reader.rows(_OF_PLACE, robot=place)


def places(reader: Reader) -> list[dict[str, Any]]:
    """Return every place of the site file with the machine that has it, since when, and by whose word."""
    rows = {row.id: row for row in reader.all(robots)}
    now = {row.robot_id: row for row in reader.rows(_OPEN)}
    found = []
    for unit in reader.site.robots:
        row, stay = rows.get(unit.id), now.get(unit.id)
        machine = unit.machine if row is None else machine_of(row)
        found.append(
            {
                "id": unit.id,
                "type": unit.type,
                "home": unit.home,
                "manufacturer": None if machine is None else machine[0],
                "serial": None if machine is None else machine[1],
                "named": unit.machine is not None,
                "since": None if stay is None else reader.site.local(stay.since).isoformat(timespec="seconds"),
                "by": None if stay is None else stay.by,
            }
        )
    return found


def vacant_places(reader: Reader) -> list[str]:
    """Return the places without a machine."""
    return [place["id"] for place in places(reader) if place["serial"] is None]


def _keep_stays(tx: Tx) -> None:
    """Let stays tell what rows and site file say: those of places that are gone end."""
    places = {unit.id for unit in tx.site.robots}
    have = {row.id: machine_of(row) for row in tx.all(robots) if row.id in places}
    kept = {}
    for row in tx.rows(_OPEN):
        if have.get(row.robot_id) == (row.manufacturer, row.serial):
            kept[row.robot_id] = row
        else:
            tx.run(_END, robot=row.robot_id, now=tx.now)
    for place, machine in sorted(have.items()):
        if machine is not None and place not in kept:
            _begin(tx, place, machine)


def _lose(tx: Tx, row: Any, length: Length | None) -> None:
    """Part a place from its machine because the site file says so: its work goes on as that of a dead robot (R123)."""
    lose_robot(tx, row.id)
    if length is not None:
        catch_up(tx, length)
    _vacate(tx, row, reason=SITE_FILE)


def _vacate(tx: Tx, row: Any, *, reason: str | None = None, **details: Any) -> None:
    about = f"robot/{row.id}"
    gone = {"manufacturer": row.manufacturer, "serial": row.serial}
    tx.change(robots, {"id": row.id}, **_named(VACANT), node=None, dead=False, paused=False, in_service=True)
    tx.run(_END, robot=row.id, now=tx.now)
    tx.journal("robot.taken_out", about, reason=reason, **gone, **details)
    solve_troubles(tx, GONE_TROUBLES, about)


def _begin(tx: Tx, place: str, machine: Machine) -> None:
    number = 1 + max([stay.number for stay in stays_at(tx, place)], default=0)
    tx.insert(stays, robot_id=place, number=number, **_named(machine), since=tx.now, by=tx.actor)


def _place(reader: Reader, place: str) -> RobotUnit:
    unit = next((unit for unit in reader.site.robots if unit.id == place), None)
    if unit is None:
        raise Refusal("robot.unknown", robot=place)
    return unit


def _row(reader: Reader, place: str) -> Any:
    row = reader.get(robots, id=place)
    if row is None:
        raise Refusal("robot.unknown", robot=place)
    return row


def _named(machine: Machine) -> dict[str, str]:
    return {"manufacturer": machine[0], "serial": machine[1]}
