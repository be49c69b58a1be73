"""The journal as an outbox: what a follower sends next, and what it writes down about the answer (H07-H13).

A follower's place in the journal is durable. Its cursor is the row up to which every outward entry was either delivered
or belongs to a held subject; a held row names the first entry of its subject that is still to be delivered. A subject
has at most one entry under way, so its entries arrive in order (H11) whatever happens to each of them, and no subject
waits for another. A crash between sending and recording sends the same entries again under the same ids (H08).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Integer, Row, and_, func, select

from edge.clock import Source
from edge.host.interests import Interest, interest_of
from edge.model.reasons import Refusal
from edge.processes.trouble import OPEN, raise_trouble, solve_trouble
from edge.store.statement import Query, param
from edge.store.tables import cursors, exceptions, held, journal, meta
from edge.store.tx import Entry, Reader, Tx

RESTORED = "restored"
"""The fact of a database that was put back from a backup and has not heard yet what the WMS knows (H15)."""
SCAN = 10
"""Journal rows looked at for each entry wanted: subjects repeat in a row, a whole batch is worth looking further."""
ATTEMPTS = 20
"""Failures of one entry, while the receiver takes others, after which it waits for a person (H12): some eleven minutes.
A receiver that fails half its requests for ten minutes fails one entry eight times in a row every other day."""
FIRST_DELAY = 1.0
LONGEST_DELAY = 60.0
"""Seconds: a line that is back is used within a minute, and a day's outage costs 1,440 tries."""
ERROR_LENGTH = 300
"""Characters kept of a receiver's error: enough for a reason, too short for a payload with personal data (H76 p)."""


@cache
def _next(interest: Interest) -> Query:
    return Query(
        select(journal.c.seq, journal.c.subject)
        .where(journal.c.seq > param("start"), interest.rows())
        .order_by(journal.c.seq)
        .limit(param("most", Integer()))
    )


@cache
def _new(interest: Interest) -> Query:
    return Query(select(func.count()).select_from(journal).where(journal.c.seq > param("cursor"), interest.rows()))


@cache
def _behind(interest: Interest) -> Query:
    return Query(
        select(func.count())
        .select_from(held)
        .join(journal, and_(journal.c.subject == held.c.subject, journal.c.seq >= held.c.seq))
        .where(held.c.follower == param("follower"), journal.c.seq <= param("cursor"), interest.rows())
    )


class Outcome(StrEnum):
    """What became of one entry that was sent."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    """For good: the subject is parked and waits for a person."""
    FAILED = "failed"
    """By the entry's own fault, as others went through: tried again, parked after ATTEMPTS."""
    PUT_OFF = "put_off"
    """By nobody's known fault: tried again later, without counting."""


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one entry and, if it was not delivered, why."""

    outcome: Outcome
    error: str = ""


UNTOLD = Result(Outcome.PUT_OFF, "no result")


@dataclass(frozen=True, slots=True)
class Batch:
    """What to send now: at most one entry of each subject."""

    entries: tuple[Entry, ...]
    cursor: int
    """The follower's cursor once the results are recorded."""
    following: Mapping[str, int]
    """The next entry of a subject that lies at or before the cursor."""
    next_at: datetime | None
    """When the next suspect is due."""
    waiting: int
    """Entries still to be delivered, these included."""
    restored: bool = False
    """Nothing may be sent before the WMS has said what it knows (H15)."""


def take(reader: Reader, follower: str, limit: int, *, suspect: bool = False) -> Batch:
    """Return what to send now: subjects that lag behind the cursor first, then the journal from the cursor on.

    An entry that failed before is a suspect: it travels alone, when it is due and its turn (`suspect`) or nothing else
    is to be sent, so that it can only hurt itself.
    """
    start = cursor_of(reader, follower)
    if restored_at(reader) is not None:  # nobody is told anything before it is known which numbers are free (H15)
        return Batch((), start, {}, None, _waiting(reader, follower, start), restored=True)
    rows = sorted(reader.all(held, follower=follower), key=lambda row: row.seq)
    kept = {row.subject: None for row in rows}
    failed = sorted((row for row in rows if not row.parked and row.next_at), key=lambda row: (row.next_at, row.seq))
    suspects = [row.seq for row in failed if row.next_at <= reader.now][:1]
    lagging = [row.seq for row in rows if not row.parked and row.next_at is None][:limit]
    cursor, chosen, following = start, lagging, dict[str, int]()
    if not (suspect and suspects):
        fresh, following, cursor = _scan(reader, follower, start, kept, limit - len(lagging))
        chosen = lagging + fresh
    if suspects and (suspect or not chosen):
        chosen, lagging = suspects, suspects
    return Batch(
        entries=tuple(_entries(reader, chosen)),
        cursor=cursor,
        following=following | _after(reader, follower, lagging, cursor),
        next_at=min((row.next_at for row in failed if row.next_at > reader.now), default=None),
        waiting=_waiting(reader, follower, start),
    )


def record(tx: Tx, follower: str, batch: Batch, results: Mapping[int, Result]) -> None:
    """Write down what became of a batch, by sequence number; an entry without a result is put off."""
    known = {row.subject: row.attempts for row in tx.all(held, follower=follower)}
    for entry in batch.entries:
        result = results.get(entry.seq, UNTOLD)
        if result.outcome is Outcome.DELIVERED:
            _go_on(tx, follower, entry.subject, batch.following.get(entry.subject))
        else:
            _fail(tx, follower, entry, result, known.get(entry.subject, 0))
    move_cursor(tx, follower, batch.cursor)


def retry(tx: Tx, follower: str, subject: str) -> None:
    """Send a parked entry again, by a person's word."""
    row, entry = _parked(tx, follower, subject)
    hold_at(tx, follower, subject, seq=row.seq)
    answered(tx, follower, subject)
    tx.journal("host.retried", subject, follower=follower, event=entry.kind, event_number=entry.number)


def discard(tx: Tx, follower: str, subject: str, reason: str) -> None:
    """Give up a parked entry for ever, by a person's word; the subject goes on with its next one."""
    row, entry = _parked(tx, follower, subject)
    _go_on(tx, follower, subject, _after(tx, follower, [row.seq], cursor_of(tx, follower)).get(subject))
    answered(tx, follower, subject)
    tx.journal("host.discarded", subject, reason=reason, follower=follower, event=entry.kind, event_number=entry.number)


def answered(tx: Tx, follower: str, subject: str) -> None:
    """End what people were asked about a parked entry of a subject."""
    interest = interest_of(follower)
    solve_trouble(tx, interest.parked, subject)
    solve_trouble(tx, interest.unresolved, subject)


def is_unresolved(reader: Reader, follower: str, subject: str) -> bool:
    """Return whether it is not known if the parked entry of a subject arrived (H13)."""
    code = interest_of(follower).unresolved
    here = (exceptions.c.code == code, exceptions.c.subject == subject, exceptions.c.state.in_(OPEN))
    return reader.one(select(exceptions.c.id).where(*here)) is not None


def parked(reader: Reader, follower: str) -> list[tuple[Entry, str]]:
    """Return what waits for a person: the entry that was refused and the receiver's words."""
    rows = reader.rows(select(held).where(held.c.follower == follower, held.c.parked).order_by(held.c.seq))
    return [(entry, row.error) for row, entry in zip(rows, _entries(reader, [row.seq for row in rows]), strict=True)]


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far a follower is behind."""

    follower: str
    waiting: int
    oldest: datetime | None
    """When the first entry was written that is still to be delivered."""
    parked: int


def backlogs(reader: Reader, *named: str) -> list[Backlog]:
    """Return how far followers are behind: those named, and each that has ever delivered or failed."""
    known = [row.follower for table in (cursors, held) for row in reader.rows(select(table.c.follower).distinct())]
    return [_backlog(reader, follower) for follower in sorted(dict.fromkeys([*named, *known]))]


def told_up_to(reader: Reader, follower: str) -> int:
    """Return the journal row up to which the receiver was told everything."""
    first = _first_untold(reader, follower)
    last: int = reader.value(select(func.max(journal.c.seq))) or 0
    return last if first is None else first - 1


def cursor_of(reader: Reader, follower: str) -> int:
    """Return how far a follower has come in the journal."""
    row = reader.get(cursors, follower=follower)
    return 0 if row is None else row.seq


def restored_at(reader: Reader) -> int | None:
    """Return the last journal row of the backup, while it is not known what the WMS was told after it; else None."""
    row = reader.get(meta, key=RESTORED)
    return None if row is None else int(row.value)


def hold_at(
    tx: Tx,
    follower: str,
    subject: str,
    *,
    seq: int,
    attempts: int = 0,
    next_at: datetime | None = None,
    parked: bool = False,
    error: str = "",
) -> None:
    """Write down the first entry of a subject that is still to be delivered, at or before the cursor."""
    values = {"seq": seq, "attempts": attempts, "next_at": next_at, "parked": parked, "error": error}
    if not tx.change(held, {"follower": follower, "subject": subject}, **values):
        tx.insert(held, follower=follower, subject=subject, **values)


def move_cursor(tx: Tx, follower: str, seq: int) -> None:
    """Write down up to where every entry is delivered or belongs to a held subject."""
    if not tx.change(cursors, {"follower": follower}, seq=seq):
        tx.insert(cursors, follower=follower, seq=seq)


def begin_to_follow(tx: Tx, follower: str) -> None:
    """Let a follower that is new begin with what happens from now on."""
    if tx.get(cursors, follower=follower) is None:
        move_cursor(tx, follower, tx.seq)


def stop_following(tx: Tx, follower: str) -> None:
    """Forget a follower's place, so that nothing piles up for it, and end what people were asked about it."""
    for row in tx.all(held, follower=follower):
        answered(tx, follower, row.subject)
    tx.drop(held, follower=follower)
    tx.drop(cursors, follower=follower)


def delay(source: Source, attempts: int) -> float:
    """Return the seconds to wait after so many failures: doubling, capped, with jitter."""
    longest = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(attempts - 1, 30))
    return longest * source.dice.uniform(0.5, 1.0)


def entry_of(row: Row[Any]) -> Entry:
    """Return a journal row as an entry."""
    return Entry(row.seq, row.at, row.kind, row.subject, row.actor, row.reason, row.number, row.data)


def _backlog(reader: Reader, follower: str) -> Backlog:
    first = _first_untold(reader, follower)
    stuck = select(func.count()).select_from(held).where(held.c.follower == follower, held.c.parked)
    return Backlog(
        follower=follower,
        waiting=_waiting(reader, follower, cursor_of(reader, follower)),
        oldest=None if first is None else reader.value(select(journal.c.at).where(journal.c.seq == first)),
        parked=reader.value(stuck),
    )


def _first_untold(reader: Reader, follower: str) -> int | None:
    cursor = cursor_of(reader, follower)
    first_held = reader.value(select(func.min(held.c.seq)).where(held.c.follower == follower))
    first = reader.one(_next(interest_of(follower)), start=cursor, most=1)
    first_new = None if first is None else first.seq
    return min((seq for seq in (first_held, first_new) if seq is not None), default=None)


def _scan(
    reader: Reader, follower: str, start: int, kept: Mapping[str, Any], room: int
) -> tuple[list[int], dict[str, int], int]:
    """Return the first entry of each new subject, the second ones, and how far the journal was looked through."""
    fresh: dict[str, int] = {}
    second: dict[str, int] = {}
    cursor = start
    if room <= 0:
        return [], second, cursor
    for row in reader.rows(_next(interest_of(follower)), start=start, most=room * SCAN):
        if row.subject in fresh:
            second.setdefault(row.subject, row.seq)
        elif row.subject not in kept:
            if len(fresh) == room:
                break
            fresh[row.subject] = row.seq
        cursor = row.seq
    return list(fresh.values()), second, cursor


def _after(reader: Reader, follower: str, seqs: Sequence[int], cursor: int) -> dict[str, int]:
    """Return the next entry to be told of the subjects of some entries, as far as it is not beyond the cursor."""
    if not seqs:
        return {}
    first, second = journal.alias(), journal.alias()
    rows = reader.rows(
        select(first.c.subject, func.min(second.c.seq).label("seq"))
        .join(second, and_(second.c.subject == first.c.subject, second.c.seq > first.c.seq))
        .where(first.c.seq.in_(seqs), second.c.seq <= cursor, interest_of(follower).rows(second))
        .group_by(first.c.subject)
    )
    return {row.subject: row.seq for row in rows}


def _entries(reader: Reader, seqs: Sequence[int]) -> list[Entry]:
    return [entry_of(reader.get(journal, seq=seq)) for seq in sorted(seqs)]


def _waiting(reader: Reader, follower: str, cursor: int) -> int:
    interest = interest_of(follower)
    new: int = reader.value(_new(interest), cursor=cursor)
    behind: int = reader.value(_behind(interest), cursor=cursor, follower=follower)
    return new + behind


def _parked(tx: Tx, follower: str, subject: str) -> tuple[Row[Any], Entry]:
    row = tx.one(select(held).where(held.c.follower == follower, held.c.subject == subject, held.c.parked))
    if row is None:
        raise Refusal("host.not_parked", subject=subject)
    return row, _entries(tx, [row.seq])[0]


def _go_on(tx: Tx, follower: str, subject: str, following: int | None) -> None:
    if following is not None:
        hold_at(tx, follower, subject, seq=following)
    else:
        tx.drop(held, follower=follower, subject=subject)


def _fail(tx: Tx, follower: str, entry: Entry, result: Result, attempts: int) -> None:
    if result.outcome is not Outcome.PUT_OFF:
        attempts += 1
    park = result.outcome is Outcome.REFUSED or attempts >= ATTEMPTS
    error = result.error[:ERROR_LENGTH]
    hold_at(
        tx,
        follower,
        entry.subject,
        seq=entry.seq,
        attempts=attempts,
        next_at=None if park else tx.now + timedelta(seconds=delay(tx.source, attempts)),
        parked=park,
        error=error,
    )
    if park:
        detail = {
            "about": entry.subject,
            "error": error,
            "follower": follower,
            "event": entry.kind,
            "event_number": entry.number,
        }
        interest = interest_of(follower)
        refused = result.outcome is Outcome.REFUSED
        raise_trouble(tx, interest.parked if refused else interest.unresolved, entry.subject, **detail)
