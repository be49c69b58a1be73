"""A gate that cannot judge: labels prove the parcels, a supervisor releases the load, the journal tells (I25, F37)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

from edge.model.reasons import Refusal
from edge.processes.byhand import release_asked
from edge.processes.cancel import request_cancel
from edge.processes.load import gate_passed
from edge.processes.trouble import raise_trouble, settle_trouble, solve_trouble
from edge.processes.work import unassign_task
from edge.store.tables import exceptions, journal, loads, orders, parcels, people
from tests.support.floor import Floor
from tests.support.store import HandClock, make_store, small_site


@pytest_asyncio.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    """Give a floor with a load of two parcels at its gate, and sato beside it."""
    clock = HandClock()
    floor = Floor(make_store(tmp_path, small_site(), clock), clock)
    await floor.open()
    await floor.stock("SKU1", "A-01-1", 9)
    for key in ("1", "2"):
        await floor.order(key, ("SKU1", 1))
    floor.clock.pass_(minutes=1)
    await floor.robots()
    await floor.work("sato", "ZONE:A")
    await floor.robots()
    await floor.work("sato", "PACK-1")
    floor.clock.pass_(minutes=5)
    await floor.plan()
    await floor.act("sato", "leave")
    await floor.act("sato", "scan", "DOCK-1")
    for number in await numbers(floor):
        await floor.act("sato", "scan", number)
    yield floor
    floor.store.close()


async def numbers(floor: Floor) -> list[str]:
    return [line["sku"] for line in (await floor.screen("sato"))["lines"]]


async def rows(floor: Floor, table: Any, **key: Any) -> Any:
    return await floor.store.read(lambda reader: reader.all(table, **key))


async def load_id(floor: Floor) -> str:
    (load,) = await rows(floor, loads)
    return str(load.id)


async def reader_down(floor: Floor) -> None:
    gate = floor.store.site.gates[0]
    about = f"device/{gate.reader}"
    await floor.store.run(raise_trouble, "exception.device_lost", about, device=gate.reader, error="silent")


async def prove_all(floor: Floor) -> dict[str, Any]:
    """Scan every label; return the last answer."""
    answer = await floor.act("sato", "by_hand")
    for number in await numbers(floor):
        answer = await floor.act("sato", "scan", number)
    return answer


def code(answer: dict[str, Any]) -> str:
    return str(answer["result"]["code"])


async def test_I25_a_load_whose_gate_reader_is_down_leaves_by_labels_and_a_supervisors_word(floor: Floor) -> None:
    await reader_down(floor)
    answer = await prove_all(floor)
    assert (code(answer), answer["screen"]["step"]) == ("gate.hand_ask", "release")
    assert await rows(floor, orders, state="shipped") == []
    count = await floor.store.run_as("person:mori", release_asked, await load_id(floor), "mori")
    assert count == 2
    assert len(await rows(floor, orders, state="shipped")) == 2
    (told,) = await rows(floor, journal, kind="load.released")
    assert (told.actor, told.reason) == ("person:mori", "gate.device_down")
    tracked = sorted(row.tracking for row in await rows(floor, parcels))
    assert (told.data["person"], told.data["by"], sorted(told.data["scanned"])) == ("sato", "mori", tracked)
    screen = await floor.screen("sato")
    assert (screen["process"], screen["last"]["code"]) == ("idle", "gate.pass")
    assert await rows(floor, exceptions, code="exception.gate_by_hand", state="open") == []


async def test_I25_after_a_passage_that_missed_a_tag_only_its_label_is_scanned(floor: Floor) -> None:
    one, other = await numbers(floor)
    assert await floor.gate([other]) == "stop"
    assert code(await floor.act("sato", "by_hand")) == "gate.hand_scan"
    assert code(await floor.act("sato", "scan", one)) == "gate.hand_read"
    assert code(await floor.act("sato", "scan", other)) == "gate.hand_ask"
    await floor.store.run(release_asked, await load_id(floor), "mori")
    (told,) = await rows(floor, journal, kind="load.released")
    assert (told.reason, told.data["scanned"]) == ("gate.tags_missed", [other])
    assert await rows(floor, exceptions, code="exception.gate", state="open") == []


async def test_I25_a_gate_that_works_is_not_passed_by(floor: Floor) -> None:
    answer = await floor.act("sato", "by_hand")
    assert (code(answer), answer["screen"]["step"]) == ("gate.hand_not_needed", "gate")


async def test_U22_wrong_double_and_void_labels_are_refused(floor: Floor) -> None:
    await reader_down(floor)
    one, other = await numbers(floor)
    await floor.act("sato", "by_hand")
    assert code(await floor.act("sato", "scan", "nonsense")) == "scan.unknown"
    assert (await floor.act("sato", "scan", one))["result"]["kind"] == "right"
    assert code(await floor.act("sato", "scan", one)) == "scan.twice"
    await floor.store.run(lambda tx: tx.change(parcels, {"tracking": other}, state="void"))
    assert code(await floor.act("sato", "scan", other)) == "scan.void_label"
    await floor.store.run(lambda tx: tx.change(parcels, {"tracking": other}, state="packed", load_id=None))
    assert code(await floor.act("sato", "scan", other)) == "scan.other_load"


async def test_I28_a_parcel_too_many_stays_a_stop(floor: Floor) -> None:
    one, other = await numbers(floor)
    await floor.store.run(lambda tx: tx.change(parcels, {"tracking": other}, load_id=None))
    (parcel,) = await rows(floor, parcels, tracking=other)
    await floor.store.run(lambda tx: tx.change(parcels, {"tracking": other}, load_id="another"))
    assert await floor.gate([one]) == "stop"
    await reader_down(floor)
    assert code(await floor.act("sato", "by_hand")) == "gate.hand_extra"
    await floor.store.run(lambda tx: tx.change(parcels, {"id": parcel.id}, state="shipped"))
    assert code(await floor.act("sato", "by_hand")) == "gate.hand_scan"


async def test_I29_a_later_word_about_the_same_passage_takes_no_parcel_back(floor: Floor) -> None:
    one, other = await numbers(floor)
    await floor.store.run(lambda tx: tx.change(parcels, {"tracking": other}, load_id="another"))
    tags = {row.tracking: row.epc for row in await rows(floor, parcels)}
    opened = floor.clock.time

    async def told(minutes: int, *seen: str) -> str:
        at = opened + timedelta(minutes=minutes)
        passage = {"direction": "out", "opened_at": at, "closed_at": at, "epcs": [tags[number] for number in seen]}
        return await floor.store.run(gate_passed, "GATE-1", passage)

    assert await told(0, one, other) == "stop"
    assert await told(0, one) == "stop"
    assert await told(1, one) == "pass"


@pytest.mark.parametrize(("flags", "told"), [(["turned_back"], "gate.not_through"), (["ambiguous"], "gate.unclear")])
async def test_I24_whoever_loads_is_told_whether_it_came_back_or_nobody_can_tell(
    floor: Floor, flags: list[str], told: str
) -> None:
    tags = [row.epc for row in await rows(floor, parcels)]
    at = floor.clock.time
    passage = {"direction": "none", "opened_at": at, "closed_at": at, "epcs": tags, "flags": flags}
    assert await floor.store.run(gate_passed, "GATE-1", passage) == "stop"
    assert (await floor.screen("sato"))["last"]["code"] == told


async def test_F37_only_a_supervisor_accepts_at_the_handheld(floor: Floor) -> None:
    await reader_down(floor)
    await prove_all(floor)
    assert code(await floor.act("sato", "accept")) == "work.role"
    await floor.store.run(lambda tx: tx.change(people, {"id": "sato"}, roles=["shipper", "supervisor"]))
    answer = await floor.act("sato", "accept")
    assert (code(answer), answer["screen"]["process"]) == ("gate.pass", "idle")
    assert len(await rows(floor, orders, state="shipped")) == 2


async def test_F37_a_supervisor_who_says_no_sends_the_load_back_to_the_gate(floor: Floor) -> None:
    await reader_down(floor)
    await prove_all(floor)
    (question,) = await rows(floor, exceptions, code="exception.gate_by_hand")
    await floor.store.run(settle_trouble, question.id, "mori")
    assert (await floor.screen("sato"))["step"] == "gate"
    with pytest.raises(Refusal, match=r"gate\.hand_over"):
        await floor.store.run(release_asked, await load_id(floor), "mori")
    assert await floor.gate([]) == "pass"


async def test_I25_a_load_taken_back_or_read_meanwhile_waits_for_nobody(floor: Floor) -> None:
    await reader_down(floor)
    await prove_all(floor)
    await floor.act("sato", "back")
    with pytest.raises(Refusal, match=r"gate\.hand_over"):
        await floor.store.run(release_asked, await load_id(floor), "mori")
    for number in await numbers(floor):
        await floor.act("sato", "scan", number)
    await prove_all(floor)
    await floor.store.run(solve_trouble, "exception.device_lost", f"device/{floor.store.site.gates[0].reader}")
    assert await floor.gate([]) == "pass"
    assert {row.state for row in await rows(floor, exceptions)} == {"solved"}


async def test_F47_a_load_taken_from_its_shipper_is_proved_anew(floor: Floor) -> None:
    await reader_down(floor)
    await prove_all(floor)
    (load,) = await rows(floor, loads)
    await floor.store.run(unassign_task, load.task_id, "supervisor")
    with pytest.raises(Refusal, match=r"gate\.hand_over"):
        await floor.store.run(release_asked, load.id, "mori")


async def test_H02_a_cancel_that_waited_for_the_gate_comes_too_late_once_released(floor: Floor) -> None:
    await reader_down(floor)
    await prove_all(floor)
    assert (await floor.store.run(request_cancel, "ACME/1", "c1", "customer"))["outcome"] == "pending"
    await floor.store.run(release_asked, await load_id(floor), "mori")
    refused = select(journal.c.subject).where(journal.c.kind == "order.cancel_refused")
    assert await floor.store.read(lambda reader: reader.value(refused)) == "order/ACME/1"
