"""What supervisors and engineers do about people: see who is in, send somebody out, block them and let them in again.

Who works here, under which name and with which roles, is the site file's to say; here is only who may come in (P57).
"""

from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.model.states import Role
from edge.processes.attendance import step_away
from edge.processes.people import at_handheld, end_sessions, everybody, person_row
from edge.store.tables import logins, people
from edge.store.tx import Reader, Tx

P = ParamSpec("P")
T = TypeVar("T")

MANAGERS = (Role.SUPERVISOR, Role.ENGINEER)
"""Who looks after people."""


def logged_in(reader: Reader) -> Sequence[Any]:
    """Return the open sessions, oldest first: person_id, device, kind, started_at, expires_at, and both names."""
    return reader.rows(
        select(
            logins.c.person_id,
            logins.c.device,
            logins.c.kind,
            logins.c.started_at,
            logins.c.expires_at,
            people.c.name_ja,
            people.c.name_en,
        )
        .join(people, people.c.id == logins.c.person_id)
        .where(logins.c.expires_at > reader.now, people.c.active, people.c.blocked_at.is_(None))
        .order_by(logins.c.started_at, logins.c.token_hash)
    )


def may_manage(reader: Reader, by: str, person_id: str) -> None:
    """Raise Refusal unless `by` may change who lets this person in.

    A supervisor looks after the floor; only engineers reach those who may more (no way up by another's badge).
    """
    manager, managed = person_row(reader, by), person_row(reader, person_id)
    if manager.blocked_at is not None:
        raise Refusal("person.blocked")
    if Role.ENGINEER in managed.roles and Role.ENGINEER not in manager.roles:
        raise Refusal("work.role", role=Role.ENGINEER)


def as_manager(
    tx: Tx,
    by: str,
    decide: Callable[Concatenate[Tx, str, P], T],
    person_id: str,
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Take a decision about a person if `by` may; both in the same transaction."""
    may_manage(tx, by, person_id)
    return decide(tx, person_id, *args, **kwargs)


def block(tx: Tx, person_id: str, by: str | None = None) -> None:
    """Keep a person out until `unblock`, from now on; `by` is who asks, None outside the running edge.

    Raises Refusal for oneself and for the last engineer who can log in.
    """
    if person_row(tx, person_id).blocked_at is not None:
        return
    if person_id == by:
        raise Refusal("person.yourself")
    keep_an_engineer(tx, person_id)
    tx.change(people, {"id": person_id}, blocked_at=tx.now)
    tx.journal("person.blocked", f"person/{person_id}")
    _out(tx, person_id, "blocked")


def unblock(tx: Tx, person_id: str) -> None:
    """Let a person in again."""
    if person_row(tx, person_id).blocked_at is not None:
        tx.change(people, {"id": person_id}, blocked_at=None)
        tx.journal("person.unblocked", f"person/{person_id}")


def send_out(tx: Tx, person_id: str) -> int:
    """End all sessions of a person and return how many there were; work in hand goes to others at once."""
    person_row(tx, person_id)
    return _out(tx, person_id, "sent_out")


def keep_an_engineer(reader: Reader, without: str) -> None:
    """Raise Refusal when nobody but this person could log in as an engineer."""
    if is_last_engineer(reader, without):
        raise Refusal("person.last_engineer")


def is_last_engineer(reader: Reader, person_id: str) -> bool:
    """Return whether a person is an engineer and nobody else who can log in is one."""
    engineers = [row for row in everybody(reader) if Role.ENGINEER in row.roles and row.active]
    others = [row for row in engineers if row.id != person_id]
    return len(others) < len(engineers) and not any(can_log_in(row) for row in others)


def can_log_in(row: Any) -> bool:
    """Return whether a person of the table has all that it takes; a lock of minutes does not count."""
    return bool(row.active and row.blocked_at is None and row.badge is not None and row.pin_hash is not None)


def _out(tx: Tx, person_id: str, reason: str) -> int:
    if at_handheld(tx, person_id):
        step_away(tx, person_id)
    return end_sessions(tx, reason, logins.c.person_id == person_id)
