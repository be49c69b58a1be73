"""Why a robot gets no way now, or may not take the one it is offered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from edge.fleet.board import Board
from edge.fleet.reasons import Reason, Wait
from edge.fleet.robot import Robot
from edge.fleet.safety import Way, bits


def simple_reason(board: Board, robot: Robot) -> Wait | None:
    """Give a reason that lies with the robot itself or where it stands; None when only others hold it up."""
    node = robot.way.nodes[robot.released]
    ghosts = board.holds.ghosts
    if robot.ghost or robot.held & ghosts:
        where = next(iter(bits(robot.ghost or robot.held & ghosts)))
        other = board.holder(where, robot)
        return Wait(Reason.CLASH, other.name if other else None, board.name(where))
    reasons = (
        (robot.stopped, Reason.STOPPED),
        (not robot.routed, Reason.NO_ROUTE),
        (robot.released == robot.last and robot.passed == robot.last, Reason.HOME),
        (robot.passed < robot.released, Reason.GOING),
        (robot.limit is not None and robot.released >= robot.limit, Reason.AT_STOP),
    )
    return next((Wait(reason, None, board.name(node)) for is_so, reason in reasons if is_so), None)


def reason_on_way(board: Board, robot: Robot, safe: Mapping[str, None], elder: Robot | None, hurt: str | None) -> Wait:
    """Walk the rest of the way: to what will not move, if the robot is cut off, else to whoever is first in it.

    Safe are those that get home, elder is who has waited so long that nobody may overtake him, and hurt one that would
    get home no more if this robot went on.
    """
    first: Wait | None = None
    for place in range(robot.released + 1, len(robot.way.nodes)):
        node = robot.way.nodes[place]
        if place >= robot.barrier:
            return Wait(Reason.CLOSED, None, board.name(node))
        other = board.holder(node, robot)
        if other is not None and other.name not in safe:
            return Wait(Reason.CUT, other.name, board.name(node))
        if other is not None and first is None:
            first = Wait(Reason.HELD if place == robot.released + 1 else Reason.JAM, other.name, board.name(node))
    if first is not None and first.reason is Reason.JAM and elder is not None:
        return Wait(Reason.PATIENCE, elder.name, first.node)
    if first is not None:
        return first
    reason = Reason.GOING if hurt is None else Reason.JAM
    return Wait(reason, hurt, board.name(robot.way.nodes[robot.released]))


def cut_for_good(board: Board, names: Iterable[str]) -> dict[str, None]:
    """Give whom of these no order of moves takes home: before them is what stands, what is closed, or one of them."""
    left = dict.fromkeys(names)
    standing, lost = board.standing(), dict[str, None]()
    more = True
    while more:
        more = False
        for name in [name for name in left if name not in lost]:
            robot = board.robots[name]
            if robot.barrier <= robot.last or robot.way.ahead[robot.released + 1] & standing & ~robot.held:
                lost[name], more = None, True
                standing |= robot.held
    return lost


def first_in_way(board: Board, robot: Robot) -> Robot | None:
    """Give who is first in the way that a robot still needs."""
    ahead = (board.holder(node, robot) for node in robot.way.nodes[robot.released + 1 :])
    return next((other for other in ahead if other is not None), None)


def bay_refusal(board: Board, bays: int, robot: Robot, way: Way) -> Wait | None:
    """Say why a way may not be driven: it must end in a bay of its own, off every way, and touch no other bay."""
    end = way.nodes[-1]
    if not bays >> end & 1:
        return Wait(Reason.NO_BAY, None, board.name(end))
    for node in way.nodes[1:-1]:
        if bays >> node & 1:
            return Wait(Reason.BAY_ON_WAY, None, board.name(node))
    others = [other for other in board.robots.values() if other is not robot and other.routed]
    for other in others:
        if other.way.nodes[-1] == end:
            return Wait(Reason.BAY_TAKEN, other.name, board.name(end))
    touched = way.ahead[1] & bays & ~(1 << end)
    for other in others if touched else ():
        if touched >> other.way.nodes[-1] & 1:
            return Wait(Reason.BAY_ON_WAY, other.name, board.name(other.way.nodes[-1]))
    around = [board.robots[name] for name in board.visitors[end]]
    for other in (*around, *board.holds.near(end, robot)):
        if other is not robot and other.routed and other.way.ahead[other.passed + 1] >> end & 1:
            return Wait(Reason.BAY_ON_WAY, other.name, board.name(end))
    return None
