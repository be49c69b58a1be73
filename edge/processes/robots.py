"""What people decide about robots and the floor: pause, take out, declare dead, close a zone or lane."""

from typing import Any

from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.processes.carry import last_node, lose_robot
from edge.processes.trouble import ROBOT_TROUBLES, raise_trouble, solve_trouble, solve_troubles
from edge.store.tables import closures, robots
from edge.store.tx import Reader, Tx


def robot_row(reader: Reader, robot_id: str) -> Any:
    """Return a robot; raises Refusal when there is none."""
    row = reader.get(robots, id=robot_id)
    if row is None:
        raise Refusal("robot.unknown", robot=robot_id)
    return row


def manned_row(reader: Reader, robot_id: str) -> Any:
    """Return a robot that is there; raises Refusal when there is none, or its place in the fleet is vacant."""
    row = robot_row(reader, robot_id)
    if not row.serial:
        raise Refusal("robot.vacant", robot=robot_id)
    return row


def pause_robot(tx: Tx, robot_id: str, paused: bool) -> None:  # noqa: FBT001  a state, not a switch of behaviour
    """Stop a robot where it is, or let it drive on."""
    manned_row(tx, robot_id)
    tx.change(robots, {"id": robot_id}, paused=paused)
    tx.journal("robot.paused" if paused else "robot.resumed", f"robot/{robot_id}")


def declare_dead(tx: Tx, robot_id: str) -> None:
    """Take the robot's work away for good; its place stays held until it returns to service (R123)."""
    row = robot_row(tx, robot_id)
    if row.dead or not row.serial:
        return
    about = f"robot/{robot_id}"
    node = last_node(tx, robot_id)
    tx.change(robots, {"id": robot_id}, dead=True, node=node)
    tx.journal("robot.dead", about, node=node)
    solve_troubles(tx, ROBOT_TROUBLES, about)
    raise_trouble(tx, "exception.robot_dead", about, robot=robot_id, node=node)
    lose_robot(tx, robot_id)


def return_to_service(tx: Tx, robot_id: str) -> None:
    """A person says that the robot is well and where it reports to be."""
    manned_row(tx, robot_id)
    tx.change(robots, {"id": robot_id}, dead=False, in_service=True, paused=False)
    tx.journal("robot.in_service", f"robot/{robot_id}")
    solve_trouble(tx, "exception.robot_dead", f"robot/{robot_id}")


def take_out_of_service(tx: Tx, robot_id: str) -> None:
    """Give the robot no new work; what it carries is finished first."""
    manned_row(tx, robot_id)
    tx.change(robots, {"id": robot_id}, in_service=False)
    tx.journal("robot.out_of_service", f"robot/{robot_id}")


def close_place(tx: Tx, kind: str, place: str) -> None:
    """Close a zone, lane or node: nothing new is released into it."""
    if tx.value(select(closures.c.id).where(closures.c.id == f"{kind}:{place}")):
        return
    known = {
        "zone": list(tx.site.zone),
        "node": [node.id for node in tx.site.roadmap.nodes],
        "lane": [f"{lane.start}>{lane.end}" for lane in tx.site.roadmap.lanes]
        + [f"{lane.end}>{lane.start}" for lane in tx.site.roadmap.lanes if lane.both],
    }
    if place not in known.get(kind, ()):
        raise Refusal("place.unknown", kind=kind, place=place)
    tx.insert(closures, id=f"{kind}:{place}", kind=kind, since=tx.now, by=tx.actor)
    tx.journal("place.closed", f"{kind}/{place}")


def open_place(tx: Tx, kind: str, place: str) -> None:
    """Open it again."""
    if tx.delete(closures, closures.c.id == f"{kind}:{place}"):
        tx.journal("place.opened", f"{kind}/{place}")
