"""What supervisors and engineers do about people: out, blocked, in again; never without an engineer (P57, P58)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.model.states import Role, TaskKind, TaskState
from edge.processes import people, staff
from edge.processes.people import Attempt, Face, Session
from edge.processes.seats import load_seat, save_seat
from edge.site import Worker
from edge.store import tables
from edge.store.queue import add_task, claim
from edge.store.store import Store
from edge.store.tables import journal, tasks
from edge.store.tx import Reader, Tx
from tests.support.store import HandClock, make_store, name, small_site

ENGINEERS = ("endo", "abe")


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Give a store where everybody has a badge and a PIN, two engineers among them."""
    site = small_site()
    site.people.extend(Worker(id=one, name=name(one), roles=[Role.ENGINEER]) for one in ENGINEERS)
    store = make_store(tmp_path, site, HandClock())
    await store.run(people.sync_people)
    for worker in site.people:
        await store.run(people.set_badge, worker.id, f"B-{worker.id}")
        await store.run(people.set_pin, worker.id, "hash")
    yield store
    store.close()


async def log_in(store: Store, person: str, *, face: Face = Face.HANDHELD, correct: bool = True) -> Session | Refusal:
    """Try to log somebody in; the token is named after them and the face."""
    return await store.run(people.log_in, Attempt(f"B-{person}", "HH-1", face, correct, "hash", f"{person}-{face}"))


async def told(store: Store, person: str) -> list[tuple[str, str, Any]]:
    """Return kind, actor and reason of the journal's newest entries about somebody, those of the set-up left out."""

    def entries(reader: Reader) -> list[tuple[str, str, Any]]:
        rows = reader.rows(select(journal).where(journal.c.subject == f"person/{person}").order_by(journal.c.seq))
        return [(row.kind, row.actor, row.reason) for row in rows][3:]

    return await store.read(entries)


async def test_P57_a_blocked_person_is_out_at_once_and_stays_out_until_unblocked(store: Store) -> None:
    await log_in(store, "sato")
    await log_in(store, "sato", face=Face.CONSOLE)
    await store.run_as("person:mori", staff.block, "sato", "mori")
    assert await store.read(people.session, "sato-handheld") is None
    assert await store.read(people.session, "sato-console") is None
    refused = await log_in(store, "sato")
    assert isinstance(refused, Refusal)
    assert refused.code == "login.blocked"
    await store.run_as("person:mori", staff.unblock, "sato")
    assert isinstance(await log_in(store, "sato"), Session)


async def test_P58_block_and_unblock_are_in_the_journal_once_with_their_actor(store: Store) -> None:
    await log_in(store, "sato")
    for decision in (staff.block, staff.block, staff.unblock, staff.unblock):
        await store.run_as("person:mori", decision, "sato")
    assert await told(store, "sato") == [
        ("login.ok", "edge", None),
        ("person.blocked", "person:mori", None),
        ("session.ended", "person:mori", "blocked"),
        ("person.unblocked", "person:mori", None),
    ]


async def test_a_blocked_person_is_told_so_only_with_the_right_pin(store: Store) -> None:
    await store.run(staff.block, "sato")
    refused = await log_in(store, "sato", correct=False)
    assert isinstance(refused, Refusal)
    assert refused.code == "login.wrong"


async def test_a_session_found_in_the_table_lets_no_blocked_person_in(store: Store) -> None:
    await log_in(store, "sato")

    def block_alone(tx: Tx) -> None:
        tx.change(tables.people, {"id": "sato"}, blocked_at=tx.now)

    await store.run(block_alone)
    assert await store.read(people.session, "sato-handheld") is None
    assert await store.read(staff.logged_in) == []


async def test_the_site_file_does_not_unblock(store: Store) -> None:
    await store.run(staff.block, "sato")
    await store.run(people.sync_people)
    assert isinstance(await log_in(store, "sato"), Refusal)


async def test_nobody_blocks_themselves(store: Store) -> None:
    with pytest.raises(Refusal, match=r"person\.yourself"):
        await store.run(staff.block, "mori", "mori")
    assert isinstance(await log_in(store, "mori"), Session)


async def test_the_last_engineer_who_can_log_in_is_not_blocked(store: Store) -> None:
    await store.run(staff.block, "abe", "endo")
    with pytest.raises(Refusal, match=r"person\.last_engineer"):
        await store.run(staff.block, "endo", None)
    await store.run(staff.unblock, "abe")
    await store.run(staff.block, "endo", "abe")


async def test_an_engineer_without_a_pin_does_not_count(store: Store) -> None:
    await store.run(lambda tx: tx.change(tables.people, {"id": "abe"}, pin_hash=None))
    with pytest.raises(Refusal, match=r"person\.last_engineer"):
        await store.run(staff.block, "endo", None)


async def test_P49_supervisors_do_not_reach_engineers_and_the_blocked_reach_nobody(store: Store) -> None:
    for decision in (staff.unblock, staff.send_out):
        with pytest.raises(Refusal, match=r"work\.role"):
            await store.run(staff.as_manager, "mori", decision, "endo")
    await store.run(staff.as_manager, "endo", staff.block, "mori", "endo")
    with pytest.raises(Refusal, match=r"person\.blocked"):
        await store.run(staff.as_manager, "mori", staff.block, "sato", "mori")
    with pytest.raises(Refusal, match=r"person\.unknown"):
        await store.run(staff.as_manager, "endo", staff.send_out, "nobody")


@pytest.mark.parametrize("decision", [staff.block, staff.send_out])
async def test_work_of_somebody_sent_out_goes_to_others_at_once(store: Store, decision: Any) -> None:
    def begin(tx: Tx) -> str:
        task_id = add_task(tx, TaskKind.PICK, "batch/B1", place="ZONE:A", needs="picker", priority=5, due_at=tx.now)
        held = claim(tx, task_id, "person:sato")
        seat = load_seat(tx, "sato")
        seat.place, seat.task_id, seat.epoch = "ZONE:A", task_id, held.epoch
        save_seat(tx, seat)
        return task_id

    await log_in(store, "sato")
    task_id = await store.run(begin)
    await store.run(decision, "sato")
    task = await store.read(lambda reader: reader.get(tasks, id=task_id))
    assert (task.state, task.holder) == (TaskState.READY, None)


async def test_who_is_logged_in_and_where_until_they_are_sent_out(store: Store) -> None:
    await log_in(store, "sato")
    await log_in(store, "kim", face=Face.CONSOLE)
    assert [(row.person_id, row.kind, row.device) for row in await store.read(staff.logged_in)] == [
        ("kim", "console", "HH-1"),
        ("sato", "handheld", "HH-1"),
    ]
    assert await store.run_as("person:mori", staff.send_out, "sato") == 1
    assert [row.person_id for row in await store.read(staff.logged_in)] == ["kim"]
    assert (await told(store, "sato"))[-1] == ("session.ended", "person:mori", "sent_out")
    assert await store.run(staff.send_out, "sato") == 0
