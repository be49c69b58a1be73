"""Which robot goes to which open task: the shortest sum of distances."""

from collections.abc import Mapping

import numpy as np

from edge.fleet.assign import solver
from edge.fleet.grid.distances import Distances


def match(distances: Distances, poses: Mapping[int, int], tasks: Mapping[int, int]) -> dict[int, int]:
    """Return a task for each robot, or a robot for each task if they are fewer: {robot: task}.

    `poses` are those of the robots, `tasks` the goal cells of the open tasks.
    """
    if not poses or not tasks:
        return {}
    robots, open_tasks = list(poses), list(tasks)
    rows = distances.rows(tasks.values())
    costs = distances.table[rows][:, np.fromiter(poses.values(), dtype=np.int32)]
    chosen = zip(*solver()(costs), strict=True)
    return {robots[robot]: open_tasks[task] for task, robot in chosen}
