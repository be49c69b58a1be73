"""Random days in decisions (F21, F36, F44-F47, H04, R123): after every step all adds up, in the end all is over."""

import os
from pathlib import Path
from random import Random

import pytest

from edge.model.states import ORDER_MOVES, TASK_MOVES, OrderState, TaskState
from edge.site import Site
from edge.store.tables import orders, tasks
from edge.store.tx import Reader
from tests.edge.processes.count_walk import CountWalk
from tests.edge.processes.invariants import broken, unfinished
from tests.edge.processes.walk import Walk, walk_site
from tests.support.faces import face_site
from tests.support.floor import Floor
from tests.support.store import HandClock, make_store
from tests.support.walls import wall_site

SEEDS = [int(seed) for seed in os.environ.get("GENBA_SEEDS", "1 2 3 4").split()]
STEPS = 150
RULES = ("ship_partial", "ship_partial", "cancel", "hold")


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_happens_everything_adds_up_and_comes_to_its_end(seed: int, tmp_path: Path) -> None:
    dice = Random(seed)
    await _walk(dice, walk_site(dice.choice(RULES)), tmp_path)


@pytest.mark.parametrize("seed", SEEDS)
async def test_F08_whatever_happens_at_a_put_wall_everything_adds_up_too(seed: int, tmp_path: Path) -> None:
    dice = Random(seed)
    colours = dice.choice(((), ("green",), ("green", "blue")))
    wall = wall_site(*colours, orders_per_tote=dice.choice((1, 2, 6)), most_units=dice.choice((3, 16)))
    await _walk(dice, walk_site(dice.choice(RULES), wall), tmp_path, units=60)


@pytest.mark.parametrize("seed", SEEDS)
async def test_F04_whatever_is_pressed_at_locations_everything_adds_up_too(seed: int, tmp_path: Path) -> None:
    dice = Random(seed)
    colours = dice.choice(((), ("green",), ("green", "blue")))
    rack = face_site(*colours, press=dice.choice(("location", "units", "units")))
    await _walk(dice, walk_site(dice.choice(RULES), rack), tmp_path, units=60)


@pytest.mark.parametrize("seed", SEEDS)
async def test_F15_whatever_is_counted_between_picks_everything_adds_up_too(seed: int, tmp_path: Path) -> None:
    dice = Random(seed)
    await _walk(dice, walk_site(dice.choice(RULES)), tmp_path, units=5, steps=250, kind=CountWalk)


async def _walk(
    dice: Random, site: Site, folder: Path, units: int = 0, *, steps: int = STEPS, kind: type[Walk] = Walk
) -> None:
    clock = HandClock()
    store = make_store(folder, site, clock)
    floor = Floor(store, clock)
    await floor.open()
    walk = kind(floor, dice)
    if units:
        await walk.stock_up(units)
    trail: list[str] = []
    states = await store.read(_states)
    for _ in range(steps):
        trail.append(await walk.step())
        assert await store.read(broken, walk.booked) == [], trail[-12:]
        after = await store.read(_states)
        assert _jumps(states, after) == [], trail[-12:]
        states = after
    await walk.run_down()
    assert await store.read(broken, walk.booked) == []
    assert await store.read(unfinished) == []
    store.close()


def _states(reader: Reader) -> dict[str, str]:
    rows = [*reader.rows(orders.select()), *reader.rows(tasks.select())]
    return {row.id: row.state for row in rows}


def _jumps(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return the changes that no chain of allowed moves explains."""
    found = []
    for key, state in after.items():
        old = before.get(key, state)
        if state != old and state not in _reached(key, old):
            found.append(f"{key} went from {old} to {state}")
    return found


def _reached(key: str, state: str) -> list[str]:
    moves = {str(one): [str(to) for to in nexts] for one, nexts in _table(key).items()}
    found = [state]
    for one in found:
        found += [to for to in moves[one] if to not in found]
    return found[1:]


def _table(key: str) -> dict[OrderState, tuple[OrderState, ...]] | dict[TaskState, tuple[TaskState, ...]]:
    return dict(ORDER_MOVES) if "/" in key else dict(TASK_MOVES)
