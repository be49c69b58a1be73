"""People and keys as Settings shows them: who can log in, who is logged in where; never a secret."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from edge.processes import staff
from edge.processes.people import keys, person_row
from edge.store.tables import journal, people
from edge.store.tx import Reader
from edge.web.console.queries.common import Page, any_of, like, page_of

GROUPS = ("active", "in", "blocked", "left", "all")
HISTORY = 8
"""Rows of a person's history on their page; the journal has the rest."""

_SHOWN = (
    people.c.id,
    people.c.name_ja,
    people.c.name_en,
    people.c.language,
    people.c.roles,
    people.c.active,
    people.c.locked_until,
    people.c.blocked_at,
    people.c.badge.is_not(None).label("badge"),
    people.c.pin_hash.is_not(None).label("pin"),
)


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Which people."""

    group: str = "active"
    text: str = ""


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some of the people, and where each of them is logged in."""

    page: Page
    sessions: Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class OnePerson:
    """All that the page of one person shows."""

    row: Any
    sessions: Sequence[Any]
    history: Sequence[Any]
    only_engineer: bool
    """Nobody else who can log in is an engineer."""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """An API key without its text."""

    id: str
    role: str
    created_at: datetime
    last_used_at: datetime | None
    active: bool


def people_page(reader: Reader, wanted: PeopleFilter, page: int) -> PeoplePage:
    """Read a page of people."""
    found = page_of(reader, _people(reader, wanted), page)
    return PeoplePage(found, _by_person(reader))


def people_chunk(reader: Reader, wanted: PeopleFilter, limit: int, offset: int) -> Sequence[Any]:
    """Read some of the people, for the CSV."""
    return reader.rows(_people(reader, wanted).limit(limit).offset(offset))


def one_person(reader: Reader, person_id: str) -> OnePerson:
    """Read one person, also one who left; raises Refusal for nobody."""
    row = reader.one(select(*_SHOWN).where(people.c.id == person_id)) or person_row(reader, person_id)
    history = select(journal).where(journal.c.subject == f"person/{person_id}")
    return OnePerson(
        row,
        _by_person(reader).get(person_id, ()),
        reader.rows(history.order_by(journal.c.seq.desc()).limit(HISTORY)),
        row.active and staff.is_last_engineer(reader, person_id),
    )


def all_keys(reader: Reader) -> list[KeyRow]:
    """Read all keys, those in use first."""
    rows = [KeyRow(row.id, row.role, row.created_at, row.last_used_at, row.active) for row in keys(reader)]
    return sorted(rows, key=lambda row: not row.active)


def can_log_in(row: Any, now: datetime) -> str:
    """Return what keeps somebody out, or `ready`: left, blocked, locked, no_badge, no_pin."""
    if not row.active:
        return "left"
    if row.blocked_at is not None:
        return "blocked"
    if row.locked_until is not None and row.locked_until > now:
        return "locked"
    return "no_badge" if not row.badge else "no_pin" if not row.pin else "ready"


def _people(reader: Reader, wanted: PeopleFilter) -> Any:
    group = {
        "active": people.c.active,
        "in": people.c.id.in_({row.person_id: None for row in staff.logged_in(reader)}),
        "blocked": people.c.active & people.c.blocked_at.is_not(None),
        "left": ~people.c.active,
    }.get(wanted.group)
    text = wanted.text
    named = or_(*(like(column, text) for column in (people.c.id, people.c.name_ja, people.c.name_en))) if text else None
    return select(*_SHOWN).where(*any_of(group, named)).order_by(people.c.active.desc(), people.c.id)


def _by_person(reader: Reader) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in staff.logged_in(reader):
        found.setdefault(row.person_id, []).append(row)
    return found
