"""Reads instances of the League of Robot Runners: a JSON file that names a map, start cells and a list of tasks."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WALLS = "@T"
FREE = ".ES"


class InstanceError(ValueError):
    """A file of the instance is missing or does not say what it should; the text names file and fault."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A floor, row by row whether a cell is free; a start cell for each robot; the tasks' goals in their order.

    `open_per_robot` × robots tasks are open at any time.
    """

    width: int
    free: tuple[bool, ...]
    starts: tuple[int, ...]
    goals: tuple[int, ...]
    open_per_robot: int


def read_instance(file: Path) -> Instance:
    """Return an instance; raise InstanceError."""
    try:
        data = json.loads(_text(file))
    except ValueError as error:
        raise InstanceError(f"{file}: is not JSON: {error}") from None
    if not isinstance(data, dict):
        raise InstanceError(f"{file}: is not a JSON object")
    width, free = _floor(_named(file, data, "mapFile"))
    starts = _cells(_named(file, data, "agentFile"), free)
    goals = _cells(_named(file, data, "taskFile"), free)
    team, revealed = data.get("teamSize", len(starts)), data.get("numTasksReveal", 1)
    if team != len(starts):
        raise InstanceError(f"{file}: teamSize is {team}, but there are {len(starts)} start cells")
    if len(set(starts)) != len(starts):
        raise InstanceError(f"{file}: two robots start on one cell")
    if not isinstance(revealed, int) or revealed < 1:
        raise InstanceError(f"{file}: numTasksReveal is {revealed}, and should be 1 or more")
    return Instance(width, free, starts, goals, revealed)


def _named(file: Path, data: dict[str, Any], key: str) -> Path:
    name = data.get(key)
    if not isinstance(name, str):
        raise InstanceError(f"{file}: {key} is missing")
    return file.parent / name


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InstanceError(f"{file}: cannot be read: {error}") from None


def _floor(file: Path) -> tuple[int, tuple[bool, ...]]:
    head, found, body = _text(file).partition("map\n")
    sizes = dict(line.split(maxsplit=1) for line in head.splitlines() if len(line.split()) == 2)
    rows = body.split()
    try:
        height, width = int(sizes["height"]), int(sizes["width"])
    except (KeyError, ValueError):
        raise InstanceError(f"{file}: height or width is missing or no number") from None
    if not found or len(rows) != height or any(len(row) != width for row in rows):
        raise InstanceError(f"{file}: the map is not {height} rows of {width} cells")
    strange = sorted({cell for row in rows for cell in row} - set(WALLS + FREE))
    if strange:
        raise InstanceError(f"{file}: unknown cells {''.join(strange)}")
    return width, tuple(cell in FREE for row in rows for cell in row)


def _cells(file: Path, free: tuple[bool, ...]) -> tuple[int, ...]:
    """Return the free cells of a file that begins with their count; lines that begin with # are remarks."""
    words = [word for line in _text(file).splitlines() if not line.startswith("#") for word in line.split()]
    try:
        count, *cells = map(int, words)
    except ValueError:
        raise InstanceError(f"{file}: is not a count and cell numbers") from None
    if len(cells) != count:
        raise InstanceError(f"{file}: says {count} cells and lists {len(cells)}")
    for cell in cells:
        if not (0 <= cell < len(free) and free[cell]):
            raise InstanceError(f"{file}: cell {cell} is not a free cell of the map")
    return tuple(cells)
