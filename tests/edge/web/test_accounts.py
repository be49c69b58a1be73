"""What lets people in, over the web: by supervisors and engineers, in the journal with their name, no secret listed."""

from typing import Any

import pytest

from edge.model.states import Role
from edge.model.words import WORDS
from edge.processes import people
from edge.site import Worker
from edge.store.tables import journal
from edge.web.security import COOKIE
from tests.edge.web.conftest import PIN, Web
from tests.support.store import name

ACCOUNTS = "/api/accounts"
SCREEN = "/api/handheld/screen"
DEEDS: dict[str, Any] = {
    "badge": {"badge": "B-new"},
    "pin": {"pin": "8642"},
    "language": {"language": "en"},
    "unlock": None,
    "logout": None,
    "block": None,
    "unblock": None,
}


async def engineer(web: Web, *ids: str) -> dict[str, str]:
    """Let engineers work here, and log the first in."""
    for one in ids or ("endo",):
        web.services.site.people.append(Worker(id=one, name=name(one), roles=[Role.ENGINEER], language="en"))
        await web.store.run(people.sync_people)
        await web.store.run(people.set_badge, one, f"B-{one}")
        await web.store.run(people.set_pin, one, await web.services.hasher.hash(PIN))
    return await web.token(f"B-{(ids or ('endo',))[0]}")


async def do(web: Web, head: dict[str, str], person: str, deed: str, body: Any = None) -> tuple[int, str]:
    """Do something to a person; return the status and the code of the refusal."""
    answer = await web.client.post(f"{ACCOUNTS}/{person}/{deed}", headers=head, json=body or DEEDS[deed])
    return answer.status_code, answer.json()["error"]["code"] if answer.is_error else ""


async def newest(web: Web, person: str) -> tuple[str, str]:
    rows = await web.store.read(lambda reader: reader.all(journal, subject=f"person/{person}"))
    return rows[-1].kind, rows[-1].actor


@pytest.mark.parametrize("deed", DEEDS)
async def test_P49_who_works_on_the_floor_changes_nobody(web: Web, deed: str) -> None:
    head = await web.token("B-sato")
    before = web.kinds()
    assert await do(web, head, "kim", deed) == (403, "work.role")
    assert (await web.client.post(f"{ACCOUNTS}/kim/{deed}", json=DEEDS[deed])).status_code == 401
    for path in (ACCOUNTS, f"{ACCOUNTS}/sessions"):
        assert (await web.client.get(path, headers=head)).status_code == 403
    assert web.kinds() == before


@pytest.mark.parametrize("deed", DEEDS)
async def test_P49_a_supervisor_does_not_reach_an_engineer(web: Web, deed: str) -> None:
    await engineer(web)
    before = web.kinds()
    head = await web.token("B-mori")
    assert await do(web, head, "endo", deed) == (403, "work.role")
    assert await do(web, head, "nobody", deed) == (404, "person.unknown")
    assert web.kinds() == [*before, "login.ok"]


async def test_P58_every_deed_is_in_the_journal_with_its_actor(web: Web) -> None:
    head = await web.token("B-mori")
    kinds = {
        "language": "person.language",
        "unlock": "person.unlocked",
        "block": "person.blocked",
        "unblock": "person.unblocked",
        "badge": "person.badge",
        "pin": "person.pin",
    }
    for deed, kind in kinds.items():
        assert (await do(web, head, "sato", deed))[0] == 204
        assert await newest(web, "sato") == (kind, "person:mori")
    await web.token("B-kim")
    ended = await web.client.post(f"{ACCOUNTS}/kim/logout", headers=head)
    assert ended.json() == {"ended": 1}
    assert await newest(web, "kim") == ("session.ended", "person:mori")


async def test_P57_the_sessions_of_a_blocked_person_end_at_once_and_no_new_one_begins(web: Web) -> None:
    head, worker = await web.token("B-mori"), await web.token("B-sato")
    desk = (await web.client.post("/login", data={"badge": "B-sato", "pin": PIN})).cookies[COOKIE]
    web.client.cookies.clear()
    assert (await web.client.get(SCREEN, headers=worker)).status_code == 200
    assert await web.services.guard.session(desk) is not None
    assert (await do(web, head, "sato", "block"))[0] == 204
    assert (await web.client.get(SCREEN, headers=worker)).status_code == 401
    assert await web.services.guard.session(desk) is None
    refused = await web.login("B-sato")
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "login.blocked")
    wrong = await web.login("B-sato", pin="1111")
    assert wrong.json()["error"]["code"] == "login.wrong"
    page = await web.client.post("/login", data={"badge": "B-sato", "pin": PIN}, headers={"Accept-Language": "en"})
    assert "You have been blocked." in page.text
    assert (await do(web, head, "sato", "unblock"))[0] == 204
    assert (await web.login("B-sato")).status_code == 200


async def test_a_follower_of_a_blocked_person_is_told_that_it_is_over(web: Web) -> None:
    head = await web.token("B-mori")
    session = await web.services.guard.session((await web.token("B-sato"))["Authorization"].removeprefix("Bearer "))
    assert session is not None
    number, follower = web.services.follow.open("sato", session.token_hash)
    await do(web, head, "sato", "block")
    while not follower.ended:
        await follower.news.wait()
        follower.take()
    web.services.follow.drop(number)


async def test_nobody_blocks_themselves(web: Web) -> None:
    assert await do(web, await web.token("B-mori"), "mori", "block") == (409, "person.yourself")


async def test_engineers_block_each_other_but_one_always_stays(web: Web) -> None:
    head = await engineer(web, "endo", "abe")
    assert await do(web, head, "abe", "block") == (204, "")
    await do(web, head, "abe", "unblock")
    other = await web.token("B-abe")
    assert await do(web, other, "endo", "block") == (204, "")
    assert await do(web, other, "abe", "block") == (409, "person.yourself")
    assert (await web.client.get(ACCOUNTS, headers=head)).status_code == 401


async def test_who_is_logged_in_is_listed_with_where_and_until_when(web: Web) -> None:
    await web.token("B-sato", device="HH-7")
    web.clock.pass_(minutes=1)
    head = await web.token("B-mori", device="HH-1")
    listed = await web.client.get(f"{ACCOUNTS}/sessions", headers=head)
    assert [(one["person"], one["face"], one["device"]) for one in listed.json()] == [
        ("sato", "handheld", "HH-7"),
        ("mori", "handheld", "HH-1"),
    ]
    assert listed.json()[0]["since"] == "2026-11-24T11:00:00+09:00"
    assert listed.json()[0]["until"] == "2026-11-24T23:00:00+09:00"
    assert "token" not in listed.text


async def test_a_badge_and_a_pin_that_are_made_are_shown_once_and_work(web: Web) -> None:
    head = await web.token("B-mori")
    made = await web.client.post(f"{ACCOUNTS}/kim/badge", json={}, headers=head)
    pin = await web.client.post(f"{ACCOUNTS}/kim/pin", json={}, headers=head)
    assert (made.status_code, pin.status_code) == (201, 201)
    shown = (made.json()["badge"], pin.json()["pin"])
    assert (await web.login(*shown)).status_code == 200
    for path in (ACCOUNTS, f"{ACCOUNTS}/sessions"):
        listed = (await web.client.get(path, headers=head)).text
        assert not any(secret in listed for secret in shown)
    rows = await web.store.read(lambda reader: reader.all(journal, subject="person/kim"))
    assert not any(secret in str(row) for secret in shown for row in rows)


@pytest.mark.parametrize(
    ("deed", "body", "code"),
    [
        ("badge", {"badge": "B-mori"}, "person.badge_taken"),
        ("badge", {"badge": "x"}, "person.bad_badge"),
        ("pin", {"pin": "1111"}, "person.weak_pin"),
        ("pin", {"pin": "12"}, "person.weak_pin"),
    ],
)
async def test_bad_input_is_refused_in_words_and_changes_nothing(web: Web, deed: str, body: Any, code: str) -> None:
    head = await web.token("B-mori")
    before = web.kinds()
    for language in ("ja", "en"):
        await web.store.run(people.set_language, "mori", language)
        answer = await web.client.post(f"{ACCOUNTS}/kim/{deed}", json=body, headers=head)
        said = WORDS[code]
        assert answer.status_code == 409
        assert answer.json()["error"]["next"] == (said[1] if language == "ja" else said[3])
    assert [kind for kind in web.kinds()[len(before) :] if kind != "person.language"] == []


async def test_an_unknown_language_is_refused(web: Web) -> None:
    assert (await do(web, await web.token("B-mori"), "kim", "language", {"language": "fr"}))[0] == 422
