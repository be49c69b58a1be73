"""`genba bench traffic`: how many tasks robots on a dense grid finish in a step, planned by `edge/fleet/grid`.

Plays instances of the League of Robot Runners. `simulators/grid` keeps the rules and the books: it shares no code with
the planner, checks every step, and ends the bench at the first foul.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from edge.commands.bench.report import JsonTo, spread, tell
from edge.commands.failed import Failed
from edge.fleet.assign import solver
from edge.fleet.grid.distances import Distances
from edge.fleet.grid.floor import HEADINGS, Action, Floor
from edge.fleet.grid.matching import match
from edge.fleet.grid.planner import GridPlanner
from edge.fleet.grid.streets import streets
from simulators.grid.game import CLOCKWISE, COUNTERCLOCKWISE, FORWARD, WAIT, Foul, Game, Grid
from simulators.grid.instance import Instance, InstanceError, read_instance

LETTERS = {
    Action.FORWARD: FORWARD,
    Action.CLOCKWISE: CLOCKWISE,
    Action.COUNTERCLOCKWISE: COUNTERCLOCKWISE,
    Action.WAIT: WAIT,
}
LIMIT = 0.1
"""Seconds of one core for planning a step; a planner that needs more makes all robots wait for this step."""
PARTS = 5
"""Into so many parts the steps are divided to see whether traffic gets slower towards the end."""


def traffic(
    *,
    file: Annotated[Path, typer.Option("--instance", help="JSON file that names map, robots and tasks.")],
    steps: Annotated[int, typer.Option(help="Steps to play.", min=1)] = 500,
    agents: Annotated[int | None, typer.Option(help="Robots, if not as many as the instance has.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Draws starts and tasks beyond the instance's; the planner's dice.")] = 1,
    rematch: Annotated[bool, typer.Option("--rematch", help="Give all open tasks anew in each step.")] = False,
    json_to: JsonTo = None,
) -> None:
    """Play robots that turn, drive and wait on a dense grid; count tasks a step and measure the planning."""
    try:
        instance = read_instance(file)
        game = _game(instance, agents or len(instance.starts), random.Random(seed))  # noqa: S311  the same game again
        row = Play(game, random.Random(seed), time.process_time, rematch=rematch).row(steps)  # noqa: S311  as above
    except (InstanceError, Foul) as error:
        raise Failed(str(error)) from error
    tell("traffic on a dense grid", [row], json_to)


def _game(instance: Instance, robots: int, dice: random.Random) -> Game:
    """Return the game for so many robots; starts and tasks that the instance does not have are drawn."""
    starts = list(instance.starts[:robots])
    more = robots - len(starts)
    others = sorted({cell for cell, free in enumerate(instance.free) if free}.difference(starts))
    if more > len(others):
        raise InstanceError(f"there is no room for {robots} robots on {len(starts) + len(others)} free cells")
    starts += dice.sample(others, more)
    goals = chain(instance.goals, _drawn(instance.goals, dice))
    return Game(Grid(instance.width, instance.free), starts, goals, instance.open_per_robot * robots)


def _drawn(goals: tuple[int, ...], dice: random.Random) -> Iterator[int]:
    while goals:
        yield dice.choice(goals)


@dataclass
class Play:
    """One game and its planner; `seconds` tells how long this process has kept a core busy.

    A robot keeps its task until it is finished, and all robots without one share the tasks that nobody has; with
    `rematch` all open tasks are shared out among all robots in each step.
    """

    game: Game
    dice: random.Random
    seconds: Callable[[], float]
    rematch: bool
    tasks: dict[int, int] = field(default_factory=dict)
    """Robot and task."""

    def row(self, steps: int) -> dict[str, Any]:
        """Play to the end and return the figures; raise Foul if the planner breaks a rule."""
        began = self.seconds()
        floor = Floor(self.game.grid.width, self.game.grid.free)
        distances = Distances(floor, streets(floor, self.dice))
        distances.rows(floor.cells.tolist())
        planner = GridPlanner(floor, distances, self.dice)
        solver()  # SciPy's import is no planning
        prepared = self.seconds() - began
        finished, took = [0], []
        for _ in range(steps):
            began = self.seconds()
            moves = self._plan(planner, distances)
            took.append(self.seconds() - began)
            late = took[-1] > LIMIT
            done = set(self.game.step([WAIT] * len(moves) if late else moves, self.tasks))
            self.tasks = {robot: task for robot, task in self.tasks.items() if task not in done}
            finished.append(self.game.finished)
        part = -(-steps // PARTS)
        return {
            "robots": len(self.game.robots),
            "steps": steps,
            "tasks": self.game.finished,
            "tasks a step": round(self.game.finished / steps, 2),
            "tasks a step in the last fifth": round((finished[-1] - finished[-1 - part]) / part, 2),
            "late steps": sum(seconds > LIMIT for seconds in took),
            "seconds of preparation": round(prepared, 1),
            **spread(took),
        }

    def _plan(self, planner: GridPlanner, distances: Distances) -> list[str]:
        poses = [stand.cell * HEADINGS + stand.heading for stand in self.game.robots]
        if self.rematch:
            self.tasks = {}
        taken = set(self.tasks.values())
        free = {task: goal for task, goal in self.game.open.items() if task not in taken}
        idle = {robot: pose for robot, pose in enumerate(poses) if robot not in self.tasks}
        self.tasks |= match(distances, idle, free)
        goals = [self.game.open[self.tasks[robot]] if robot in self.tasks else None for robot in range(len(poses))]
        return [LETTERS[action] for action in planner.step(poses, goals)]
