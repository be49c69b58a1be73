"""Instances are read as the format says, and a wrong one is told by file and fault."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulators.grid.instance import Instance, InstanceError, read_instance

MAP = "type octile\nheight 2\nwidth 3\nmap\n.E@\nST.\n"


def written(place: Path, **changed: str | None) -> Path:
    """Write a small instance: two robots, three tasks; `changed` replaces a file's text, None leaves it out."""
    texts = {"floor.map": MAP, "two.agents": "2\n0\n5\n", "three.tasks": "# goals\n3\n1\n3\n1\n"}
    head: dict[str, Any] = {"mapFile": "floor.map", "agentFile": "two.agents", "taskFile": "three.tasks", "teamSize": 2}
    texts["small.json"] = json.dumps(head | {"numTasksReveal": 1})
    for name, text in (texts | {name.replace("_", "."): text for name, text in changed.items()}).items():
        if text is not None:
            (place / name).write_text(text, encoding="utf-8")
    return place / "small.json"


def test_an_instance_is_read(tmp_path: Path) -> None:
    free = (True, True, False, True, False, True)
    assert read_instance(written(tmp_path)) == Instance(3, free, (0, 5), (1, 3, 1), 1)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"small_json": "{"}, "small.json: is not JSON"),
        ({"small_json": "[]"}, "small.json: is not a JSON object"),
        ({"small_json": "{}"}, "small.json: mapFile is missing"),
        ({"floor_map": None}, "floor.map: cannot be read"),
        ({"floor_map": "type octile\nwidth 3\nmap\n...\n"}, "floor.map: height or width is missing"),
        ({"floor_map": MAP.replace("ST.", "ST")}, "floor.map: the map is not 2 rows of 3 cells"),
        ({"floor_map": MAP.replace("height 2", "height 3")}, "floor.map: the map is not 3 rows of 3 cells"),
        ({"floor_map": MAP.replace("E", "?")}, "floor.map: unknown cells ?"),
        ({"two_agents": "2\n0\nx\n"}, "two.agents: is not a count and cell numbers"),
        ({"two_agents": ""}, "two.agents: is not a count and cell numbers"),
        ({"two_agents": "3\n0\n5\n"}, "two.agents: says 3 cells and lists 2"),
        ({"two_agents": "1\n0\n"}, "small.json: teamSize is 2, but there are 1 start cells"),
        ({"two_agents": "2\n0\n0\n"}, "small.json: two robots start on one cell"),
        ({"two_agents": "2\n0\n2\n"}, "two.agents: cell 2 is not a free cell"),
        ({"three_tasks": "1\n6\n"}, "three.tasks: cell 6 is not a free cell"),
        ({"three_tasks": "1\n-1\n"}, "three.tasks: cell -1 is not a free cell"),
    ],
)
def test_a_fault_is_told_by_file(tmp_path: Path, changed: dict[str, str | None], told: str) -> None:
    with pytest.raises(InstanceError) as error:
        read_instance(written(tmp_path, **changed))
    assert str(error.value).startswith(str(tmp_path / told.partition(":")[0]))
    assert told in str(error.value)


def test_at_least_one_task_a_robot_is_open(tmp_path: Path) -> None:
    file = written(tmp_path)
    file.write_text(file.read_text().replace('"numTasksReveal": 1', '"numTasksReveal": 0'))
    with pytest.raises(InstanceError, match="numTasksReveal is 0"):
        read_instance(file)
