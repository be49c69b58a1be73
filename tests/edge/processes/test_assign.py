"""Work given to a person by name: with the fences of any claim, and a reason when they cannot take it (P37)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.model.states import TaskKind
from edge.processes.screens import act
from edge.processes.work import assign_task
from edge.store.queue import add_task
from edge.store.tables import journal, logins, people, tasks
from edge.store.tx import Reader, Tx
from tests.support.floor import JAN, Floor
from tests.support.store import HandClock, make_store, small_site


@pytest_asyncio.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    clock = HandClock()
    floor = Floor(make_store(tmp_path, small_site(), clock), clock)
    await floor.open()
    await floor.stock("SKU1", "A-01-1", 9)
    for person in ("sato", "kim"):
        await floor.store.run(log_in, person)
    yield floor
    floor.store.close()


def log_in(tx: Tx, person: str) -> None:
    tx.insert(
        logins,
        token_hash=person,
        person_id=person,
        device="HH",
        kind="handheld",
        started_at=tx.now,
        expires_at=tx.now + timedelta(hours=9),
    )


async def a_pick(floor: Floor) -> str:
    """Bring a robot to its pick stop and return the task that waits there."""
    await floor.order("1", ("SKU1", 2))
    floor.clock.pass_(minutes=1)
    await floor.robots()

    def ready(reader: Reader) -> str:
        return str(reader.value(select(tasks.c.id).where(tasks.c.kind == "pick", tasks.c.state == "ready")))

    return await floor.store.read(ready)


def another(tx: Tx) -> str:
    """Add a pick at the same place."""
    return add_task(tx, TaskKind.PICK, "batch/none", place="ZONE:A", needs="picker", priority=5, due_at=tx.now)


async def holder(floor: Floor, task_id: str) -> tuple[str, str]:
    def query(reader: Reader) -> tuple[str, str]:
        task = reader.get(tasks, id=task_id)
        return task.state, task.holder

    return await floor.store.read(query)


async def refused(floor: Floor, task_id: str, person: str) -> str:
    with pytest.raises(Refusal) as found:
        await floor.store.run(assign_task, task_id, person)
    return found.value.code


async def test_waiting_work_is_given_and_begun_from_its_first_step(floor: Floor) -> None:
    task_id = await a_pick(floor)
    await floor.store.run_as("person:mori", assign_task, task_id, "sato")
    screen = await floor.screen("sato")
    assert (screen["process"], screen["target"], screen["last"]["code"]) == ("pick", "A-01-1", "work.given")
    assert await holder(floor, task_id) == ("assigned", "person:sato")

    def written(reader: Reader) -> list[tuple[str, str]]:
        return [(row.actor, row.data["person"]) for row in reader.all(journal, kind="task.given")]

    assert await floor.store.read(written) == [("person:mori", "sato")]
    assert await floor.work("sato", "ZONE:A") > 0


async def test_P37_whoever_had_it_is_told_and_their_late_scans_do_nothing(floor: Floor) -> None:
    task_id = await a_pick(floor)
    await floor.act("sato", "scan", "ZONE:A")
    await floor.act("sato", "scan", "A-01-1")
    await floor.store.run(assign_task, task_id, "kim")
    late = {"key": "late", "screen": "", "action": "scan", "value": JAN["SKU1"], "source": "scan"}
    answer = await floor.store.run_as("person:sato", act, "sato", late)
    assert answer["result"]["code"] == "work.not_yours"
    assert answer["screen"]["process"] == "idle"
    assert await holder(floor, task_id) == ("assigned", "person:kim")
    assert (await floor.screen("kim"))["target"] == "A-01-1"


async def test_what_somebody_was_given_but_has_not_begun_goes_back(floor: Floor) -> None:
    first = await a_pick(floor)
    await floor.store.run(assign_task, first, "sato")
    second = await floor.store.run(another)
    await floor.store.run(assign_task, second, "sato")
    assert (await holder(floor, first))[0] == "ready"
    assert await holder(floor, second) == ("assigned", "person:sato")


async def test_whoever_cannot_take_it_is_refused_with_the_reason(floor: Floor) -> None:
    task_id = await a_pick(floor)
    assert await refused(floor, "nobody-knows", "sato") == "work.not_ready"
    assert await refused(floor, task_id, "nobody") == "person.unknown"
    carry = await floor.store.read(lambda reader: reader.value(select(tasks.c.id).where(tasks.c.kind == "carry")))
    assert await refused(floor, str(carry), "sato") == "work.no_hands"
    await floor.store.run(lambda tx: tx.delete(logins, logins.c.person_id == "kim"))
    assert await refused(floor, task_id, "kim") == "work.person_absent"
    await floor.store.run(lambda tx: tx.update(tasks, tasks.c.id == task_id, kind="load", place="DOCK-1"))
    assert await refused(floor, task_id, "sato") == "work.person_elsewhere"
    await floor.store.run(lambda tx: tx.update(people, people.c.id == "sato", roles=["picker"]))
    assert await refused(floor, task_id, "sato") == "work.person_role"
    await floor.store.run(lambda tx: tx.update(tasks, tasks.c.id == task_id, kind="pick", place="ZONE:A"))
    await floor.store.run(assign_task, task_id, "sato")
    assert await refused(floor, task_id, "sato") == "work.already_theirs"


async def test_somebody_in_the_middle_of_other_work_is_left_alone(floor: Floor) -> None:
    task_id = await a_pick(floor)
    await floor.act("sato", "scan", "ZONE:A")
    await floor.act("sato", "scan", "A-01-1")
    await floor.act("sato", "scan", JAN["SKU1"])
    assert (await holder(floor, task_id))[0] == "running"
    second = await floor.store.run(another)
    assert await refused(floor, second, "sato") == "work.person_busy"
    assert (await holder(floor, task_id)) == ("running", "person:sato")
