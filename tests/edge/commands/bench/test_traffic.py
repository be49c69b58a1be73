"""`genba bench traffic` on a small instance: played by the rules, again the same, and its figures add up."""

import itertools
import json
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from edge.cli import app
from edge.commands.bench.traffic import Play
from edge.commands.failed import Failed
from simulators.grid.game import Game, Grid

MAP = "type octile\nheight 4\nwidth 6\nmap\n......\n.@@@@.\n.@@@@.\n......\n"
STARTS = (0, 5, 18, 23)
GOALS = (2, 20, 12, 11, 3)


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    (tmp_path / "ring.map").write_text(MAP)
    for name, cells in (("ring.agents", STARTS), ("ring.tasks", GOALS)):
        (tmp_path / name).write_text("\n".join(map(str, (len(cells), *cells))) + "\n")
    names = {"mapFile": "ring.map", "agentFile": "ring.agents", "taskFile": "ring.tasks"}
    file = tmp_path / "ring.json"
    file.write_text(json.dumps(names | {"teamSize": len(STARTS), "numTasksReveal": 1}))
    return file


def traffic(file: Path, *arguments: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["bench", "traffic", "--instance", str(file), *arguments, "--json", "-"])
    assert result.exit_code == 0, result.output
    row: dict[str, Any]
    (row,) = json.loads(result.stdout)["rows"]
    return row


@pytest.mark.parametrize("more", [(), ("--rematch",)])
def test_tasks_are_finished_beyond_the_end_of_the_list(instance: Path, more: tuple[str, ...]) -> None:
    row = traffic(instance, "--steps", "60", *more)
    assert (row["robots"], row["steps"], row["late steps"]) == (4, 60, 0)
    assert row["tasks"] > 2 * len(GOALS)
    assert row["tasks a step"] == round(row["tasks"] / 60, 2)
    assert row["tasks a step in the last fifth"] > 0
    assert 0 < row["p50 ms"] <= row["p99 ms"] <= row["max ms"]


def test_the_same_seed_plays_the_same_game_with_more_robots_than_the_instance_has(instance: Path) -> None:
    first, again = (traffic(instance, "--steps", "40", "--agents", "9", "--seed", "7") for _ in range(2))
    assert first["robots"] == 9
    assert first["tasks"] == again["tasks"] > 0


def test_fewer_robots_play_too(instance: Path) -> None:
    assert traffic(instance, "--steps", "30", "--agents", "1")["robots"] == 1


@pytest.mark.parametrize(
    ("arguments", "told"), [(["--agents", "17"], "no room for 17 robots on 16 free cells"), ([], "cannot be read")]
)
def test_what_cannot_be_played_is_told(instance: Path, arguments: list[str], told: str) -> None:
    if not arguments:
        (instance.parent / "ring.map").unlink()
    result = CliRunner().invoke(app, ["bench", "traffic", "--instance", str(instance), *arguments])
    assert isinstance(result.exception, Failed)
    assert told in str(result.exception)


def test_a_planner_that_is_late_makes_all_robots_wait() -> None:
    ticks = itertools.count()
    game = Game(Grid(3, [True] * 3), [0], iter([2, 0]), 1)
    row = Play(game, random.Random(1), lambda: float(next(ticks)), rematch=False).row(5)
    assert row["late steps"] == 5
    assert (row["tasks"], game.robots[0].cell) == (0, 0)
