"""People and machines: who they are, what lets them in, what they may do (IEC 62443-4-2 CR 1.1, CR 2.8; P57, P58).

A badge says who somebody is, a PIN proves it. Secrets never reach a decision: PINs arrive hashed, tokens and keys as
SHA-256, and a login arrives already checked, so that the slow hash stays outside the writer.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select

from edge.model.reasons import Refusal
from edge.model.states import Role
from edge.processes.attendance import step_away
from edge.site import Worker
from edge.store.statement import Query, param
from edge.store.tables import api_keys, logins, people, seats
from edge.store.tx import Reader, Tx

MAX_FAILURES = 5
"""Wrong PINs in a row before a person is locked: with 10,000 PINs a guesser has a chance of 1 in 2,000 per lock."""
LOCK_MINUTES = 5
"""Long enough to make guessing hopeless, short enough that nobody loses a shift."""

_PIN = re.compile(r"[0-9]{4,8}")
_KEY_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
_RUNS = ("0123456789", "9876543210")
_AT_WORK = ("person.placed", "person.replaced")
"""Entries about where somebody works, which says nothing about whether they may."""

_BY_BADGE = Query(select(people).where(people.c.badge == param("badge"), people.c.active))
_BY_KEY = Query(
    select(api_keys.c.id, api_keys.c.role).where(api_keys.c.key_hash == param("key_hash"), api_keys.c.active)
)
_SESSION = Query(
    select(logins, people.c.name_ja, people.c.name_en, people.c.language, people.c.roles)
    .join(people, people.c.id == logins.c.person_id)
    .where(logins.c.token_hash == param("token_hash"), logins.c.expires_at > param("now"))
    .where(people.c.active, people.c.blocked_at.is_(None))
)


class KeyRole(StrEnum):
    """What a machine may do."""

    WMS = "wms"
    SUPPORT = "support"
    METRICS = "metrics"
    ROBOTS = "robots"


class Face(StrEnum):
    """Where a person is logged in."""

    HANDHELD = "handheld"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Session:
    """A person at a device, logged in until `expires_at`."""

    token_hash: str
    person_id: str
    name_ja: str
    name_en: str
    language: str
    roles: tuple[Role, ...]
    device: str
    kind: Face
    expires_at: datetime

    @property
    def actor(self) -> str:
        """The name under which decisions are taken."""
        return f"person:{self.person_id}"

    @property
    def name(self) -> str:
        """The person's name in their language."""
        return self.name_ja if self.language == "ja" else self.name_en

    def may(self, *roles: Role) -> bool:
        """Return whether the person has one of the roles; no role asked means anybody who is logged in."""
        return not roles or any(role in self.roles for role in roles)


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine that showed a valid API key."""

    id: str
    role: KeyRole

    @property
    def actor(self) -> str:
        """The name under which decisions are taken."""
        return f"key:{self.id}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is needed to check a PIN."""

    person_id: str
    pin_hash: str | None
    locked: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login whose PIN was checked outside; `pin_hash` is what it was checked against."""

    badge: str
    device: str
    kind: Face
    correct: bool
    pin_hash: str | None
    token_hash: str


# --- queries


def credentials(reader: Reader, badge: str) -> Credentials | None:
    """Return what a badge's PIN is checked against, or None for a badge nobody has."""
    row = reader.one(_BY_BADGE, badge=badge)
    return None if row is None else Credentials(row.id, row.pin_hash, _locked(row, reader.now))


def session(reader: Reader, token_hash: str) -> Session | None:
    """Return the session of a token, or None when it ended, ran out or its person may no longer work here."""
    row = reader.one(_SESSION, token_hash=token_hash, now=reader.now)
    return None if row is None else _session(row)


def machine(reader: Reader, key_hash: str) -> Machine | None:
    """Return the machine of a key, or None."""
    row = reader.one(_BY_KEY, key_hash=key_hash)
    return None if row is None else Machine(row.id, KeyRole(row.role))


def everybody(reader: Reader) -> Sequence[Row[Any]]:
    """Return all people in the order of their ids."""
    return reader.rows(select(people).order_by(people.c.id))


def person_row(reader: Reader, person_id: str) -> Any:
    """Return the row of somebody who works here; raises Refusal when there is nobody of that name."""
    row = reader.one(select(people).where(people.c.id == person_id, people.c.active))
    if row is None:
        raise Refusal("person.unknown", person=person_id)
    return row


def roles_of(reader: Reader, person_id: str) -> tuple[Role, ...]:
    """Return a person's roles; raises Refusal when there is nobody of that name."""
    return tuple(Role(role) for role in person_row(reader, person_id).roles)


def at_handheld(reader: Reader, person_id: str) -> bool:
    """Return whether a person is logged in at a handheld."""
    here = (logins.c.person_id == person_id, logins.c.kind == Face.HANDHELD, logins.c.expires_at > reader.now)
    return reader.value(select(logins.c.person_id).where(*here).limit(1)) is not None


def keys(reader: Reader) -> Sequence[Row[Any]]:
    """Return all API keys in the order of their ids."""
    return reader.rows(select(api_keys).order_by(api_keys.c.id))


# --- decisions


def sync_people(tx: Tx) -> None:
    """Make the people table what the site file says; badges and PINs stay. Who left the file is logged out for ever."""
    known = {row.id: row for row in everybody(tx)}
    for worker in tx.site.people:
        _sync_person(tx, worker, known.pop(worker.id, None))
    for row in known.values():
        if row.active:
            tx.change(people, {"id": row.id}, active=False)
            end_sessions(tx, "removed", logins.c.person_id == row.id)
            tx.journal("person.removed", f"person/{row.id}")


def log_in(tx: Tx, attempt: Attempt) -> Session | Refusal:
    """Open a session, or record why not. The refusal is returned, not raised: a failure must be counted."""
    row = tx.one(_BY_BADGE, badge=attempt.badge)
    if row is None:
        return _failed(tx, attempt, None, Refusal("login.wrong"))
    if _locked(row, tx.now):
        return _failed(tx, attempt, row, _lock_refusal(row.locked_until - tx.now))
    if not attempt.correct or row.pin_hash is None or row.pin_hash != attempt.pin_hash:
        return _count_failure(tx, attempt, row)
    if row.blocked_at is not None:  # said to nobody but who proved to be that person
        return _failed(tx, attempt, row, Refusal("login.blocked"))
    tx.change(people, {"id": row.id}, failures=0, locked_until=None)
    tx.delete(logins, logins.c.expires_at <= tx.now)
    if attempt.kind is Face.HANDHELD:  # F62: the work moves to this device, the old one goes back to its login
        end_sessions(tx, "taken_over", logins.c.person_id == row.id, logins.c.kind == Face.HANDHELD)
    tx.insert(
        logins,
        token_hash=attempt.token_hash,
        person_id=row.id,
        device=attempt.device,
        kind=attempt.kind,
        started_at=tx.now,
        expires_at=tx.now + timedelta(hours=tx.site.rules.session_hours),
    )
    tx.journal("login.ok", f"person/{row.id}", device=attempt.device, face=attempt.kind)
    opened = session(tx, attempt.token_hash)
    if opened is None:
        raise AssertionError("a session that was just opened is open")
    return opened


def log_out(tx: Tx, token_hash: str) -> None:
    """End one session; nothing happens when it has ended already. Work in hand goes to others at once."""
    row = tx.get(logins, token_hash=token_hash)
    if row is not None and row.kind == Face.HANDHELD:
        step_away(tx, row.person_id)
    end_sessions(tx, "logout", logins.c.token_hash == token_hash)


def end_sessions(tx: Tx, reason: str, *where: Any) -> int:
    """End the sessions that match and return how many there were; whoever still works is called away elsewhere."""
    rows = tx.rows(select(logins).where(*where).order_by(logins.c.token_hash))
    for row in rows:
        tx.delete(logins, logins.c.token_hash == row.token_hash)
        tx.journal("session.ended", f"person/{row.person_id}", reason=reason, device=row.device, face=row.kind)
    return len(rows)


def set_badge(tx: Tx, person_id: str, badge: str) -> None:
    """Give a person a badge; raises Refusal when it is somebody else's."""
    check_badge(tx, person_id, badge)
    if person_row(tx, person_id).badge == badge:
        return
    tx.change(people, {"id": person_id}, badge=badge)
    end_sessions(tx, "badge", logins.c.person_id == person_id)
    tx.journal("person.badge", f"person/{person_id}")


def set_pin(tx: Tx, person_id: str, pin_hash: str) -> None:
    """Give a person a PIN that passed `check_pin`; ends their sessions and their lock."""
    person_row(tx, person_id)
    tx.change(people, {"id": person_id}, pin_hash=pin_hash, failures=0, locked_until=None)
    end_sessions(tx, "pin", logins.c.person_id == person_id)
    tx.journal("person.pin", f"person/{person_id}")


def unlock(tx: Tx, person_id: str) -> None:
    """Let a person try again at once."""
    person_row(tx, person_id)
    tx.change(people, {"id": person_id}, failures=0, locked_until=None)
    tx.journal("person.unlocked", f"person/{person_id}")


def set_language(tx: Tx, person_id: str, language: str) -> None:
    """Speak `ja` or `en` to a person from now on (F77)."""
    if person_row(tx, person_id).language != language:
        tx.change(people, {"id": person_id}, language=language)
        tx.change(seats, {"person_id": person_id}, last={})  # it was said in the other language
        tx.journal("person.language", f"person/{person_id}", language=language)


def add_key(tx: Tx, key_id: str, role: KeyRole, key_hash: str) -> None:
    """Let a machine in; raises Refusal for a bad name or one ever used: a name means one machine."""
    if not _KEY_ID.fullmatch(key_id):
        raise Refusal("key.bad_name")
    if tx.value(select(api_keys.c.id).where(api_keys.c.id == key_id)) is not None:
        raise Refusal("key.taken", key=key_id)
    tx.insert(api_keys, id=key_id, role=role, key_hash=key_hash, created_at=tx.now)
    tx.journal("key.added", f"key/{key_id}", role=role)


def revoke_key(tx: Tx, key_id: str) -> None:
    """Keep a machine out from now on; raises Refusal when there is no such active key."""
    if not tx.update(api_keys, api_keys.c.id == key_id, api_keys.c.active, active=False):
        raise Refusal("key.unknown", key=key_id)
    tx.journal("key.revoked", f"key/{key_id}")


def note_use(tx: Tx, used: Mapping[str, datetime]) -> None:
    """Write down when keys were last used; that is no event of the site and not in the journal."""
    for key_id, at in used.items():
        tx.change(api_keys, {"id": key_id}, last_used_at=at)


def check_badge(reader: Reader, person_id: str, badge: str) -> None:
    """Raise Refusal for what is no badge or somebody else's."""
    if not 3 <= len(badge) <= 64:
        raise Refusal("person.bad_badge")
    if reader.value(select(people.c.id).where(people.c.badge == badge, people.c.id != person_id)) is not None:
        raise Refusal("person.badge_taken", badge=badge)


def check_pin(pin: str) -> None:
    """Raise Refusal for a PIN that a neighbour would guess first."""
    if not _PIN.fullmatch(pin) or len(set(pin)) == 1 or any(pin in run for run in _RUNS):
        raise Refusal("person.weak_pin")


def lets_in(kinds: Iterable[str]) -> bool:
    """Return whether journal kinds may change who is let in: whoever remembers sessions or keys must forget them."""
    return any(kind.startswith(("session.", "person.", "key.")) and kind not in _AT_WORK for kind in kinds)


def _sync_person(tx: Tx, worker: Worker, row: Row[Any] | None) -> None:
    roles = [role.value for role in worker.roles]
    names = {"name_ja": worker.name.ja, "name_en": worker.name.en}
    if row is None:
        tx.insert(people, id=worker.id, language=worker.language, roles=roles, **names)
        tx.journal("person.added", f"person/{worker.id}", roles=roles)
    elif (row.name_ja, row.name_en, list(row.roles), row.active) != (worker.name.ja, worker.name.en, roles, True):
        tx.change(people, {"id": worker.id}, roles=roles, active=True, **names)
        tx.journal("person.changed", f"person/{worker.id}", roles=roles)


def _count_failure(tx: Tx, attempt: Attempt, row: Row[Any]) -> Refusal:
    failures = row.failures + 1
    if failures < MAX_FAILURES:
        tx.change(people, {"id": row.id}, failures=failures)
        return _failed(tx, attempt, row, Refusal("login.wrong"))
    lock = timedelta(minutes=LOCK_MINUTES)
    tx.change(people, {"id": row.id}, failures=0, locked_until=tx.now + lock)
    return _failed(tx, attempt, row, _lock_refusal(lock))


def _failed(tx: Tx, attempt: Attempt, row: Row[Any] | None, refusal: Refusal) -> Refusal:
    subject = f"device/{attempt.device}" if row is None else f"person/{row.id}"
    tx.journal("login.failed", subject, reason=refusal.code, device=attempt.device, face=attempt.kind)
    return refusal


def _lock_refusal(left: timedelta) -> Refusal:
    return Refusal("login.locked", minutes=max(1, -(-left // timedelta(minutes=1))))


def _locked(row: Row[Any], now: datetime) -> bool:
    return row.locked_until is not None and row.locked_until > now


def _session(row: Row[Any]) -> Session:
    return Session(
        token_hash=row.token_hash,
        person_id=row.person_id,
        name_ja=row.name_ja,
        name_en=row.name_en,
        language=row.language,
        roles=tuple(Role(role) for role in row.roles),
        device=row.device,
        kind=Face(row.kind),
        expires_at=row.expires_at,
    )
