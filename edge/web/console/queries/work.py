"""The task queue: a filtered page of it, each waiting task with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from edge.model.states import TASK_HELD, TASK_OPEN, TaskState
from edge.processes.people import Face
from edge.processes.waits import Wait
from edge.store.queue import why
from edge.store.tables import logins, people, seats, tasks
from edge.store.tx import Reader
from edge.web.console.queries.common import Name, Page, any_of, like, page_of, people_names

GROUPS: Mapping[str, Sequence[TaskState]] = {
    "open": TASK_OPEN,
    "waiting": (TaskState.PLANNED, TaskState.READY),
    "held": TASK_HELD,
    "failed": (TaskState.FAILED,),
    "done": (TaskState.DONE, TaskState.CANCELLED),
    "all": tuple(TaskState),
}
SORTS: Mapping[str, tuple[ColumnElement[Any], ...]] = {
    "due": (tasks.c.due_at.asc(), tasks.c.priority.desc(), tasks.c.id.asc()),
    "-due": (tasks.c.due_at.desc(), tasks.c.priority.desc(), tasks.c.id.asc()),
    "priority": (tasks.c.priority.desc(), tasks.c.due_at.asc(), tasks.c.id.asc()),
    "-priority": (tasks.c.priority.asc(), tasks.c.due_at.asc(), tasks.c.id.asc()),
    "created": (tasks.c.created_at.asc(), tasks.c.id.asc()),
    "-created": (tasks.c.created_at.desc(), tasks.c.id.asc()),
    "place": (tasks.c.place.asc(), tasks.c.due_at.asc(), tasks.c.id.asc()),
    "-place": (tasks.c.place.desc(), tasks.c.due_at.asc(), tasks.c.id.asc()),
}
GROUPS_READ = 200
"""Kinds × places × states × reasons looked at for the summary of what waits."""


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks are asked for; empty = any."""

    state: str = "open"
    kind: str = ""
    place: str = ""
    text: str = ""
    sort: str = "due"


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Tasks, each with why it waits."""

    page: Page
    waits: Mapping[str, Wait]
    names: Mapping[str, Name]


@dataclass(frozen=True, slots=True)
class WaitingGroup:
    """Tasks of one kind at one place that wait for the same thing."""

    kind: str
    place: str
    count: int
    due_at: Any
    wait: Wait


def tasks_page(reader: Reader, wanted: TaskFilter, page: int) -> TaskPage:
    """Read one page of tasks."""
    return _told(reader, page_of(reader, tasks_statement(wanted), page))


def tasks_chunk(reader: Reader, wanted: TaskFilter, limit: int, offset: int) -> TaskPage:
    """Read some tasks for a table that leaves the console."""
    rows = reader.rows(tasks_statement(wanted).limit(limit).offset(offset))
    return _told(reader, Page(rows, len(rows), 1))


def tasks_statement(wanted: TaskFilter) -> Select[Any]:
    """Return the select for a filter, in its order."""
    conditions = any_of(
        None if wanted.state == "all" else tasks.c.state.in_(GROUPS.get(wanted.state, TASK_OPEN)),
        tasks.c.kind == wanted.kind if wanted.kind else None,
        tasks.c.place == wanted.place if wanted.place else None,
        _matches(wanted.text) if wanted.text else None,
    )
    return select(tasks).where(*conditions).order_by(*SORTS.get(wanted.sort, SORTS["due"]))


def hands(reader: Reader) -> Sequence[Any]:
    """Return who is at a handheld now: id, roles, place and the kind of work in hand."""
    here = select(logins.c.person_id).where(logins.c.kind == Face.HANDHELD, logins.c.expires_at > reader.now)
    in_hand = (tasks.c.id == seats.c.task_id) & (tasks.c.epoch == seats.c.epoch) & tasks.c.state.in_(TASK_HELD)
    return reader.rows(
        select(people.c.id, people.c.roles, seats.c.place, tasks.c.kind)
        .select_from(people.outerjoin(seats, seats.c.person_id == people.c.id).outerjoin(tasks, in_hand))
        .where(people.c.id.in_(here), people.c.active)
        .order_by(seats.c.place.is_(None), seats.c.place, people.c.id)
    )


def task_places(reader: Reader) -> list[str]:
    """Return the places that have open work."""
    rows = reader.rows(
        select(tasks.c.place)
        .where(tasks.c.state.in_(TASK_OPEN), tasks.c.place != "")
        .distinct()
        .order_by(tasks.c.place)
    )
    return [row.place for row in rows]


def open_counts(reader: Reader) -> dict[str, int]:
    """Return how many tasks there are in each open state."""
    rows = reader.rows(
        select(tasks.c.state, func.count().label("n")).where(tasks.c.state.in_(TASK_OPEN)).group_by(tasks.c.state)
    )
    return {row.state: row.n for row in rows}


def waiting_groups(reader: Reader) -> list[WaitingGroup]:
    """Return what waits, by kind, place and reason, the soonest due first; one task speaks for its group."""
    groups = reader.rows(
        select(
            tasks.c.kind,
            tasks.c.place,
            tasks.c.state,
            tasks.c.reason,
            func.count().label("n"),
            func.min(tasks.c.due_at).label("due_at"),
            func.min(tasks.c.id).label("example"),
        )
        .where(tasks.c.state.in_(GROUPS["waiting"]))
        .group_by(tasks.c.kind, tasks.c.place, tasks.c.state, tasks.c.reason)
        .order_by(func.min(tasks.c.due_at), func.count().desc())
        .limit(GROUPS_READ)
    )
    examples = reader.rows(select(tasks).where(tasks.c.id.in_([group.example for group in groups])))
    by_id = {row.id: row for row in examples}
    found: dict[tuple[str, str, str], WaitingGroup] = {}
    for group in groups:
        wait = why(reader, by_id[group.example])
        key = (group.kind, group.place, wait[0])
        known = found.get(key)
        found[key] = WaitingGroup(
            kind=group.kind,
            place=group.place,
            count=group.n + (known.count if known else 0),
            due_at=known.due_at if known else group.due_at,
            wait=known.wait if known else wait,
        )
    return list(found.values())


def _told(reader: Reader, page: Page) -> TaskPage:
    return TaskPage(page, {row.id: why(reader, row) for row in page.rows}, people_names(reader))


def _matches(text: str) -> ColumnElement[bool]:
    return or_(tasks.c.id == text, like(tasks.c.subject, text), tasks.c.holder == text, tasks.c.place == text)
