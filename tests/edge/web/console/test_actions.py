"""Deeds: by the right people, from the site's own pages, asked once when they hurt, and in the journal (P49, P58)."""

from typing import Any

import pytest
from sqlalchemy import select

from edge.live import RobotView
from edge.model.states import LoadState
from edge.processes import byhand
from edge.processes.orders import accept_order
from edge.processes.stays import sync_robots
from edge.processes.trouble import raise_trouble
from edge.store.queue import add_task, claim
from edge.store.tables import closures, exceptions, item_weights, items, journal, loads, orders, people, robots, tasks
from edge.store.tx import Reader, Tx
from edge.web.console.actions import DEEDS
from tests.edge.web.console.conftest import Console
from tests.edge.web.console.test_pages import ORDER


async def prepare(console: Console) -> str:
    """Write two orders, the robot, and a task that Sato holds; return the task's id."""

    def write(tx: Tx) -> str:
        sync_robots(tx)
        tx.insert(items, owner="ACME", sku="SKU1", name_ja="Tシャツ", name_en="T-shirt")
        for key in ("1001", "1002"):
            accept_order(tx, ORDER | {"order_key": key})
        place = {"place": "ZONE:A", "needs": "picker", "priority": 5, "due_at": tx.now}
        task_id = add_task(tx, "pick", "batch/B1", **place)  # type: ignore[arg-type]
        claim(tx, task_id, "person:sato")
        return task_id

    return await console.web.store.run(write)


async def value(console: Console, column: Any, where: Any) -> Any:
    def query(reader: Reader) -> Any:
        return reader.value(select(column).where(where))

    return await console.web.store.read(query)


async def last(console: Console) -> tuple[str, str, str]:
    """Return kind, subject and actor of the last journal row."""

    def query(reader: Reader) -> Any:
        return reader.one(select(journal).order_by(journal.c.seq.desc()).limit(1))

    row = await console.web.store.read(query)
    return row.kind, row.subject, row.actor


async def test_P49_priority_of_many_orders_in_one_deed_with_its_actor(console: Console) -> None:
    await prepare(console)
    answer = await console.do("order-priority", id=["ACME/1001", "ACME/1002"], priority="9")
    assert answer.json() == {"text": "2 件の優先度を変えました。"}
    assert await value(console, orders.c.priority, orders.c.id == "ACME/1002") == 9
    assert await last(console) == ("order.changed", "order/ACME/1002", "person:mori")


async def test_hold_and_release(console: Console) -> None:
    await prepare(console)
    await console.do("order-hold", id="ACME/1001")
    assert await value(console, orders.c.hold, orders.c.id == "ACME/1001")
    await console.do("order-release", id="ACME/1001")
    assert not await value(console, orders.c.hold, orders.c.id == "ACME/1001")


async def test_cancel_says_what_will_happen_asks_once_and_then_does_it(console: Console) -> None:
    await prepare(console)
    asked = (await console.do("order-cancel", id=["ACME/1001", "ACME/1002"])).json()["ask"]
    assert asked["title"] == "2 件の注文を取り消しますか"
    assert asked["lines"][0] == "2 件はまだ始まっていません。すぐに取り消します。"
    assert await value(console, orders.c.state, orders.c.id == "ACME/1001") == "accepted"
    done = await console.do("order-cancel", id=["ACME/1001", "ACME/1002"], confirmed="1")
    assert done.json() == {"text": "2 件を取り消しました。"}
    assert await value(console, orders.c.state, orders.c.id == "ACME/1001") == "cancelled"


async def test_work_is_taken_from_its_holder_and_goes_back_to_the_queue(console: Console) -> None:
    task_id = await prepare(console)
    assert "ask" in (await console.do("task-release", id=task_id)).json()
    await console.do("task-release", id=task_id, confirmed="1")
    assert await value(console, tasks.c.state, tasks.c.id == task_id) == "ready"
    assert await value(console, tasks.c.holder, tasks.c.id == task_id) is None
    await console.do("task-priority", id=task_id, priority="8")
    assert await value(console, tasks.c.priority, tasks.c.id == task_id) == 8


async def test_robots_are_paused_taken_out_declared_dead_and_returned(console: Console) -> None:
    await prepare(console)

    async def robot(column: Any) -> Any:
        return await value(console, column, robots.c.id == "R1")

    await console.do("robot-pause", id="R1")
    assert await robot(robots.c.paused)
    await console.do("robot-resume", id="R1")
    assert not await robot(robots.c.paused)
    await console.do("robot-out", id="R1")
    assert not await robot(robots.c.in_service)
    asked = (await console.do("robot-dead", id="R1")).json()["ask"]
    assert asked["button"] == "停止と判断する"
    assert len(asked["lines"]) == 3
    assert not await robot(robots.c.dead)
    await console.do("robot-dead", id="R1", confirmed="1")
    assert await robot(robots.c.dead)
    await console.do("robot-in", id="R1", confirmed="1")
    assert not await robot(robots.c.dead)


async def test_places_are_closed_after_asking_and_opened_at_once(console: Console) -> None:
    assert "ask" in (await console.do("place-close", id="A", kind="zone")).json()
    await console.do("place-close", id="A", kind="zone", confirmed="1")
    assert await value(console, closures.c.by, closures.c.id == "zone:A") == "person:mori"
    assert "閉鎖中です" in (await console.get("/console/floor?open=zone:A")).text
    await console.do("place-open", id="A", kind="zone")
    assert await value(console, closures.c.id, closures.c.id == "zone:A") is None


async def test_all_robots_are_stopped_at_once_and_drive_on_after_asking(console: Console) -> None:
    assert (await console.do("robots-stop", id="all")).json() == {"text": "全ロボットに停止を指示しました。"}
    assert await last(console) == ("floor.stopped", "floor/robots", "person:mori")
    assert "全ロボットを停止中です。" in (await console.get("/console/orders")).text
    assert (await console.do("robots-go", id="all")).json()["ask"]["button"] == "走行を再開する"
    assert "全ロボットを停止中です。" in (await console.get("/console/orders")).text
    await console.do("robots-go", id="all", confirmed="1")
    assert "全ロボットを停止中です。" not in (await console.get("/console/orders")).text


async def test_all_robots_are_called_home_after_asking_and_those_still_out_are_named(console: Console) -> None:
    await prepare(console)
    console.web.services.live.views["R1"] = RobotView("R1", node="N3")
    assert len((await console.do("robots-home", id="all")).json()["ask"]["lines"]) == 3
    await console.do("robots-home", id="all", confirmed="1")
    assert "戻っていないロボット 1 台:" in (await console.get("/console")).text
    console.web.services.live.views["R1"].node = "BAY1"
    assert "全機が戻りました。" in (await console.get("/console")).text
    await console.do("robots-work", id="all")
    assert "全機が戻りました。" not in (await console.get("/console")).text


async def test_exceptions_are_taken_and_settled_by_name(console: Console) -> None:
    found = await console.web.store.run(raise_trouble, "exception.gate_alarm", "gate/GATE-1", gate="GATE-1")
    await console.do("trouble-take", id=found)
    assert await value(console, exceptions.c.owner, exceptions.c.id == found) == "mori"
    await console.do("trouble-settle", id=found)
    assert await value(console, exceptions.c.state, exceptions.c.id == found) == "solved"
    again = await console.do("trouble-settle", id=found)
    assert again.status_code == 409


async def test_F37_a_load_proved_by_hand_is_released_after_asking(console: Console) -> None:
    def write(tx: Tx) -> None:
        gate = {"dock": "DOCK-1", "gate": "GATE-1", "carrier": "yamato"}
        tx.insert(loads, id="L1", state=LoadState.AT_GATE, task_id="T1", **gate)
        byhand.ask(tx, tx.get(loads, id="L1"), [], "sato")

    await console.web.store.run(write)
    assert 'action="/console/do/load-release"' in (await console.get("/console/exceptions")).text
    asked = (await console.do("load-release", id="L1")).json()["ask"]
    assert asked["button"] == "便を出す"
    assert await value(console, loads.c.state, loads.c.id == "L1") == LoadState.AT_GATE
    assert (await console.do("load-release", id="L1", confirmed="1")).json() == {"text": "便を出しました。"}
    assert await value(console, loads.c.state, loads.c.id == "L1") == LoadState.PASSED
    assert (await console.do("load-release", id="L1", confirmed="1")).status_code == 409


async def test_the_language_is_the_persons_own(console: Console) -> None:
    await console.do("language", language="en")
    assert await value(console, people.c.language, people.c.id == "mori") == "en"
    assert '<html lang="en">' in (await console.get("/console")).text


@pytest.mark.parametrize("deed", sorted(DEEDS))
async def test_every_deed_needs_the_pages_token(console: Console, deed: str) -> None:
    answer = await console.do(deed, csrf="forged", id="R1", confirmed="1", kind="zone", language="en", priority="1")
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "request.forged"


@pytest.mark.parametrize("deed", sorted(DEEDS))
async def test_every_deed_needs_somebody_with_the_role(console: Console, deed: str) -> None:
    await prepare(console)
    await console.login("aoki")
    task_and_order = {"id": "ACME/1001", "confirmed": "1", "language": "ja", "priority": "1"}
    answer = await console.do(deed, **task_and_order)
    allowed = deed in ("order-hold", "order-release", "language")
    assert answer.status_code == (200 if allowed else 403)
    console.client.cookies.clear()
    assert (await console.do(deed, csrf="x", **task_and_order)).status_code == 401


async def test_nothing_chosen_or_too_much_is_refused_in_words(console: Console) -> None:
    nothing = await console.do("order-hold")
    assert nothing.json()["error"]["text"] == "何も選ばれていません。"
    much = await console.do("order-hold", id=[f"ACME/{i}" for i in range(501)])
    assert much.json()["error"]["code"] == "console.too_many"
    assert (await console.do("order-priority", id="ACME/1", priority="10")).json()["error"][
        "code"
    ] == "console.priority"


async def test_a_refused_deed_changes_nothing(console: Console) -> None:
    await prepare(console)
    answer = await console.do("order-hold", id=["ACME/1001", "ACME/none"])
    assert answer.status_code == 409
    assert not await value(console, orders.c.hold, orders.c.id == "ACME/1001")


async def test_without_a_script_a_deed_leads_back_and_a_question_is_a_page(console: Console) -> None:
    await prepare(console)
    token = await console.csrf()
    html = {"Accept": "text/html"}
    fields = {"csrf": token, "id": "ACME/1001", "back": "/console/orders?page=2"}
    done = await console.client.post("/console/do/order-hold", data=fields, headers=html)
    assert (done.status_code, done.headers["location"]) == (303, "/console/orders?page=2")
    away = await console.client.post("/console/do/order-hold", data=fields | {"back": "//evil"}, headers=html)
    assert away.headers["location"] == "/console"
    asked = await console.client.post("/console/do/order-cancel", data=fields, headers=html)
    assert 'name="confirmed" value="1"' in asked.text
    assert "取り消しますか" in asked.text


async def test_work_is_given_to_a_named_person_after_one_question(console: Console) -> None:
    task_id = await prepare(console)
    await console.web.token("B-kim")
    asked = (await console.do("task-assign", id=task_id, person="kim")).json()["ask"]
    assert asked["title"] == "この作業を Kim さんに割り当てますか"
    assert "今の担当者のこの作業のスキャンは、以後受け付けません。" in asked["lines"]
    assert await value(console, tasks.c.holder, tasks.c.id == task_id) == "person:sato"
    done = await console.do("task-assign", id=task_id, person="kim", confirmed="1")
    assert done.json() == {"text": "割り当てました。ハンディに表示されます。"}
    assert await value(console, tasks.c.holder, tasks.c.id == task_id) == "person:kim"
    assert await last(console) == ("task.given", f"task/{task_id}", "person:mori")


async def test_work_for_somebody_who_is_not_there_is_refused_with_what_to_do(console: Console) -> None:
    task_id = await prepare(console)
    refused = await console.do("task-assign", id=task_id, person="kim", confirmed="1")
    assert refused.status_code == 409
    assert refused.json()["error"]["text"] == "Kim さんはハンディで作業していません。"
    many = await console.do("task-assign", id=[task_id, "other"], person="kim")
    assert many.json()["error"]["code"] == "console.one_only"


async def test_work_lists_who_is_at_a_handheld(console: Console) -> None:
    task_id = await prepare(console)
    assert "ハンディで作業中の人がいません" in (await console.get("/console/work")).text
    await console.web.token("B-kim")
    page = (await console.get("/console/work")).text
    assert '<option value="kim" data-roles="picker packer shipper">Kim · 場所未定</option>' in page
    assert f'data-key="{task_id}" data-skill="picker"' in page


async def test_F10_a_learnt_weight_is_forgotten_after_a_question(console: Console) -> None:
    def write(tx: Tx) -> None:
        tx.insert(items, owner="ACME", sku="SKU/1", name_ja="Tシャツ", name_en="T-shirt", weight_g=200)
        known = {"told_g": 200, "weight": 231_700, "unsure": 1, "spread": 4_000_000, "parcels": 37}
        tx.insert(item_weights, owner="ACME", sku="SKU/1", **known, odd=0, odd_parcels=0)

    await console.web.store.run(write)
    page = (await console.get("/console/stock/weights")).text
    assert all(text in page for text in ("<b>231.7</b> g", "± 2.0 g", "WMS と違います"))
    asked = (await console.do("weight-forget", id="ACME/SKU/1")).json()["ask"]
    assert asked["title"] == "1 件の学習した重さを忘れますか"
    done = await console.do("weight-forget", id="ACME/SKU/1", confirmed="1")
    assert done.json() == {"text": "1 件の学習した重さを忘れました。"}
    assert await last(console) == ("item.weight_forgotten", "item/ACME/SKU/1", "person:mori")
    assert "231.7" not in (await console.get("/console/stock/weights")).text
    again = await console.do("weight-forget", id=["ACME/SKU/1", "nonsense"], confirmed="1")
    assert again.json() == {"text": "学習した重さはありませんでした。"}
