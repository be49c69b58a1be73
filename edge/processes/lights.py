"""Lights that people work by, at put walls and at shelves: for whom something is lit, and who has which colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from edge.model.states import TASK_HELD, TaskKind
from edge.processes.seats import AWAY, Seat
from edge.store.statement import Query, param
from edge.store.tables import people, seats, tasks
from edge.store.tx import Reader

_WORKERS = Query(
    select(
        seats.c.person_id,
        seats.c.step,
        seats.c.detail,
        people.c.name_ja,
        people.c.name_en,
        tasks.c.id.label("task_id"),
        tasks.c.subject,
    )
    .join(people, people.c.id == seats.c.person_id)
    .outerjoin(
        tasks,
        (tasks.c.id == seats.c.task_id)
        & (tasks.c.epoch == seats.c.epoch)
        & tasks.c.state.in_(TASK_HELD)
        & (tasks.c.kind == param("kind")),
    )
    .where(seats.c.place == param("place"), seats.c.step != AWAY)
    .order_by(seats.c.person_id)
)


@dataclass(frozen=True, slots=True)
class Lit:
    """A slot or shelf that is lit for somebody: so many units of what they hold, or are to take."""

    person: str
    name_ja: str
    name_en: str
    colour: str
    units: int


def workers(reader: Reader, kind: TaskKind, place: str) -> Sequence[Any]:
    """Return who is at a place and what their seats say; `task_id` and `subject` only of work of this kind in hand."""
    return reader.rows(_WORKERS, kind=kind, place=place)


def free_colour(reader: Reader, seat: Seat, kind: TaskKind, colours: Sequence[str]) -> str:
    """Return a colour that nobody works in: the one a seat had, or one that nobody rests in; "" if there is none."""
    others = [row for row in workers(reader, kind, seat.place or "") if row.person_id != seat.person_id]
    taken = [row.detail.get("colour") for row in others if row.task_id is not None]
    resting = [row.detail.get("colour") for row in others]
    fresh = [colour for colour in colours if colour not in resting]
    tried = (seat.detail.get("colour", ""), *fresh, *colours)
    return next((colour for colour in tried if colour in colours and colour not in taken), "")
