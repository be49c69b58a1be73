"""People and API keys at the console: by the right people, asked once, shown once, in the journal (P57, P58)."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from edge.fastyaml import loaded
from edge.model.states import Role
from edge.processes import people
from edge.processes.people import KeyRole
from edge.site import Worker
from edge.store.tables import api_keys, journal
from edge.store.tables import people as people_table
from edge.store.tx import Reader
from edge.web.pins import digest
from tests.edge.web.conftest import PIN
from tests.edge.web.console.conftest import Console
from tests.support.store import name

PEOPLE = "/console/settings/people"
MAKING = ("person-badge", "person-pin", "key-new")
FILLED = {"id": "sato", "badge": "B-7", "pin": "8642", "again": "8642", "name": "k1", "role": "wms", "confirmed": "1"}
SECRET = re.compile(r"genba_[a-z0-9-]+_[0-9a-f]{64}|B-[0-9A-F]{10}|\b[0-9]{6}\b")


async def engineer(console: Console, person: str = "endo") -> None:
    """Let an engineer who reads English work here, and log them in at the console."""
    web = console.web
    web.services.site.people.append(Worker(id=person, name=name(person), roles=[Role.ENGINEER], language="en"))
    await web.store.run(people.sync_people)
    await web.store.run(people.set_badge, person, f"B-{person}")
    await web.store.run(people.set_pin, person, await web.services.hasher.hash(PIN))
    await console.login(person)


async def newest(console: Console, subject: str) -> tuple[str, str]:
    def query(reader: Reader) -> Any:
        row = select(journal.c.kind, journal.c.actor).where(journal.c.subject == subject)
        return reader.rows(row.order_by(journal.c.seq.desc()).limit(1))[0]

    found = await console.web.store.read(query)
    return found.kind, found.actor


async def person_of(console: Console, person_id: str) -> Any:
    return await console.web.store.read(lambda reader: reader.get(people_table, id=person_id))


@pytest.mark.parametrize("deed", MAKING)
async def test_P49_what_makes_secrets_needs_the_pages_token_and_the_role(console: Console, deed: str) -> None:
    forged = await console.do(deed, csrf="forged", **FILLED)
    assert (forged.status_code, forged.json()["error"]["code"]) == (403, "request.forged")
    await console.login("aoki")
    assert (await console.do(deed, **FILLED)).status_code == 403
    console.client.cookies.clear()
    assert (await console.do(deed, csrf="x", **FILLED)).status_code == 401


async def test_P49_keys_are_for_engineers_and_supervisors_see_no_way_there(console: Console) -> None:
    assert "/console/settings/keys" not in (await console.get(PEOPLE)).text
    for path in ("/console/settings/keys", "/console/settings/keys.csv"):
        assert (await console.get(path)).status_code == 403
    for deed in ("key-new", "key-revoke"):
        assert (await console.do(deed, **FILLED)).status_code == 403
    await engineer(console)
    assert "/console/settings/keys" in (await console.get(PEOPLE)).text


async def test_support_sees_people_and_changes_nothing(console: Console) -> None:
    await console.login("aoki")
    assert "/console/settings/line" not in (await console.get(PEOPLE)).text
    page = (await console.get(f"{PEOPLE}/sato")).text
    assert "変更できるのは責任者と技術担当だけです。" in page
    assert "/console/do/person-" not in page


async def test_a_person_is_blocked_after_one_question_and_let_in_again(console: Console) -> None:
    handheld = await console.web.token("B-sato")
    page = (await console.get(f"{PEOPLE}/sato")).text
    assert "HH-1" in page
    assert "/console/do/person-block" in page
    asked = (await console.do("person-block", id="sato")).json()["ask"]
    assert asked["title"] == "Sato さんの利用を停止しますか"
    assert (await person_of(console, "sato")).blocked_at is None
    done = await console.do("person-block", id="sato", confirmed="1")
    assert done.json() == {"text": "利用を停止し、ログアウトさせました。"}
    assert (await console.client.get("/api/handheld/screen", headers=handheld)).status_code == 401
    page = (await console.get(f"{PEOPLE}/sato")).text
    assert "利用停止中" in page
    assert "HH-1" not in page.partition('id="sessions"')[2].partition("</section>")[0]
    assert "sato" in (await console.get(f"{PEOPLE}?state=blocked")).text
    assert (await console.do("person-unblock", id="sato")).json() == {"text": "またログインできます。"}
    assert await newest(console, "person/sato") == ("person.unblocked", "person:mori")


async def test_nobody_blocks_themselves_and_the_page_offers_it_not(console: Console) -> None:
    page = (await console.get(f"{PEOPLE}/mori")).text
    assert "/console/do/person-block" not in page
    assert "自分の利用は停止できません。" in page
    refused = await console.do("person-block", id="mori", confirmed="1")
    assert (refused.status_code, refused.json()["error"]["text"]) == (409, "自分の利用は停止できません。")


async def test_supervisors_reach_no_engineer(console: Console) -> None:
    await engineer(console)
    await console.login("brown")
    page = (await console.get(f"{PEOPLE}/endo")).text
    assert "Only an engineer changes what lets an engineer in." in page
    assert "/console/do/person-" not in page
    for deed in ("person-block", "person-logout", "person-language", "person-pin", "person-badge", "person-unlock"):
        refused = await console.do(deed, **(FILLED | {"id": "endo", "language": "ja"}))
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "work.role"), deed


async def test_who_is_logged_in_is_shown_and_logged_out(console: Console) -> None:
    await console.web.token("B-kim", device="HH-9")
    assert "HH-9" in (await console.get(f"{PEOPLE}?state=in")).text
    assert "sato" not in (await console.get(f"{PEOPLE}?state=in")).text
    assert "ask" in (await console.do("person-logout", id="kim")).json()
    done = await console.do("person-logout", id="kim", confirmed="1")
    assert done.json() == {"text": "1 か所からログアウトさせました。"}
    assert "HH-9" not in (await console.get(f"{PEOPLE}?state=in")).text
    assert await newest(console, "person/kim") == ("session.ended", "person:mori")
    again = await console.do("person-logout", id="kim", confirmed="1")
    assert again.json() == {"text": "どこにもログインしていませんでした。"}


async def test_a_badge_is_scanned_or_made_and_shown_once(console: Console) -> None:
    asked = (await console.do("person-badge", id="kim", badge="B-fresh")).json()["ask"]
    assert "古いバッジは使えなくなります。元に戻せません。" in asked["lines"]
    done = await console.do("person-badge", id="kim", badge="Ｂ－ｆｒｅｓｈ", confirmed="1")
    assert done.json() == {"text": "バッジを設定しました。"}
    assert (await console.web.login("B-fresh")).status_code == 200
    made = (await console.do("person-badge", id="kim", make="1", confirmed="1")).json()["shown"]
    assert (await console.web.login(made["value"])).status_code == 200
    assert made["value"] not in (await console.get(f"{PEOPLE}/kim")).text
    assert await newest(console, "person/kim") == ("login.ok", "person:kim")


async def test_a_pin_is_chosen_twice_or_made_and_shown_once(console: Console) -> None:
    differ = await console.do("person-pin", id="kim", pin="8642", again="8643")
    assert differ.json()["error"]["code"] == "person.pins_differ"
    assert "ask" in (await console.do("person-pin", id="kim", pin="8642", again="8642")).json()
    await console.do("person-pin", id="kim", pin="8642", again="8642", confirmed="1")
    assert await newest(console, "person/kim") == ("person.pin", "person:mori")
    assert (await console.web.login("B-kim", pin="8642")).status_code == 200
    made = (await console.do("person-pin", id="kim", make="1", confirmed="1")).json()["shown"]
    assert re.fullmatch("[0-9]{6}", made["value"])
    assert (await console.web.login("B-kim", pin=made["value"])).status_code == 200


async def test_the_first_badge_and_pin_replace_nothing_and_are_not_asked_about(console: Console) -> None:
    def take(tx: Any) -> None:
        tx.change(people_table, {"id": "kim"}, badge=None, pin_hash=None)

    await console.web.store.run(take)
    page = (await console.get(PEOPLE)).text
    assert "バッジ未設定" in page
    assert "shown" in (await console.do("person-badge", id="kim", make="1")).json()
    assert "暗証番号未設定" in (await console.get(PEOPLE)).text
    assert "shown" in (await console.do("person-pin", id="kim", make="1")).json()


@pytest.mark.parametrize(
    ("deed", "fields", "ja", "en"),
    [
        ("person-badge", {"badge": "B-mori"}, "バッジ B-mori は他の人が使っています。", "Badge B-mori belongs to"),
        ("person-badge", {"badge": ""}, "バッジは 3〜64 文字です。", "A badge has 3 to 64 characters."),
        ("person-pin", {"pin": "1234", "again": "1234"}, "暗証番号は 4〜8 桁の数字で", "A PIN has 4 to 8 digits"),
        ("person-pin", {"pin": "86", "again": "86"}, "暗証番号は 4〜8 桁の数字で", "A PIN has 4 to 8 digits"),
        ("person-block", {"id": "nobody"}, "nobody さんは登録されていません。", "There is nobody called nobody."),
    ],
)
async def test_bad_input_is_said_in_both_languages_before_anything_is_asked(
    console: Console, deed: str, fields: dict[str, str], ja: str, en: str
) -> None:
    for person, said in (("mori", ja), ("brown", en)):
        await console.login(person)
        refused = await console.do(deed, **({"id": "kim"} | fields))
        assert refused.json()["error"]["text"].startswith(said)
        assert refused.json()["error"]["next"]


async def test_a_lock_is_opened_and_a_language_changed(console: Console) -> None:
    for _ in range(people.MAX_FAILURES):
        await console.web.login("B-sato", pin="1111")
    assert "/console/do/person-unlock" in (await console.get(f"{PEOPLE}/sato")).text
    await console.do("person-unlock", id="sato")
    assert (await console.web.login("B-sato")).status_code == 200
    assert (await console.do("person-language", id="sato", language="en")).json() == {"text": "言語を変えました。"}
    assert (await person_of(console, "sato")).language == "en"
    assert await newest(console, "person/sato") == ("person.language", "person:mori")
    assert (await console.do("person-language", id="sato", language="fr")).status_code == 404


async def test_a_key_is_made_shown_once_dated_and_revoked(console: Console) -> None:
    await engineer(console)
    made = (await console.do("key-new", name="wms-2", role="wms")).json()["shown"]
    key = made["value"]
    assert (await console.web.store.read(lambda reader: reader.get(api_keys, id="wms-2"))).key_hash == digest(key)
    assert "never" in (await console.get("/console/settings/keys")).text
    head = {"Authorization": f"Bearer {key}"}
    assert (await console.web.client.get("/host/v1/stock", headers=head)).status_code == 200
    while (await console.web.store.read(lambda reader: reader.get(api_keys, id="wms-2"))).last_used_at is None:
        await console.web.store.run(lambda _tx: None)
    page = (await console.get("/console/settings/keys")).text
    assert "0 s ago" in page
    assert key not in page
    assert "It cannot be undone" in str((await console.do("key-revoke", id="wms-2")).json()["ask"]["lines"])
    assert (await console.do("key-revoke", id="wms-2", confirmed="1")).json() == {"text": "The key is revoked."}
    assert (await console.web.client.get("/host/v1/stock", headers=head)).status_code == 401
    assert await newest(console, "key/wms-2") == ("key.revoked", "person:endo")
    for bad, code in (("wms-2", "key.taken"), ("Bad Name", "key.bad_name")):
        assert (await console.do("key-new", name=bad, role="wms")).json()["error"]["code"] == code
    assert (await console.do("key-new", name="x1", role="owner")).status_code == 404


async def test_no_page_and_no_table_lists_a_secret(console: Console) -> None:
    await engineer(console)
    await console.web.store.run(people.add_key, "wms-2", KeyRole.WMS, "0" * 64)
    shown = [
        (await console.do("person-badge", id="kim", make="1", confirmed="1")).json()["shown"]["value"],
        (await console.do("person-pin", id="kim", make="1", confirmed="1")).json()["shown"]["value"],
        (await console.do("key-new", name="wms-3", role="wms")).json()["shown"]["value"],
    ]
    assert all(SECRET.fullmatch(value) for value in shown)
    paths = (PEOPLE, f"{PEOPLE}.csv", f"{PEOPLE}/kim", "/console/settings/keys", "/console/settings/keys.csv")
    for path in (*paths, "/console/journal"):
        page = (await console.get(path)).text
        assert not any(value in page for value in (*shown, "0" * 64, "argon2", "B-sato")), path


async def test_without_a_script_a_secret_is_a_page_and_the_way_back_is_there(console: Console) -> None:
    fields = {"csrf": await console.csrf(), "id": "kim", "make": "1", "back": f"{PEOPLE}/kim"}
    html = {"Accept": "text/html"}
    asked = await console.client.post("/console/do/person-pin", data=fields, headers=html)
    assert f'href="{PEOPLE}/kim"' in asked.text
    shown = await console.client.post("/console/do/person-pin", data=fields | {"confirmed": "1"}, headers=html)
    assert shown.headers["cache-control"] == "no-store"
    found = re.search(r"<textarea[^>]*>([0-9]{6})</textarea>", shown.text)
    assert found is not None
    assert f'href="{PEOPLE}/kim"' in shown.text
    assert (await console.web.login("B-kim", pin=found.group(1))).status_code == 200


LINE = "/console/settings/line"
NEW = {"of": "", "id": "azuma", "ja": "東: #1", "en": 'A "Z" O\'Neil', "role": ["picker", "packer"], "language": "ja"}


async def drawn(console: Console, **changes: Any) -> str:
    """Return the line that the page draws up, as the browser shows it."""
    answer = await console.client.get(LINE, params=NEW | changes, headers={"Accept": "text/html"})
    found = re.search(r'id="line">([^<]*)</textarea>', answer.text)
    assert found, answer.text
    return found.group(1).replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&")


async def test_the_line_for_the_site_file_is_what_the_site_file_reads(console: Console) -> None:
    line = await drawn(console)
    worker = Worker.model_validate(loaded(line)[0])
    assert (worker.id, worker.name.ja, worker.name.en) == ("azuma", NEW["ja"], NEW["en"])
    assert worker.roles == [Role.PICKER, Role.PACKER]
    line = await drawn(console, of="sato", id="ignored", role=["supervisor"], language="en")
    assert (loaded(line)[0]["id"], loaded(line)[0]["roles"]) == ("sato", ["supervisor"])
    assert await person_of(console, "azuma") is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "sato"}, "The id sato is taken."),
        ({"id": "a b"}, "An id has up to 40 letters"),
        ({"en": " "}, "The name is missing in Japanese or English."),
        ({"role": []}, "No role is chosen."),
        ({"role": ["owner"]}, "No role is chosen."),
        ({"of": "nobody"}, "There is nobody called nobody."),
    ],
)
async def test_a_line_that_must_not_stand_there_is_refused_in_words(
    console: Console, changes: dict[str, Any], said: str
) -> None:
    await console.login("brown")
    page = await console.client.get(LINE, params=NEW | changes, headers={"Accept": "text/html"})
    assert said in page.text
    assert 'id="line"' not in page.text


async def test_the_last_engineer_stays_one(console: Console) -> None:
    await engineer(console)
    page = await console.client.get(LINE, params=NEW | {"of": "endo"}, headers={"Accept": "text/html"})
    assert "Nobody else who can log in is an engineer." in page.text
    await engineer(console, "abe")
    assert loaded(await drawn(console, of="endo"))[0]["roles"] == ["picker", "packer"]


async def test_an_unknown_person_is_said_kindly(console: Console) -> None:
    page = await console.get(f"{PEOPLE}/nobody")
    assert page.status_code == 404
    assert "nobody さんは登録されていません。" in page.text


async def test_many_people_are_paged_searched_and_exported(console: Console) -> None:
    many = [Worker(id=f"w{i:03}", name=name(f"Worker {i}"), roles=[Role.PICKER]) for i in range(120)]
    console.web.services.site.people.extend(many)
    await console.web.store.run(people.sync_people)
    assert "125 件中 1–50 件" in (await console.get(PEOPLE)).text
    assert "w119" in (await console.get(f"{PEOPLE}?page=3")).text
    found = (await console.get(f"{PEOPLE}?q=worker 77")).text
    assert "w077" in found
    assert "w078" not in found
    table = (await console.get(f"{PEOPLE}.csv")).text
    assert table.count("\n") == 126
