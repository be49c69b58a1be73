"""The journal, newest first, found by subject, kind, actor, day or text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from edge.store.tables import exceptions, journal
from edge.store.tx import Reader
from edge.web.console.queries.common import PAGE, Name, Page, Told, any_of, like, page_of, people_names, told

TEXT_ROWS = 200_000
"""How many rows back a search for free text looks: about a day of a busy site, and well under a second."""


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """Which rows are asked for; empty = any."""

    subject: str = ""
    kind: str = ""
    actor: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None
    """Rows older than this sequence number."""


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Rows, newest first; `older` is where the next page begins."""

    rows: Sequence[Any]
    older: int | None
    told: Told
    names: Mapping[str, Name]


def journal_page(reader: Reader, wanted: JournalFilter, limit: int = PAGE) -> JournalPage:
    """Read one page."""
    rows = reader.rows(
        select(journal).where(*_conditions(reader, wanted)).order_by(journal.c.seq.desc()).limit(limit + 1)
    )
    older = rows[limit - 1].seq if len(rows) > limit else None
    return JournalPage(rows[:limit], older, told(reader), people_names(reader))


@dataclass(frozen=True, slots=True)
class TroubleFilter:
    """Which exceptions are asked for."""

    state: str = "open"
    """open (and taken), solved, or all."""
    text: str = ""


@dataclass(frozen=True, slots=True)
class TroublePage:
    """Exceptions with what was written about each."""

    page: Page
    history: Mapping[str, Sequence[Any]]
    names: Mapping[str, Name]


def troubles_page(reader: Reader, wanted: TroubleFilter, page: int) -> TroublePage:
    """Read one page of exceptions; open ones oldest first, solved ones newest first."""
    conditions = any_of(
        _trouble_state(wanted.state),
        or_(like(exceptions.c.subject, wanted.text), like(exceptions.c.code, wanted.text)) if wanted.text else None,
    )
    order: tuple[ColumnElement[Any], ...] = (exceptions.c.state, exceptions.c.since)
    if wanted.state != "open":
        order = (exceptions.c.since.desc(),)
    found = page_of(reader, select(exceptions).where(*conditions).order_by(*order, exceptions.c.id), page)
    return TroublePage(found, _history(reader, found.rows), people_names(reader))


def _history(reader: Reader, rows: Sequence[Any]) -> dict[str, list[Any]]:
    if not rows:
        return {}
    subjects = list({row.subject: None for row in rows})
    kinds = ("exception.raised", "exception.taken", "exception.solved")
    entries = reader.rows(
        select(journal)
        .where(journal.c.subject.in_(subjects), journal.c.kind.in_(kinds), journal.c.at >= min(r.since for r in rows))
        .order_by(journal.c.seq)
        .limit(500)
    )
    return {
        row.id: [
            entry
            for entry in entries
            if entry.subject == row.subject
            and entry.reason == row.code
            and row.since <= entry.at <= (row.solved_at or entry.at)
        ]
        for row in rows
    }


def _trouble_state(state: str) -> ColumnElement[bool] | None:
    if state == "all":
        return None
    return exceptions.c.state == "solved" if state == "solved" else exceptions.c.state.in_(("open", "taken"))


def _conditions(reader: Reader, wanted: JournalFilter) -> list[ColumnElement[bool]]:
    return any_of(
        _starts(journal.c.subject, wanted.subject) if wanted.subject else None,
        _starts(journal.c.kind, wanted.kind) if wanted.kind else None,
        journal.c.actor == wanted.actor if wanted.actor else None,
        journal.c.at >= wanted.since if wanted.since else None,
        journal.c.at < wanted.until if wanted.until else None,
        journal.c.seq < wanted.before if wanted.before else None,
        *(_text(reader, wanted) if wanted.text else ()),
    )


def _starts(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Match from the beginning by a range, which an index can answer."""
    found: ColumnElement[bool] = (column >= text) & (column < text + "\U0010ffff")
    return found


def _text(reader: Reader, wanted: JournalFilter) -> list[ColumnElement[bool]]:
    newest = wanted.before or ((reader.value(select(func.max(journal.c.seq))) or 0) + 1)
    columns = (journal.c.subject, journal.c.kind, journal.c.actor, journal.c.reason, cast(journal.c.data, String))
    matches = or_(*(like(column, wanted.text) for column in columns))
    return [journal.c.seq >= newest - TEXT_ROWS, matches]
