"""Says of each robot why it does what it does (R124), and shows what is in hand to whoever looks."""

from collections.abc import Callable

from edge.devices.orders import Way
from edge.devices.robot import Robot
from edge.devices.wanted import Wanted
from edge.fleet.reasons import Reason, Wait
from edge.live import RobotView


def explain(robot: Robot, way: Way | None, wanted: Wanted, why: Callable[[str], Wait]) -> None:
    """Give a robot the reason that holds now; `why` is traffic's word on a robot that is on its way."""
    wrong = _wrong(robot, way, wanted)
    if wrong is not None:
        robot.say(wrong)
    elif way is not None:
        robot.wait(why(robot.id))
    elif wanted.called_home and robot.node == robot.home:
        robot.say("robot.called_home")
    elif robot.charging:
        robot.say("robot.charging", {"battery": robot.percent})
    elif robot.id in wanted.batches:
        if wanted.ahead(robot.id) is None:  # else it was told why it gets no way there
            robot.wait(Wait(Reason.AT_STOP, None, robot.node))
    elif not wanted.waiting:
        robot.say("robot.no_work")


def take_over(wanted: Wanted, robot: Robot, view: RobotView) -> None:
    """Take over into a robot and its view what its rows say; where it is only until it said so itself."""
    view.totes = wanted.aboard.get(robot.id, [])
    view.working = robot.id in wanted.batches
    row = wanted.rows.get(robot.id)
    if row is not None:
        robot.in_service, robot.paused, robot.dead = row.in_service, row.paused or wanted.stopped, row.dead
        if row.node and not robot.placed:
            robot.node = row.node


def show(robot: Robot, way: Way | None, view: RobotView) -> None:
    """Take over into the view what the robot's own reports do not say."""
    view.code, view.details = str(robot.reason), robot.details
    view.node = robot.node
    view.driving = way is not None
    view.path = way.route[way.passed : way.released + 1] if way is not None else ()


def _wrong(robot: Robot, way: Way | None, wanted: Wanted) -> str | None:
    """Return what keeps a robot from work, the gravest first; None when nothing does."""
    if robot.dead:
        return "robot.dead_answers" if robot.alive else "robot.dead"
    if not robot.alive:
        return "robot.silent"
    if not robot.automatic:
        return "robot.not_automatic"
    if robot.giving_up or not robot.placed:
        return "robot.drops_order"
    if robot.paused:
        return "robot.all_stopped" if wanted.stopped else "robot.paused"
    if robot.loads and robot.id not in wanted.batches:
        return "robot.strange_load"
    return None if robot.in_service or way is not None else "robot.out_of_service"
