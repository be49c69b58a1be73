"""The handheld's API: contract 1."""

import asyncio
import json

import pytest
from sqlalchemy import func, select

from edge.model.reasons import Refusal
from edge.model.states import TaskKind
from edge.processes import people, screens
from edge.store.database import StoreError
from edge.store.queue import add_task, claim, release
from edge.store.tables import answers, journal, logins, seats, tasks
from edge.store.tx import Reader, Tx
from edge.web.acts import MOST_SCANS
from edge.web.handheld import _events
from tests.edge.web.conftest import ActMaker, Web
from tests.support.patience import PATIENCE


def scans(reader: Reader) -> int:
    return int(reader.value(select(func.count()).where(journal.c.kind == "scan")))


async def test_login_gives_a_token_and_the_first_screen(web: Web) -> None:
    response = await web.login()
    body = response.json()
    assert body["person"] == {"id": "sato", "name": "Sato", "language": "ja"}
    assert body["screen"]["step"] == "location"
    assert len(body["token"]) == 64


async def test_the_site_s_own_screens_fit_the_api(web: Web, act: ActMaker) -> None:
    web.services.screens = screens
    response = await web.login()
    first = response.json()["screen"]
    head = {"Authorization": f"Bearer {response.json()['token']}"}
    assert (first["process"], first["step"]) == ("start", "place")
    answer = await web.client.post("/api/handheld/act", json=act(first["id"], "ZONE:A"), headers=head)
    assert answer.json()["result"]["kind"] == "right"
    assert answer.json()["screen"]["process"] == "idle"
    stale = await web.client.post("/api/handheld/act", json=act(first["id"], "", action="leave"), headers=head)
    assert stale.status_code == 409
    assert stale.json()["screen"]["id"] == answer.json()["screen"]["id"]


async def test_full_width_badge_and_pin_are_read(web: Web) -> None:
    assert (await web.login("Ｂ－ｓａｔｏ", "２５８０")).status_code == 200


async def test_scan_answers_result_and_next_screen(web: Web, act: ActMaker) -> None:
    head = await web.token()
    response = await web.client.post("/api/handheld/act", json=act("sato.0", "A-01-1"), headers=head)
    body = response.json()
    assert body["result"]["kind"] == "right"
    assert body["screen"]["step"] == "item"


async def test_F57_wrong_scan_changes_no_step(web: Web, act: ActMaker) -> None:
    head = await web.token()
    response = await web.client.post("/api/handheld/act", json=act("sato.0", "A-02-1"), headers=head)
    assert response.json()["result"]["kind"] == "wrong"
    assert "A-02-1" in response.json()["result"]["text"]
    assert response.json()["screen"]["step"] == "location"


async def test_F64_replay_returns_the_stored_first_answer(web: Web, act: ActMaker) -> None:
    head = await web.token()
    body = act("sato.0", "A-01-1")
    first = await web.client.post("/api/handheld/act", json=body, headers=head)
    again = await web.client.post("/api/handheld/act", json=body, headers=head)
    assert again.json() == first.json()
    assert await web.store.read(scans) == 1


async def test_H10_replays_at_the_same_moment_act_once(web: Web, act: ActMaker) -> None:
    head = await web.token()
    body = act("sato.0", "A-01-1")
    sent = [web.client.post("/api/handheld/act", json=body, headers=head) for _ in range(8)]
    found = [response.json() for response in await asyncio.gather(*sent)]
    assert all(one == found[0] for one in found)
    assert await web.store.read(scans) == 1


async def test_H10_same_key_with_other_content_is_refused(web: Web, act: ActMaker) -> None:
    head = await web.token()
    body = act("sato.0", "A-01-1")
    await web.client.post("/api/handheld/act", json=body, headers=head)
    response = await web.client.post("/api/handheld/act", json=body | {"value": "A-02-1"}, headers=head)
    assert response.status_code == 409
    assert response.json()["error"]["code"] == "request.other_content"


async def test_F64_keys_of_two_people_never_meet(web: Web, act: ActMaker) -> None:
    sato, kim = await web.token(), await web.token("B-kim", "HH-2")
    body = act("sato.0", "A-01-1")
    await web.client.post("/api/handheld/act", json=body, headers=sato)
    response = await web.client.post("/api/handheld/act", json=body | {"screen": "kim.0"}, headers=kim)
    assert response.json()["screen"]["id"] == "kim.1"


async def test_F64_answer_and_decision_are_one_transaction(web: Web, act: ActMaker) -> None:
    head = await web.token()

    web.screens.fault = RuntimeError("a bug in a process")
    response = await web.client.post("/api/handheld/act", json=act("sato.0", "A-01-1"), headers=head)
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "request.failed"
    assert await web.store.read(scans) == 0
    assert await web.store.read(lambda reader: reader.value(select(func.count()).select_from(answers))) == 0


async def test_F63_stale_screen_is_409_with_the_screen_that_is(web: Web, act: ActMaker) -> None:
    head = await web.token()
    await web.client.post("/api/handheld/act", json=act("sato.0", "A-01-1"), headers=head)
    response = await web.client.post("/api/handheld/act", json=act("sato.0", "", action="undo"), headers=head)
    assert response.status_code == 409
    assert response.json()["error"]["code"] == "work.stale_screen"
    assert response.json()["screen"]["id"] == "sato.1"


# --- several scans in one request


ITEM = "4901234567894"


async def test_F53_scans_of_one_request_are_taken_in_their_order(web: Web, act: ActMaker) -> None:
    head = await web.token()
    sent = [act("sato.0", value) for value in ("A-01-1", ITEM, "A-99-9", ITEM, ITEM)]
    response = await web.client.post("/api/handheld/scans", json={"scans": sent}, headers=head)
    body = response.json()
    assert [one["key"] for one in body["answers"]] == [one["key"] for one in sent]
    assert [one["result"]["kind"] for one in body["answers"]] == ["right", "right", "wrong", "right", "right"]
    assert body["screen"]["step"] == "tote"
    assert await web.store.read(scans) == 5


async def test_F64_scans_that_are_sent_again_count_once_alone_or_in_other_company(web: Web, act: ActMaker) -> None:
    head = await web.token()
    first, second, third, fourth = (act("sato.0", value) for value in ("A-01-1", ITEM, ITEM, ITEM))

    async def send(*sent: dict[str, object]) -> list[str]:
        response = await web.client.post("/api/handheld/scans", json={"scans": sent}, headers=head)
        return [one["result"]["kind"] for one in response.json()["answers"]]

    async def send_alone(sent: dict[str, object]) -> dict[str, object]:
        body = (await web.client.post("/api/handheld/act", json=sent, headers=head)).json()
        assert body["screen"]["id"] == f"sato.{await web.store.read(scans)}", "the screen is the one that is"
        return dict(body["result"])

    alone = await send_alone(first)
    assert await send(first | {"screen": "sato.1"}, second) == ["right", "right"]
    assert await send(second, first, third) == ["right"] * 3
    assert await send_alone(second) == alone
    assert await send(third, fourth, fourth) == ["right"] * 3
    assert await web.store.read(scans) == 4


async def test_F53_a_refused_scan_loses_no_other_and_leaves_nothing(web: Web, act: ActMaker) -> None:
    head = await web.token()
    used = act("sato.0", "A-01-1")
    await web.client.post("/api/handheld/act", json=used, headers=head)
    web.screens.refuse = "BAD"
    sent = [act("sato.0", ITEM), act("sato.0", "BAD"), used | {"value": ITEM}, act("sato.0", ITEM)]
    response = await web.client.post("/api/handheld/scans", json={"scans": sent}, headers=head)
    good, bad, other, last = response.json()["answers"]
    assert (good["result"]["kind"], last["result"]["kind"]) == ("right", "right")
    assert (bad["result"]["kind"], bad["result"]["code"]) == ("wrong", "work.quantity")
    assert other["error"]["code"] == "request.other_content"
    assert response.json()["screen"]["quantity"]["done"] == 2
    assert await web.store.read(scans) == 3
    seqs = await web.store.read(lambda reader: [row.seq for row in reader.rows(select(journal.c.seq))])
    assert seqs == list(range(1, len(seqs) + 1)), "what was undone leaves no hole"
    web.screens.refuse = ""
    again = await web.client.post("/api/handheld/scans", json={"scans": sent[1:2]}, headers=head)
    assert again.json()["answers"][0]["result"]["code"] == "scan.not_here", "a refusal is not kept"


async def test_F64_scans_and_their_answers_are_one_transaction(web: Web, act: ActMaker) -> None:
    head = await web.token()
    web.screens.fault = RuntimeError("a bug in a process")
    sent = [act("sato.0", "A-01-1"), act("sato.0", ITEM)]
    response = await web.client.post("/api/handheld/scans", json={"scans": sent}, headers=head)
    assert response.status_code == 500
    assert await web.store.read(scans) == 0


@pytest.mark.parametrize("wrong", [{"action": "undo"}, {"key": "short"}, {"value": "x" * 4001}, None])
async def test_F53_only_scans_and_not_too_many_come_together(
    web: Web, act: ActMaker, wrong: dict[str, object] | None
) -> None:
    head = await web.token()
    sent = [act("sato.0", "A-01-1") for _ in range(MOST_SCANS + 1 if wrong is None else 1)]
    sent += [act("sato.0", "A-01-1") | wrong] if wrong else []
    response = await web.client.post("/api/handheld/scans", json={"scans": sent}, headers=head)
    assert response.status_code == 422
    assert await web.store.read(scans) == 0


async def test_F72_old_page_s_scans_are_told_to_update(web: Web, act: ActMaker) -> None:
    head = await web.token()
    sent = [act("sato.0", "A-01-1"), act("sato.0", "A-01-1", contract=0)]
    response = await web.client.post("/api/handheld/scans", json={"scans": sent}, headers=head)
    assert response.status_code == 409
    assert response.json()["error"]["code"] == "work.update"
    assert await web.store.read(scans) == 0


async def test_F72_old_page_is_told_to_update(web: Web, act: ActMaker) -> None:
    head = await web.token()
    response = await web.client.post("/api/handheld/act", json=act("sato.0", "A-01-1", contract=0), headers=head)
    assert response.status_code == 409
    assert response.json()["error"]["code"] == "work.update"
    assert await web.store.read(scans) == 0


async def test_P60_refusal_of_a_process_is_a_wrong_result_with_words(web: Web, act: ActMaker) -> None:
    head = await web.token("B-kim")

    web.screens.fault = Refusal("work.quantity", most=3)
    response = await web.client.post("/api/handheld/act", json=act("kim.0", "x"), headers=head)
    assert response.status_code == 200
    assert response.json()["result"] == {
        "kind": "wrong",
        "code": "work.quantity",
        "text": "The quantity is between 0 and 3. Count again.",
    }


async def test_F04_no_handheld_can_say_that_a_button_was_pressed(web: Web, act: ActMaker) -> None:
    head = await web.token()
    body = act("sato.0", "A-01-1") | {"source": "button"}
    response = await web.client.post("/api/handheld/act", json=body, headers=head)
    assert (response.status_code, response.json()["error"]["code"]) == (422, "request.invalid")


async def test_F60_quantity_is_a_whole_number(web: Web, act: ActMaker) -> None:
    head = await web.token()
    for quantity in (1.5, -1, "two"):
        body = act("sato.0", "", action="quantity", quantity=quantity)
        response = await web.client.post("/api/handheld/act", json=body, headers=head)
        assert response.status_code == 422
        assert response.json()["error"]["code"] == "request.invalid"


async def test_weigh_button_brings_the_scale_once(web: Web, act: ActMaker) -> None:
    head = await web.token()
    await web.store.run(lambda tx: tx.update(seats, seats.c.person_id == "sato", place="PACK-1"))
    body = act("sato.0", "", action="weigh")
    first = await web.client.post("/api/handheld/act", json=body, headers=head)
    again = await web.client.post("/api/handheld/act", json=body, headers=head)
    assert first.json() == again.json()
    assert [done["value"] for done in web.screens.acts] == ["735"]
    assert web.weights == []


async def test_the_zero_button_reaches_the_scale_once(web: Web, act: ActMaker) -> None:
    head = await web.token()
    await web.store.run(lambda tx: tx.update(seats, seats.c.person_id == "sato", place="PACK-1"))
    body = act("sato.0", "", action="zero")
    first = await web.client.post("/api/handheld/act", json=body, headers=head)
    again = await web.client.post("/api/handheld/act", json=body, headers=head)
    assert first.json() == again.json()
    assert [(done["action"], done["value"]) for done in web.screens.acts] == [("zero", "735")]


async def test_silent_scale_is_said_in_words(web: Web, act: ActMaker) -> None:
    async def silent(station: str) -> int:
        raise Refusal("pack.scale_silent", scale=station)

    head = await web.token()
    await web.store.run(lambda tx: tx.update(seats, seats.c.person_id == "sato", place="PACK-1"))
    web.services.weigh = silent
    response = await web.client.post("/api/handheld/act", json=act("sato.0", "", action="weigh"), headers=head)
    assert response.json()["result"]["code"] == "pack.scale_silent"


async def test_F77_language_changes_at_once(web: Web) -> None:
    head = await web.token()
    response = await web.client.post("/api/handheld/language", json={"language": "en"}, headers=head)
    assert response.json()["language"] == "en"
    body = {"contract": 0, "key": "01JDKEY0000000000000000099", "screen": "x", "action": "scan"}
    refused = await web.client.post("/api/handheld/act", json=body, headers=head)
    assert refused.json()["error"]["text"] == "This handheld's program is out of date."


async def test_F77_what_was_said_in_the_other_language_is_not_said_again(web: Web, act: ActMaker) -> None:
    head = await web.token()
    wrong = await web.client.post("/api/handheld/act", json=act("sato.0", "nothing"), headers=head)
    assert wrong.json()["screen"]["last"]["kind"] == "wrong"
    response = await web.client.post("/api/handheld/language", json={"language": "en"}, headers=head)
    assert response.json()["screen"]["last"] is None


async def test_F62_login_on_another_device_takes_the_work_over(web: Web, act: ActMaker) -> None:
    old = await web.token(device="HH-1")
    await web.client.post("/api/handheld/act", json=act("sato.0", "A-01-1"), headers=old)
    new = await web.token(device="HH-2")
    screen = await web.client.get("/api/handheld/screen", headers=new)
    assert screen.json()["screen"]["step"] == "item"
    assert (await web.client.get("/api/handheld/screen", headers=old)).status_code == 401


async def test_logout_ends_the_session_at_once(web: Web) -> None:
    head = await web.token()
    assert (await web.client.post("/api/handheld/logout", headers=head)).status_code == 204
    response = await web.client.get("/api/handheld/screen", headers=head)
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "login.ended"


async def test_session_ends_after_its_hours(web: Web) -> None:
    head = await web.token()
    web.clock.pass_(hours=12, seconds=1)
    assert (await web.client.get("/api/handheld/screen", headers=head)).status_code == 401


async def test_page_and_texts_have_the_same_words_in_both_languages(web: Web) -> None:
    page = await web.client.get("/h", headers={"Accept-Language": "en"})
    assert '<html lang="en">' in page.text
    words = json.loads(page.text.split('id="words">')[1].split("</script>")[0])
    assert words["ja"].keys() == words["en"].keys()


async def read_event(events: "asyncio.Future[str] | object") -> tuple[str, dict[str, object]]:
    async with asyncio.timeout(PATIENCE):
        text = await anext(events)  # type: ignore[call-overload]
    name, _, data = text.partition("\ndata: ")
    return name.removeprefix("event: "), json.loads(data)


async def test_stream_tells_what_somebody_else_changed(web: Web) -> None:
    await web.token()
    session = await web.store.run(one_session)
    events = _events(web.services, session, {"id": "sato.0"})
    assert (await read_event(events))[0] == "screen"
    changed = {"step": "1", "screen": 7}
    waiting = asyncio.ensure_future(read_event(events))
    await asyncio.sleep(0)
    await web.store.run(
        lambda tx: (tx.update(seats, seats.c.person_id == "sato", **changed), tx.journal("seat.told", "person/sato"))
    )
    name, screen = await waiting
    assert (name, screen["id"]) == ("screen", "sato.7")
    await events.aclose()


async def test_stream_is_silent_for_people_whose_work_was_not_touched(web: Web) -> None:
    await web.token()
    await web.token("B-kim", "HH-2")
    number, follower = web.services.follow.open("sato", "hash")
    other, told = web.services.follow.open("kim", "hash2")
    await web.services.follow._look()
    follower.take(), told.take()
    web.screens.made.clear()
    await web.store.run(lambda tx: (tx.update(seats, seats.c.person_id == "kim", screen=9), tx.journal("x", "y")))
    await web.services.follow._look()
    assert web.screens.made == ["kim"]
    assert told.take() is not None
    assert follower.take() is None
    web.services.follow.drop(number)
    web.services.follow.drop(other)


async def test_what_people_did_themselves_is_not_drawn_again(web: Web, act: ActMaker) -> None:
    head = await web.token()
    number, follower = web.services.follow.open("sato", "hash")
    await web.services.follow._look()
    await web.client.post("/api/handheld/act", json=act("sato.0", "A-01-1"), headers=head)
    web.screens.made.clear()
    await web.services.follow._look()
    assert web.screens.made == []
    await web.store.run(lambda tx: tx.journal("seat.told", "person/sato"))
    await web.services.follow._look()
    assert web.screens.made == ["sato"]
    assert follower.take() is None
    web.services.follow.drop(number)


async def test_new_work_is_shown_to_as_many_as_it_needs_longest_idle_first(web: Web) -> None:
    follow = web.services.follow
    for person, token in (("B-sato", "HH-1"), ("B-kim", "HH-2")):
        await web.token(person, token)
    numbers = [follow.open(person, person)[0] for person in ("sato", "kim")]
    await web.store.run(stand, "kim")
    await follow._look()
    await web.store.run(stand, "sato")
    await follow._look()
    for wanted in (["kim"], ["kim", "sato"]):
        web.screens.made.clear()
        await web.store.run(add_picks, len(wanted))
        await follow._look()
        assert web.screens.made == wanted
    for number in numbers:
        follow.drop(number)


async def test_work_that_was_taken_and_given_back_between_two_looks_is_offered_again(web: Web) -> None:
    follow = web.services.follow
    await web.token("B-kim", "HH-2")
    number, _ = follow.open("kim", "kim")
    await web.store.run(stand, "kim")
    await web.store.run(add_picks, 1)
    await follow._look()
    (task,) = await web.store.read(lambda reader: [row.id for row in reader.all(tasks, state="ready")])
    web.screens.made.clear()
    await follow._look()
    assert web.screens.made == []
    await web.store.run(claim, task, "person:sato")
    await web.store.run(release, task, "work.leave")
    await follow._look()
    assert web.screens.made == ["kim"]
    follow.drop(number)


async def test_screens_that_a_failing_store_held_back_are_sent_by_the_next_look(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    await web.token()
    number, follower = web.services.follow.open("sato", "hash")
    await web.services.follow._look()
    follower.take()
    await web.store.run(lambda tx: (tx.update(seats, seats.c.person_id == "sato", screen=9), tx.journal("x", "y")))
    with monkeypatch.context() as patched:
        patched.setattr(web.store, "run_as", failing)
        await web.services.follow._look_once()
    assert follower.take() is None
    await web.services.follow._look_once()
    sent = follower.take()
    assert sent is not None
    assert sent["id"] == "sato.9"
    web.services.follow.drop(number)


async def test_stream_ends_with_the_session(web: Web) -> None:
    head = await web.token()
    session = await web.store.run(one_session)
    events = _events(web.services, session, {"id": "sato.0"})
    await read_event(events)
    await web.client.post("/api/handheld/logout", headers=head)
    name = ""
    while name != "ended":
        name, _ = await read_event(events)
    with pytest.raises(StopAsyncIteration):
        await anext(events)


def stand(tx: Tx, person_id: str) -> None:
    tx.update(seats, seats.c.person_id == person_id, place="ZONE:A")
    tx.journal("x", "y")


def add_picks(tx: Tx, number: int) -> None:
    for _ in range(number):
        add_task(
            tx, TaskKind.PICK, "batch/B1", place="ZONE:A", needs="picker", priority=5, due_at=tx.now, detail={"seq": 1}
        )


async def failing(*_args: object) -> None:
    raise StoreError("the disk is full")


def one_session(tx: Tx) -> people.Session:
    token_hash = tx.value(select(logins.c.token_hash))
    found = people.session(tx, token_hash)
    assert found is not None
    return found
